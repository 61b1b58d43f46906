//! What is used when no newer credential can be had, and what isn't.

use super::*;

#[test]
fn a_late_refusal_does_not_get_a_newer_credential_that_has_expired_meanwhile() {
    let mut state = state_with(token("first"));
    let first = used(state.usable(0));
    let flight = started(state.newer_than(&first, 0));
    state.succeed(flight, token_until("second", 100), 0);

    used(state.newer_than(&first, 89));
    let flight = started(state.newer_than(&first, 100));
    state.succeed(flight, token("third"), 100);
    assert_eq!(state.name(), Some("third"));
    used(state.newer_than(&first, 100));
}

#[test]
fn a_late_refusal_gets_the_newer_credential_that_is_still_good_if_no_better_can_be_had() {
    let mut state = state_with(token("first"));
    let first = used(state.usable(0));
    state.set(token_until("second", 100).into(), at(0).wall);
    let flight = started(state.newer_than(&first, 95));
    state.fail(flight, 95).unwrap().unwrap_err();

    let need = Need::NewerThan(first.clone());
    assert!(state.fallback(&need, at(95)).is_some());
    used(state.newer_than(&first, 95));
    started(state.newer_than(&first, 100));
}

#[test]
fn a_late_refusal_during_an_early_refresh_does_not_blame_the_newer_credential() {
    let mut state = state_with(token("first"));
    let first = used(state.usable(0));
    state.set(token_until("second", 100).into(), at(0).wall);
    let flight = started(state.usable(90));
    assert!(matches!(state.newer_than(&first, 90), Decision::Join(_)));
    state.fail(flight, 90).unwrap().unwrap_err();
    used(state.usable(90));
}

#[test]
fn what_is_still_good_of_the_next_users_credential_is_not_for_the_one_before() {
    let mut state = state_with(token_of("ada"));
    let ada = used(state.usable(0));
    let bob = Token {
        expires: Some(100),
        ..token_of("bob")
    };
    state.set(bob.into(), at(0).wall);
    assert!(is_ended(&refused(state.newer_than(&ada, 95))));
    assert!(state.fallback(&Need::NewerThan(ada), at(95)).is_none());
}

#[test]
fn one_waiter_too_many_makes_do_with_a_credential_that_is_still_good() {
    let mut state = State::<Token>::new(Limits {
        waiters: 1,
        ..Limits::default()
    });
    state.set(token_until("old", 100).into(), at(0).wall);
    let old = used(state.usable(0));
    started(state.usable(90));
    assert_eq!(used(state.usable(90)).version(), old.version());
    let error = refused(state.newer_than(&old, 90));
    assert!(matches!(failure(&error), RefreshFailure::WaitersFull));
    let error = refused(state.usable(100));
    assert!(matches!(failure(&error), RefreshFailure::WaitersFull));
}

/// A clock that is ahead by almost the whole life of a token shows it with a second left.
#[test]
fn a_clock_that_makes_each_new_credential_look_expired_in_a_second_stops_nobody() {
    let mut state = state();
    for second in 0..5 {
        let flight = started(state.usable(second));
        state.succeed(flight, token_until("short", second + 1), second);
    }
    let newest = used(state.usable(7));
    let error = refused(state.newer_than(&newest, 7));
    assert!(matches!(failure(&error), RefreshFailure::TooManyRefreshes));
    assert_eq!(used(state.usable(8)).version(), newest.version());
    started(state.usable(30));
}

#[test]
fn a_backoff_without_end_is_a_backoff() {
    let mut state = State::<Token>::new(Limits {
        backoff: Duration::MAX,
        backoff_cap: Duration::MAX,
        ..Limits::default()
    });
    let flight = started(state.usable(1));
    state.fail(flight, 1).unwrap().unwrap_err();
    refused(state.usable(u64::from(u32::MAX)));
}

#[test]
fn a_refresh_that_its_own_timer_did_not_end_is_given_up_a_second_later() {
    let mut state = state();
    let dead = started(state.usable(0));
    assert!(state.give_up_overdue(at(30)).is_none());
    let outcome = state.give_up_overdue(at(31)).unwrap();
    let error = outcome.unwrap_err();
    assert!(matches!(failure(&error), RefreshFailure::TimedOut));
    assert!(state.give_up_overdue(at(31)).is_none());

    refused(state.usable(31));
    let flight = started(state.usable(32));
    assert!(state.succeed(dead, token("too late"), 34).is_none());
    state.succeed(flight, token("new"), 34).unwrap().unwrap();
    assert_eq!(state.name(), Some("new"));
}

/// It may have spent the refresh token, and the next one would send that again.
#[test]
fn a_refresh_that_lands_after_it_was_given_up_counts_until_another_begins() {
    let mut state = state();
    let late = started(state.usable(0));
    state.give_up_overdue(at(31)).unwrap().unwrap_err();
    state.succeed(late, token("late"), 32).unwrap().unwrap();
    assert_eq!(state.name(), Some("late"));
    assert!(state.succeed(late, token("twice"), 33).is_none());
}

#[test]
fn a_refresh_that_lands_after_it_was_given_up_undoes_no_login_and_no_logout() {
    let mut state = state();
    let late = started(state.usable(0));
    state.give_up_overdue(at(31)).unwrap().unwrap_err();
    state.set(token("login").into(), at(31).wall);
    assert!(state.succeed(late, token("late"), 32).is_none());
    assert_eq!(state.name(), Some("login"));

    let login = used(state.usable(32));
    let late = started(state.newer_than(&login, 32));
    state.give_up_overdue(at(63)).unwrap().unwrap_err();
    assert!(state.clear().is_none());
    assert!(state.succeed(late, token("late"), 64).is_none());
    assert_eq!(state.name(), None);
}

#[test]
fn a_refresh_that_is_found_dead_much_later_has_had_its_backoff_already() {
    let mut state = state();
    started(state.usable(0));
    state.give_up_overdue(at(600)).unwrap().unwrap_err();
    started(state.usable(600));
}

#[test]
fn signing_in_forgets_what_stood_against_a_refresh() {
    let mut state = state();
    let flight = started(state.usable(0));
    state.fail(flight, 0).unwrap().unwrap_err();
    state.set(token("first").into(), at(0).wall);
    let mut newest = used(state.usable(0));
    for _ in 0..5 {
        let flight = started(state.newer_than(&newest, 0));
        newest = state.succeed(flight, token("b"), 0).unwrap().unwrap();
    }
    refused(state.newer_than(&newest, 0));
    state.set(token("second").into(), at(0).wall);
    let second = used(state.usable(0));
    started(state.newer_than(&second, 0));
}
