//! What is told of a call's attempts: to the hook, and to the layers below.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use std::sync::{Arc, Mutex};

use http::Extensions;
use request_context::{Call, HeadersTimedOut, Instant};
use reqwest::Response;
use reqwest_middleware::Error;
use safe_retry::{Retry, RetryBudget, RetryMiddleware};
use support::{At, Layer, client, get, is, retries, seconds};
use testkit::{Answer, Reply, ScriptedTransport};

type Lines = Arc<Mutex<Vec<String>>>;

const SECRET: &str = "http://ada:hunter2@api.test/orders?key=hunter3";

#[tokio::test(start_paused = true)]
async fn the_hook_is_told_of_each_retry_before_its_wait() {
    let lines = Lines::default();
    let begun = Instant::now();
    let layer = retries().on_retry({
        let lines = Arc::clone(&lines);
        move |event| {
            lines.lock().unwrap().push(format!(
                "at {}: retry {} of {} {} in {} s after {:?}, {:?}",
                begun.elapsed().as_secs(),
                event.retry(),
                event.method(),
                event.url(),
                event.wait().as_secs(),
                event.status().map(|status| status.as_u16()),
                event.error().map(Error::is_connect),
            ));
        }
    });
    let transport = ScriptedTransport::new()
        .reply(Reply::status(503))
        .then(Answer::fail_to_connect())
        .reply(Reply::status(429).header("retry-after", "9"))
        .reply(Reply::status(200));
    client(&transport, layer).execute(get()).await.unwrap();
    let url = support::URL;
    assert_eq!(
        *lines.lock().unwrap(),
        [
            format!("at 0: retry 1 of GET {url} in 1 s after Some(503), None"),
            format!("at 1: retry 2 of GET {url} in 2 s after None, Some(true)"),
            format!("at 3: retry 3 of GET {url} in 9 s after Some(429), None"),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn the_hook_hears_nothing_of_what_is_not_sent_again() {
    let silent = || retries().on_retry(|event| panic!("{event:?}"));
    let down = ScriptedTransport::new().otherwise(Reply::status(503));
    client(&down, silent())
        .post(support::URL)
        .send()
        .await
        .unwrap();
    let never = client(&down, silent())
        .get(support::URL)
        .with_extension(Retry::never());
    never.send().await.unwrap();
    let nothing = RetryBudget::default().min_per_second(0).ratio(0.0);
    client(&down, silent().budget(nothing))
        .execute(get())
        .await
        .unwrap();
    client(&down, silent().max_retries(0))
        .execute(get())
        .await
        .unwrap();
    let client = client(&down, silent());
    support::within(&client, get(), seconds(1)).await.unwrap();
    down.assert_count(5);
}

#[tokio::test(start_paused = true)]
async fn an_event_shows_neither_query_nor_userinfo() {
    let lines = Lines::default();
    let layer = retries().on_retry({
        let lines = Arc::clone(&lines);
        move |event| lines.lock().unwrap().push(format!("{event:?}"))
    });
    let transport = ScriptedTransport::new()
        .then(Answer::fail_to_connect())
        .then(Answer::time_out())
        .reply(Reply::status(503))
        .reply(Reply::status(200));
    client(&transport, layer).get(SECRET).send().await.unwrap();
    let lines = lines.lock().unwrap();
    assert_eq!(lines.len(), 3);
    for (line, what) in lines.iter().zip(["connect", "timeout", "503"]) {
        assert!(line.contains("api.test") && line.contains(what), "{line}");
        assert!(!line.contains("hunter"), "{line}");
    }
}

#[tokio::test(start_paused = true)]
async fn layers_below_can_tell_which_attempt_it_is() {
    let attempts = Arc::new(Mutex::new(Vec::new()));
    let looks = Layer({
        let attempts = Arc::clone(&attempts);
        move |call: &Call, outcome: Result<Response, Error>| {
            attempts
                .lock()
                .unwrap()
                .push((call.attempts(), call.waited()));
            outcome
        }
    });
    let transport = ScriptedTransport::new().otherwise(Reply::status(503));
    let client = transport.client_with(|chain| chain.with(retries()).with(looks));
    client.execute(get()).await.unwrap();
    let expected = [(1, 0), (2, 1), (3, 3), (4, 7)].map(|(n, waited)| (n, seconds(waited)));
    assert_eq!(*attempts.lock().unwrap(), expected);
}

#[tokio::test(start_paused = true)]
async fn a_second_pass_of_one_call_counts_on() {
    // A redirect layer above sends the next hop through with the same extensions.
    let transport = ScriptedTransport::new()
        .reply(Reply::status(503))
        .reply(Reply::status(302))
        .fail(HeadersTimedOut::new())
        .fail(HeadersTimedOut::new());
    let client = client(&transport, RetryMiddleware::new().policy(At::seconds([1])));
    let mut extensions = Extensions::new();
    client
        .execute_with_extensions(get(), &mut extensions)
        .await
        .unwrap();
    let error = client
        .execute_with_extensions(get(), &mut extensions)
        .await
        .unwrap_err();
    assert!(is::<HeadersTimedOut>(&error));
    let call = Call::find(&extensions).unwrap();
    assert_eq!((call.attempts(), call.waited()), (4, seconds(2)));
}

#[test]
fn what_is_public_can_be_shown_and_shows_no_policy_or_hook() {
    let layer = retries().park(true).on_retry(|_| ());
    let shown = format!("{layer:?} {:?}", Retry::always());
    assert!(
        shown.contains("park: true") && shown.contains("Always"),
        "{shown}"
    );
}

#[test]
fn the_layer_can_be_shared_between_threads() {
    fn check<T: Clone + Send + Sync + 'static>() {}
    check::<RetryMiddleware>();
    check::<Retry>();
    check::<safe_retry::HeadersTimeoutMiddleware>();
}
