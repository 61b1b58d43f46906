//! Many callers whose credential is refused at the same time.

use facade::ErrorKind;
use refresh_queue::RefreshQueue;
use stack_tests::{Session, builder, soon, tokens};
use testkit::{Gate, Reply};

#[derive(Debug, PartialEq, serde::Deserialize)]
struct User {
    name: String,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_refused_at_once_cost_one_refresh_and_get_their_answers() {
    let session = Session::stale().await;
    let gate = Gate::new();
    for _ in 0..100 {
        let refusal = Reply::status(401).after_gate(&gate);
        session.server.once_on("/me", refusal);
    }
    let calls = Session::call(&session.client(), 100);
    soon(gate.wait_for(100)).await;
    assert_eq!(session.sent_with("a1"), 100, "all are refused together");
    gate.open();

    for call in calls {
        let response = soon(call).await.unwrap().unwrap();
        assert_eq!(response.attempts(), 2);
        let user: User = soon(response.json()).await.unwrap();
        assert_eq!(user.name, "ada");
    }
    assert_eq!((session.refreshes(), session.refresher.runs()), (1, 1));
    assert_eq!(session.sent_with("a2"), 100);
    assert_eq!(session.server.request_count(), 201);
    let requests = session.server.requests();
    let exchange = requests.iter().find(|one| one.path() == Session::TOKEN);
    assert_eq!(
        exchange.unwrap().body(),
        "grant_type=refresh_token&refresh_token=r1"
    );
}

#[tokio::test]
async fn a_hundred_that_begin_during_a_refresh_wait_and_are_sent_once() {
    let session = Session::stale().await;
    let held = session.hold_refresh();
    let client = session.client();
    let first = Session::call(&client, 1);
    soon(held.wait_for(1)).await;

    let others = Session::call(&client, 100);
    tokio::task::yield_now().await;
    held.open();
    for call in others {
        let response = soon(call).await.unwrap().unwrap();
        assert_eq!((response.status().as_u16(), response.attempts()), (200, 1));
    }
    for call in first {
        assert_eq!(soon(call).await.unwrap().unwrap().attempts(), 2);
    }
    assert_eq!((session.sent_with("a1"), session.sent_with("a2")), (1, 101));
    assert_eq!(session.refreshes(), 1);
}

#[tokio::test]
async fn a_refusal_that_comes_late_is_healed_without_another_refresh() {
    let session = Session::stale().await;
    let client = session.client();
    let gate = Gate::new();
    let late = Reply::status(401).after_gate(&gate);
    session.server.once_on("/me", late);
    let slow = tokio::spawn(client.get("me").send());
    soon(gate.wait_for(1)).await;

    let quick = soon(client.get("me").send()).await.unwrap();
    assert_eq!((quick.attempts(), session.refreshes()), (2, 1));
    gate.open();
    let healed = soon(slow).await.unwrap().unwrap();
    assert_eq!((healed.attempts(), session.refreshes()), (2, 1));
}

#[tokio::test]
async fn a_token_that_is_known_to_be_expired_is_refreshed_before_anything_is_sent() {
    let session = Session::stale_with(|queue| {
        let expired = tokens(1).tokens().clone();
        let expired = expired.expires_at(std::time::UNIX_EPOCH);
        queue.credential(facade::BearerTokens::new(expired).unwrap())
    })
    .await;
    for call in Session::call(&session.client(), 100) {
        assert_eq!(soon(call).await.unwrap().unwrap().attempts(), 1);
    }
    assert_eq!((session.sent_with("a1"), session.sent_with("a2")), (0, 100));
    assert_eq!(session.refreshes(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_clients_that_share_a_queue_refresh_once() {
    let session = Session::stale().await;
    let gate = Gate::new();
    for _ in 0..40 {
        let refusal = Reply::status(401).after_gate(&gate);
        session.server.once_on("/me", refusal);
    }
    let mut calls = Session::call(&session.client(), 20);
    calls.extend(Session::call(&session.client(), 20));
    soon(gate.wait_for(40)).await;
    gate.open();
    for call in calls {
        assert_eq!(soon(call).await.unwrap().unwrap().attempts(), 2);
    }
    assert_eq!(session.refreshes(), 1);
}

#[tokio::test]
async fn each_round_spends_the_refresh_token_that_the_last_one_brought() {
    let session = Session::stale().await;
    let client = session.client();
    for number in 2..=4 {
        let granted = Session::granted(number);
        session.server.once_on(Session::TOKEN, granted);
        session.server.accept_token(format!("a{number}"));
        let response = soon(client.get("me").send()).await.unwrap();
        assert_eq!(response.attempts(), 2);
        session.server.reject_token(format!("a{number}"));
    }
    let requests = session.server.requests();
    let spent: Vec<_> = requests
        .iter()
        .filter(|request| request.path() == Session::TOKEN)
        .map(|request| std::str::from_utf8(request.body()).unwrap())
        .collect();
    assert_eq!(
        spent,
        ["r1", "r2", "r3"].map(|token| format!("grant_type=refresh_token&refresh_token={token}"))
    );
}

#[tokio::test]
async fn a_second_refusal_goes_up_as_it_is() {
    let session = Session::stale().await;
    session.server.reject_token("a2");
    let error = soon(session.client().get("me").send()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
    assert_eq!((error.attempts(), session.refreshes()), (2, 1));
    assert_eq!((session.sent_with("a1"), session.sent_with("a2")), (1, 1));
}

#[tokio::test]
async fn a_refusal_of_scope_starts_no_refresh() {
    let session = Session::fresh().await;
    let challenge = r#"Bearer error="insufficient_scope", scope="admin""#;
    let forbidden = Reply::status(403).header("www-authenticate", challenge);
    session.server.on("/admin", forbidden);
    let error = soon(session.client().get("admin").send())
        .await
        .unwrap_err();
    assert_eq!(
        (error.status().unwrap().as_u16(), error.attempts()),
        (403, 1)
    );
    assert_eq!(session.refreshes(), 0);
}

#[tokio::test]
async fn whoever_is_not_signed_in_yet_has_the_refresher_sign_in_once() {
    let session = Session::stale().await;
    let queue = RefreshQueue::new(async |stale: Option<facade::BearerTokens>| {
        assert!(stale.is_none());
        Ok(tokens(2))
    });
    let client = builder(session.server.url()).session(queue).build();
    for call in Session::call(&client.unwrap(), 10) {
        assert_eq!(soon(call).await.unwrap().unwrap().attempts(), 1);
    }
    assert_eq!(session.server.request_count(), 10);
}
