//! Cancellation, wherever a call is when it comes.

use cancel::CancelOn;
use facade::{ApiError, CancellationToken, Cancelled, ErrorKind};
use futures_util::StreamExt;
use stack_tests::{Session, find, soon};
use testkit::{Behaviour, Reply};

use crate::expectations::{assert_error, assert_kind};

#[tokio::test]
async fn a_call_that_is_cancelled_before_it_is_sent() {
    let session = Session::fresh().await;
    let client = session.client();
    let url = session.server.url_of("/me");
    let token = CancellationToken::new();
    token.cancel();
    let facade = soon(client.get("me").cancel(&token).send())
        .await
        .unwrap_err();
    assert_error(&facade, ErrorKind::Cancelled, &url, 0);
    let chain = client.inner().get(url);
    let chain = soon(chain.with_extension(CancelOn::new(&token)).send()).await;
    let chain = ApiError::from(chain.unwrap_err());
    assert_kind(&chain, ErrorKind::Cancelled);
    for error in [facade, chain] {
        assert!(find::<Cancelled>(&error).is_some());
    }
    assert_eq!(session.server.connections(), 0);
}

#[tokio::test]
async fn a_call_that_is_cancelled_before_its_headers() {
    let session = Session::fresh().await;
    session.server.on("/slow", Behaviour::HangBeforeHeaders);
    let client = session.client();
    let url = session.server.url_of("/slow");
    let token = CancellationToken::new();
    let facade = tokio::spawn(client.get("slow").cancel(&token).send());
    let chain = client.inner().get(url.clone());
    let chain = tokio::spawn(chain.with_extension(CancelOn::new(&token)).send());
    soon(session.server.wait_for_requests(2)).await;
    token.cancel();
    let facade = soon(facade).await.unwrap().unwrap_err();
    assert_error(&facade, ErrorKind::Cancelled, &url, 1);
    let chain = ApiError::from(soon(chain).await.unwrap().unwrap_err());
    assert_kind(&chain, ErrorKind::Cancelled);
    for error in [facade, chain] {
        assert!(find::<Cancelled>(&error).is_some());
    }
}

#[tokio::test]
async fn a_call_that_is_cancelled_in_its_body_however_it_is_read() {
    let session = Session::fresh().await;
    let stalls = Reply::status(200).chunk("first").then_stall();
    session.server.on("/feed", stalls);
    let client = session.client();
    let url = session.server.url_of("/feed");
    let token = CancellationToken::new();
    let response = || async {
        soon(client.get("feed").cancel(&token).send())
            .await
            .unwrap()
    };
    let (bytes, text, json) = (response().await, response().await, response().await);
    let (mut stream, inner) = (response().await.stream(), response().await.into_inner());
    let chain = client.inner().get(url.clone());
    let chain = soon(chain.with_extension(CancelOn::new(&token)).send())
        .await
        .unwrap();
    assert_eq!(soon(stream.next()).await.unwrap().unwrap(), "first");

    token.cancel();
    let located = [
        soon(bytes.bytes()).await.unwrap_err(),
        soon(text.text()).await.unwrap_err(),
        soon(json.json::<String>()).await.unwrap_err(),
        soon(stream.next()).await.unwrap().unwrap_err(),
    ];
    for error in &located {
        assert_error(error, ErrorKind::Cancelled, &url, 1);
    }
    let typed_afterwards = [inner, chain].map(|response| async {
        let error = soon(response.bytes()).await.unwrap_err();
        ApiError::from(error)
    });
    let typed_afterwards = futures_util::future::join_all(typed_afterwards).await;
    for error in &typed_afterwards {
        assert_kind(error, ErrorKind::Cancelled);
    }
    for error in located.iter().chain(&typed_afterwards) {
        assert!(find::<Cancelled>(error).is_some(), "{error:?}");
    }
}

#[tokio::test]
async fn a_call_that_is_cancelled_while_its_error_is_read() {
    let session = Session::fresh().await;
    let stalls = Reply::status(500).chunk("first").then_stall();
    session.server.on("/broken", stalls);
    let token = CancellationToken::new();
    let call = tokio::spawn(session.client().get("broken").cancel(&token).send());
    soon(session.server.wait_for_requests(1)).await;
    token.cancel();
    let error = soon(call).await.unwrap().unwrap_err();
    assert_error(
        &error,
        ErrorKind::Cancelled,
        &session.server.url_of("/broken"),
        1,
    );
    soon(session.server.wait_for_disconnects(1)).await;
}

#[tokio::test]
async fn a_call_that_is_cancelled_after_its_replay_has_begun() {
    let session = Session::stale().await;
    session
        .server
        .once_on("/me", Reply::status(401))
        .once_on("/me", Behaviour::HangBeforeHeaders);
    let token = CancellationToken::new();
    let call = tokio::spawn(session.client().get("me").cancel(&token).send());
    soon(session.server.wait_for_requests(3)).await;
    token.cancel();
    let error = soon(call).await.unwrap().unwrap_err();
    assert_error(
        &error,
        ErrorKind::Cancelled,
        &session.server.url_of("/me"),
        2,
    );
    assert!(find::<Cancelled>(&error).is_some());
}
