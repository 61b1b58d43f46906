//! An exchange: what is sent, and what is kept of the answer.

use std::time::Duration;

use auth_middleware::{InvalidToken, RenewalError};
use refresh_queue::Renewable;
use testkit::Gate;
use token_store::TokenSet;

use super::scripted::World;
use super::{good, name, numbered, over, reason, refresh, source};

const ALL: [&str; 7] = [
    "load",
    "lock",
    "load again",
    "mark",
    "exchange a1 r1",
    "save a2 r2",
    "unlock",
];

#[tokio::test]
async fn a_refresh_marks_exchanges_and_saves_in_that_order_under_the_lock() {
    // Refused before its end, at its end, and found so at the start.
    for (stored, stale) in [
        (good(1), Some(good(1))),
        (over(1), Some(over(1))),
        (over(1), None),
    ] {
        let world = World::with(&stored).answer(good(2));
        let renewed = refresh(&world.refresher(), stale.as_ref()).await.unwrap();
        assert_eq!(name(renewed.tokens()), "a2 r2");
        assert_eq!(world.happened(), ALL);
        assert_eq!(world.stored().await, (Some("a2 r2".into()), false));
    }
}

#[tokio::test]
async fn an_answer_without_a_refresh_token_keeps_the_old_one() {
    let world = World::with(&over(1)).answer(TokenSet::new("a2"));
    let renewed = refresh(&world.refresher(), None).await.unwrap();
    assert_eq!(name(renewed.tokens()), "a2 r1");
    assert_eq!(world.stored().await, (Some("a2 r1".into()), false));
}

#[tokio::test]
async fn an_answer_begins_no_other_session() {
    let tokens = over(1).scope("read");
    let world = World::with(&tokens).answer(good(2).in_session("theirs"));
    let renewed = refresh(&world.refresher(), None).await.unwrap();
    assert_eq!(renewed.tokens().session(), tokens.session());
    assert_eq!(renewed.tokens().scopes().collect::<Vec<_>>(), ["read"]);
    assert!(renewed.expires_at().is_some());
}

#[tokio::test]
async fn the_refresh_token_that_is_sent_is_always_the_store_s() {
    // Of another session that is over, and of a newer refresh that is over again.
    for stored in [over(7), over(1).succeeded_by(over(7))] {
        let world = World::with(&stored).answer(good(8));
        refresh(&world.refresher(), Some(&over(1))).await.unwrap();
        assert_eq!(world.happened()[4], "exchange a7 r7");
    }
    // Somebody has renewed while the lock was waited for, and that is over again.
    let world = World::with(&over(1))
        .meanwhile(Some(over(7)))
        .answer(good(8));
    refresh(&world.refresher(), Some(&over(1))).await.unwrap();
    assert_eq!(world.happened()[4], "exchange a7 r7");
}

/// Answers whose access token can't be used, and why.
fn unusable() -> [(TokenSet, InvalidToken); 2] {
    let line_break = TokenSet::new("a\n2").refresh_token("r2");
    [
        (line_break, InvalidToken::Characters),
        (good(2).token_type("mac"), InvalidToken::NotBearer),
    ]
}

#[tokio::test]
async fn an_access_token_that_can_not_be_used_does_not_lose_the_refresh_token_beside_it() {
    for (answer, expected) in unusable() {
        let world = World::with(&over(1)).answer(answer.clone()).answer(good(3));
        let refresher = world.refresher();
        let error = refresh(&refresher, Some(&over(1))).await.unwrap_err();
        assert!(!error.is_rejected());
        let RenewalError::InvalidToken(found) = source(&error) else {
            panic!("{error:?}");
        };
        assert_eq!(*found, expected);
        assert_eq!(world.stored().await, (Some(name(&answer)), false));

        world.happened();
        let renewed = refresh(&refresher, Some(&over(1))).await.unwrap();
        assert_eq!(name(renewed.tokens()), "a3 r3");
        assert_eq!(world.happened()[4], format!("exchange {}", name(&answer)));
    }
}

#[tokio::test]
async fn a_bearer_token_may_be_called_so_in_any_case() {
    for called in ["bearer", "BEARER", "Bearer"] {
        let world = World::with(&over(1)).answer(good(2).token_type(called));
        let renewed = refresh(&world.refresher(), None).await.unwrap();
        assert_eq!(name(renewed.tokens()), "a2 r2");
    }
}

#[tokio::test(start_paused = true)]
async fn a_grant_that_never_comes_back_gives_the_lock_back() {
    let gate = Gate::new();
    gate.close();
    let world = World::with(&over(1)).held_by(&gate);
    let refresher = world.refresher().exchange_timeout(Duration::from_secs(5));
    let error = refresh(&refresher, None).await.unwrap_err();
    assert!(!error.is_rejected());
    assert_eq!(reason(&error), "the exchange took longer than its limit");
    // It may have been sent.
    assert_eq!(world.stored().await, (Some("a1 r1".into()), true));
}

#[tokio::test]
async fn a_clock_of_its_own_decides_what_is_over() {
    let world = World::with(&over(1));
    let refresher = world
        .refresher()
        .clock(|| std::time::SystemTime::UNIX_EPOCH);
    assert!(refresh(&refresher, None).await.is_ok());
    assert_eq!(world.happened(), ["load"]);
}

#[tokio::test]
async fn tokens_without_an_expiry_are_renewed_when_they_are_refused() {
    let world = World::with(&numbered(1)).answer(good(2));
    assert!(refresh(&world.refresher(), None).await.is_ok());
    assert_eq!(world.happened(), ["load"]);
    let renewed = refresh(&world.refresher(), Some(&numbered(1))).await;
    assert_eq!(name(renewed.unwrap().tokens()), "a2 r2");
    assert_eq!(world.happened(), ALL);
}
