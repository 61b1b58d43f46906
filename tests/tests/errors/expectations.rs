//! What every error of one kind has in common.

use facade::{ApiError, Client, ErrorKind, TimeoutPhase};
use reqwest::Url;

/// Fails unless the error is of this kind, by every accessor.
#[track_caller]
pub(crate) fn assert_kind(error: &ApiError, kind: ErrorKind) {
    assert_eq!(error.kind(), kind, "{error:?}");
    let deadline = ErrorKind::Timeout(TimeoutPhase::Deadline);
    assert_eq!(error.is_cancelled(), kind == ErrorKind::Cancelled);
    assert_eq!(error.is_deadline(), kind == deadline);
    assert_eq!(error.is_timeout(), matches!(kind, ErrorKind::Timeout(_)));
    assert_eq!(error.is_session_ended(), kind == ErrorKind::SessionEnded);
    assert_eq!(error.is_not_found(), kind == ErrorKind::NotFound);
    let text = error.to_string();
    let has_status = text.contains('(') || text.starts_with("status ");
    assert_eq!(error.status().is_some(), has_status, "{text}");
}

/// Fails unless the error is of this kind, and of a GET request for this URL that was sent so often.
#[track_caller]
pub(crate) fn assert_error(error: &ApiError, kind: ErrorKind, url: &Url, attempts: u32) {
    assert_kind(error, kind);
    assert_eq!(error.method(), Some(&reqwest::Method::GET), "{error:?}");
    assert_eq!(error.url(), Some(url), "{error:?}");
    assert_eq!(error.attempts(), attempts, "{error:?}");
    assert!(error.to_string().ends_with(&format!(": GET {url}")));
}

/// The error of a call to this path, headers or body.
pub(crate) async fn through_the_facade(request: facade::Request) -> ApiError {
    match request.send().await {
        Ok(response) => response.bytes().await.unwrap_err(),
        Err(error) => error,
    }
}

/// The error of the same call through the chain below.
pub(crate) async fn through_the_chain(client: &Client, url: Url) -> ApiError {
    match client.inner().get(url).send().await {
        Ok(response) => response.bytes().await.unwrap_err().into(),
        Err(error) => error.into(),
    }
}
