//! Pages by way of a client of reqwest-middleware.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::sync::Arc;
use std::time::Duration;

use http::{Extensions, HeaderName, HeaderValue, Method};
use paginate::{
    ClientSource, Cursor, HeaderToken, LinkHeader, Offset, OtherOrigins, Pager, Paginate,
    PagingError, PagingErrorKind, Pointer, presets,
};
use request_context::{Call, ReplayableBody, WithoutAuth};
use reqwest::{Body, Request, Response};
use reqwest_middleware::{Error, Middleware, Next};
use testkit::{Answer, Reply, ScriptedTransport};

const URL: &str = "https://api.test/messages?room=7&cursor=old";

fn cursor() -> Cursor {
    Cursor::new("/data", "/next")
}

/// What was sent: method, URL and body of each request.
fn sent(transport: &ScriptedTransport) -> Vec<String> {
    let requests = transport.requests();
    let line = |sent: &testkit::SentRequest| {
        let body = String::from_utf8_lossy(&sent.body()).into_owned();
        format!("{} {} {body}", sent.method(), sent.url())
            .trim_end()
            .to_owned()
    };
    requests.iter().map(line).collect()
}

fn paging(error: &Error) -> &PagingError {
    match error {
        Error::Middleware(error) => error.downcast_ref().unwrap(),
        Error::Reqwest(error) => panic!("{error:?}"),
    }
}

/// All items, none of them an error.
async fn all(pager: Pager<ClientSource>) -> Vec<u8> {
    let (mut items, mut found) = (pager.items(), Vec::new());
    while let Some(item) = items.next_item().await.unwrap() {
        found.push(item);
    }
    found
}

#[tokio::test]
async fn each_page_is_asked_for_by_the_callers_request_with_what_the_style_changes() {
    let transport = ScriptedTransport::new()
        .reply(Reply::json(200, r#"{"data": [1], "next": "b&c"}"#))
        .reply(Reply::json(200, r#"{"data": [2], "next": null}"#));
    let request = transport.client().get(URL).header("x-api-key", "hunter2");
    assert_eq!(all(request.paginate(cursor()).unwrap()).await, [1, 2]);
    assert_eq!(
        sent(&transport),
        [
            "GET https://api.test/messages?room=7&cursor=old",
            "GET https://api.test/messages?room=7&cursor=b%26c"
        ]
    );
    for request in transport.requests() {
        assert_eq!(request.header("x-api-key"), Some("hunter2"));
    }
}

#[tokio::test]
async fn a_link_takes_the_place_of_the_callers_query() {
    let transport = ScriptedTransport::new()
        .reply(Reply::json(200, "[1]").header("link", "<?page=2>; rel=next"))
        .reply(Reply::json(200, "[2]"));
    let request = transport.client().get("https://api.test/issues?state=open");
    assert_eq!(
        all(request.paginate(presets::github()).unwrap()).await,
        [1, 2]
    );
    assert_eq!(
        sent(&transport),
        [
            "GET https://api.test/issues?state=open&per_page=100",
            "GET https://api.test/issues?page=2"
        ]
    );
}

#[tokio::test]
async fn a_token_replaces_the_header_that_the_caller_gave() {
    let name = HeaderName::from_static("x-continuation");
    let transport = ScriptedTransport::new()
        .reply(Reply::json(200, "[1]").header("x-continuation", "t2"))
        .reply(Reply::json(200, "[2]"));
    let request = transport.client().get(URL).header("x-continuation", "t1");
    let pager = request.paginate(HeaderToken::new("", name)).unwrap();
    assert_eq!(all(pager).await, [1, 2]);
    let tokens: Vec<_> = transport
        .requests()
        .iter()
        .map(|sent| sent.header("x-continuation").unwrap().to_owned())
        .collect();
    assert_eq!(tokens, ["t1", "t2"]);
}

/// Marks each request that wants no credential, and counts as a retry.
struct Layer;

#[async_trait::async_trait]
impl Middleware for Layer {
    async fn handle(
        &self,
        mut request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> reqwest_middleware::Result<Response> {
        if extensions.get::<WithoutAuth>().is_some() {
            request
                .headers_mut()
                .insert("x-without-auth", HeaderValue::from_static("yes"));
        }
        Call::of(extensions).begin_attempt();
        Call::of(extensions).begin_attempt();
        next.run(request, extensions).await
    }
}

#[tokio::test]
async fn nothing_that_may_be_a_secret_follows_a_link_to_another_origin_or_comes_back_with_it() {
    let transport = ScriptedTransport::new()
        .reply(Reply::json(200, "[1]").header("link", "<https://files.test/2>; rel=next"))
        .reply(Reply::json(200, "[2]").header("link", "<https://api.test/3>; rel=next"))
        .reply(Reply::json(200, "[3]"));
    let client = transport.client_with(|chain| chain.with(Layer));
    let request = client
        .post(URL)
        .header("authorization", "Bearer hunter2")
        .header("x-api-key", "hunter2")
        .header("cookie", "session=hunter2")
        .header("accept-language", "de")
        .body("hunter2");
    let pager = request.paginate(LinkHeader::new("")).unwrap();
    let pager = pager.other_origins(OtherOrigins::WithoutCredentials);
    assert_eq!(all(pager).await, [1, 2, 3]);
    assert_eq!(
        sent(&transport),
        [
            "POST https://api.test/messages?room=7&cursor=old hunter2",
            "GET https://files.test/2",
            "GET https://api.test/3"
        ]
    );
    let requests = transport.requests();
    assert_eq!(requests[0].header("x-without-auth"), None);
    for away in &requests[1..] {
        assert_eq!(away.header("x-without-auth"), Some("yes"));
        assert_eq!(away.header("accept-language"), Some("de"));
        let shown = format!("{:?}", away.headers());
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}

#[tokio::test]
async fn a_link_to_another_origin_is_refused_and_nothing_is_sent_there() {
    let transport = ScriptedTransport::new()
        .otherwise(Reply::json(200, "[1]").header("link", "<https://files.test/2>; rel=next"));
    let pager = transport
        .client()
        .get(URL)
        .paginate(LinkHeader::new(""))
        .unwrap();
    let mut items = pager.items::<u8>();
    assert_eq!(items.next_item().await.unwrap(), Some(1));
    let error = items.next_item().await.unwrap_err();
    assert!(matches!(
        paging(&error).kind(),
        PagingErrorKind::LinkRefused(_)
    ));
    transport.assert_count(1);
}

/// Answers as if it came from no URL, as layers do that make their answers themselves.
struct Nowhere;

#[async_trait::async_trait]
impl Middleware for Nowhere {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> reqwest_middleware::Result<Response> {
        let answer = next.run(request, extensions).await?;
        let mut made = http::Response::new("[1]");
        *made.headers_mut() = answer.headers().clone();
        Ok(made.into())
    }
}

#[tokio::test]
async fn an_answer_that_has_no_url_came_from_the_one_that_was_asked() {
    for link in ["<?page=2>; rel=next", "<https://api.test/2>; rel=next"] {
        let transport = ScriptedTransport::new()
            .reply(Reply::json(200, "[]").header("link", link))
            .reply(Reply::json(200, "[]"));
        let client = transport.client_with(|chain| chain.with(Nowhere));
        let pager = client.get(URL).paginate(LinkHeader::new("")).unwrap();
        assert_eq!(all(pager).await, [1, 1]);
    }
}

#[tokio::test]
async fn a_page_tells_its_headers_its_url_and_its_attempts() {
    let reply = Reply::json(200, r#"{"data": [1, 2], "total": 2}"#).header("x-limit", "59");
    let transport = ScriptedTransport::new().otherwise(reply);
    let client = transport.client_with(|chain| chain.with(Layer));
    let pager = client.get(URL).paginate(cursor().total("/total")).unwrap();
    let page = pager.pages().next_page().await.unwrap().unwrap();
    assert_eq!(page.headers()["x-limit"], "59");
    assert_eq!(page.url().as_str(), URL);
    assert_eq!((page.attempts(), page.total(), page.len()), (2, Some(2), 2));
}

#[tokio::test]
async fn each_page_is_a_call_of_its_own() {
    let transport = ScriptedTransport::new()
        .reply(Reply::json(200, r#"{"data": [1], "next": 2}"#))
        .reply(Reply::json(200, r#"{"data": [2]}"#));
    let client = transport.client_with(|chain| chain.with(Layer));
    let mut extensions = Extensions::new();
    let call: Arc<Call> = Call::of(&mut extensions);
    let request = Request::new(Method::GET, URL.parse().unwrap());
    let source = ClientSource::new(client, request).with_extensions(extensions);
    let mut pages = Pager::new(source, cursor()).pages();
    while let Some(page) = pages.next_page().await.unwrap() {
        assert_eq!(page.attempts(), 2);
    }
    assert_eq!(call.attempts(), 1);
}

#[tokio::test]
async fn an_error_status_is_an_error_without_the_url_and_the_page_can_be_had_afterwards() {
    let transport = ScriptedTransport::new()
        .reply(Reply::json(200, r#"{"data": [1], "next": "hunter2"}"#))
        .reply(Reply::status(503))
        .then(Answer::fail_to_connect())
        .reply(Reply::json(200, r#"{"data": [2]}"#));
    let mut items = transport
        .client()
        .get(URL)
        .paginate(cursor())
        .unwrap()
        .items::<u8>();
    assert_eq!(items.next_item().await.unwrap(), Some(1));
    let error = items.next_item().await.unwrap_err();
    assert_eq!(error.status().unwrap(), 503);
    assert!(!format!("{error} {error:?}").contains("hunter2"));
    let error = items.next_item().await.unwrap_err();
    assert!(error.is_connect());
    assert!(!format!("{error} {error:?}").contains("hunter2"));
    assert_eq!(items.next_item().await.unwrap(), Some(2));
    assert_eq!(items.next_item().await.unwrap(), None);
}

#[tokio::test]
async fn a_body_is_read_as_far_as_it_may_go() {
    let body = r#"{"data": [1]}"#;
    let streamed = || Reply::status(200).chunk(&body[..5]).chunk(&body[5..]);
    for reply in [Reply::json(200, body), streamed()] {
        let transport = ScriptedTransport::new().otherwise(reply);
        let pager = || transport.client().get(URL).paginate(cursor()).unwrap();
        assert_eq!(all(pager().max_page_bytes(body.len())).await, [1]);
        let mut items = pager().max_page_bytes(body.len() - 1).items::<u8>();
        let error = items.next_item().await.unwrap_err();
        assert!(matches!(
            paging(&error).kind(),
            PagingErrorKind::PageTooLarge { limit: 12 }
        ));
    }
}

#[tokio::test]
async fn a_body_without_end_is_not_read_without_end() {
    let endless = Reply::status(200)
        .chunk([b' '; 1024].as_slice())
        .then_repeat();
    let transport = ScriptedTransport::new().otherwise(endless);
    let pager = transport.client().get(URL).paginate(cursor()).unwrap();
    let error = pager.items::<u8>().next_item().await.unwrap_err();
    assert!(matches!(
        paging(&error).kind(),
        PagingErrorKind::PageTooLarge { .. }
    ));
}

#[tokio::test]
async fn a_body_in_memory_goes_with_each_page() {
    let transport = ScriptedTransport::new()
        .reply(Reply::json(200, r#"{"data": [1], "next": 2}"#))
        .reply(Reply::json(200, r#"{"data": [2]}"#));
    let request = transport
        .client()
        .post("https://api.test/search")
        .body("query");
    assert_eq!(all(request.paginate(cursor()).unwrap()).await, [1, 2]);
    assert_eq!(
        sent(&transport),
        [
            "POST https://api.test/search query",
            "POST https://api.test/search?cursor=2 query"
        ]
    );
}

#[tokio::test]
async fn a_page_is_asked_for_in_the_body_that_the_caller_gave() {
    let page = |next| Reply::json(200, format!(r#"{{"data": [1], "next": {next}}}"#));
    let transport = ScriptedTransport::new()
        .reply(page("\"b\\\"c\""))
        .reply(page("[17, \"d\"]"))
        .reply(page("null"));
    let request = transport.client().post("https://api.test/search");
    let request = request.body(r#"{"query": "q", "page": {"size": 1}}"#);
    let request = request.header("content-length", "35");
    let style = cursor().parameter(Pointer::from("/page/after"));
    assert_eq!(all(request.paginate(style).unwrap()).await, [1, 1, 1]);
    assert_eq!(
        sent(&transport),
        [
            r#"POST https://api.test/search {"query": "q", "page": {"size": 1}}"#,
            r#"POST https://api.test/search {"query": "q", "page": {"after":"b\"c","size": 1}}"#,
            r#"POST https://api.test/search {"query": "q", "page": {"after":[17, "d"],"size": 1}}"#,
        ]
    );
    let requests = transport.requests();
    assert_eq!(requests[1].header("content-type"), Some("application/json"));
    assert_eq!(requests[1].header("content-length"), None);
}

#[tokio::test]
async fn a_body_is_made_where_there_is_none_and_a_stream_is_refused() {
    let transport = ScriptedTransport::new()
        .reply(Reply::json(200, "[1]"))
        .reply(Reply::json(200, "[]"));
    let by_offset = || Offset::new("").parameter(Pointer::from("/from"));
    let request = transport.client().post("https://api.test/search");
    assert_eq!(all(request.paginate(by_offset()).unwrap()).await, [1]);
    assert_eq!(
        sent(&transport),
        [
            r#"POST https://api.test/search {"from":0}"#,
            r#"POST https://api.test/search {"from":1}"#,
        ]
    );
    let again = ReplayableBody::new(|request| {
        *request.body_mut() = Some(stream_body());
        Ok(())
    });
    let request = transport.client().post(URL).body(stream_body());
    let request = request.with_extension(again);
    let mut items = request.paginate(by_offset()).unwrap().items::<u8>();
    let error = items.next_item().await.unwrap_err();
    assert!(matches!(paging(&error).kind(), PagingErrorKind::Other(_)));
    transport.assert_count(2);
}

fn stream_body() -> Body {
    let chunk = Ok::<_, std::io::Error>("once");
    Body::wrap_stream(futures_util::stream::iter([chunk]))
}

#[tokio::test]
async fn a_body_that_is_a_stream_goes_with_each_page_if_it_can_be_made_again() {
    let transport = ScriptedTransport::new()
        .reply(Reply::json(200, r#"{"data": [1], "next": 2}"#))
        .reply(Reply::json(200, r#"{"data": [2]}"#));
    let again = ReplayableBody::new(|request| {
        *request.body_mut() = Some("again".into());
        Ok(())
    });
    let request = transport.client().post("https://api.test/search");
    let request = request.body(stream_body()).with_extension(again);
    assert_eq!(all(request.paginate(cursor()).unwrap()).await, [1, 2]);
    assert_eq!(
        sent(&transport),
        [
            "POST https://api.test/search again",
            "POST https://api.test/search?cursor=2 again"
        ]
    );
}

#[tokio::test]
async fn a_body_that_cannot_be_made_again_is_refused_before_anything_is_sent() {
    let transport = ScriptedTransport::new().otherwise(Reply::json(200, "[]"));
    let request = transport.client().post(URL).body(stream_body());
    let mut items = request.paginate(cursor()).unwrap().items::<u8>();
    let error = items.next_item().await.unwrap_err();
    assert!(matches!(paging(&error).kind(), PagingErrorKind::Other(_)));
    transport.assert_count(0);
}

#[tokio::test]
async fn a_request_that_cannot_be_built_is_told_at_once() {
    let transport = ScriptedTransport::new();
    let request = transport.client().get("no url");
    assert!(request.paginate(cursor()).is_err());
}

#[tokio::test(start_paused = true)]
async fn a_timeout_of_the_request_is_one_of_each_page() {
    let reply = |body| Reply::json(200, body).after(Duration::from_secs(3));
    let transport = ScriptedTransport::new()
        .reply(reply(r#"{"data": [1], "next": 2}"#))
        .reply(reply(r#"{"data": [2]}"#));
    let request = transport.client().get(URL).timeout(Duration::from_secs(4));
    assert_eq!(all(request.paginate(cursor()).unwrap()).await, [1, 2]);
}

#[test]
fn a_source_shows_neither_query_nor_headers() {
    let transport = ScriptedTransport::new();
    let url = "https://ada:hunter2@api.test/x?key=hunter2"
        .parse()
        .unwrap();
    let mut request = Request::new(Method::GET, url);
    let key = HeaderValue::from_static("hunter2");
    request.headers_mut().insert("x-api-key", key);
    let source = ClientSource::new(transport.client(), request);
    let source_shown = format!("{source:?}");
    let pager = Pager::new(source, cursor());
    let pager_shown = format!("{pager:?}");
    for shown in [source_shown, pager_shown, format!("{:?}", pager.pages())] {
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}
