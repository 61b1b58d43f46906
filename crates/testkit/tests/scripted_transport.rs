//! The scripted transport under paused time: exact instants, exact counts.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may fail"
)]

use std::convert::Infallible;
use std::error::Error as StdError;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame};
use reqwest::{Body, Method};
use reqwest_middleware::{ClientWithMiddleware, Error};
use testkit::{Answer, BodyBrokenOff, Gate, Reply, ScriptExhausted, ScriptedTransport};
use tokio::time::Instant;

const URL: &str = "http://api.test/items?page=2";
const SECOND: Duration = Duration::from_secs(1);

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("mine")]
struct Mine(u8);

async fn status(client: &ClientWithMiddleware) -> u16 {
    client.get(URL).send().await.unwrap().status().as_u16()
}

fn typed<E: StdError + Send + Sync + 'static>(error: &Error) -> &E {
    match error {
        Error::Middleware(error) => error.downcast_ref().expect("another type"),
        Error::Reqwest(error) => panic!("{error:?}"),
    }
}

fn has_source<E: StdError + 'static>(error: &reqwest::Error) -> bool {
    let mut source = error.source();
    while let Some(error) = source {
        if error.is::<E>() {
            return true;
        }
        source = error.source();
    }
    false
}

#[tokio::test(start_paused = true)]
async fn answers_come_in_order_and_the_fallback_takes_over() {
    let transport = ScriptedTransport::new()
        .otherwise(Reply::status(404))
        .repeat(2, &Reply::status(503))
        .reply(Reply::status(200));
    let client = transport.client();

    let mut seen = Vec::new();
    for _ in 0..5 {
        seen.push(status(&client).await);
    }
    assert_eq!(seen, [503, 503, 200, 404, 404]);
    assert_eq!(transport.answers_left(), 0);

    transport.push(Reply::status(201));
    assert_eq!(status(&client).await, 201);
    transport.assert_count(6);
}

#[tokio::test(start_paused = true)]
async fn a_request_beyond_the_script_fails_with_a_typed_error() {
    let transport = ScriptedTransport::new().reply(Reply::status(200));
    let client = transport.client();
    assert_eq!(status(&client).await, 200);

    let error = client.post(URL).send().await.unwrap_err();
    let exhausted = typed::<ScriptExhausted>(&error);
    assert_eq!((exhausted.answers, exhausted.request), (1, 2));
    assert_eq!(
        exhausted.to_string(),
        "no answer left in the script of 1 for request 2: POST /items"
    );
    transport.assert_count(2);
}

#[tokio::test(start_paused = true)]
async fn an_error_comes_out_as_the_type_that_went_in() {
    let transport = ScriptedTransport::new()
        .fail(Mine(1))
        .then(Error::middleware(Mine(2)));
    let client = transport.client();
    for expected in [Mine(1), Mine(2)] {
        let error = client.get(URL).send().await.unwrap_err();
        assert_eq!(typed::<Mine>(&error), &expected);
    }
}

#[tokio::test(start_paused = true)]
async fn delays_are_exact_and_so_are_the_recorded_instants() {
    let begun = Instant::now();
    let transport = ScriptedTransport::new()
        .reply(Reply::status(503).after(3 * SECOND).after(SECOND))
        .then(Answer::fail(Mine(0)).after(3600 * SECOND))
        .reply(Reply::status(200));
    let client = transport.client();

    assert_eq!(status(&client).await, 503);
    assert_eq!(begun.elapsed(), 4 * SECOND);
    client.get(URL).send().await.unwrap_err();
    assert_eq!(begun.elapsed(), 3604 * SECOND);
    assert_eq!(status(&client).await, 200);

    let arrived: Vec<_> = transport
        .requests()
        .iter()
        .map(|sent| sent.arrived().duration_since(begun).as_secs())
        .collect();
    assert_eq!(arrived, [0, 4, 3604]);
}

#[tokio::test(start_paused = true)]
async fn what_was_sent_is_recorded() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(200));
    let client = transport.client();
    let sent = client
        .post(URL)
        .header("x-a", "1")
        .timeout(5 * SECOND)
        .body("hello");
    sent.send().await.unwrap();
    client
        .request(Method::PUT, URL)
        .body(Body::wrap(Pieces(vec!["lo", "hel"])))
        .send()
        .await
        .unwrap();

    let [first, second] = &transport.requests()[..] else {
        panic!("two requests were sent");
    };
    assert_eq!(first.method(), Method::POST);
    assert_eq!(first.url().as_str(), URL);
    assert_eq!(first.path(), "/items");
    assert_eq!(first.header("x-a"), Some("1"));
    assert_eq!(first.headers().len(), 1);
    assert_eq!(first.timeout(), Some(5 * SECOND));
    assert_eq!(first.body(), "hello");
    assert_eq!(second.method(), Method::PUT);
    assert_eq!(second.timeout(), None);
    assert_eq!(
        second.body(),
        "hello",
        "a streaming body is read to its end"
    );
    assert!(first.is_body_complete() && second.is_body_complete());
    assert_eq!(transport.last().unwrap().method(), Method::PUT);
}

#[tokio::test(start_paused = true)]
async fn a_broken_upload_fails_the_request_and_uses_up_no_answer() {
    let transport = ScriptedTransport::new().reply(Reply::status(200));
    let client = transport.client();
    let error = client
        .post(URL)
        .body(Body::wrap(Broken(Some("part"))))
        .send()
        .await
        .unwrap_err();

    assert!(has_source::<Mine>(error_of(&error)));
    let sent = transport.last().unwrap();
    assert_eq!(
        (sent.body(), sent.is_body_complete()),
        ("part".into(), false)
    );
    assert_eq!((transport.answers_left(), transport.abandoned()), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_response_is_what_the_reply_says() {
    let transport = ScriptedTransport::new().reply(
        Reply::json(201, r#"{"ok":true}"#)
            .header("link", "<a>")
            .header("link", "<b>"),
    );
    let response = transport.client().get(URL).send().await.unwrap();
    assert_eq!(response.status(), 201);
    assert_eq!(response.url().as_str(), URL);
    assert_eq!(response.headers()["content-type"], "application/json");
    assert_eq!(response.headers().get_all("link").iter().count(), 2);
    assert_eq!(response.content_length(), Some(11));
    assert_eq!(response.text().await.unwrap(), r#"{"ok":true}"#);
}

#[tokio::test(start_paused = true)]
async fn an_answer_may_depend_on_what_was_sent() {
    let transport =
        ScriptedTransport::new().respond_with(|request| match request.header("authorization") {
            Some("Bearer new") => Answer::reply(Reply::status(200)),
            Some(_) => Answer::reply(Reply::status(401)),
            None => Answer::fail(Mine(9)),
        });
    let client = transport.client();
    let get = |token: &'static str| client.get(URL).header("authorization", token).send();
    assert_eq!(get("Bearer old").await.unwrap().status(), 401);
    assert_eq!(get("Bearer new").await.unwrap().status(), 200);
    let error = client.get(URL).send().await.unwrap_err();
    assert_eq!(typed::<Mine>(&error), &Mine(9));
}

#[tokio::test(start_paused = true)]
async fn chunks_come_one_by_one_at_their_time() {
    let begun = Instant::now();
    let transport =
        ScriptedTransport::new().reply(Reply::status(200).chunks(["a", "b", "c"], 2 * SECOND));
    let mut response = transport.client().get(URL).send().await.unwrap();
    let mut seen = Vec::new();
    while let Some(chunk) = response.chunk().await.unwrap() {
        seen.push((chunk, begun.elapsed().as_secs()));
    }
    assert_eq!(
        seen,
        [("a".into(), 0), ("b".into(), 2), ("c".into(), 4)] as [(Bytes, u64); 3]
    );
}

#[tokio::test(start_paused = true)]
async fn a_body_may_wait_at_a_gate() {
    let gate = Gate::new();
    let transport =
        ScriptedTransport::new().reply(Reply::status(200).chunk("a").pause_at(&gate).chunk("b"));
    let mut response = transport.client().get(URL).send().await.unwrap();
    assert_eq!(response.chunk().await.unwrap().unwrap(), "a");
    let rest = tokio::spawn(async move { response.chunk().await.unwrap().unwrap() });
    gate.wait_for(1).await;
    gate.release(1);
    assert_eq!(rest.await.unwrap(), "b");
}

#[tokio::test(start_paused = true)]
async fn a_body_that_breaks_off_yields_its_bytes_and_then_a_typed_error() {
    let reply = Reply::status(200).body("half").then_break_off();
    let transport = ScriptedTransport::new().repeat(2, &reply);
    let client = transport.client();

    let mut response = client.get(URL).send().await.unwrap();
    assert_eq!(response.chunk().await.unwrap().unwrap(), "half");
    let error = response.chunk().await.unwrap_err();
    assert!(error.is_decode() && has_source::<BodyBrokenOff>(&error));

    let whole = client.get(URL).send().await.unwrap().bytes().await;
    assert!(has_source::<BodyBrokenOff>(&whole.unwrap_err()));
}

#[tokio::test(start_paused = true)]
async fn an_endless_body_repeats_or_stalls() {
    let transport = ScriptedTransport::new()
        .reply(Reply::status(200).body("ab").then_repeat())
        .reply(Reply::status(200).body("ab").then_stall())
        .reply(Reply::status(200).pause(SECOND).then_repeat());
    let client = transport.client();

    let mut repeating = client.get(URL).send().await.unwrap();
    for _ in 0..1000 {
        assert_eq!(repeating.chunk().await.unwrap().unwrap(), "ab");
    }

    let mut stalling = client.get(URL).send().await.unwrap();
    assert_eq!(stalling.chunk().await.unwrap().unwrap(), "ab");
    let day = 24 * 3600 * SECOND;
    assert!(tokio::time::timeout(day, stalling.chunk()).await.is_err());

    let mut empty = client.get(URL).send().await.unwrap();
    assert!(tokio::time::timeout(day, empty.chunk()).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_hanging_request_ends_with_its_own_timeout_as_in_reqwest() {
    let begun = Instant::now();
    let transport = ScriptedTransport::new()
        .hang()
        .otherwise(Reply::status(200));
    let client = transport.client();
    let error = client
        .get(URL)
        .timeout(7 * SECOND)
        .send()
        .await
        .unwrap_err();

    assert_eq!(begun.elapsed(), 7 * SECOND);
    let error = error_of(&error);
    assert!(error.is_timeout() && error.is_request());
    assert_eq!(error.url().unwrap().as_str(), URL);
    assert_eq!((transport.in_flight(), transport.abandoned()), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn a_request_timeout_covers_the_body_too() {
    let begun = Instant::now();
    let transport =
        ScriptedTransport::new().reply(Reply::status(200).after(SECOND).chunk("a").then_stall());
    let response = transport.client().get(URL).timeout(3 * SECOND).send().await;
    let error = response.unwrap().bytes().await.unwrap_err();
    assert_eq!(begun.elapsed(), 3 * SECOND);
    assert!(error.is_timeout());
}

#[tokio::test(start_paused = true)]
async fn errors_of_reqwest_itself_can_be_scripted() {
    let begun = Instant::now();
    let transport = ScriptedTransport::new()
        .then(Answer::fail_to_connect())
        .then(Answer::time_out().after(SECOND));
    let client = transport.client();

    let refused = client.get(URL).send().await.unwrap_err();
    let refused = error_of(&refused);
    assert!(refused.is_connect() && refused.is_request() && !refused.is_timeout());
    assert_eq!(refused.url().unwrap().as_str(), URL);
    assert_eq!(begun.elapsed(), Duration::ZERO);

    let late = client.get(URL).send().await.unwrap_err();
    assert!(late.is_timeout() && !late.is_connect());
    assert_eq!(begun.elapsed(), SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_request_is_counted_as_abandoned() {
    let gate = Gate::new();
    let transport = ScriptedTransport::new()
        .hang()
        .reply(Reply::status(200).after_gate(&gate));
    let client = transport.client();
    let call = |client: ClientWithMiddleware| tokio::spawn(async move { status(&client).await });
    let driver = call(client.clone());
    transport.wait_for_requests(1).await;
    let waiter = call(client);
    gate.wait_for(1).await;
    assert_eq!(transport.in_flight(), 2);

    driver.abort();
    assert!(driver.await.unwrap_err().is_cancelled());
    assert_eq!((transport.in_flight(), transport.abandoned()), (1, 1));
    gate.open();
    assert_eq!(waiter.await.unwrap(), 200);
    assert_eq!((transport.in_flight(), transport.abandoned()), (0, 1));
    transport.assert_count(2);
}

#[tokio::test(start_paused = true)]
async fn layers_stand_above_the_transport() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(200));
    let inner = ScriptedTransport::new().otherwise(Reply::status(418));
    let client = transport.client_with(|builder| builder.with(inner.clone()));
    assert_eq!(status(&client).await, 418, "the outer layer answers first");
    transport.assert_count(0);
    inner.assert_count(1);
}

#[tokio::test]
#[should_panic(
    expected = "expected 2 requests, 1 were sent: [\n    \"GET http://api.test/items?page=2\",\n]"
)]
async fn a_wrong_count_lists_what_was_sent() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(200));
    status(&transport.client()).await;
    transport.assert_count(2);
}

#[test]
#[should_panic(expected = "not a valid header name for a reply")]
fn a_reply_that_cannot_be_sent_fails_where_it_is_written() {
    let _ = Reply::status(200).header("not a name", "x");
}

#[tokio::test(start_paused = true)]
async fn the_clock_moves_with_paused_time() {
    let now = testkit::clock();
    let (copy, before) = (now.clone(), now());
    tokio::time::advance(Duration::from_millis(90_001)).await;
    assert_eq!(now().duration_since(before).unwrap().as_millis(), 90_001);
    assert_eq!(copy(), now());
}

fn error_of(error: &Error) -> &reqwest::Error {
    match error {
        Error::Reqwest(error) => error,
        Error::Middleware(error) => panic!("{error:?}"),
    }
}

/// A streaming body of several pieces, from the last to the first.
struct Pieces(Vec<&'static str>);

impl HttpBody for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.pop().map(|piece| Ok(Frame::data(piece.into()))))
    }
}

/// A streaming body that fails after its first piece.
struct Broken(Option<&'static str>);

impl HttpBody for Broken {
    type Data = Bytes;
    type Error = Mine;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Mine>>> {
        Poll::Ready(Some(match self.0.take() {
            Some(piece) => Ok(Frame::data(piece.into())),
            None => Err(Mine(3)),
        }))
    }
}
