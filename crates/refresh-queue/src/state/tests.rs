use request_context::Credential;

use super::*;
use crate::{QueueError, Renewable};

#[derive(Clone, Copy, Debug, PartialEq)]
struct Token {
    name: &'static str,
    user: Option<&'static str>,
    expires: Option<u64>,
}

impl Credential for Token {}

impl Renewable for Token {
    fn credential(&self) -> Arc<dyn Credential> {
        Arc::new(*self)
    }
    fn expires_at(&self) -> Option<SystemTime> {
        self.expires.map(|second| at(second).wall)
    }
    fn principal(&self) -> Option<Principal> {
        self.user.map(Principal::new)
    }
}

fn token(name: &'static str) -> Token {
    Token {
        name,
        user: None,
        expires: None,
    }
}

fn token_until(name: &'static str, expires: u64) -> Token {
    Token {
        expires: Some(expires),
        ..token(name)
    }
}

fn token_of(user: &'static str) -> Token {
    Token {
        user: Some(user),
        ..token(user)
    }
}

fn at(second: u64) -> Now {
    let elapsed = Duration::from_secs(second);
    Now {
        wall: SystemTime::UNIX_EPOCH + elapsed,
        elapsed,
    }
}

fn state() -> State<Token> {
    // Renewing ahead has tests of its own.
    State::new(Limits {
        ahead: Duration::ZERO,
        ..Limits::default()
    })
}

fn state_with(first: Token) -> State<Token> {
    let mut state = state();
    assert!(state.set(first.into(), at(0).wall).is_none());
    state
}

impl State<Token> {
    fn usable(&mut self, second: u64) -> Decision<Token> {
        self.ask(&Need::Usable, at(second))
    }

    fn newer_than(&mut self, refused: &Versioned, second: u64) -> Decision<Token> {
        self.ask(&Need::NewerThan(refused.clone()), at(second))
    }

    fn succeed(&mut self, flight: FlightId, fresh: Token, second: u64) -> Option<Outcome> {
        self.land(flight, Ok(fresh.into()), at(second))
    }

    fn fail(&mut self, flight: FlightId, second: u64) -> Option<Outcome> {
        let failure = RefreshFailure::failed("no route to host".into());
        self.land(flight, Err(Mishap::Failed(failure)), at(second))
    }

    fn reject(&mut self, flight: FlightId, second: u64) -> Option<Outcome> {
        let ended = SessionEnded::rejected("invalid_grant");
        self.land(flight, Err(Mishap::Rejected(ended)), at(second))
    }

    fn name(&self) -> Option<&'static str> {
        self.current().map(|token| token.name)
    }
}

#[track_caller]
fn used(decision: Decision<Token>) -> Versioned {
    match decision {
        Decision::Use(versioned) => versioned,
        other => panic!("expected a credential to use: {other:?}"),
    }
}

#[track_caller]
fn started(decision: Decision<Token>) -> FlightId {
    match decision {
        Decision::Start { flight, .. } => flight,
        other => panic!("expected a refresh to start: {other:?}"),
    }
}

#[track_caller]
fn refused(decision: Decision<Token>) -> QueueError {
    match decision {
        Decision::Refuse(error) => error,
        other => panic!("expected an error: {other:?}"),
    }
}

#[track_caller]
fn failure(error: &QueueError) -> &RefreshFailure {
    let QueueError::Unavailable(unavailable) = error else {
        panic!("expected an unavailable credential: {error:?}");
    };
    let source = std::error::Error::source(unavailable).unwrap();
    source.downcast_ref().unwrap()
}

fn is_ended(error: &QueueError) -> bool {
    matches!(error, QueueError::SessionEnded(_))
}

#[test]
fn without_a_credential_the_first_caller_starts_and_the_others_join() {
    let mut state = state();
    let Decision::Start {
        flight,
        stale: None,
    } = state.usable(0)
    else {
        panic!("nothing to begin with");
    };
    assert!(matches!(state.usable(0), Decision::Join(joined) if joined == flight));
    state.succeed(flight, token("a"), 1).unwrap().unwrap();
    used(state.usable(1));
}

#[test]
fn a_fresh_credential_is_used_without_a_refresh() {
    let mut state = state_with(token_until("a", 1000));
    used(state.usable(989));
    assert_eq!(state.flights.begun(), 0);
}

#[test]
fn a_credential_is_stale_ten_seconds_before_it_expires() {
    let mut state = state_with(token_until("a", 1000));
    assert!(state.at_hand(at(989).wall).is_some());
    assert!(state.at_hand(at(990).wall).is_none());
    let Decision::Start { stale, .. } = state.usable(990) else {
        panic!("it is stale");
    };
    assert_eq!(*stale.unwrap(), token_until("a", 1000));
}

#[test]
fn late_refusals_of_an_old_version_start_nothing() {
    let mut state = state_with(token("a"));
    let old = used(state.usable(0));
    let flight = started(state.newer_than(&old, 1));
    state.succeed(flight, token("b"), 2).unwrap().unwrap();

    for second in 2..100 {
        assert!(used(state.newer_than(&old, second)).version() > old.version());
    }
    assert_eq!(state.flights.begun(), 1);
}

#[test]
fn a_late_refusal_does_not_get_a_newer_credential_that_was_refused_as_well() {
    let mut state = state_with(token("first"));
    let first = used(state.usable(0));
    state.set(token("second").into(), at(0).wall);
    let second = used(state.usable(0));
    let flight = started(state.newer_than(&second, 0));
    let Decision::Join(joined) = state.newer_than(&first, 0) else {
        panic!("the second one is no good either");
    };
    assert_eq!(joined, flight);
}

#[test]
fn a_refusal_of_the_version_that_is_being_refreshed_joins() {
    let mut state = state_with(token("a"));
    let old = used(state.usable(0));
    let flight = started(state.newer_than(&old, 0));
    assert!(matches!(state.newer_than(&old, 0), Decision::Join(joined) if joined == flight));
}

#[test]
fn new_requests_wait_while_a_refresh_runs() {
    let mut state = state_with(token_until("a", 1000));
    let old = used(state.usable(0));
    started(state.newer_than(&old, 0));
    assert!(state.at_hand(at(0).wall).is_none());
    assert!(matches!(state.usable(0), Decision::Join(_)));
}

#[test]
fn a_rejected_refresh_ends_the_session_until_someone_signs_in() {
    let mut state = state_with(token("a"));
    let old = used(state.usable(0));
    let flight = started(state.newer_than(&old, 0));
    assert!(is_ended(&state.reject(flight, 1).unwrap().unwrap_err()));

    assert!(is_ended(&refused(state.usable(10_000))));
    assert!(is_ended(&refused(state.newer_than(&old, 10_000))));
    assert_eq!(state.name(), None);

    state.set(token("b").into(), at(10_001).wall);
    used(state.usable(10_001));
}

#[test]
fn a_failed_refresh_keeps_the_session_and_waits_out_a_backoff() {
    let mut state = state_with(token("a"));
    let old = used(state.usable(0));
    let flight = started(state.newer_than(&old, 0));
    state.fail(flight, 5).unwrap().unwrap_err();
    assert_eq!(state.name(), Some("a"));

    let error = refused(state.newer_than(&old, 5));
    assert!(matches!(failure(&error), RefreshFailure::Failed(_)));
    let flight = started(state.newer_than(&old, 6));
    state.fail(flight, 6).unwrap().unwrap_err();
    refused(state.newer_than(&old, 7));
    let flight = started(state.newer_than(&old, 8));
    state.succeed(flight, token("b"), 8).unwrap().unwrap();

    let new = used(state.newer_than(&old, 8));
    let flight = started(state.newer_than(&new, 8));
    state.fail(flight, 8).unwrap().unwrap_err();
    started(state.newer_than(&new, 9));
}

#[test]
fn a_failed_early_refresh_leaves_the_credential_in_use_until_it_expires() {
    let mut state = state_with(token_until("a", 1000));
    let flight = started(state.usable(990));
    state.fail(flight, 990).unwrap().unwrap_err();
    assert!(state.fallback(&Need::Usable, at(990)).is_some());
    used(state.usable(990));

    let flight = started(state.usable(999));
    state.fail(flight, 999).unwrap().unwrap_err();
    used(state.usable(999));
    refused(state.usable(1000));
}

#[test]
fn a_refused_credential_is_no_fallback() {
    let mut state = state_with(token("a"));
    let old = used(state.usable(0));
    let flight = started(state.newer_than(&old, 0));
    state.fail(flight, 0).unwrap().unwrap_err();
    assert!(state.fallback(&Need::Usable, at(0)).is_none());
    assert!(state.fallback(&Need::NewerThan(old), at(0)).is_none());
    assert!(matches!(
        failure(&refused(state.usable(0))),
        RefreshFailure::Failed(_)
    ));
}

#[test]
fn a_lost_runtime_costs_no_backoff() {
    let mut state = state_with(token("a"));
    let old = used(state.usable(0));
    let flight = started(state.newer_than(&old, 0));
    let lost = Err(Mishap::Failed(RefreshFailure::RuntimeEnded));
    state.land(flight, lost, at(0)).unwrap().unwrap_err();
    started(state.newer_than(&old, 0));
}

#[test]
fn too_many_successful_refreshes_in_the_window_are_an_error_until_it_has_passed() {
    let mut state = state_with(token("a"));
    for second in 0..5 {
        let refused = used(state.usable(second));
        let flight = started(state.newer_than(&refused, second));
        state.succeed(flight, token("b"), second).unwrap().unwrap();
    }
    let refused_by_all = used(state.usable(5));
    let error = refused(state.newer_than(&refused_by_all, 5));
    assert!(matches!(failure(&error), RefreshFailure::TooManyRefreshes));
    refused(state.newer_than(&refused_by_all, 29));
    started(state.newer_than(&refused_by_all, 30));
}

#[test]
fn an_endpoint_that_refuses_every_token_does_not_stop_the_calls_to_others() {
    let mut state = state_with(token("a"));
    for _ in 0..5 {
        let refused = used(state.usable(0));
        let flight = started(state.newer_than(&refused, 0));
        state.succeed(flight, token("b"), 0).unwrap().unwrap();
    }
    let newest = used(state.usable(0));
    let error = refused(state.newer_than(&newest, 0));
    assert!(matches!(failure(&error), RefreshFailure::TooManyRefreshes));
    assert!(state.at_hand(at(0).wall).is_some());
    assert_eq!(used(state.usable(0)).version(), newest.version());
}

#[test]
fn one_waiter_too_many_is_refused_and_one_that_leaves_makes_room() {
    let mut state = State::<Token>::new(Limits {
        waiters: 2,
        ..Limits::default()
    });
    let flight = started(state.usable(0));
    assert!(matches!(state.usable(0), Decision::Join(_)));
    let error = refused(state.usable(0));
    assert!(matches!(failure(&error), RefreshFailure::WaitersFull));

    state.leave(flight);
    assert!(matches!(state.usable(0), Decision::Join(_)));
}

#[test]
fn a_waiter_of_an_earlier_flight_makes_no_room_in_this_one() {
    let mut state = State::<Token>::new(Limits {
        waiters: 1,
        ..Limits::default()
    });
    let first = started(state.usable(0));
    state.fail(first, 0).unwrap().unwrap_err();
    started(state.usable(1));
    state.leave(first);
    refused(state.usable(1));
}

#[test]
fn signing_out_during_a_refresh_is_not_undone_by_it() {
    let mut state = state_with(token("a"));
    let old = used(state.usable(0));
    let flight = started(state.newer_than(&old, 0));
    assert!(is_ended(&state.clear().unwrap().unwrap_err()));

    assert!(state.succeed(flight, token("b"), 1).is_none());
    assert_eq!(state.name(), None);
    assert!(is_ended(&refused(state.usable(1))));
}

#[test]
fn signing_in_during_a_refresh_is_not_undone_by_it() {
    for landing in [State::fail, State::reject] {
        let mut state = state_with(token("a"));
        let old = used(state.usable(0));
        let flight = started(state.newer_than(&old, 0));
        state.set(token("b").into(), at(1).wall).unwrap().unwrap();
        assert!(landing(&mut state, flight, 2).is_none());
        assert_eq!(state.name(), Some("b"));
        used(state.usable(2));
    }
}

#[test]
fn a_request_that_was_sent_for_one_user_is_not_sent_again_for_another() {
    let mut state = state_with(token_of("ada"));
    let ada = used(state.usable(0));
    state.set(token_of("ada").into(), at(0).wall);
    used(state.newer_than(&ada, 0));

    state.set(token_of("bob").into(), at(1).wall);
    assert!(is_ended(&refused(state.newer_than(&ada, 1))));
    used(state.usable(1));
}

#[test]
fn those_who_wait_for_one_users_refresh_do_not_get_the_next_users_credential() {
    let mut state = state_with(token_of("ada"));
    let ada = used(state.usable(0));
    started(state.newer_than(&ada, 0));
    let outcome = state.set(token_of("bob").into(), at(0).wall).unwrap();
    assert!(is_ended(&outcome.unwrap_err()));
}

#[test]
fn a_credential_that_is_expired_on_arrival_is_used_until_a_server_refuses_it() {
    let mut state = state();
    let flight = started(state.usable(100));
    state.succeed(flight, token_until("odd clock", 50), 100);
    let odd = used(state.usable(100));
    assert_eq!(used(state.usable(9_999)).version(), odd.version());
    started(state.newer_than(&odd, 10_000));
}

#[test]
fn a_credential_that_was_set_and_has_expired_is_refreshed_before_it_is_used() {
    let mut state = state();
    state.set(token_until("stored", 50).into(), at(100).wall);
    started(state.usable(100));
}

/// A state that renews a credential of 1,000 seconds a minute ahead.
fn state_that_renews_ahead() -> State<Token> {
    let mut state = State::new(Limits::default());
    let fresh = Fresh {
        jitter: 0.0,
        ..token_until("old", 1_000).into()
    };
    state.set(fresh, at(0).wall);
    state
}

#[track_caller]
fn started_ahead(decision: Decision<Token>) -> FlightId {
    match decision {
        Decision::StartAhead { flight, .. } => flight,
        other => panic!("expected a refresh ahead of time: {other:?}"),
    }
}

#[test]
fn a_credential_that_is_due_is_renewed_while_everyone_goes_on_with_it() {
    let mut state = state_that_renews_ahead();
    let old = used(state.usable(939));
    assert!(
        state.at_hand(at(940).wall).is_none(),
        "one caller starts it"
    );
    let flight = started_ahead(state.usable(940));
    assert_eq!(
        state.at_hand(at(941).wall).unwrap().version(),
        old.version()
    );
    assert_eq!(used(state.usable(941)).version(), old.version());
    state.succeed(flight, token("new"), 950).unwrap().unwrap();
    assert!(used(state.usable(950)).version() > old.version());
}

#[test]
fn a_credential_that_goes_stale_while_it_is_renewed_has_callers_wait() {
    let mut state = state_that_renews_ahead();
    let flight = started_ahead(state.usable(940));
    let Decision::Join(joined) = state.usable(990) else {
        panic!("it is stale ten seconds before its end");
    };
    assert_eq!(joined, flight);
}

#[test]
fn a_renewal_ahead_that_fails_is_no_error_and_is_tried_again_after_the_backoff() {
    let mut state = state_that_renews_ahead();
    let flight = started_ahead(state.usable(940));
    state.fail(flight, 941);
    used(state.usable(941));
    started_ahead(state.usable(942));
}

#[test]
fn a_credential_that_is_refused_while_it_is_renewed_is_not_used_any_more() {
    let mut state = state_that_renews_ahead();
    let old = used(state.usable(939));
    let flight = started_ahead(state.usable(940));
    let Decision::Join(joined) = state.newer_than(&old, 941) else {
        panic!("it joins the renewal");
    };
    assert_eq!(joined, flight);
    assert!(matches!(state.usable(941), Decision::Join(_)));
}

#[test]
fn a_closed_queue_serves_what_it_has_and_begins_nothing() {
    let mut state = state_that_renews_ahead();
    state.close();
    let old = used(state.usable(940));
    used(state.usable(995));
    let error = refused(state.usable(1_000));
    assert!(matches!(failure(&error), RefreshFailure::Closed));
    let error = refused(state.newer_than(&old, 941));
    assert!(matches!(failure(&error), RefreshFailure::Closed));
}

#[test]
fn a_refresh_under_way_lands_in_a_closed_queue() {
    let mut state = state();
    let flight = started(state.usable(0));
    state.close();
    assert!(state.is_refreshing());
    state.succeed(flight, token("new"), 1).unwrap().unwrap();
    assert!(!state.is_refreshing());
    used(state.usable(1));
}

#[test]
fn the_status_follows_the_session() {
    let mut state = state();
    assert!(matches!(state.status(), SessionStatus::Unknown));
    let flight = started(state.usable(0));
    assert!(matches!(state.status(), SessionStatus::Refreshing));
    state.succeed(flight, token_of("ada"), 1);
    let SessionStatus::SignedIn { principal } = state.status() else {
        panic!("{:?}", state.status());
    };
    assert_eq!(principal, Some(Principal::new("ada")));
    state.clear();
    let SessionStatus::SignedOut(ended) = state.status() else {
        panic!("{:?}", state.status());
    };
    assert!(ended.is_signed_out());
}

#[test]
fn what_a_refresh_brought_knows_when_and_what_was_set_does_not() {
    let mut state = state_with(token("set"));
    let set = used(state.usable(1));
    assert_eq!(set.obtained_at(), None);
    let flight = started(state.newer_than(&set, 2));
    let renewed = state.succeed(flight, token("renewed"), 3).unwrap().unwrap();
    assert_eq!(renewed.obtained_at(), Some(at(3).wall));
}

mod interleavings;
mod making_do;
