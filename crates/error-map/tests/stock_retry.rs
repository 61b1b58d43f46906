//! The error map over reqwest-retry's own middleware.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::error::Error;
use std::time::Duration;

use error_map::{ApiError, ErrorMapMiddleware};
use reqwest_retry::RetryTransientMiddleware;
use reqwest_retry::policies::ExponentialBackoff;
use testkit::{Answer, ScriptedTransport};

const URL: &str = "http://ada:hunter2@api.test/users/7?key=hunter2";

async fn error_after(
    retries: u32,
    answer: impl Fn() -> Answer + Send + Sync + 'static,
) -> ApiError {
    let policy = ExponentialBackoff::builder()
        .retry_bounds(Duration::ZERO, Duration::ZERO)
        .build_with_max_retries(retries);
    let transport = ScriptedTransport::new().respond_with(move |_| answer());
    let client = transport.client_with(|chain| {
        chain
            .with(ErrorMapMiddleware::new())
            .with(RetryTransientMiddleware::new_with_policy(policy))
    });
    client.get(URL).send().await.unwrap_err().into()
}

fn texts(error: &ApiError) -> String {
    let sources = std::iter::successors(Some(error as &(dyn Error + 'static)), |error| {
        (*error).source()
    });
    let shown = |error: &dyn Error| format!("{error} {error:?} {error:#?}\n");
    sources.map(shown).collect()
}

#[tokio::test]
async fn no_text_shows_a_secret() {
    for retries in [0, 2] {
        let error = error_after(retries, Answer::fail_to_connect).await;
        assert!(!texts(&error).contains("hunter2"), "{}", texts(&error));
        assert!(texts(&error).contains("http://api.test/users/7"));
    }
}

#[cfg(feature = "reqwest-retry")]
mod with_the_feature {
    use request_context::SessionEnded;
    use testkit::Reply;

    use super::*;

    #[tokio::test]
    async fn what_the_last_attempt_ended_with_is_found_with_the_number_of_attempts() {
        for (retries, attempts) in [(0, 1), (2, 3)] {
            let error = error_after(retries, Answer::fail_to_connect).await;
            assert!(error.is_connect(), "{error:?}");
            assert_eq!(error.attempts(), attempts);
            assert_eq!(error.url().unwrap().as_str(), "http://api.test/users/7");
            assert!(error.source().unwrap().is::<reqwest::Error>());
        }
    }

    #[tokio::test]
    async fn the_error_of_a_layer_below_is_found() {
        let error = error_after(2, || Answer::fail(SessionEnded::signed_out())).await;
        assert!(error.is_session_ended() && error.attempts() == 0);
        assert!(error.source().unwrap().is::<SessionEnded>());
    }

    #[tokio::test]
    async fn an_answer_is_an_answer() {
        let error = error_after(2, || Reply::status(503).into()).await;
        assert_eq!(error.status().unwrap(), 503);
    }
}
