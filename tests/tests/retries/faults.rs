//! What breaks between here and there: how often each call is sent, what comes of it, and how long it takes.

use std::time::Duration;

use facade::{ConnectPhase, ErrorKind, TimeoutPhase};
use futures_util::future::join_all;
use stack_tests::{builder, soon};
use testkit::{Behaviour, FaultServer, ReceivedRequest, Reply};

use crate::policy::retries;
use crate::ways::{Attempts, Clients, Outcome, ask_in_each_way};

const HANGS: ErrorKind = ErrorKind::Timeout(TimeoutPhase::Idle);
const TAKES_TOO_LONG: ErrorKind = ErrorKind::Timeout(TimeoutPhase::Attempt);
/// Long enough for headers to arrive on a busy machine.
const IMPATIENT: Duration = Duration::from_secs(1);
const PATIENT: Duration = Duration::from_secs(20);

const RETRIED: Attempts = Attempts {
    read: 3,
    fetched: 3,
};
/// What breaks in a body that the caller reads is the caller's business.
const RETRIED_IF_FETCHED: Attempts = Attempts {
    read: 1,
    fetched: 3,
};
const SENT_ONCE: Attempts = Attempts {
    read: 1,
    fetched: 1,
};

fn faults() -> [(Behaviour, ErrorKind, Attempts); 9] {
    let reply = || Reply::json(200, r#"{"name":"ada"}"#);
    let chunk = || Reply::status(200).chunk(r#"{"name":"#);
    let truncate = Behaviour::Truncate {
        reply: reply(),
        sent: 8,
    };
    let hang = Behaviour::HangInBody {
        reply: reply(),
        sent: 8,
    };
    [
        (Behaviour::ResetBeforeReading, ErrorKind::Reset, RETRIED),
        (Behaviour::ResetAfterReading, ErrorKind::Reset, RETRIED),
        (Behaviour::CloseEarly, ErrorKind::Reset, RETRIED),
        (Behaviour::HangBeforeHeaders, HANGS, RETRIED),
        (hang, HANGS, RETRIED_IF_FETCHED),
        (chunk().then_stall().into(), HANGS, RETRIED_IF_FETCHED),
        (truncate, ErrorKind::Reset, RETRIED_IF_FETCHED),
        (
            chunk().then_break_off().into(),
            ErrorKind::Reset,
            RETRIED_IF_FETCHED,
        ),
        (Behaviour::garbage(), ErrorKind::Protocol, SENT_ONCE),
    ]
}

#[tokio::test]
async fn each_fault_is_retried_if_it_may_be_over_in_a_moment_and_a_post_without_a_key_arrives_once()
{
    let (impatient, patient) = (Clients::new(IMPATIENT), Clients::new(PATIENT));
    let faults = faults();
    let checks = faults.iter().map(async |(behaviour, kind, attempts)| {
        // What doesn't hang may take its time, so that a busy machine doesn't look like a hang.
        let (clients, least) = match *kind {
            HANGS => (&impatient, IMPATIENT),
            _ => (&patient, Duration::ZERO),
        };
        for outcome in ask_in_each_way(clients, behaviour, *attempts).await {
            let Outcome {
                name,
                error,
                elapsed,
                expected,
                server,
            } = &outcome;
            assert_eq!(error.kind(), *kind, "{name}: {behaviour:?} {error:?}");
            // A request that is reset before it is read is seen by its connection alone, and no connection that broke is
            // used again.
            outcome.assert_attempts(server.connections());
            if !matches!(behaviour, Behaviour::ResetBeforeReading) {
                outcome.assert_attempts(server.request_count());
            }
            let least = least * u32::try_from(*expected).unwrap();
            assert!(*elapsed >= least, "{name}: {elapsed:?} for {behaviour:?}");
        }
    });
    join_all(checks).await;
}

/// reqwest itself sends a request again when a connection that was idle turns out to be closed. It must not do so when
/// the request has been written.
#[tokio::test]
async fn a_post_without_a_key_arrives_once_on_a_connection_that_was_in_use_too() {
    for (fault, kind) in [
        (Behaviour::ResetAfterReading, ErrorKind::Reset),
        (Behaviour::CloseEarly, ErrorKind::Reset),
        (Behaviour::garbage(), ErrorKind::Protocol),
    ] {
        let server = FaultServer::start().await.unwrap();
        let client = builder(server.url()).retry(retries(2)).build().unwrap();
        for method in [http::Method::POST, http::Method::PATCH] {
            let healthy = soon(client.get("health").send()).await.unwrap();
            soon(healthy.bytes()).await.unwrap();
            server.once_on("/pay", fault.clone());
            let payment = client.request(method, "pay").body("one coffee");
            let error = soon(payment.send()).await.unwrap_err();
            assert_eq!((error.kind(), error.attempts()), (kind, 1));
        }
        let requests = server.requests();
        let paths: Vec<_> = requests.iter().map(ReceivedRequest::path).collect();
        assert_eq!(paths, ["/health", "/pay", "/health", "/pay"], "{fault:?}");
        assert_eq!(server.connections(), 2, "each payment came on one in use");
    }
}

#[tokio::test]
async fn a_refused_connection_is_tried_again_but_not_for_a_post_without_a_key() {
    let server = FaultServer::start().await.unwrap();
    let client = builder(server.url()).retry(retries(2)).build().unwrap();
    server.stop().await;
    for (request, attempts) in [
        (client.get("x"), 3),
        (client.post("x"), 1),
        (client.post("x").idempotency_key("\"order-1\""), 3),
    ] {
        let error = soon(request.send()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connect(ConnectPhase::Server));
        assert_eq!(error.attempts(), attempts, "{error:?}");
    }
}

#[tokio::test]
async fn a_body_that_drips_is_slow_and_no_fault() {
    let server = FaultServer::start().await.unwrap();
    server.otherwise(drip());
    // The whole body takes longer than this, but no byte of it does.
    let client = builder(server.url())
        .read_timeout(IMPATIENT)
        .retry(retries(2));
    let client = client.build().unwrap();
    let response = soon(client.get("drip").send()).await.unwrap();
    assert_eq!(response.attempts(), 1);
    assert_eq!(soon(response.text()).await.unwrap(), "[1,2,3,4]");
    let fetched: [u8; 4] = soon(client.get("drip").fetch()).await.unwrap();
    assert_eq!((fetched, server.request_count()), ([1, 2, 3, 4], 2));
}

#[tokio::test]
async fn a_body_that_drips_beyond_the_deadline_ends_with_it_and_is_not_asked_for_again() {
    let server = FaultServer::start().await.unwrap();
    server.otherwise(drip());
    let client = builder(server.url()).retry(retries(2)).deadline(IMPATIENT);
    let client = client.build().unwrap();
    let response = soon(client.get("drip").send()).await.unwrap();
    let read = soon(response.text()).await.unwrap_err();
    let fetched = soon(client.get("drip").fetch::<Vec<u8>>()).await;
    for error in [read, fetched.unwrap_err()] {
        assert!(error.is_deadline(), "{error:?}");
        assert_eq!((error.attempts(), error.waited()), (1, Duration::ZERO));
    }
    assert_eq!(server.request_count(), 2);
}

#[tokio::test]
async fn a_body_that_drips_beyond_the_timeout_of_an_attempt_is_asked_for_again_if_it_is_fetched() {
    let server = FaultServer::start().await.unwrap();
    server.otherwise(drip());
    let client = builder(server.url()).retry(retries(2)).build().unwrap();
    let request = || client.get("drip").timeout(IMPATIENT);
    let response = soon(request().send()).await.unwrap();
    let read = soon(response.text()).await.unwrap_err();
    assert_eq!((read.kind(), read.attempts()), (TAKES_TOO_LONG, 1));
    let fetched = soon(request().fetch::<Vec<u8>>()).await.unwrap_err();
    assert_eq!((fetched.kind(), fetched.attempts()), (TAKES_TOO_LONG, 3));
    assert_eq!(server.request_count(), 4);
}

/// It takes 1.35 seconds.
fn drip() -> Behaviour {
    Behaviour::SlowDrip {
        reply: Reply::json(200, "[1,2,3,4]"),
        interval: Duration::from_millis(150),
    }
}
