//! API keys: where they go, and who may see them afterwards.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use auth_middleware::{ApiKey, AuthMiddleware};
use request_context::{Verdict, WithoutAuth};
use reqwest_middleware::{ClientWithMiddleware, Error};
use support::{API, Witness, client, origin, shown};
use testkit::{Answer, Reply, ScriptedTransport};

const SECRET: &str = "hunter2";

fn with_query_key(transport: &ScriptedTransport, witness: &Witness) -> ClientWithMiddleware {
    let auth = AuthMiddleware::fixed(ApiKey::query("api_key", SECRET), origin());
    client(transport, witness, auth)
}

fn url_sent(transport: &ScriptedTransport) -> String {
    transport.last().unwrap().url().to_string()
}

#[tokio::test]
async fn a_query_key_is_sent_and_not_seen_in_the_answer() {
    let transport = ScriptedTransport::new().otherwise(
        Reply::json(401, r#"{"ok":false}"#)
            .header("location", "/me/?page=2&api_key=hunter2")
            .header(
                "link",
                r#"<https://api.test/me?page=3&api_key=hunter2>; rel="next""#,
            )
            .header("link", r#"</me?api_key=hunter2&page=1>; rel="first""#)
            .header("content-location", "/me?api_key=hunter2")
            .header("x-kept", "yes"),
    );
    let witness = Witness::default();
    let client = with_query_key(&transport, &witness);
    let answer = client
        .get("https://api.test/me?page=2#top")
        .send()
        .await
        .unwrap();
    assert_eq!(
        url_sent(&transport),
        "https://api.test/me?page=2&api_key=hunter2#top"
    );
    assert_eq!(answer.url().as_str(), "https://api.test/me?page=2#top");
    assert_eq!(answer.headers()["location"], "/me/?page=2");
    assert_eq!(answer.headers()["content-location"], "/me");
    let links: Vec<_> = answer.headers().get_all("link").iter().collect();
    assert_eq!(
        links,
        [
            r#"<https://api.test/me?page=3>; rel="next""#,
            r#"</me?page=1>; rel="first""#
        ]
    );
    assert_eq!(answer.headers()["x-kept"], "yes");
    assert!(!format!("{answer:?} {answer:#?}").contains(SECRET));
    let error = answer.error_for_status_ref().unwrap_err();
    assert!(!shown(&error).contains(SECRET));
    assert_eq!(witness.verdict(), Some(Verdict::InvalidToken));
    assert_eq!(answer.text().await.unwrap(), r#"{"ok":false}"#);
}

#[tokio::test]
async fn no_error_shows_a_query_key_and_each_keeps_the_rest_of_its_url() {
    for answer in [Answer::fail_to_connect(), Answer::hang()] {
        let transport = ScriptedTransport::new().then(answer);
        let client = with_query_key(&transport, &Witness::default());
        let request = client.get("https://api.test/me?page=2");
        let request = request.timeout(std::time::Duration::from_millis(1));
        let error = request.send().await.unwrap_err();
        assert!(url_sent(&transport).contains(SECRET));
        assert!(!shown(&error).contains(SECRET), "{error:?}");
        assert_eq!(error.url().unwrap().as_str(), "https://api.test/me?page=2");
    }
}

#[tokio::test]
async fn an_error_of_reqwests_that_a_layer_made_its_own_shows_no_query_key() {
    let url = "https://api.test/me?page=2&api_key=hunter2"
        .parse()
        .unwrap();
    let offline = reqwest::Client::builder().no_proxy().build().unwrap();
    let invalid = offline.get("http://api.test/").header("bad name", "x");
    let error = invalid.build().unwrap_err().with_url(url);
    let transport = ScriptedTransport::new().fail(error);
    let client = with_query_key(&transport, &Witness::default());
    let error = client
        .get("https://api.test/me?page=2")
        .send()
        .await
        .unwrap_err();
    assert!(!shown(&error).contains(SECRET), "{error:?}");
    let Error::Middleware(error) = error else {
        panic!("not from a layer");
    };
    let error: &reqwest::Error = error.downcast_ref().unwrap();
    assert_eq!(error.url().unwrap().query(), Some("page=2"));
}

#[tokio::test]
async fn a_parameter_of_the_callers_own_is_neither_overwritten_nor_judged() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(401));
    let witness = Witness::default();
    let client = with_query_key(&transport, &witness);
    let own = "https://api.test/me?api_key=theirs";
    let answer = client.get(own).send().await.unwrap();
    assert_eq!(url_sent(&transport), own);
    assert_eq!(answer.url().as_str(), own);
    assert_eq!(witness.verdict(), Some(Verdict::NotOurs));
}

#[tokio::test]
async fn a_header_of_the_callers_own_is_neither_overwritten_nor_judged() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(401));
    let witness = Witness::default();
    let key = ApiKey::header("x-api-key", SECRET).unwrap();
    let client = client(&transport, &witness, AuthMiddleware::fixed(key, origin()));
    client.get(API).send().await.unwrap();
    let last = transport.last().unwrap();
    assert_eq!(last.header("x-api-key"), Some(SECRET));
    assert!(last.headers()["x-api-key"].is_sensitive());
    assert_eq!(witness.verdict(), Some(Verdict::InvalidToken));

    client
        .get(API)
        .header("x-api-key", "theirs")
        .send()
        .await
        .unwrap();
    assert_eq!(
        transport.last().unwrap().header("x-api-key"),
        Some("theirs")
    );
    assert_eq!(witness.verdict(), Some(Verdict::NotOurs));
}

#[tokio::test]
async fn no_other_origin_sees_a_query_key_nor_a_request_that_wants_none() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(200));
    let client = with_query_key(&transport, &Witness::default());
    client.get("https://evil.test/me").send().await.unwrap();
    assert_eq!(url_sent(&transport), "https://evil.test/me");
    client
        .get(API)
        .with_extension(WithoutAuth)
        .send()
        .await
        .unwrap();
    assert_eq!(url_sent(&transport), API);
}

#[tokio::test]
async fn a_key_and_a_token_go_together_when_the_key_is_above() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(200));
    let key = ApiKey::header("x-api-key", SECRET).unwrap();
    let client = transport.client_with(|chain| {
        chain
            .with(AuthMiddleware::fixed(key, origin()))
            .with(support::fixed(origin()))
    });
    client.get(API).send().await.unwrap();
    let last = transport.last().unwrap();
    assert_eq!(last.header("x-api-key"), Some(SECRET));
    assert_eq!(last.header("authorization"), Some("Bearer hunter2"));
}
