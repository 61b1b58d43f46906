//! Which failures are worth another try, and that what isn't goes up as it came.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use request_context::{
    Cancelled, CredentialUnavailable, DeadlineExceeded, HeadersTimedOut, RedirectRefusal,
    RedirectRefused, SessionEnded,
};
use reqwest_middleware::Error;
use support::{client, get, is, retries, seconds, status};
use testkit::{Answer, Reply, ScriptedTransport};

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("own")]
struct Own {
    detail: u8,
}

async fn error_of(transport: &ScriptedTransport) -> Error {
    client(transport, retries())
        .execute(get())
        .await
        .unwrap_err()
}

#[tokio::test(start_paused = true)]
async fn a_layers_typed_error_goes_up_at_once_and_unwrapped() {
    async fn check<E: std::error::Error + Send + Sync + 'static>(error: E) {
        let transport = ScriptedTransport::new().fail(error);
        let error = error_of(&transport).await;
        assert!(is::<E>(&error), "{error:?}");
        transport.assert_count(1);
    }
    check(SessionEnded::signed_out()).await;
    check(SessionEnded::rejected("invalid_grant")).await;
    check(CredentialUnavailable::new("busy")).await;
    check(Cancelled::new()).await;
    check(DeadlineExceeded::new()).await;
    check(RedirectRefused::new(RedirectRefusal::Loop)).await;
    check(Own { detail: 7 }).await;
}

#[tokio::test(start_paused = true)]
async fn what_a_typed_error_says_is_kept() {
    let transport = ScriptedTransport::new().fail(Own { detail: 7 });
    let Error::Middleware(error) = error_of(&transport).await else {
        panic!("not a layer's error");
    };
    assert_eq!(error.downcast_ref(), Some(&Own { detail: 7 }));
}

#[tokio::test(start_paused = true)]
async fn of_all_error_statuses_six_are_retried() {
    for code in 400..=599 {
        let transport = ScriptedTransport::new().otherwise(Reply::status(code).body("why"));
        let answer = client(&transport, retries()).execute(get()).await.unwrap();
        assert_eq!(answer.status(), code);
        assert_eq!(answer.text().await.unwrap(), "why");
        let sent = match code {
            408 | 429 | 500 | 502 | 503 | 504 => 4,
            _ => 1,
        };
        assert_eq!(transport.count(), sent, "{code}");
    }
}

#[tokio::test(start_paused = true)]
async fn no_other_status_is_retried() {
    for code in [200, 201, 204, 206, 301, 302, 303, 304, 307, 308] {
        let transport = ScriptedTransport::new().reply(Reply::status(code));
        assert_eq!(
            status(&client(&transport, retries()).execute(get()).await),
            code
        );
        transport.assert_count(1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_failure_to_connect_is_retried_and_comes_up_as_it_is() {
    let transport = ScriptedTransport::new().respond_with(|_| Answer::fail_to_connect());
    let error = error_of(&transport).await;
    assert!(
        matches!(&error, Error::Reqwest(error) if error.is_connect()),
        "{error:?}"
    );
    transport.assert_count(4);
}

#[tokio::test(start_paused = true)]
async fn a_timeout_is_retried_and_comes_up_as_it_is() {
    let transport = ScriptedTransport::new().respond_with(|_| Answer::time_out());
    let error = error_of(&transport).await;
    assert!(
        matches!(&error, Error::Reqwest(error) if error.is_timeout()),
        "{error:?}"
    );
    transport.assert_count(4);
}

#[tokio::test(start_paused = true)]
async fn a_timeout_of_the_headers_is_retried_and_comes_up_as_it_is() {
    let transport = ScriptedTransport::new().respond_with(|_| Answer::fail(HeadersTimedOut::new()));
    assert!(is::<HeadersTimedOut>(&error_of(&transport).await));
    transport.assert_count(4);
}

#[tokio::test(start_paused = true)]
async fn a_request_that_cannot_be_built_is_not_sent_again() {
    let transport = ScriptedTransport::new().respond_with(|_| {
        let unbuilt = reqwest::Client::builder()
            .no_proxy()
            .tls_certs_only([])
            .build()
            .unwrap();
        let error = unbuilt
            .get("http://api.test/")
            .header("bad name", "x")
            .build()
            .unwrap_err();
        Answer::from(Error::from(error))
    });
    let error = error_of(&transport).await;
    assert!(
        matches!(&error, Error::Reqwest(error) if error.is_builder()),
        "{error:?}"
    );
    transport.assert_count(1);
}

#[tokio::test(start_paused = true)]
async fn a_call_recovers_from_a_failure_of_each_kind() {
    let transport = ScriptedTransport::new()
        .reply(Reply::status(503))
        .then(Answer::fail_to_connect())
        .fail(HeadersTimedOut::new())
        .reply(Reply::status(200).body("at last"));
    let begun = request_context::Instant::now();
    let answer = client(&transport, retries()).execute(get()).await.unwrap();
    assert_eq!(answer.text().await.unwrap(), "at last");
    assert_eq!(begun.elapsed(), seconds(7));
    transport.assert_count(4);
}

#[tokio::test(start_paused = true)]
async fn a_failure_that_is_final_ends_a_call_that_has_been_retried() {
    let transport = ScriptedTransport::new()
        .reply(Reply::status(503))
        .fail(SessionEnded::signed_out());
    assert!(is::<SessionEnded>(&error_of(&transport).await));
    transport.assert_count(2);
}
