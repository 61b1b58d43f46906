//! Machines whose clock is wrong. The server's is right.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use refresh_queue::RefreshQueue;
use testkit::{Reply, ScriptedTransport};
use tokio::time::{Instant, advance};

use crate::support::Token;
use crate::support::scripted::{URL, client};

const NOON: Duration = Duration::from_secs(1_767_268_800);

/// Calls once a minute, with tokens that live this long by the server's clock, while the program's clock shows this
/// much more (or less) than it should. It returns how many requests were sent, and how many refreshes there were.
async fn calls_of(minutes: usize, life: u64, ahead: i64) -> (usize, usize) {
    let begun = Instant::now();
    let server = move || NOON.as_secs() + begun.elapsed().as_secs();
    let refreshes = Arc::new(AtomicUsize::new(0));
    // A token is named after the second in which the server will take it no more.
    let queue = RefreshQueue::builder({
        let refreshes = Arc::clone(&refreshes);
        move |_stale: Option<Token>| {
            refreshes.fetch_add(1, Ordering::SeqCst);
            let end = server() + life;
            let token = Token::named(&end.to_string());
            async move { Ok(token.until(UNIX_EPOCH + Duration::from_secs(end))) }
        }
    })
    .refresh_ahead(Duration::ZERO)
    .clock(move || UNIX_EPOCH + Duration::from_secs(server().checked_add_signed(ahead).unwrap()))
    .build();
    let transport = ScriptedTransport::new().respond_with(move |request| {
        let sent = request.header("authorization").unwrap();
        let end: u64 = sent.strip_prefix("Bearer ").unwrap().parse().unwrap();
        Reply::status(if server() < end { 200 } else { 401 })
    });
    let client = client(&transport, &queue);
    for minute in 0..minutes {
        let answer = client.get(URL).send().await.unwrap();
        assert_eq!(answer.status(), 200, "in minute {minute}");
        advance(Duration::from_secs(60)).await;
    }
    (transport.count(), refreshes.load(Ordering::SeqCst))
}

#[tokio::test(start_paused = true)]
async fn with_the_right_clock_no_token_is_refused() {
    assert_eq!(calls_of(61, 300, 0).await, (61, 13));
}

/// Each new token looks expired, so it is used until the server refuses it: every five minutes.
#[tokio::test(start_paused = true)]
async fn a_clock_ten_minutes_ahead_of_tokens_of_five_costs_a_replay_for_each_token() {
    assert_eq!(calls_of(61, 300, 600).await, (61 + 12, 13));
}

#[tokio::test(start_paused = true)]
async fn a_clock_ten_minutes_behind_costs_a_replay_for_each_token() {
    assert_eq!(calls_of(61, 300, -600).await, (61 + 12, 13));
}

/// They look as if they lived 50 minutes.
#[tokio::test(start_paused = true)]
async fn a_clock_ten_minutes_ahead_of_tokens_of_an_hour_refreshes_ten_minutes_early() {
    assert_eq!(calls_of(101, 3_600, 600).await, (101, 3));
}

/// They look as if they lived a second, which is over in each minute.
#[tokio::test(start_paused = true)]
async fn a_clock_that_leaves_each_token_a_second_costs_a_refresh_for_each_call() {
    assert_eq!(calls_of(60, 601, 600).await, (60, 60));
}
