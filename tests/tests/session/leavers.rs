//! Callers that leave while a refresh runs for them.

use facade::{CancellationToken, Client};
use stack_tests::{Log, Session, soon};
use testkit::Gate;

/// A session whose refresh is under way, held at the token endpoint. The next caller's request waits for it.
struct Refreshing {
    session: Session,
    client: Client,
    /// Who has come to the queue: one line for each.
    arrivals: Log,
    held: Gate,
}

impl Refreshing {
    async fn prepare() -> Self {
        let session = Session::stale().await;
        let arrivals = Log::default();
        let probe = arrivals.probe("caller");
        let client = session.builder().middleware(facade::Place::Call, probe);
        Self {
            client: client.build().unwrap(),
            held: session.hold_refresh(),
            arrivals,
            session,
        }
    }

    /// Waits until the first caller has started the refresh.
    async fn begun(&self) {
        soon(self.held.wait_for(1)).await;
    }

    /// Waits until so many callers, the first included, wait for the refresh.
    async fn joined_by(&self, callers: usize) {
        soon(self.arrivals.wait_for(callers)).await;
    }

    async fn finished(&self) {
        soon(self.session.refresher.wait_for_finished(1)).await;
        assert_eq!(self.session.access_token().as_deref(), Some("a2"));
    }
}

#[tokio::test]
async fn a_first_caller_that_is_cancelled_leaves_the_refresh_to_the_others() {
    let refreshing = Refreshing::prepare().await;
    let token = CancellationToken::new();
    let first = tokio::spawn(refreshing.client.get("me").cancel(&token).send());
    refreshing.begun().await;
    let others = Session::call(&refreshing.client, 9);
    refreshing.joined_by(10).await;

    token.cancel();
    assert!(soon(first).await.unwrap().unwrap_err().is_cancelled());
    refreshing.held.open();
    for other in others {
        assert_eq!(soon(other).await.unwrap().unwrap().attempts(), 1);
    }
    assert_eq!(refreshing.session.refreshes(), 1);
    assert_eq!(refreshing.session.sent_with("a2"), 9);
}

#[tokio::test]
async fn a_first_caller_that_is_dropped_leaves_the_refresh_to_the_others() {
    let refreshing = Refreshing::prepare().await;
    let first = tokio::spawn(refreshing.client.get("me").send());
    refreshing.begun().await;
    let others = Session::call(&refreshing.client, 9);
    refreshing.joined_by(10).await;

    first.abort();
    assert!(soon(first).await.unwrap_err().is_cancelled());
    refreshing.held.open();
    for other in others {
        assert_eq!(soon(other).await.unwrap().unwrap().attempts(), 1);
    }
    assert_eq!(refreshing.session.refreshes(), 1);
    assert_eq!(refreshing.session.sent_with("a2"), 9);
}

#[tokio::test]
async fn a_refresh_finishes_and_is_kept_when_all_its_callers_were_cancelled() {
    let refreshing = Refreshing::prepare().await;
    let token = CancellationToken::new();
    let call = || tokio::spawn(refreshing.client.get("me").cancel(&token).send());
    let mut calls = vec![call()];
    refreshing.begun().await;
    calls.extend((0..4).map(|_| call()));
    refreshing.joined_by(5).await;

    token.cancel();
    for call in calls {
        assert!(soon(call).await.unwrap().unwrap_err().is_cancelled());
    }
    refreshing.held.open();
    refreshing.finished().await;
    let next = soon(refreshing.client.get("me").send()).await.unwrap();
    assert_eq!((next.attempts(), refreshing.session.refreshes()), (1, 1));
}

#[tokio::test]
async fn a_refresh_finishes_and_is_kept_when_all_its_callers_were_dropped() {
    let refreshing = Refreshing::prepare().await;
    let mut calls = Session::call(&refreshing.client, 1);
    refreshing.begun().await;
    calls.extend(Session::call(&refreshing.client, 4));
    refreshing.joined_by(5).await;

    for call in calls {
        call.abort();
        assert!(soon(call).await.unwrap_err().is_cancelled());
    }
    refreshing.held.open();
    refreshing.finished().await;
    let next = soon(refreshing.client.get("me").send()).await.unwrap();
    assert_eq!((next.attempts(), refreshing.session.refreshes()), (1, 1));
}

#[tokio::test]
async fn a_refresh_outlives_the_client_that_needed_it() {
    let Refreshing {
        session,
        client,
        held,
        ..
    } = Refreshing::prepare().await;
    let call = tokio::spawn(client.get("me").send());
    soon(held.wait_for(1)).await;
    call.abort();
    drop(client);
    held.open();
    soon(session.refresher.wait_for_finished(1)).await;
    assert_eq!(session.access_token().as_deref(), Some("a2"));
    let next = soon(session.client().get("me").send()).await.unwrap();
    assert_eq!((next.attempts(), session.refreshes()), (1, 1));
}

#[tokio::test]
async fn a_sign_out_during_a_refresh_is_not_undone_by_it() {
    let refreshing = Refreshing::prepare().await;
    let calls = Session::call(&refreshing.client, 1);
    refreshing.begun().await;
    refreshing.session.queue.clear();
    for call in calls {
        assert!(soon(call).await.unwrap().unwrap_err().is_session_ended());
    }
    refreshing.held.open();
    soon(refreshing.session.refresher.wait_for_finished(1)).await;
    assert_eq!(refreshing.session.access_token(), None);
    let next = soon(refreshing.client.get("me").send()).await;
    assert!(next.unwrap_err().is_session_ended());
    assert_eq!(refreshing.session.sent_with("a2"), 0);
}
