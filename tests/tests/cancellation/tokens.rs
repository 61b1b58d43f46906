//! Which calls a token ends, and why.

use facade::{CancelOn, CancelScope, CancellationToken, Cancelled, Latest};
use futures_util::StreamExt;
use stack_tests::{Session, find, soon};
use testkit::Behaviour;

#[tokio::test]
async fn one_token_ends_many_calls_and_a_child_ends_its_own() {
    let session = Session::fresh().await;
    session.server.on("/slow", Behaviour::HangBeforeHeaders);
    let client = session.client();
    let parent = CancellationToken::new();
    let child = parent.child_token();
    let call = |token| tokio::spawn(client.get("slow").cancel(token).send());
    let (first, second, third) = (call(&child), call(&parent), call(&parent));
    soon(session.server.wait_for_requests(3)).await;

    child.cancel();
    assert!(soon(first).await.unwrap().unwrap_err().is_cancelled());
    soon(session.server.wait_for_disconnects(1)).await;
    assert!(!second.is_finished() && !third.is_finished());
    parent.cancel();
    for call in [second, third] {
        assert!(soon(call).await.unwrap().unwrap_err().is_cancelled());
    }
    soon(session.server.wait_for_disconnects(3)).await;
}

#[tokio::test]
async fn a_token_that_is_cancelled_already_sends_nothing() {
    let session = Session::fresh().await;
    let token = CancellationToken::new();
    token.cancel();
    let call = session.client().get("me").cancel(&token).send();
    assert!(soon(call).await.unwrap_err().is_cancelled());
    assert_eq!(session.server.connections(), 0);
}

#[tokio::test]
async fn a_token_that_is_cancelled_after_the_end_is_harmless() {
    let session = Session::fresh().await;
    let client = session.client();
    let token = CancellationToken::new();
    let response = soon(client.get("me").cancel(&token).send()).await.unwrap();
    let mut stream = response.stream();
    assert_eq!(soon(stream.next()).await.unwrap().unwrap().len(), 14);
    assert!(soon(stream.next()).await.is_none());
    token.cancel();
    drop(stream);

    soon(client.get("me").send()).await.unwrap();
    assert_eq!(session.server.connections(), 1, "it is used again");
    assert_eq!(session.server.disconnects(), 0);
}

#[tokio::test]
async fn an_answer_that_can_be_cancelled_is_otherwise_the_same() {
    let session = Session::fresh().await;
    let client = session.client();
    let token = CancellationToken::new();
    let plain = soon(client.get("me").send()).await.unwrap();
    let wrapped = soon(client.get("me").cancel(&token).send()).await.unwrap();
    for response in [plain, wrapped] {
        assert_eq!(response.url(), &session.server.url_of("/me"));
        assert_eq!(response.remote_addr(), Some(session.server.address()));
        assert_eq!(response.headers()["content-type"], "application/json");
        assert_eq!(response.content_length(), Some(14));
        assert_eq!(response.version(), http::Version::HTTP_11);
        assert_eq!(soon(response.bytes()).await.unwrap().len(), 14);
    }
}

/// What an error says of its cancellation.
fn reason(error: &facade::ApiError) -> Option<&str> {
    assert!(error.is_cancelled(), "{error:?}");
    find::<Cancelled>(error).unwrap().reason()
}

#[tokio::test]
async fn a_request_can_listen_to_several_tokens_and_tells_which_it_was() {
    let session = Session::fresh().await;
    session.server.on("/slow", Behaviour::HangBeforeHeaders);
    let client = session.client();
    let (button, shutdown) = (CancellationToken::new(), CancellationToken::new());
    let call = || {
        let call = client.get("slow").cancel(&button);
        let call = call.cancel(CancelOn::new(&shutdown).because("the program ends"));
        tokio::spawn(call.send())
    };
    let first = call();
    soon(session.server.wait_for_requests(1)).await;
    shutdown.cancel();
    let error = soon(first).await.unwrap().unwrap_err();
    assert_eq!(reason(&error), Some("the program ends"));

    button.cancel();
    let error = soon(call()).await.unwrap().unwrap_err();
    assert_eq!(reason(&error), None, "the one attached first is named");
    assert_eq!(session.server.request_count(), 1);
}

#[tokio::test]
async fn a_newer_ticket_ends_the_call_before_in_the_middle_of_its_body() {
    let session = Session::fresh().await;
    let stalls = testkit::Reply::status(200).chunk("first").then_stall();
    session.server.on("/feed", stalls);
    let client = session.client();
    let searches = Latest::new();
    let older = client.get("feed").cancel(searches.ticket());
    let mut older = soon(older.send()).await.unwrap().stream();
    assert_eq!(soon(older.next()).await.unwrap().unwrap(), "first");

    let newer = client.get("me").cancel(searches.ticket());
    assert_eq!(soon(newer.send()).await.unwrap().status(), 200);
    let error = soon(older.next()).await.unwrap().unwrap_err();
    assert_eq!(reason(&error), Some("superseded by a newer call"));
    let in_the_body = error.find_source::<Cancelled>();
    assert_eq!(in_the_body, find::<Cancelled>(&error));
    soon(session.server.wait_for_disconnects(1)).await;
}

#[tokio::test]
async fn a_scope_that_is_dropped_ends_its_calls_wherever_they_run() {
    let session = Session::fresh().await;
    session.server.on("/slow", Behaviour::HangBeforeHeaders);
    let client = session.client();
    let scope = CancelScope::new().because("the screen was left");
    let call = |_| tokio::spawn(client.get("slow").cancel(&scope).send());
    let calls: Vec<_> = (0..3).map(call).collect();
    let other = tokio::spawn(client.get("slow").send());
    soon(session.server.wait_for_requests(4)).await;
    drop(scope);
    for call in calls {
        let error = soon(call).await.unwrap().unwrap_err();
        assert_eq!(reason(&error), Some("the screen was left"));
    }
    soon(session.server.wait_for_disconnects(3)).await;
    assert!(!other.is_finished());
}
