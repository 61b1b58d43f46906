//! The deadline, wherever a call is when it passes.

use std::time::Duration;

use cancel::Deadline;
use facade::{ApiError, CancellationToken, DeadlineExceeded, ErrorKind, TimeoutPhase};
use futures_util::future::{BoxFuture, join_all};
use futures_util::{FutureExt, StreamExt};
use request_context::Instant;
use stack_tests::{Session, find, soon};
use testkit::{Behaviour, Reply};

use crate::expectations::{assert_error, assert_kind, through_the_facade};

const DEADLINE: ErrorKind = ErrorKind::Timeout(TimeoutPhase::Deadline);
const SHORT: Duration = Duration::from_millis(100);
/// Long enough for headers to arrive on a busy machine, since what is tested comes after them.
const LONGER: Duration = Duration::from_secs(2);

#[tokio::test]
async fn a_deadline_that_passes_before_the_headers() {
    let session = Session::fresh().await;
    session.server.on("/slow", Behaviour::HangBeforeHeaders);
    let url = session.server.url_of("/slow");
    let client = session.client();
    let own = soon(client.get("slow").deadline(SHORT).send()).await;
    let clients = session.builder().deadline(SHORT).build().unwrap();
    let clients = soon(clients.get("slow").send()).await;
    let instant = client.get("slow").deadline(Instant::now() + SHORT);
    let instant = soon(instant.send()).await;
    for outcome in [own, clients, instant] {
        let error = outcome.unwrap_err();
        assert_error(&error, DEADLINE, &url, 1);
        assert!(find::<DeadlineExceeded>(&error).is_some());
    }
    let chain = client.inner().get(url);
    let chain = chain.with_extension(Deadline::within(SHORT)).send();
    let error = ApiError::from(soon(chain).await.unwrap_err());
    assert_kind(&error, DEADLINE);
    assert!(find::<DeadlineExceeded>(&error).is_some());
}

#[tokio::test]
async fn a_deadline_that_passes_in_the_body_however_it_is_read() {
    let session = Session::fresh().await;
    let stalls = Reply::status(200).chunk("first").then_stall();
    session.server.on("/feed", stalls);
    let client = session.client();
    let token = CancellationToken::new();
    let request = || client.get("feed").deadline(LONGER);
    let bytes = through_the_facade(request());
    let wrapped = through_the_facade(request().cancel(&token));
    let json = async {
        let response = request().send().await.unwrap();
        response.json::<String>().await.unwrap_err()
    };
    let stream = async {
        let stream = request().send().await.unwrap().stream();
        let chunks: Vec<_> = stream.collect().await;
        let [Ok(_), Err(_)] = &chunks[..] else {
            panic!("one chunk, one error");
        };
        chunks.into_iter().find_map(Result::err).unwrap()
    };
    let reads: [BoxFuture<'_, ApiError>; 4] =
        [bytes.boxed(), wrapped.boxed(), json.boxed(), stream.boxed()];
    for error in soon(join_all(reads)).await {
        assert_error(&error, DEADLINE, &session.server.url_of("/feed"), 1);
        assert!(find::<reqwest::Error>(&error).unwrap().is_timeout());
    }
}

#[tokio::test]
async fn a_deadline_that_passes_while_waiting_for_a_refresh_does_not_stop_it() {
    let session = Session::stale().await;
    let held = session.hold_refresh();
    let client = session.client();
    let url = session.server.url_of("/me");
    let refused = soon(client.get("me").deadline(LONGER).send());
    let waiting = async {
        held.wait_for(1).await;
        client.get("me").deadline(SHORT).send().await
    };
    let (refused, waiting) = tokio::join!(refused, soon(waiting));
    for (outcome, attempts) in [(refused, 1), (waiting, 0)] {
        let error = outcome.unwrap_err();
        assert_error(&error, DEADLINE, &url, attempts);
        assert!(find::<DeadlineExceeded>(&error).is_some());
    }
    assert_eq!(session.server.count_of("/me"), 1);
    held.open();
    let next = soon(client.get("me").send()).await.unwrap();
    assert_eq!((next.attempts(), session.refreshes()), (1, 1));
}

#[tokio::test]
async fn a_deadline_that_passes_while_waiting_for_a_permit() {
    let session = Session::fresh().await;
    session.server.on("/slow", Behaviour::HangBeforeHeaders);
    let client = session.builder().concurrency_limit(1).build().unwrap();
    let first = tokio::spawn(client.get("slow").send());
    soon(session.server.wait_for_requests(1)).await;
    let error = soon(client.get("me").deadline(SHORT).send())
        .await
        .unwrap_err();
    assert_error(&error, DEADLINE, &session.server.url_of("/me"), 0);
    assert!(find::<DeadlineExceeded>(&error).is_some());
    assert_eq!(session.server.request_count(), 1);
    first.abort();
    soon(client.get("me").send()).await.unwrap();
}

#[tokio::test]
async fn a_deadline_that_passes_after_the_replay_has_begun() {
    let session = Session::stale().await;
    session
        .server
        .once_on("/me", Reply::status(401))
        .once_on("/me", Behaviour::HangBeforeHeaders);
    let request = session.client().get("me").deadline(LONGER);
    let error = soon(request.send()).await.unwrap_err();
    assert_error(&error, DEADLINE, &session.server.url_of("/me"), 2);
    assert!(find::<DeadlineExceeded>(&error).is_some());
}

#[tokio::test]
async fn a_deadline_that_has_passed_already_sends_nothing() {
    let session = Session::fresh().await;
    let request = session.client().get("me").deadline(Instant::now());
    let error = soon(request.send()).await.unwrap_err();
    assert_error(&error, DEADLINE, &session.server.url_of("/me"), 0);
    assert!(find::<DeadlineExceeded>(&error).is_some());
    assert_eq!(session.server.connections(), 0);
}

#[tokio::test]
async fn the_earlier_of_two_deadlines_counts() {
    let session = Session::fresh().await;
    session.server.on("/slow", Behaviour::HangBeforeHeaders);
    let an_hour = Duration::from_secs(3600);
    for (clients, own) in [(an_hour, SHORT), (SHORT, an_hour)] {
        let client = session.builder().deadline(clients).build().unwrap();
        let error = soon(client.get("slow").deadline(own).send()).await;
        assert_kind(&error.unwrap_err(), DEADLINE);
    }
}

#[tokio::test]
async fn a_status_is_told_at_the_deadline_even_if_its_body_hangs() {
    let session = Session::fresh().await;
    let reply = Reply::status(500).body("0123456789");
    let hangs = Behaviour::HangInBody { reply, sent: 4 };
    session.server.on("/broken", hangs);
    let once = session.builder().retry(None).build().unwrap();
    let request = once.get("broken").deadline(LONGER);
    let error = soon(request.send()).await.unwrap_err();
    assert_error(
        &error,
        ErrorKind::Server,
        &session.server.url_of("/broken"),
        1,
    );
    assert_eq!(error.text(), "0123");
}
