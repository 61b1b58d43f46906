//! A response, read as a page.

use bytes::BytesMut;
use reqwest::Response;

use crate::Page;

/// Why a response can't be read.
pub(super) enum Failure {
    TooLarge,
    Broken(reqwest::Error),
}

/// Reads a response whose body has no more than this many bytes.
pub(super) async fn within(mut response: Response, limit: usize) -> Result<Page, Failure> {
    let length = response.content_length();
    if length.is_some_and(|length| usize::try_from(length).is_ok_and(|length| length > limit)) {
        return Err(Failure::TooLarge);
    }
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(Failure::Broken)? {
        if chunk.len() > limit - body.len() {
            return Err(Failure::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    let (url, status) = (response.url().clone(), response.status());
    let headers = std::mem::take(response.headers_mut());
    Ok(Page::new(url, headers, body).with_status(status))
}
