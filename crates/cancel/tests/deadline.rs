//! One deadline for a whole call, over a scripted transport under paused time.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use std::time::Duration;

use async_trait::async_trait;
use cancel::{CancelMiddleware, Deadline, DeadlineExceeded};
use http::{Extensions, HeaderName};
use request_context::{Call, Instant};
use reqwest::{Request, Response};
use reqwest_middleware::{Error, Middleware, Next, Result};
use support::{URL, client, client_with, seconds, typed};
use testkit::{Reply, ScriptedTransport};

const LEFT: HeaderName = HeaderName::from_static("x-time-left");

fn is_exceeded(error: &Error) -> bool {
    typed::<DeadlineExceeded>(error).is_some()
}

#[tokio::test(start_paused = true)]
async fn the_deadline_is_stamped_on_the_request_and_named_when_it_passes() {
    let transport = ScriptedTransport::new().hang();
    let client = client_with(&transport, CancelMiddleware::new().deadline(seconds(5)));
    let begun = Instant::now();
    let error = client.get(URL).send().await.unwrap_err();
    assert!(is_exceeded(&error));
    assert_eq!(begun.elapsed(), seconds(5));
    assert_eq!(transport.last().unwrap().timeout(), Some(seconds(5)));
}

#[tokio::test(start_paused = true)]
async fn the_earlier_of_client_and_request_wins() {
    for (client_has, request_has, wins) in [(5, 2, 2), (2, 5, 2)] {
        let transport = ScriptedTransport::new().reply(Reply::status(200));
        let layer = CancelMiddleware::new().deadline(seconds(client_has));
        let client = client_with(&transport, layer);
        let own = Deadline::within(seconds(request_has));
        client.get(URL).with_extension(own).send().await.unwrap();
        assert_eq!(transport.last().unwrap().timeout(), Some(seconds(wins)));
    }
}

#[tokio::test(start_paused = true)]
async fn an_instant_can_be_shared_by_several_calls() {
    let transport = ScriptedTransport::new().hang().hang();
    let client = client(&transport);
    let shared = Deadline::at(Instant::now() + seconds(3));
    let begun = Instant::now();
    let call = || client.get(URL).with_extension(shared).send();
    let (one, two) = tokio::join!(call(), async {
        tokio::time::sleep(seconds(1)).await;
        call().await
    });
    assert!(is_exceeded(&one.unwrap_err()));
    assert!(is_exceeded(&two.unwrap_err()));
    assert_eq!(begun.elapsed(), seconds(3));
}

#[tokio::test(start_paused = true)]
async fn a_deadline_that_has_passed_sends_nothing() {
    let transport = ScriptedTransport::new();
    let over = Deadline::within(Duration::ZERO);
    let request = client(&transport).get(URL).with_extension(over);
    assert!(is_exceeded(&request.send().await.unwrap_err()));
    transport.assert_count(0);
}

#[tokio::test(start_paused = true)]
async fn a_timeout_of_the_requests_own_is_not_called_the_deadline() {
    let transport = ScriptedTransport::new().hang();
    let client = client_with(&transport, CancelMiddleware::new().deadline(seconds(5)));
    let request = client.get(URL).timeout(seconds(1));
    let error = request.send().await.unwrap_err();
    assert!(!is_exceeded(&error), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn a_deadline_that_passes_in_the_body_is_a_timeout_of_reqwests() {
    let reply = Reply::status(200).chunk("first").then_stall();
    let transport = ScriptedTransport::new().reply(reply);
    let client = client_with(&transport, CancelMiddleware::new().deadline(seconds(5)));
    let begun = Instant::now();
    let response = client.get(URL).send().await.unwrap();
    assert!(response.bytes().await.unwrap_err().is_timeout());
    assert_eq!(begun.elapsed(), seconds(5));
}

#[tokio::test(start_paused = true)]
async fn a_deadline_too_far_away_to_be_told_is_none() {
    let transport = ScriptedTransport::new().reply(Reply::status(200));
    let client = client_with(&transport, CancelMiddleware::new().deadline(Duration::MAX));
    client.get(URL).send().await.unwrap();
    assert_eq!(transport.last().unwrap().timeout(), None);
}

/// Tries again after a second, as often as the answer is a 503.
struct TriesAgain;

#[async_trait]
impl Middleware for TriesAgain {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        let call = Call::of(extensions);
        loop {
            let mut attempt = request.try_clone().unwrap();
            call.begin_attempt();
            call.stamp(&mut attempt).map_err(Error::middleware)?;
            let response = next.clone().run(attempt, extensions).await?;
            if response.status() != 503 {
                return Ok(response);
            }
            tokio::time::sleep(seconds(1)).await;
        }
    }
}

fn told(transport: &ScriptedTransport) -> Vec<Option<String>> {
    let sent = transport.requests();
    let told = sent.iter().map(|sent| sent.header(LEFT.as_str()));
    told.map(|left| left.map(str::to_owned)).collect()
}

#[tokio::test(start_paused = true)]
async fn each_attempt_tells_the_server_what_is_left_of_the_deadline() {
    let busy = Reply::status(503).after(Duration::from_millis(250));
    let transport = ScriptedTransport::new().repeat(2, &busy);
    let transport = transport.reply(Reply::status(200));
    let layer = CancelMiddleware::new()
        .deadline(seconds(9))
        .deadline_header(LEFT);
    let client = transport.client_with(|chain| chain.with(layer).with(TriesAgain));
    let own = Deadline::within(seconds(5));
    // What a caller wrote there is replaced, not sent along.
    let request = client.get(URL).with_extension(own).header(LEFT, "77");
    request.send().await.unwrap();
    let told = told(&transport);
    let told: Vec<_> = told.iter().map(Option::as_deref).collect();
    assert_eq!(told, [Some("5000"), Some("3750"), Some("2500")]);
}

#[tokio::test(start_paused = true)]
async fn without_a_deadline_there_is_no_deadline_header() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(200));
    let layer = CancelMiddleware::new().deadline_header(LEFT);
    let client = transport.client_with(|chain| chain.with(layer).with(TriesAgain));
    client.get(URL).send().await.unwrap();
    assert_eq!(told(&transport), [None]);

    let limited = client.get(URL).with_extension(Deadline::within(seconds(1)));
    limited.send().await.unwrap();
    assert_eq!(told(&transport), [None, Some("1000".to_owned())]);
}

#[tokio::test(start_paused = true)]
async fn the_deadline_header_is_off_unless_asked_for() {
    let transport = ScriptedTransport::new().reply(Reply::status(200));
    let client = client_with(&transport, CancelMiddleware::new().deadline(seconds(5)));
    client.get(URL).send().await.unwrap();
    assert_eq!(transport.last().unwrap().headers().len(), 0);
}

/// Stands for whoever gives the call its deadline above this crate's layer.
struct SetsDeadline(Duration);

#[async_trait]
impl Middleware for SetsDeadline {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        Call::of(extensions).set_deadline(Instant::now() + self.0);
        next.run(request, extensions).await
    }
}

#[tokio::test(start_paused = true)]
async fn a_deadline_that_the_call_has_already_is_honoured_and_told() {
    let transport = ScriptedTransport::new().hang();
    let layer = CancelMiddleware::new()
        .deadline(seconds(9))
        .deadline_header(LEFT);
    let above = SetsDeadline(seconds(2));
    let client = transport.client_with(|chain| chain.with(above).with(layer));
    let error = client.get(URL).send().await.unwrap_err();
    assert!(is_exceeded(&error));
    assert_eq!(told(&transport), [Some("2000".to_owned())]);
    assert_eq!(transport.last().unwrap().timeout(), Some(seconds(2)));
}
