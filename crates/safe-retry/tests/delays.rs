//! When the next attempt leaves: the policy's word, and the server's.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use std::time::{Duration, SystemTime};

use http::Extensions;
use request_context::{Call, Instant};
use reqwest_middleware::Error;
use safe_retry::RetryMiddleware;
use support::{At, arrivals, client, get, retries, seconds, status, whole_seconds};
use testkit::{Answer, Reply, ScriptedTransport};

fn date(at: SystemTime) -> String {
    httpdate::fmt_http_date(at)
}

/// How long after an answer with these headers the next attempt left; none if there was no other.
async fn wait_after(headers: &[(&str, &str)]) -> Option<Duration> {
    let mut busy = Reply::status(503);
    for (name, value) in headers {
        busy = busy.header(*name, *value);
    }
    let transport = ScriptedTransport::new()
        .reply(busy)
        .otherwise(Reply::status(200));
    let layer = RetryMiddleware::new().policy(At::seconds([7]));
    let begun = Instant::now();
    client(&transport, layer).execute(get()).await.unwrap();
    arrivals(&transport, begun).get(1).copied()
}

#[tokio::test(start_paused = true)]
async fn a_users_own_policy_is_followed_to_the_instant() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(503));
    let begun = Instant::now();
    let outcome = client(&transport, retries()).execute(get()).await;
    assert_eq!(status(&outcome), 503);
    assert_eq!(arrivals(&transport, begun), whole_seconds([0, 1, 3, 7]));
    assert_eq!(begun.elapsed(), seconds(7));
}

#[tokio::test(start_paused = true)]
async fn a_time_that_has_passed_already_means_at_once() {
    // The attempts take five seconds each, the policy's times are long over.
    let slow = Reply::status(503).after(seconds(5));
    let transport = ScriptedTransport::new().otherwise(slow);
    let begun = Instant::now();
    client(&transport, retries()).execute(get()).await.unwrap();
    assert_eq!(arrivals(&transport, begun), whole_seconds([0, 5, 10, 15]));
}

#[tokio::test(start_paused = true)]
async fn by_default_a_call_is_sent_four_times_with_waits_of_up_to_one_two_and_four_seconds() {
    for _ in 0..20 {
        let transport = ScriptedTransport::new().otherwise(Reply::status(503));
        let client = client(&transport, RetryMiddleware::new());
        let outcome = client.execute(get()).await;
        assert_eq!(status(&outcome), 503);
        let requests = transport.requests();
        let waits = requests
            .windows(2)
            .map(|pair| pair[1].arrived() - pair[0].arrived());
        let waits: Vec<_> = waits.collect();
        assert_eq!(waits.len(), 3);
        for (wait, most) in waits.into_iter().zip([1, 2, 4]) {
            // It reads the wall clock itself, so that each timer may fire a moment later.
            assert!(
                wait < seconds(most) + Duration::from_millis(500),
                "{wait:?} for {most} s"
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn max_retries_counts_retries_and_not_attempts() {
    for retries in [0, 1, 5] {
        let transport = ScriptedTransport::new().otherwise(Reply::status(503));
        let client = client(&transport, RetryMiddleware::new().max_retries(retries));
        client.execute(get()).await.unwrap();
        transport.assert_count(retries as usize + 1);
    }
}

#[tokio::test(start_paused = true)]
async fn retry_after_in_seconds_goes_before_the_policy_be_it_longer_or_shorter() {
    for asked in [0, 1, 30, 60] {
        let wait = wait_after(&[("retry-after", &asked.to_string())]).await;
        assert_eq!(wait, Some(seconds(asked)));
    }
}

#[tokio::test(start_paused = true)]
async fn the_policy_still_says_how_often() {
    let busy = Reply::status(503).header("retry-after", "20");
    let transport = ScriptedTransport::new().otherwise(busy);
    let begun = Instant::now();
    client(&transport, retries()).execute(get()).await.unwrap();
    assert_eq!(arrivals(&transport, begun), whole_seconds([0, 20, 40, 60]));
}

#[tokio::test(start_paused = true)]
async fn above_the_cap_the_answer_goes_up_at_once() {
    for (cap, asked, sent) in [
        (60, "60", 2),
        (60, "61", 1),
        (5, "6", 1),
        (0, "0", 2),
        (0, "1", 1),
    ] {
        let busy = Reply::status(429)
            .header("retry-after", asked)
            .body("later");
        let transport = ScriptedTransport::new()
            .repeat(sent, &busy)
            .otherwise(Reply::status(200));
        let layer = RetryMiddleware::new().policy(At::seconds([1]));
        let begun = Instant::now();
        let client = client(&transport, layer.retry_after_cap(seconds(cap)));
        let answer = client.execute(get()).await.unwrap();
        assert_eq!(answer.status(), 429);
        assert_eq!(answer.text().await.unwrap(), "later");
        transport.assert_count(sent);
        if sent == 1 {
            assert_eq!(begun.elapsed(), Duration::ZERO, "asked for {asked}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn more_seconds_than_there_are_ask_for_too_much_and_cause_no_panic() {
    for asked in ["18446744073709551615", "99999999999999999999999999"] {
        assert_eq!(wait_after(&[("retry-after", asked)]).await, None);
    }
    let busy = Reply::status(503).header("retry-after", "18446744073709551615");
    let transport = ScriptedTransport::new().reply(busy);
    let client = client(&transport, retries().retry_after_cap(Duration::MAX));
    assert_eq!(status(&client.execute(get()).await), 503);
}

#[tokio::test(start_paused = true)]
async fn a_date_is_held_against_the_answers_own_date_whichever_clock_is_wrong() {
    let day = seconds(86_400);
    for servers_now in [SystemTime::now() - day, SystemTime::now() + day] {
        let at = date(servers_now + seconds(30));
        let wait = wait_after(&[("retry-after", &at), ("date", &date(servers_now))]).await;
        assert_eq!(wait, Some(seconds(30)));
    }
}

#[tokio::test(start_paused = true)]
async fn the_three_forms_of_a_date_are_understood() {
    for at in [
        "Sun, 06 Nov 1994 08:50:07 GMT",
        "Sunday, 06-Nov-94 08:50:07 GMT",
        "Sun Nov  6 08:50:07 1994",
    ] {
        let date = ("date", "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(
            wait_after(&[("retry-after", at), date]).await,
            Some(seconds(30)),
            "{at}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_date_that_has_passed_means_at_once() {
    let past = date(SystemTime::now() - seconds(30));
    assert_eq!(
        wait_after(&[("retry-after", &past)]).await,
        Some(Duration::ZERO)
    );
}

#[tokio::test(start_paused = true)]
async fn a_date_without_a_date_beside_it_is_held_against_our_clock() {
    // Its form has whole seconds: what is asked for is between 29 and 30.
    let at = date(SystemTime::now() + seconds(30));
    let wait = wait_after(&[("retry-after", &at)]).await.unwrap();
    assert!(wait > seconds(28) && wait <= seconds(30), "{wait:?}");
}

#[tokio::test(start_paused = true)]
async fn a_date_too_far_away_asks_for_too_much() {
    let lines = [
        ("retry-after", "Sun, 06 Nov 1994 08:50:38 GMT"),
        ("date", "Sun, 06 Nov 1994 08:49:37 GMT"),
    ];
    assert_eq!(wait_after(&lines).await, None);
}

#[tokio::test(start_paused = true)]
async fn retry_after_in_milliseconds_is_more_exact_and_goes_first() {
    let both = [("retry-after", "2"), ("retry-after-ms", "1500")];
    assert_eq!(wait_after(&both).await, Some(Duration::from_millis(1500)));
    let alone = [("retry-after-ms", "250")];
    assert_eq!(wait_after(&alone).await, Some(Duration::from_millis(250)));
    assert_eq!(wait_after(&[("retry-after-ms", "60001")]).await, None);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_understood_leaves_it_to_the_policy() {
    for text in ["", "soon", "-1", "1.5", "Sun, 99 Nov 1994 08:50:38 GMT"] {
        let wait = wait_after(&[("retry-after", text)]).await;
        assert_eq!(wait, Some(seconds(7)), "{text:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn retry_after_on_an_answer_that_is_final_delays_nothing() {
    for code in [200, 301, 404, 501] {
        let reply = Reply::status(code).header("retry-after", "1");
        let transport = ScriptedTransport::new().reply(reply);
        let begun = Instant::now();
        let outcome = client(&transport, retries()).execute(get()).await;
        assert_eq!(status(&outcome), code);
        assert_eq!(begun.elapsed(), Duration::ZERO);
        transport.assert_count(1);
    }
}

#[tokio::test(start_paused = true)]
async fn the_waits_of_a_call_add_up_whoever_asked_for_them() {
    let transport = ScriptedTransport::new()
        .reply(Reply::status(503).header("retry-after", "20"))
        .then(Answer::fail_to_connect())
        .reply(Reply::status(200));
    let client = client(
        &transport,
        RetryMiddleware::new().policy(At::seconds([1, 25])),
    );
    let mut extensions = Extensions::new();
    let outcome = client.execute_with_extensions(get(), &mut extensions).await;
    assert_eq!(status(&outcome), 200);
    let call = Call::find(&extensions).unwrap();
    assert_eq!((call.attempts(), call.waited()), (3, seconds(25)));
}

#[tokio::test(start_paused = true)]
async fn attempts_and_waits_are_told_of_a_call_that_failed() {
    let transport = ScriptedTransport::new()
        .then(Answer::fail_to_connect())
        .then(Answer::time_out());
    let client = client(&transport, RetryMiddleware::new().policy(At::seconds([4])));
    let mut extensions = Extensions::new();
    let outcome = client.execute_with_extensions(get(), &mut extensions).await;
    assert!(matches!(outcome, Err(Error::Reqwest(error)) if error.is_timeout()));
    let call = Call::find(&extensions).unwrap();
    assert_eq!((call.attempts(), call.waited()), (2, seconds(4)));
}
