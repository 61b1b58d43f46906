//! The middleware over a scripted transport: what is sent, how often, with which credential.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::time::Duration;

use bytes::Bytes;
use futures_util::{future::join_all, stream};
use refresh_queue::{RefreshError, RefreshFailure, RefreshMiddleware, RefreshQueue};
use request_context::{
    Call, CredentialUnavailable, DeadlineExceeded, Instant, Principal, ReplayableBody,
    SessionEnded, Verdict, WithoutAuth,
};
use reqwest::{Body, StatusCode};
use support::scripted::{URL, api_that_takes, client, origin, sent_tokens, stale_queue, typed};
use support::{Refresher, Token};
use testkit::{Gate, Reply, ScriptedTransport};

#[tokio::test(start_paused = true)]
async fn a_refused_request_is_refreshed_once_and_sent_once_more() {
    let refresher = Refresher::new();
    let transport = api_that_takes("token-1");
    let client = client(&transport, &stale_queue(&refresher));
    let response = client.get(URL).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(sent_tokens(&transport), ["Bearer stale", "Bearer token-1"]);
    assert_eq!(refresher.runs(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_hundred_refusals_make_one_refresh_and_a_hundred_answers() {
    let refresher = Refresher::new();
    let transport = api_that_takes("token-1");
    let client = client(&transport, &stale_queue(&refresher));
    let answers = join_all((0..100).map(|_| client.get(URL).send())).await;
    assert!(
        answers
            .into_iter()
            .all(|answer| answer.unwrap().status() == 200)
    );
    assert_eq!(refresher.runs(), 1);
}

#[tokio::test(start_paused = true)]
async fn requests_that_arrive_while_a_refresh_runs_wait_rather_than_go_out_stale() {
    let gate = Gate::new();
    let refresher = Refresher::held_at(&gate);
    let transport = api_that_takes("token-1");
    let client = client(&transport, &stale_queue(&refresher));
    let first = tokio::spawn(client.get(URL).send());
    gate.wait_for(1).await;
    let later: Vec<_> = (0..10)
        .map(|_| tokio::spawn(client.get(URL).send()))
        .collect();
    tokio::time::sleep(Duration::from_secs(1)).await;
    transport.assert_count(1);

    gate.open();
    assert_eq!(first.await.unwrap().unwrap().status(), StatusCode::OK);
    for answer in join_all(later).await {
        assert_eq!(answer.unwrap().unwrap().status(), StatusCode::OK);
    }
    transport.assert_count(12);
    assert_eq!(refresher.runs(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_second_refusal_goes_up_as_it_is() {
    let refresher = Refresher::new();
    let transport = api_that_takes("a token that nobody gets");
    let client = client(&transport, &stale_queue(&refresher));
    let response = client.get(URL).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    transport.assert_count(2);
    assert_eq!(refresher.runs(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_ended_session_is_a_typed_error_and_nothing_more_is_sent() {
    let refresher = Refresher::new().then(|| Err(RefreshError::rejected("invalid_grant")));
    let transport = api_that_takes("token-1");
    let client = client(&transport, &stale_queue(&refresher));
    for _ in 0..3 {
        let error = client.get(URL).send().await.unwrap_err();
        assert!(!typed::<SessionEnded>(&error).is_signed_out());
    }
    transport.assert_count(1);
    assert_eq!(refresher.runs(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_failed_refresh_is_a_typed_error_that_names_the_failure() {
    let refresher = Refresher::new().then(|| Err(RefreshError::failed("no route to host")));
    let transport = api_that_takes("token-1");
    let client = client(&transport, &stale_queue(&refresher));
    let error = client.get(URL).send().await.unwrap_err();
    let source = std::error::Error::source(typed::<CredentialUnavailable>(&error)).unwrap();
    assert!(matches!(
        source.downcast_ref(),
        Some(RefreshFailure::Failed(_))
    ));
}

#[tokio::test(start_paused = true)]
async fn what_is_not_the_queues_business_passes_untouched_even_when_the_session_is_over() {
    let refresher = Refresher::new();
    let queue = stale_queue(&refresher);
    queue.clear();
    let transport = ScriptedTransport::new().otherwise(Reply::status(401));
    let client = client(&transport, &queue);

    let requests = [
        client.get(URL).with_extension(WithoutAuth),
        client.get(URL).header("authorization", "Basic YTpi"),
        client.get("https://elsewhere.test/"),
    ];
    for request in requests {
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    }
    assert_eq!(sent_tokens(&transport), ["none", "Basic YTpi", "none"]);
    assert_eq!(refresher.runs(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_wait_for_the_queue_ends_at_the_deadline_of_the_call() {
    let refresher = Refresher::held_at(&Gate::new());
    let queue = RefreshQueue::new(refresher.clone());
    let transport = ScriptedTransport::new();
    let layer = RefreshMiddleware::new(queue, origin()).apply_credential(true);
    let client = transport.client_with(|chain| chain.with(deadline_in(5)).with(layer));
    let begun = Instant::now();
    let error = client.get(URL).send().await.unwrap_err();
    typed::<DeadlineExceeded>(&error);
    assert_eq!(begun.elapsed(), Duration::from_secs(5));
    transport.assert_count(0);
}

#[tokio::test(start_paused = true)]
async fn a_request_that_waited_has_only_what_the_wait_left() {
    let gate = Gate::new();
    let queue = RefreshQueue::new(Refresher::held_at(&gate));
    let transport = api_that_takes("token-1");
    let layer = RefreshMiddleware::new(queue, origin()).apply_credential(true);
    let client = transport.client_with(|chain| chain.with(deadline_in(5)).with(layer));
    let call = tokio::spawn(client.get(URL).send());
    gate.wait_for(1).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    gate.open();
    assert!(call.await.unwrap().is_ok());
    let sent = transport.last().unwrap();
    assert_eq!(sent.timeout(), Some(Duration::from_secs(3)));
}

#[tokio::test(start_paused = true)]
async fn a_buffered_body_is_sent_again_as_it_is() {
    let transport = api_that_takes("token-1");
    let client = client(&transport, &stale_queue(&Refresher::new()));
    client.post(URL).body("twice").send().await.unwrap();
    let bodies: Vec<_> = transport
        .requests()
        .iter()
        .map(testkit::SentRequest::body)
        .collect();
    assert_eq!(bodies, ["twice", "twice"]);
}

fn stream_body() -> Body {
    Body::wrap_stream(stream::iter([Ok::<_, std::io::Error>(Bytes::from("once"))]))
}

#[tokio::test(start_paused = true)]
async fn a_stream_is_sent_once_and_its_401_goes_up_after_the_refresh() {
    let refresher = Refresher::new();
    let transport = api_that_takes("token-1");
    let client = client(&transport, &stale_queue(&refresher));
    let response = client.post(URL).body(stream_body()).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    transport.assert_count(1);
    assert_eq!(refresher.runs(), 1);

    let response = client.post(URL).body(stream_body()).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(transport.last().unwrap().body(), "once");
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_can_be_made_again_is_replayed() {
    let transport = api_that_takes("token-1");
    let client = client(&transport, &stale_queue(&Refresher::new()));
    let again = ReplayableBody::new(|request| {
        *request.body_mut() = Some(stream_body());
        Ok(())
    });
    let request = client.post(URL).body(stream_body()).with_extension(again);
    assert_eq!(request.send().await.unwrap().status(), StatusCode::OK);
    let bodies: Vec<_> = transport
        .requests()
        .iter()
        .map(testkit::SentRequest::body)
        .collect();
    assert_eq!(bodies, ["once", "once"]);
}

#[tokio::test(start_paused = true)]
async fn a_request_sent_for_one_user_is_not_replayed_for_another() {
    let queue = RefreshQueue::builder(Refresher::new())
        .credential(Token::named("ada").of("ada"))
        .build();
    let gate = Gate::new();
    let transport =
        ScriptedTransport::new().then(testkit::Answer::reply(Reply::status(401)).after_gate(&gate));
    let client = client(&transport, &queue);
    let call = tokio::spawn(client.post(URL).body("ada's order").send());
    gate.wait_for(1).await;
    queue.set(Token::named("bob").of("bob"));
    gate.open();
    typed::<SessionEnded>(&call.await.unwrap().unwrap_err());
    assert_eq!(sent_tokens(&transport), ["Bearer ada"]);
}

#[tokio::test(start_paused = true)]
async fn the_verdict_of_the_layer_below_counts_more_than_the_status() {
    for (verdict, status, sends) in [
        (Some(Verdict::InvalidToken), 400, 2),
        (Some(Verdict::InsufficientScope { scope: None }), 401, 1),
        (Some(Verdict::NotOurs), 401, 1),
        (None, 401, 1),
    ] {
        let transport = ScriptedTransport::new().otherwise(Reply::status(status));
        let queue = stale_queue(&Refresher::new());
        let client = transport.client_with(|chain| {
            chain
                .with(RefreshMiddleware::new(queue, origin()))
                .with(judge(verdict))
        });
        client.get(URL).send().await.unwrap();
        transport.assert_count(sends);
    }
}

#[tokio::test(start_paused = true)]
async fn a_replay_is_counted_as_an_attempt() {
    let transport = api_that_takes("token-1");
    let queue = stale_queue(&Refresher::new());
    let layer = RefreshMiddleware::new(queue, origin()).apply_credential(true);
    let seen = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let client = transport.client_with(|chain| chain.with(layer).with(attempts(&seen)));
    client.get(URL).send().await.unwrap();
    assert_eq!(*seen.lock().unwrap(), [1, 2]);
}

/// Sets a deadline as the layers above would.
fn deadline_in(seconds: u64) -> support::Layer {
    support::layer(move |call: &Call| {
        call.set_deadline(Instant::now() + Duration::from_secs(seconds));
    })
}

fn attempts(seen: &std::sync::Arc<std::sync::Mutex<Vec<u32>>>) -> support::Layer {
    let seen = std::sync::Arc::clone(seen);
    support::layer(move |call| seen.lock().unwrap().push(call.attempts()))
}

/// Judges as an auth layer would, before the answer is there, which makes no difference to the layer above.
fn judge(verdict: Option<Verdict>) -> support::Layer {
    support::layer(move |call| {
        assert!(
            call.credential().is_some(),
            "the queue hands a credential down"
        );
        if let Some(verdict) = verdict.clone() {
            call.judge(verdict);
        }
    })
}

#[tokio::test(start_paused = true)]
async fn who_is_spoken_for_is_noted_when_the_credential_is_put_on() {
    let queue = RefreshQueue::new(Refresher::new().then(|| Ok(Token::named("new").of("ada"))));
    queue.set(Token::named("old").of("ada"));
    let transport = api_that_takes("new");
    let client = client(&transport, &queue);
    let mut extensions = http::Extensions::new();
    let request = client.get(URL).build().unwrap();
    let sent = client.execute_with_extensions(request, &mut extensions);
    assert_eq!(sent.await.unwrap().status(), StatusCode::OK);
    let call = Call::of(&mut extensions);
    assert!(call.sent_credential());
    assert_eq!(call.sent_principal(), Some(Principal::new("ada")));
}
