//! What refreshers do with secrets, and what callers see of it.

use facade::{
    ApiError, BearerTokens, ErrorKind, RefreshError, RefreshFailure, RefreshQueue, SessionEnded,
};
use refresh_queue::Renewable;
use secrecy::ExposeSecret;
use stack_tests::{builder, find, soon};
use testkit::{Behaviour, FaultServer, Reply};

use crate::planted::{Planted, reply, tokens};
use crate::shown::Shown;

/// What a caller and the queue's own callers see of a refresh that goes wrong.
async fn show<C: Renewable>(shown: &mut Shown, what: &str, queue: RefreshQueue<C>) -> ApiError {
    let server = FaultServer::start().await.unwrap();
    server.otherwise(reply(401));
    let client = builder(server.url())
        .session(queue.clone())
        .build()
        .unwrap();
    let error = soon(Planted::request(&client, "me").send())
        .await
        .unwrap_err();
    shown.error(what, &error);
    if let Err(error) = soon(queue.credential()).await {
        shown.error(what, &error);
        shown.value(what, &error);
    }
    shown.value(what, &queue);
    shown.value(what, &client);
    error
}

fn signed_in() -> BearerTokens {
    BearerTokens::new(tokens()).unwrap()
}

#[tokio::test]
async fn no_answer_of_a_token_endpoint_is_shown() {
    let mut shown = Shown::default();
    let hunter2 = r#"{"error":"invalid_grant","error_description":"hunter2-refresh is spent"}"#;
    let token = r#"{"access_token":["hunter2-access"],"refresh_token":"hunter2-refresh"}"#;
    let line_break = r#"{"access_token":"hunter2\nx","refresh_token":"hunter2-refresh"}"#;
    let cut = Behaviour::Truncate {
        reply: Reply::json(200, token),
        sent: 20,
    };
    for (what, answer, kind) in [
        (
            "rejected",
            Reply::json(400, hunter2).into(),
            ErrorKind::SessionEnded,
        ),
        ("busy", reply(503).into(), ErrorKind::CredentialUnavailable),
        (
            "wrong type",
            Reply::json(200, token).into(),
            ErrorKind::CredentialUnavailable,
        ),
        (
            "line break",
            Reply::json(200, line_break).into(),
            ErrorKind::CredentialUnavailable,
        ),
        ("cut", cut, ErrorKind::CredentialUnavailable),
        (
            "reset",
            Behaviour::ResetAfterReading,
            ErrorKind::CredentialUnavailable,
        ),
    ] {
        let planted = Planted::start().await;
        planted.server.on("/oauth/token", answer);
        let error = show(&mut shown, what, planted.queue).await;
        assert_eq!(error.kind(), kind, "{what}");
    }
    shown.assert_no_leak();
}

#[tokio::test]
async fn no_word_of_a_panicking_refresher_is_shown() {
    let queue = RefreshQueue::builder(async |stale: Option<BearerTokens>| {
        let stale = stale.unwrap();
        panic!("no use for {}", stale.tokens().access().expose_secret());
    });
    let mut shown = Shown::default();
    let error = show(&mut shown, "panic", queue.credential(signed_in()).build()).await;
    let failure = find::<RefreshFailure>(&error);
    assert!(matches!(failure, Some(RefreshFailure::Panicked)));
    shown.assert_no_leak();
}

type Wrap = fn(reqwest::Error) -> RefreshError;

/// The most natural refresher: reqwest, and `map_err(RefreshError::failed)`. reqwest's errors show the whole URL, and
/// some token endpoints take the client's secret there.
#[tokio::test]
async fn no_url_of_a_refresher_that_uses_reqwest_is_shown() {
    let gone = FaultServer::start().await.unwrap();
    let url = gone.url_of("/oauth/token?client_secret=hunter2");
    gone.stop().await;
    let mut shown = Shown::default();
    for (what, wrap) in [
        ("failed", RefreshError::failed as Wrap),
        ("rejected", RefreshError::rejected as Wrap),
    ] {
        let url = url.clone();
        let queue = RefreshQueue::builder(move |_: Option<BearerTokens>| {
            let client = reqwest::Client::builder().no_proxy().build().unwrap();
            let exchange = client.post(url.clone()).send();
            async move {
                exchange.await.map_err(wrap)?;
                Ok(signed_in())
            }
        });
        let error = show(&mut shown, what, queue.credential(signed_in()).build()).await;
        assert!(find::<reqwest::Error>(&error).unwrap().is_connect());
    }
    shown.assert_no_leak();
}

#[tokio::test]
async fn a_sign_out_shows_nothing_of_who_was_signed_in() {
    let planted = Planted::start().await;
    planted.queue.clear();
    let mut shown = Shown::default();
    let error = show(&mut shown, "signed out", planted.queue).await;
    assert!(find::<SessionEnded>(&error).unwrap().is_signed_out());
    shown.assert_no_leak();
}
