//! The middleware over a scripted transport under paused time: what ends when, and with which error.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::error::Error as _;
use std::time::Duration;

use cancel::{CancelMiddleware, CancelOn, Cancelled, Deadline, DeadlineExceeded};
use request_context::{BoxError, Instant};
use reqwest_middleware::{ClientWithMiddleware, Error};
use testkit::{Answer, Reply, ScriptedTransport};
use tokio_util::sync::CancellationToken;

const URL: &str = "http://localhost/report?id=7";

fn client(transport: &ScriptedTransport, layer: CancelMiddleware) -> ClientWithMiddleware {
    transport.client_with(|chain| chain.with(layer))
}

fn is<T: std::error::Error + Send + Sync + 'static>(error: &Error) -> bool {
    matches!(error, Error::Middleware(error) if error.is::<T>())
}

/// The typed error in a body's error, two sources down as reqwest has it.
fn in_body(error: &reqwest::Error) -> Option<&Cancelled> {
    error.source()?.source()?.downcast_ref()
}

fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

#[tokio::test(start_paused = true)]
async fn a_token_that_is_cancelled_already_sends_nothing() {
    let transport = ScriptedTransport::new();
    let token = CancellationToken::new();
    token.cancel();
    let client = client(&transport, CancelMiddleware::new());
    let request = client.get(URL).with_extension(CancelOn::new(&token));
    assert!(is::<Cancelled>(&request.send().await.unwrap_err()));
    transport.assert_count(0);
}

#[tokio::test(start_paused = true)]
async fn cancelling_drops_the_request_that_waits_for_its_answer() {
    let transport = ScriptedTransport::new().hang();
    let token = CancellationToken::new();
    let client = client(&transport, CancelMiddleware::new());
    let call = tokio::spawn(client.get(URL).with_extension(CancelOn::new(&token)).send());
    transport.wait_for_requests(1).await;
    assert_eq!(transport.in_flight(), 1);

    token.cancel();
    assert!(is::<Cancelled>(&call.await.unwrap().unwrap_err()));
    assert_eq!((transport.in_flight(), transport.abandoned()), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn cancelling_the_parent_cancels_the_child() {
    let transport = ScriptedTransport::new().hang();
    let parent = CancellationToken::new();
    let client = client(&transport, CancelMiddleware::new());
    let request = client
        .get(URL)
        .with_extension(CancelOn::from(parent.child_token()));
    let call = tokio::spawn(request.send());
    transport.wait_for_requests(1).await;
    parent.cancel();
    assert!(is::<Cancelled>(&call.await.unwrap().unwrap_err()));
}

#[tokio::test(start_paused = true)]
async fn cancelling_ends_a_body_that_is_still_arriving_with_a_typed_error() {
    let reply = Reply::status(200).chunk("first").then_stall();
    let transport = ScriptedTransport::new().reply(reply);
    let token = CancellationToken::new();
    let client = client(&transport, CancelMiddleware::new());
    let request = client.get(URL).with_extension(CancelOn::new(&token));
    let mut response = request.send().await.unwrap();
    assert_eq!(response.chunk().await.unwrap().unwrap(), "first");

    let rest = tokio::spawn(async move { response.chunk().await });
    tokio::task::yield_now().await;
    token.cancel();
    let error = rest.await.unwrap().unwrap_err();
    assert_eq!(in_body(&error), Some(&Cancelled::new()));
}

#[tokio::test(start_paused = true)]
async fn a_body_that_has_ended_is_not_cancelled_after_all() {
    let transport = ScriptedTransport::new().reply(Reply::status(200).body("all"));
    let token = CancellationToken::new();
    let client = client(&transport, CancelMiddleware::new());
    let request = client.get(URL).with_extension(CancelOn::new(&token));
    let mut response = request.send().await.unwrap();
    assert_eq!(response.chunk().await.unwrap().unwrap(), "all");
    assert_eq!(response.chunk().await.unwrap(), None);
    token.cancel();
    assert_eq!(response.chunk().await.unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn the_wrapped_response_keeps_what_the_caller_may_ask_for() {
    let reply = Reply::status(206).header("x-kept", "yes").body("1234567");
    let transport = ScriptedTransport::new().repeat(2, &reply);
    let client = client(&transport, CancelMiddleware::new());
    let plain = client.get(URL).send().await.unwrap();
    let token = CancellationToken::new();
    let request = client.get(URL).with_extension(CancelOn::new(&token));
    let wrapped = request.send().await.unwrap();
    assert_eq!(wrapped.status(), plain.status());
    assert_eq!(wrapped.version(), plain.version());
    assert_eq!(wrapped.headers(), plain.headers());
    assert_eq!(wrapped.url().as_str(), URL);
    assert_eq!(wrapped.content_length(), Some(7));
    assert_eq!(wrapped.bytes().await.unwrap(), "1234567");
}

#[tokio::test(start_paused = true)]
async fn the_deadline_is_stamped_on_the_request_and_named_when_it_passes() {
    let transport = ScriptedTransport::new().hang();
    let client = client(&transport, CancelMiddleware::new().deadline(seconds(5)));
    let begun = Instant::now();
    let error = client.get(URL).send().await.unwrap_err();
    assert!(is::<DeadlineExceeded>(&error));
    assert_eq!(begun.elapsed(), seconds(5));
    assert_eq!(transport.last().unwrap().timeout(), Some(seconds(5)));
}

#[tokio::test(start_paused = true)]
async fn the_earlier_of_client_and_request_wins() {
    for (client_has, request_has, wins) in [(5, 2, 2), (2, 5, 2)] {
        let transport = ScriptedTransport::new().reply(Reply::status(200));
        let layer = CancelMiddleware::new().deadline(seconds(client_has));
        let client = client(&transport, layer);
        let own = Deadline::within(seconds(request_has));
        client.get(URL).with_extension(own).send().await.unwrap();
        assert_eq!(transport.last().unwrap().timeout(), Some(seconds(wins)));
    }
}

#[tokio::test(start_paused = true)]
async fn an_instant_can_be_shared_by_several_calls() {
    let transport = ScriptedTransport::new().hang().hang();
    let client = client(&transport, CancelMiddleware::new());
    let shared = Deadline::at(Instant::now() + seconds(3));
    let begun = Instant::now();
    let call = || client.get(URL).with_extension(shared).send();
    let (one, two) = tokio::join!(call(), async {
        tokio::time::sleep(seconds(1)).await;
        call().await
    });
    assert!(is::<DeadlineExceeded>(&one.unwrap_err()));
    assert!(is::<DeadlineExceeded>(&two.unwrap_err()));
    assert_eq!(begun.elapsed(), seconds(3));
}

#[tokio::test(start_paused = true)]
async fn a_deadline_that_has_passed_sends_nothing() {
    let transport = ScriptedTransport::new();
    let client = client(&transport, CancelMiddleware::new());
    let over = Deadline::within(Duration::ZERO);
    let error = client.get(URL).with_extension(over).send().await;
    assert!(is::<DeadlineExceeded>(&error.unwrap_err()));
    transport.assert_count(0);
}

#[tokio::test(start_paused = true)]
async fn a_timeout_of_the_requests_own_is_not_called_the_deadline() {
    let transport = ScriptedTransport::new().hang();
    let client = client(&transport, CancelMiddleware::new().deadline(seconds(5)));
    let request = client.get(URL).timeout(seconds(1));
    let error = request.send().await.unwrap_err();
    assert!(!is::<DeadlineExceeded>(&error), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn other_errors_pass_as_they_are() {
    #[derive(Debug)]
    struct Own;
    impl std::fmt::Display for Own {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("own")
        }
    }
    impl std::error::Error for Own {}

    let token = CancellationToken::new();
    let transport = ScriptedTransport::new().then(Answer::fail(Own));
    let client = client(&transport, CancelMiddleware::new().deadline(seconds(5)));
    let request = client.get(URL).with_extension(CancelOn::new(&token));
    assert!(is::<Own>(&request.send().await.unwrap_err()));
}

#[tokio::test(start_paused = true)]
async fn a_deadline_too_far_away_to_be_told_is_none() {
    let transport = ScriptedTransport::new().reply(Reply::status(200));
    let client = client(&transport, CancelMiddleware::new().deadline(Duration::MAX));
    client.get(URL).send().await.unwrap();
    assert_eq!(transport.last().unwrap().timeout(), None);
}

#[test]
fn the_typed_errors_can_cross_threads() {
    fn boxed(error: impl Into<BoxError>) -> BoxError {
        error.into()
    }
    assert_eq!(
        boxed(Cancelled::new()).to_string(),
        "the call was cancelled"
    );
}
