//! Failures that only real connections can have.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use std::io;

use request_context::ReplayableBody;
use reqwest::{Method, Request};
use reqwest_middleware::{ClientWithMiddleware, Error};
use safe_retry::{Buffered, RetryMiddleware};
use support::{At, AtOnce};
use testkit::{Behaviour, FaultServer, Reply};

fn client(layer: RetryMiddleware) -> ClientWithMiddleware {
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([]);
    let client = client.build().unwrap();
    reqwest_middleware::ClientBuilder::new(client)
        .with(layer.budget(None))
        .build()
}

fn at_once() -> RetryMiddleware {
    RetryMiddleware::new().policy(AtOnce(3))
}

#[tokio::test]
async fn a_connection_that_goes_away_is_worth_another_try_and_nonsense_is_not() {
    let failures: [(Behaviour, usize); 6] = [
        (Behaviour::ResetAfterReading, 4),
        (Behaviour::CloseEarly, 4),
        (Behaviour::garbage(), 1),
        (Reply::status(503).into(), 4),
        (Reply::status(501).into(), 1),
        // Ten redirects are reqwest's limit, and make one attempt.
        (Reply::status(302).header("location", "/").into(), 11),
    ];
    for (index, (behaviour, sent)) in failures.into_iter().enumerate() {
        let server = FaultServer::start().await.unwrap();
        server.otherwise(behaviour);
        let outcome = client(at_once()).get(server.url()).send().await;
        assert!(!matches!(outcome, Err(Error::Middleware(_))), "{outcome:?}");
        assert_eq!(server.request_count(), sent, "failure {index}");
    }
}

#[tokio::test]
async fn a_connection_that_is_reset_before_anything_is_read_is_worth_another_try() {
    let server = FaultServer::start().await.unwrap();
    server.otherwise(Behaviour::ResetBeforeReading);
    client(at_once())
        .get(server.url())
        .send()
        .await
        .unwrap_err();
    assert_eq!(server.connections(), 4);
}

#[tokio::test]
async fn a_post_arrives_once_whatever_becomes_of_its_connection() {
    for behaviour in [
        Behaviour::ResetAfterReading,
        Behaviour::CloseEarly,
        Behaviour::garbage(),
        Behaviour::Truncate {
            reply: Reply::status(200).body("whole"),
            sent: 2,
        },
    ] {
        let server = FaultServer::start().await.unwrap();
        server.otherwise(behaviour);
        let payment = client(at_once()).post(server.url()).body("42 €");
        let payment = payment.with_extension(Buffered::up_to(100));
        if let Ok(answer) = payment.send().await {
            answer.bytes().await.unwrap_err();
        }
        assert_eq!(server.request_count(), 1);
    }
}

#[tokio::test]
async fn a_call_recovers_from_connections_that_went_away() {
    let server = FaultServer::start().await.unwrap();
    server
        .once(Behaviour::ResetAfterReading)
        .once(Behaviour::CloseEarly)
        .once(Reply::status(503))
        .otherwise(Reply::status(200).body("at last"));
    let answer = client(at_once()).get(server.url()).send().await.unwrap();
    assert_eq!(answer.text().await.unwrap(), "at last");
    assert_eq!(server.request_count(), 4);
}

#[tokio::test]
async fn nobody_listening_is_worth_another_try() {
    let server = FaultServer::start().await.unwrap();
    let url = server.url();
    server.stop().await;
    let mut extensions = http::Extensions::new();
    let request = Request::new(Method::GET, url);
    let outcome = client(at_once())
        .execute_with_extensions(request, &mut extensions)
        .await;
    assert!(outcome.unwrap_err().is_connect());
    assert_eq!(
        request_context::Call::find(&extensions).unwrap().attempts(),
        4
    );
}

#[tokio::test]
async fn a_server_that_does_not_speak_tls_does_not_learn_it_in_a_moment() {
    let server = FaultServer::start().await.unwrap();
    let mut url = server.url();
    url.set_scheme("https").unwrap();
    let mut extensions = http::Extensions::new();
    let request = Request::new(Method::GET, url);
    let outcome = client(at_once())
        .execute_with_extensions(request, &mut extensions)
        .await;
    assert!(outcome.unwrap_err().is_connect());
    assert_eq!(
        request_context::Call::find(&extensions).unwrap().attempts(),
        1
    );
}

#[tokio::test]
async fn retries_travel_on_the_connection_of_the_answer_before() {
    let in_time =
        RetryMiddleware::new().policy(At::milliseconds(std::array::from_fn::<_, 20, _>(|n| {
            2 * (n as u64 + 1)
        })));
    for layer in [in_time, RetryMiddleware::new().policy(AtOnce(20))] {
        let server = FaultServer::start().await.unwrap();
        server.otherwise(Reply::status(503).chunk("busy ").chunk("today"));
        client(layer).get(server.url()).send().await.unwrap();
        assert_eq!((server.request_count(), server.connections()), (21, 1));
    }
}

#[tokio::test]
async fn a_buffered_body_that_breaks_off_is_asked_for_again() {
    let server = FaultServer::start().await.unwrap();
    let whole = || Reply::status(200).body("the whole");
    server
        .once(Behaviour::Truncate {
            reply: whole(),
            sent: 5,
        })
        .once(Reply::status(200).chunk("the").then_break_off())
        .otherwise(whole());
    let request = client(at_once())
        .get(server.url())
        .with_extension(Buffered::up_to(100));
    assert_eq!(
        request.send().await.unwrap().text().await.unwrap(),
        "the whole"
    );
    assert_eq!(server.request_count(), 3);
}

#[tokio::test]
async fn a_buffered_body_that_goes_on_breaking_off_ends_as_what_it_is() {
    let server = FaultServer::start().await.unwrap();
    server.otherwise(Behaviour::Truncate {
        reply: Reply::status(200).body("the whole"),
        sent: 5,
    });
    let request = client(at_once())
        .get(server.url())
        .with_extension(Buffered::up_to(100));
    let error = request.send().await.unwrap_err();
    assert!(
        matches!(&error, Error::Reqwest(error) if error.is_decode()),
        "{error:?}"
    );
    assert_eq!(server.request_count(), 4);
}

#[tokio::test]
async fn without_buffered_a_body_that_breaks_off_is_the_callers_business() {
    let server = FaultServer::start().await.unwrap();
    server.otherwise(Behaviour::Truncate {
        reply: Reply::status(200).body("the whole"),
        sent: 5,
    });
    let answer = client(at_once()).get(server.url()).send().await.unwrap();
    assert!(answer.bytes().await.unwrap_err().is_decode());
    assert_eq!(server.request_count(), 1);
}

#[tokio::test]
async fn an_upload_whose_source_fails_is_the_callers_failure_even_if_it_looks_like_a_connections() {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, Other, TimedOut};
    for kind in [
        Other,
        BrokenPipe,
        ConnectionAborted,
        ConnectionReset,
        TimedOut,
    ] {
        let server = FaultServer::start().await.unwrap();
        server.otherwise(Reply::status(200));
        let again = ReplayableBody::new(move |request| {
            *request.body_mut() = Some(broken_upload(kind));
            Ok(())
        });
        let upload = client(at_once()).put(server.url());
        let upload = upload.body(broken_upload(kind)).with_extension(again);
        upload.send().await.unwrap_err();
        assert_eq!(server.connections(), 1, "{kind}");
    }
}

fn broken_upload(kind: io::ErrorKind) -> reqwest::Body {
    let chunks = [Ok("half"), Err(io::Error::from(kind))];
    reqwest::Body::wrap_stream(futures_util::stream::iter(chunks))
}

#[tokio::test]
async fn a_connection_that_goes_away_during_an_upload_is_worth_another_try() {
    let server = FaultServer::start().await.unwrap();
    server.otherwise(Behaviour::ResetBeforeReading);
    let upload = client(at_once())
        .put(server.url())
        .body(vec![7; 16 * 1024 * 1024]);
    upload.send().await.unwrap_err();
    assert_eq!(server.connections(), 4);
}
