//! The order of the layers, as probes at each place of a caller's own see it.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use async_trait::async_trait;
use facade::{CancellationToken, Client, Place};
use http::{Extensions, HeaderValue};
use reqwest::{Request, Response};
use reqwest_middleware::{Middleware, Next, Result};
use stack_tests::{Log, Session, builder, soon};
use testkit::{Behaviour, FaultServer, Gate, Reply};

/// A client with a probe at each place, added in an order that is not theirs.
fn probed(session: &Session) -> (Client, Log) {
    let log = Log::default();
    let client = session
        .builder()
        .middleware(Place::Attempt, log.probe("attempt"))
        .middleware(Place::Outcome, log.probe("outcome"))
        .middleware(Place::Call, log.probe("call"));
    (client.build().unwrap(), log)
}

#[tokio::test]
async fn a_healthy_call_passes_each_place_once_and_carries_its_credential_from_the_last() {
    let session = Session::fresh().await;
    let (client, log) = probed(&session);
    soon(client.get("me").send()).await.unwrap();
    assert_eq!(
        log.lines(),
        [
            "outcome > nothing",
            "call > nothing",
            "attempt > Bearer a1",
            "attempt < 200",
            "call < 200",
            "outcome < 200",
        ]
    );
}

#[tokio::test]
async fn a_healed_call_passes_the_last_place_twice_and_the_others_once() {
    let session = Session::stale().await;
    let (client, log) = probed(&session);
    soon(client.get("me").send()).await.unwrap();
    assert_eq!(
        log.lines(),
        [
            "outcome > nothing",
            "call > nothing",
            "attempt > Bearer a1",
            "attempt < 401",
            "attempt > Bearer a2",
            "attempt < 200",
            "call < 200",
            "outcome < 200",
        ]
    );
}

#[tokio::test]
async fn an_error_status_is_raw_below_the_error_map_and_typed_above() {
    let session = Session::fresh().await;
    session.server.on("/missing", Reply::status(404));
    let (client, log) = probed(&session);
    soon(client.get("missing").send()).await.unwrap_err();
    assert_eq!(
        log.lines(),
        [
            "outcome > nothing",
            "call > nothing",
            "attempt > Bearer a1",
            "attempt < 404",
            "call < 404",
            "outcome < NotFound",
        ]
    );
}

#[tokio::test]
async fn a_second_refusal_is_raw_below_the_error_map_and_typed_above() {
    let session = Session::stale().await;
    session.server.reject_token("a2");
    let (client, log) = probed(&session);
    soon(client.get("me").send()).await.unwrap_err();
    assert_eq!(
        log.lines()[2..],
        [
            "attempt > Bearer a1",
            "attempt < 401",
            "attempt > Bearer a2",
            "attempt < 401",
            "call < 401",
            "outcome < Unauthorized",
        ]
    );
}

#[tokio::test]
async fn a_cancelled_call_is_dropped_at_each_place_from_the_inside_out() {
    let session = Session::fresh().await;
    session.server.on("/slow", Behaviour::HangBeforeHeaders);
    let (client, log) = probed(&session);
    let token = CancellationToken::new();
    let call = tokio::spawn(client.get("slow").cancel(&token).send());
    soon(session.server.wait_for_requests(1)).await;
    token.cancel();
    assert!(soon(call).await.unwrap().unwrap_err().is_cancelled());
    assert_eq!(
        log.lines(),
        [
            "outcome > nothing",
            "call > nothing",
            "attempt > Bearer a1",
            "attempt dropped",
            "call dropped",
            "outcome dropped",
        ]
    );
}

#[tokio::test]
async fn a_call_that_is_cancelled_already_comes_to_no_place() {
    let session = Session::fresh().await;
    let (client, log) = probed(&session);
    let token = CancellationToken::new();
    token.cancel();
    soon(client.get("me").cancel(&token).send())
        .await
        .unwrap_err();
    assert_eq!(log.lines(), [""; 0]);
}

#[tokio::test]
async fn a_call_whose_session_ended_comes_to_the_queue_and_no_further() {
    let session = Session::fresh().await;
    session.queue.clear();
    let (client, log) = probed(&session);
    soon(client.get("me").send()).await.unwrap_err();
    assert_eq!(
        log.lines(),
        [
            "outcome > nothing",
            "call > nothing",
            "call < the session has ended: signed out",
            "outcome < the session has ended: signed out",
        ]
    );
}

#[tokio::test]
async fn a_call_waits_for_a_refresh_above_the_last_place_and_for_a_permit_below_it() {
    let session = Session::stale().await;
    let held = session.hold_refresh();
    let log = Log::default();
    let client = session
        .builder()
        .concurrency_limit(1)
        .middleware(Place::Attempt, log.probe("attempt"))
        .middleware(Place::Call, log.probe("call"));
    let client = client.build().unwrap();
    let first = tokio::spawn(client.get("me").send());
    soon(held.wait_for(1)).await;
    log.take();
    let second = tokio::spawn(client.get("me").send());
    soon(log.wait_for(1)).await;
    assert_eq!(log.take(), ["call > nothing"], "it waits for the refresh");

    let gate = Gate::new();
    session
        .server
        .on("/me", Session::answer().after_gate(&gate));
    held.open();
    soon(log.wait_for(2)).await;
    soon(gate.wait_for(1)).await;
    let both_came = ["attempt > Bearer a2"; 2];
    assert_eq!(log.take(), both_came, "one of them waits for the permit");
    assert_eq!(session.sent_with("a2"), 1);
    gate.open();
    for call in [first, second] {
        assert_eq!(soon(call).await.unwrap().unwrap().status(), 200);
    }
}

#[tokio::test]
async fn several_middlewares_at_one_place_run_in_the_order_they_were_added() {
    let session = Session::fresh().await;
    let log = Log::default();
    let client = session
        .builder()
        .middleware(Place::Call, log.probe("first"))
        .middleware(Place::Call, log.probe("second"));
    soon(client.build().unwrap().get("me").send())
        .await
        .unwrap();
    assert_eq!(
        log.lines(),
        [
            "first > nothing",
            "second > nothing",
            "second < 200",
            "first < 200"
        ]
    );
}

/// A middleware that adds an API key.
struct ApiKey;

#[async_trait]
impl Middleware for ApiKey {
    async fn handle(
        &self,
        mut request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        let mut key = HeaderValue::from_static("key");
        key.set_sensitive(true);
        request.headers_mut().insert("x-api-key", key);
        next.run(request, extensions).await
    }
}

#[tokio::test]
async fn what_a_middleware_adds_once_per_call_stays_in_its_origin() {
    let (here, there) = (Session::fresh().await, FaultServer::start().await.unwrap());
    let away = there.url_of("/away").to_string();
    let redirect = Reply::status(302).header("location", away);
    here.server.on("/go", redirect);
    for place in [Place::Outcome, Place::Call] {
        let client = here.builder().middleware(place, ApiKey).build().unwrap();
        soon(client.get("go").send()).await.unwrap();
    }
    for (server, key) in [(&here.server, Some("key")), (&there, None)] {
        let requests = server.requests();
        let keys: Vec<_> = requests
            .iter()
            .map(|request| request.header("x-api-key"))
            .collect();
        assert_eq!(keys, [key; 2]);
    }
}

#[tokio::test]
async fn a_redirect_passes_the_places_of_a_call_once_and_that_of_an_attempt_for_each_hop() {
    let session = Session::fresh().await;
    let redirect = Reply::status(302).header("location", "/me");
    session.server.on("/go", redirect);
    let (client, log) = probed(&session);
    soon(client.get("go").send()).await.unwrap();
    assert_eq!(
        log.lines(),
        [
            "outcome > nothing",
            "call > nothing",
            "attempt > Bearer a1",
            "attempt < 302",
            "attempt > Bearer a1",
            "attempt < 200",
            "call < 200",
            "outcome < 200"
        ]
    );
}

fn layers(client: &Client) -> String {
    let shown = format!("{client:?}");
    let (_, layers) = shown.split_once("layers: ").unwrap();
    layers.strip_suffix(", .. }").unwrap().to_owned()
}

#[tokio::test]
async fn a_client_shows_its_layers_in_the_one_order() {
    let session = Session::fresh().await;
    let (client, _) = probed(&session);
    assert_eq!(
        layers(&client),
        "[Cancel, Own(Outcome), ErrorMap, Own(Call), Redirect, Retry, RefreshQueue, Auth, Own(Attempt), WireLog, \
         ConcurrencyLimit, HeadersTimeout]"
    );
    let derived = client.with(facade::CallOptions::new()).unwrap();
    assert_eq!(layers(&derived), layers(&client));
}

#[test]
fn what_is_not_used_is_not_installed() {
    let plain = || builder("http://127.0.0.1:1");
    assert_eq!(
        layers(&plain().build().unwrap()),
        "[Cancel, ErrorMap, Redirect, Retry, WireLog, ConcurrencyLimit, HeadersTimeout]"
    );
    let bare = plain().concurrency_limit(None).retry(None).log(None);
    assert_eq!(
        layers(&bare.build().unwrap()),
        "[Cancel, ErrorMap, Redirect, HeadersTimeout]"
    );
}
