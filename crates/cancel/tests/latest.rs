//! A slot of which only the newest call matters.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use std::sync::Barrier;
use std::thread;

use cancel::{CancelOn, CancelScope, Cancelled, Latest, Ticket};
use reqwest_middleware::Error;
use support::{URL, client, ended, in_body, typed};
use testkit::{Reply, ScriptedTransport};
use tokio_util::sync::CancellationToken;

const SUPERSEDED: &str = "superseded by a newer call";
const SCOPE_ENDED: &str = "its scope has ended";

fn reason(error: &Error) -> Option<&str> {
    typed::<Cancelled>(error).expect("cancelled").reason()
}

/// What a request that listens to this ticket ends with when it is sent now.
async fn outcome_now(ticket: &Ticket) -> Option<Cancelled> {
    let transport = ScriptedTransport::new().otherwise(Reply::status(200));
    let request = client(&transport)
        .get(URL)
        .with_extension(CancelOn::from(ticket));
    let outcome = request.send().await;
    transport.assert_count(usize::from(outcome.is_ok()));
    outcome
        .err()
        .map(|error| typed::<Cancelled>(&error).unwrap().clone())
}

#[tokio::test(start_paused = true)]
async fn exactly_one_of_the_tickets_taken_at_once_stays() {
    const THREADS: usize = 8;
    const EACH: usize = 200;
    let latest = Latest::new();
    let start = Barrier::new(THREADS);
    let take = || {
        start.wait();
        let tickets: Vec<Ticket> = (0..EACH).map(|_| latest.ticket()).collect();
        tickets
    };
    let tickets: Vec<Ticket> = thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(take)).collect();
        let taken = threads.into_iter().map(|thread| thread.join().unwrap());
        taken.flatten().collect()
    });

    assert_eq!(tickets.len(), THREADS * EACH);
    let mut stay = 0;
    for ticket in &tickets {
        let outcome = outcome_now(ticket).await;
        assert_eq!(outcome.is_none(), ticket.is_latest());
        match outcome {
            Some(cancelled) => assert_eq!(cancelled.reason(), Some(SUPERSEDED)),
            None => stay += 1,
        }
    }
    assert_eq!(stay, 1);
}

#[tokio::test(start_paused = true)]
async fn a_new_ticket_cancels_the_call_of_the_one_before_and_no_other() {
    let transport = ScriptedTransport::new().hang().reply(Reply::status(200));
    let client = client(&transport);
    let latest = Latest::new();
    let first = latest.ticket();
    let request = client.get(URL).with_extension(CancelOn::from(&first));
    let call = tokio::spawn(request.send());
    transport.wait_for_requests(1).await;

    let second = latest.clone().ticket();
    assert_eq!(reason(&ended(call).await.unwrap_err()), Some(SUPERSEDED));
    assert!(!first.is_latest() && second.is_latest());
    assert_eq!(transport.abandoned(), 1);
    let request = client.get(URL).with_extension(CancelOn::from(second));
    assert_eq!(request.send().await.unwrap().status(), 200);
}

#[tokio::test(start_paused = true)]
async fn a_new_ticket_ends_the_body_that_the_one_before_still_reads() {
    let reply = Reply::status(200).chunk("first").then_stall();
    let transport = ScriptedTransport::new().reply(reply);
    let latest = Latest::new();
    let request = client(&transport)
        .get(URL)
        .with_extension(CancelOn::from(latest.ticket()));
    let response = request.send().await.unwrap();
    let body = tokio::spawn(response.bytes());
    tokio::task::yield_now().await;
    let newer = latest.ticket();
    let error = ended(body).await.unwrap_err();
    assert_eq!(in_body(&error), Some(&Cancelled::because(SUPERSEDED)));
    assert!(newer.is_latest());
}

#[tokio::test(start_paused = true)]
async fn one_ticket_serves_several_calls() {
    let transport = ScriptedTransport::new().hang().hang();
    let client = client(&transport);
    let latest = Latest::new();
    let ticket = latest.ticket();
    let call = || {
        let cancel = CancelOn::from(ticket.clone());
        tokio::spawn(client.get(URL).with_extension(cancel).send())
    };
    let (one, other) = (call(), call());
    transport.wait_for_requests(2).await;
    drop(latest.ticket());
    for call in [one, other] {
        assert_eq!(reason(&ended(call).await.unwrap_err()), Some(SUPERSEDED));
    }
}

#[tokio::test(start_paused = true)]
async fn dropping_a_ticket_or_the_slot_cancels_nothing() {
    let transport = ScriptedTransport::new().hang();
    let latest = Latest::new();
    let ticket = latest.ticket();
    let request = client(&transport)
        .get(URL)
        .with_extension(CancelOn::from(&ticket));
    let call = tokio::spawn(request.send());
    transport.wait_for_requests(1).await;
    drop(latest);
    assert!(ticket.is_latest());
    drop(ticket);
    tokio::task::yield_now().await;
    assert!(!call.is_finished());
    assert_eq!(transport.in_flight(), 1);
    call.abort();
}

#[tokio::test(start_paused = true)]
async fn cancelling_the_slot_cancels_its_ticket_and_the_next_is_good_again() {
    let latest = Latest::new();
    latest.cancel();
    let ticket = latest.ticket();
    assert!(ticket.is_latest());
    latest.cancel();
    assert!(!ticket.is_latest());
    assert_eq!(outcome_now(&ticket).await, Some(Cancelled::new()));

    let next = latest.ticket();
    assert!(next.is_latest());
    assert_eq!(outcome_now(&next).await, None);
    // Its reason is that of its own end, whatever came later.
    assert_eq!(outcome_now(&ticket).await, Some(Cancelled::new()));
}

#[tokio::test(start_paused = true)]
async fn a_reason_of_the_callers_own_takes_the_place_of_the_slots() {
    let latest = Latest::new();
    let cancel = CancelOn::from(latest.ticket()).because("typed on");
    drop(latest.ticket());
    let transport = ScriptedTransport::new();
    let request = client(&transport).get(URL).with_extension(cancel);
    assert_eq!(reason(&request.send().await.unwrap_err()), Some("typed on"));
}

#[tokio::test(start_paused = true)]
async fn a_ticket_and_a_token_end_a_call_each_for_its_reason() {
    for superseded in [true, false] {
        let transport = ScriptedTransport::new().hang();
        let (latest, token) = (Latest::new(), CancellationToken::new());
        let cancel = CancelOn::new(&token)
            .because("shutdown")
            .or(latest.ticket());
        let call = tokio::spawn(client(&transport).get(URL).with_extension(cancel).send());
        transport.wait_for_requests(1).await;
        let expected = if superseded {
            drop(latest.ticket());
            SUPERSEDED
        } else {
            token.cancel();
            "shutdown"
        };
        assert_eq!(reason(&ended(call).await.unwrap_err()), Some(expected));
    }
}

#[tokio::test(start_paused = true)]
async fn a_slot_in_a_scope_ends_with_the_scope_and_says_so() {
    let transport = ScriptedTransport::new().hang();
    let scope = CancelScope::new();
    let latest = scope.latest();
    let first = latest.ticket();
    let second = latest.ticket();
    let request = client(&transport)
        .get(URL)
        .with_extension(CancelOn::from(&second));
    let call = tokio::spawn(request.send());
    transport.wait_for_requests(1).await;

    drop(scope);
    assert_eq!(reason(&ended(call).await.unwrap_err()), Some(SCOPE_ENDED));
    assert!(!second.is_latest());
    let why = |text| Some(Cancelled::because(text));
    assert_eq!(outcome_now(&first).await, why(SUPERSEDED));
    // A ticket taken after the end is void from the beginning, and changes no reason.
    let third = latest.ticket();
    assert!(!third.is_latest());
    assert_eq!(outcome_now(&third).await, why(SCOPE_ENDED));
    assert_eq!(outcome_now(&second).await, why(SCOPE_ENDED));
}

#[tokio::test(start_paused = true)]
async fn a_new_ticket_leaves_the_other_requests_of_its_scope_alone() {
    let scope = CancelScope::new();
    let (latest, other) = (scope.latest(), scope.latest());
    let kept = other.ticket();
    let first = latest.ticket();
    let second = latest.ticket();
    assert!(!first.is_latest() && second.is_latest() && kept.is_latest());
    assert!(!scope.token().is_cancelled());
}

#[test]
fn slots_and_tickets_can_cross_threads() {
    fn shared<T: Send + Sync + Clone + std::fmt::Debug>() {}
    shared::<Latest>();
    shared::<Ticket>();
    shared::<CancelOn>();
}
