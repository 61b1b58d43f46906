//! Closures that see each call, and the typed ends of calls.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use facade::reqwest::Method;
use facade::{ApiError, CallOptions, Client, ClientBuilder, ErrorKind, ErrorMapMiddleware, Place};
use futures_util::StreamExt;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use testkit::{Reply, ScriptedTransport};

#[derive(Debug, Deserialize, PartialEq)]
struct User {
    name: String,
}

/// What was told, in order.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    fn note(&self, what: impl Into<String>) {
        self.0.lock().unwrap().push(what.into());
    }

    fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

fn over(transport: ScriptedTransport) -> ClientBuilder {
    Client::builder("https://api.test")
        .retry(None)
        .middleware(Place::Attempt, transport)
}

#[tokio::test]
async fn a_hook_changes_each_request_before_it_is_sent() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(204));
    let client = over(transport.clone())
        .default_header("x-team", "default")
        .on_request(|request| {
            request.headers_mut().insert("x-team", "blue".parse()?);
            Ok(())
        })
        .build()
        .unwrap();
    client.get("me").send().await.unwrap();
    assert_eq!(transport.requests()[0].headers()["x-team"], "blue");
}

#[tokio::test]
async fn a_request_that_a_hook_sends_elsewhere_takes_no_sensitive_default_there() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(204));
    let client = over(transport.clone())
        .sensitive_header("x-api-key", "hunter2")
        .on_request(|request| {
            *request.url_mut() = "https://elsewhere.test/".parse()?;
            Ok(())
        })
        .build()
        .unwrap();
    client.get("me").send().await.unwrap();
    let sent = &transport.requests()[0];
    assert_eq!(sent.url().host_str(), Some("elsewhere.test"));
    assert!(!sent.headers().contains_key("x-api-key"));
}

#[tokio::test]
async fn a_hook_that_fails_ends_the_call_before_anything_is_sent() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(204));
    let client = over(transport.clone())
        .on_request(|_| Err("no tenant".into()))
        .build()
        .unwrap();
    let error = client.get("me").send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Builder);
    assert_eq!(transport.requests().len(), 0);
}

#[tokio::test]
async fn hooks_run_once_for_a_call_that_is_tried_again() {
    let log = Log::default();
    let transport = ScriptedTransport::new()
        .then(Reply::status(503))
        .otherwise(Reply::json(200, r#"{"name":"ada"}"#));
    let client = Client::builder("https://api.test")
        .middleware(Place::Attempt, transport.clone())
        .on_request({
            let log = log.clone();
            move |_| {
                log.note("request");
                Ok(())
            }
        })
        .on_response({
            let log = log.clone();
            move |response| {
                log.note(format!("response after {}", response.attempts()));
                Ok(response)
            }
        })
        .build()
        .unwrap();
    tokio::time::pause();
    client.get("me").fetch::<User>().await.unwrap();
    assert_eq!(transport.requests().len(), 2);
    assert_eq!(log.lines(), ["request", "response after 2"]);
}

#[tokio::test]
async fn the_error_of_another_call_stays_that_calls_where_it_keeps_a_request_from_being_sent() {
    let transport = ScriptedTransport::new();
    let client = Client::builder("https://api.test")
        .middleware(Place::Attempt, transport.clone())
        .on_request(|_| {
            let refused = ApiError::from_answer(StatusCode::UNAUTHORIZED, HeaderMap::new(), "");
            let url = "https://id.test/token".parse()?;
            Err(refused.for_request(&Method::POST, &url).into())
        })
        .build()
        .unwrap();
    let error = client.get("me").send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
    assert_eq!(error.method(), Some(&Method::POST));
    assert_eq!(error.url().unwrap().as_str(), "https://id.test/token");
    transport.assert_count(0);
}

#[tokio::test]
async fn hooks_of_a_derived_client_run_after_its_parents_and_not_for_the_parent() {
    let log = Log::default();
    let hook = |name: &'static str| {
        let log = log.clone();
        move |_: &mut reqwest::Request| {
            log.note(name);
            Ok(())
        }
    };
    let parent = over(ScriptedTransport::new().otherwise(Reply::status(204)))
        .on_request(hook("parent"))
        .build()
        .unwrap();
    let derived = parent
        .with(CallOptions::new().on_request(hook("derived")))
        .unwrap();
    derived.get("me").send().await.unwrap();
    parent.get("me").send().await.unwrap();
    assert_eq!(log.lines(), ["parent", "derived", "parent"]);
}

#[tokio::test]
async fn an_answer_that_a_hook_refuses_is_an_error() {
    let maintenance = Reply::status(200).header("x-maintenance", "1");
    let client = over(ScriptedTransport::new().otherwise(maintenance))
        .on_response(|response| {
            if response.headers().contains_key("x-maintenance") {
                return Err(ApiError::new(ErrorKind::Unavailable));
            }
            Ok(response)
        })
        .build()
        .unwrap();
    let error = client.get("me").send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
}

#[tokio::test]
async fn each_error_is_told_once_whatever_it_is() {
    let log = Log::default();
    let transport = ScriptedTransport::new()
        .then(Reply::status(409))
        .then(Reply::json(200, "{}"))
        .then(Reply::json(200, r#"{"name":"a name that is too long"}"#))
        .otherwise(Reply::status(204));
    let client = over(transport)
        .body_limit(16)
        .on_error({
            let log = log.clone();
            move |error| {
                log.note(error.to_string());
                error
            }
        })
        .build()
        .unwrap();
    for _ in 0..3 {
        client.get("me").fetch::<User>().await.unwrap_err();
    }
    client.get("me").header("x", "\n").send().await.unwrap_err();
    client.get("me").send().await.unwrap();
    assert_eq!(
        log.lines(),
        [
            "conflict (409): GET https://api.test/me",
            "the body could not be decoded (200): GET https://api.test/me",
            "the body is too large (200): GET https://api.test/me",
            "the request could not be made: GET https://api.test/me",
        ]
    );
}

#[tokio::test]
async fn a_hook_puts_another_error_in_the_place_of_one() {
    let client = over(ScriptedTransport::new().otherwise(Reply::status(418)))
        .on_error(|error| match error.status() {
            Some(status) if status == 418 => ApiError::with_source(ErrorKind::Unavailable, error),
            _ => error,
        })
        .build()
        .unwrap();
    let error = client.get("me").send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert_eq!(
        error.find_source::<ApiError>().unwrap().kind(),
        ErrorKind::Other
    );
}

#[tokio::test]
async fn a_body_is_transformed_before_it_is_decoded() {
    let guarded = Reply::json(200, ")]}'\n{\"name\":\"ada\"}");
    let client = over(ScriptedTransport::new().otherwise(guarded))
        .transform_body(|headers, body| {
            assert_eq!(headers["content-type"], "application/json");
            Ok(body.slice(b")]}'\n".len()..))
        })
        .build()
        .unwrap();
    let user: User = client.get("me").fetch().await.unwrap();
    assert_eq!(user.name, "ada");
    let text = client.get("me").send().await.unwrap().text().await.unwrap();
    assert_eq!(text, r#"{"name":"ada"}"#);
}

#[tokio::test]
async fn a_body_that_can_not_be_transformed_is_a_decoding_error_without_its_content() {
    let reply = Reply::json(200, "hunter2");
    let client = over(ScriptedTransport::new().otherwise(reply))
        .transform_body(|_, _| Err("not encrypted".into()))
        .build()
        .unwrap();
    let error = client.get("me").fetch::<User>().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert_eq!(
        error.to_string(),
        "the body could not be decoded (200): GET https://api.test/me"
    );
}

#[tokio::test]
async fn what_need_not_be_there_is_none_when_it_is_not() {
    let transport = ScriptedTransport::new()
        .then(Reply::status(404))
        .then(Reply::status(204))
        .then(Reply::json(200, "null"))
        .then(Reply::json(200, r#"{"name":"ada"}"#))
        .then(Reply::status(410))
        .otherwise(Reply::json(200, "{}"));
    let client = over(transport).build().unwrap();
    let mut found = Vec::new();
    for _ in 0..6 {
        let user = client.get("me").fetch_optional::<User>().await;
        found.push(user.map_err(|error| error.kind()));
    }
    let ada = User { name: "ada".into() };
    assert_eq!(
        found,
        [
            Ok(None),
            Ok(None),
            Ok(None),
            Ok(Some(ada)),
            Ok(None),
            Err(ErrorKind::Decode)
        ]
    );
}

/// A hook that writes down each error.
fn noting(log: &Log) -> impl Fn(ApiError) -> ApiError + Send + Sync + 'static {
    let log = log.clone();
    move |error| {
        log.note(error.to_string());
        error
    }
}

#[tokio::test]
async fn a_hook_is_not_told_of_what_need_not_be_there() {
    let log = Log::default();
    let transport = ScriptedTransport::new()
        .then(Reply::status(404))
        .then(Reply::status(410))
        .then(Reply::status(403))
        .then(Reply::json(200, "{}"))
        .otherwise(Reply::status(404));
    let client = over(transport).on_error(noting(&log)).build().unwrap();
    for _ in 0..4 {
        let _ = client.get("me").fetch_optional::<User>().await;
    }
    let unsent = client.get("me").header("x", "\n");
    unsent.fetch_optional::<User>().await.unwrap_err();
    client.get("me").fetch::<User>().await.unwrap_err();
    assert_eq!(
        log.lines(),
        [
            "forbidden (403): GET https://api.test/me",
            "the body could not be decoded (200): GET https://api.test/me",
            "the request could not be made: GET https://api.test/me",
            "not found (404): GET https://api.test/me",
        ]
    );
}

#[tokio::test]
async fn a_hook_is_told_of_what_ends_a_body_of_lines_and_not_of_a_bad_line() {
    let log = Log::default();
    let body = "{}\n{\"name\":\"ada\"}\n[]\n\"a name that is too long\"";
    let transport = ScriptedTransport::new().otherwise(Reply::status(200).body(body));
    let client = over(transport).body_limit(16).on_error(noting(&log));
    let client = client.build().unwrap();
    let lines = client.get("all").send().await.unwrap().lines::<User>();
    let lines: Vec<_> = lines.collect().await;
    let bad = "the body could not be decoded: GET https://api.test/all";
    let too_large = "the body is too large (200): GET https://api.test/all";
    let texts = lines.into_iter().filter_map(Result::err);
    let texts: Vec<_> = texts.map(|error| error.to_string()).collect();
    assert_eq!(texts, [bad, bad, too_large]);
    assert_eq!(log.lines(), [too_large]);
}

#[tokio::test(start_paused = true)]
async fn the_error_of_a_hook_says_which_request_it_belongs_to() {
    let transport = ScriptedTransport::new()
        .then(Reply::status(503))
        .then(Reply::status(303).header("location", "/there"))
        .otherwise(Reply::status(200));
    let client = Client::builder("https://api.test").middleware(Place::Attempt, transport);
    let client = client
        .on_response(|_| Err(ApiError::new(ErrorKind::Unavailable)))
        .build()
        .unwrap();
    let error = client.get("me?key=hunter2").send().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "service unavailable: GET https://api.test/there"
    );
    assert_eq!((error.attempts(), error.hops().len()), (3, 1));
    assert!(error.waited() > Duration::ZERO);

    let unsent = over(ScriptedTransport::new())
        .on_request(|request| {
            request.url_mut().set_path("/changed");
            Err("no tenant".into())
        })
        .build()
        .unwrap();
    let error = unsent.put("me?key=hunter2").send().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the request could not be made: PUT https://api.test/changed"
    );
}

#[tokio::test]
async fn the_error_of_another_call_that_a_hook_made_stays_what_it_is() {
    let client = over(ScriptedTransport::new().otherwise(Reply::status(200)))
        .on_response(|_| {
            let elsewhere = "https://elsewhere.test/x".parse().unwrap();
            let error = ApiError::new(ErrorKind::Conflict).after_attempts(4);
            Err(error.for_request(&Method::DELETE, &elsewhere))
        })
        .build()
        .unwrap();
    let error = client.get("me").send().await.unwrap_err();
    assert_eq!(
        (error.to_string().as_str(), error.attempts()),
        ("conflict: DELETE https://elsewhere.test/x", 4)
    );
}

#[tokio::test]
async fn an_empty_body_is_not_transformed() {
    let log = Log::default();
    let client = over(
        ScriptedTransport::new()
            .then(Reply::status(204))
            .then(Reply::status(200).header("content-length", "5"))
            .then(Reply::status(200))
            .then(Reply::status(200))
            .otherwise(Reply::status(200).body("x")),
    )
    .transform_body({
        let log = log.clone();
        move |_, body| {
            log.note(format!("{body:?}"));
            if body.is_empty() {
                return Err("nothing to decrypt".into());
            }
            Ok(body)
        }
    })
    .build()
    .unwrap();
    client.delete("me").fetch::<()>().await.unwrap();
    client.head("me").fetch::<()>().await.unwrap();
    assert_eq!(
        client.get("me").fetch_optional::<User>().await.unwrap(),
        None
    );
    let text = async || client.get("me").send().await.unwrap().text().await;
    assert_eq!(text().await.unwrap(), "");
    assert!(log.lines().is_empty());
    assert_eq!(text().await.unwrap(), "x");
    assert_eq!(log.lines(), [r#"b"x""#]);
}

#[tokio::test]
async fn a_derived_client_says_which_statuses_are_errors() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(404));
    let map = ErrorMapMiddleware::new().error_for(|status| status == 404);
    let parent = over(transport).error_map(map).build().unwrap();
    let options = CallOptions::new().error_for(|_| false);
    let derived = parent.with(options).unwrap();
    assert_eq!(derived.get("me").send().await.unwrap().status(), 404);
    let again = derived.with(CallOptions::new()).unwrap();
    assert_eq!(again.get("me").send().await.unwrap().status(), 404);
    let own = derived.get("me").error_for(|status| status == 404);
    assert_eq!(own.send().await.unwrap_err().kind(), ErrorKind::NotFound);
    parent.get("me").send().await.unwrap_err();
}

#[tokio::test]
async fn a_request_says_which_statuses_are_errors() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(404).body("none"));
    let client = over(transport).build().unwrap();
    let answer = client.get("me").error_for(|_| false).send().await.unwrap();
    assert_eq!(answer.status(), 404);
    assert_eq!(answer.text().await.unwrap(), "none");
    client.get("me").send().await.unwrap_err();

    let strict = over(ScriptedTransport::new().otherwise(Reply::status(204)))
        .error_map(ErrorMapMiddleware::new().error_for(|status| status != 200))
        .build()
        .unwrap();
    let error = strict.get("me").send().await.unwrap_err();
    assert_eq!(error.status().unwrap(), 204);
}
