//! What the server sees of a cancellation, over real sockets.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use cancel::{CancelMiddleware, CancelOn, CancelScope, Cancelled, Latest};
use reqwest_middleware::ClientWithMiddleware;
use support::{in_body, seconds, typed};
use testkit::{Behaviour, FaultServer, Reply};
use tokio::time::timeout;

fn client() -> ClientWithMiddleware {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    reqwest_middleware::ClientBuilder::new(client)
        .with(CancelMiddleware::new())
        .build()
}

/// Fails the test, rather than hang, if the promise broke.
async fn soon<F: Future>(future: F) -> F::Output {
    timeout(seconds(20), future).await.expect("in time")
}

#[tokio::test]
async fn a_superseded_call_closes_its_connection_and_the_newer_one_is_answered() {
    let server = FaultServer::start().await.unwrap();
    server.on("/search", Reply::status(200).body("found"));
    server.on("/slow", Behaviour::HangBeforeHeaders);
    let client = client();
    let latest = Latest::new();
    let search = |path: &str| {
        let request = client.get(server.url_of(path));
        request.with_extension(CancelOn::from(latest.ticket()))
    };
    let first = tokio::spawn(search("/slow").send());
    soon(server.wait_for_requests(1)).await;

    let answer = soon(search("/search").send()).await.unwrap();
    assert_eq!(soon(answer.text()).await.unwrap(), "found");
    let error = soon(first).await.unwrap().unwrap_err();
    let reason = typed::<Cancelled>(&error).unwrap().reason();
    assert_eq!(reason, Some("superseded by a newer call"));
    soon(server.wait_for_disconnects(1)).await;
    assert_eq!((server.request_count(), server.disconnects()), (2, 1));
}

#[tokio::test]
async fn a_scope_that_is_dropped_closes_the_connection_of_a_body_that_streams() {
    let server = FaultServer::start().await.unwrap();
    server.otherwise(Reply::status(200).chunk("first").then_stall());
    let scope = CancelScope::new();
    let request = client().get(server.url());
    let request = request.with_extension(CancelOn::from(&scope));
    let mut response = soon(request.send()).await.unwrap();
    assert_eq!(soon(response.chunk()).await.unwrap().unwrap(), "first");
    assert_eq!(server.disconnects(), 0);

    drop(scope);
    let error = soon(response.chunk()).await.unwrap_err();
    assert!(in_body(&error).is_some());
    // The response is still held: the body alone lets go of the connection.
    soon(server.wait_for_disconnects(1)).await;
    assert_eq!(response.status(), 200);
}
