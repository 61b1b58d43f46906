//! What is stored of an answer, if it may be stored.

use std::time::SystemTime;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, ETAG, LAST_MODIFIED};
use http::{HeaderMap, Method, StatusCode};
use reqwest::Response;
use url::Url;

use crate::asked::Asked;
use crate::directives::ResponseDirectives;
use crate::failure::is_of_the_server;
use crate::kept::stored_headers;
use crate::lifetime::lifetime;
use crate::policy::Word;
use crate::variation::varied;
use crate::{Cache, EntryParts};

impl Cache {
    /// What is stored of this answer, if it may be stored and can be of use.
    pub(crate) fn storable(
        &self,
        asked: &Asked,
        arrived: SystemTime,
        response: &Response,
    ) -> Option<EntryParts> {
        let headers = response.headers();
        if asked.method != Method::GET || is_event_stream(headers) {
            return None;
        }
        let limit = u64::try_from(self.options.body_limit).unwrap_or(u64::MAX);
        if announced(headers)
            .or(response.content_length())
            .is_some_and(|length| length > limit)
        {
            return None;
        }
        let directives = ResponseDirectives::of(headers);
        let lifetime = lifetime(response.status(), headers, &directives, arrived)?;
        let varied = varied(&asked.headers, headers)?;
        let is_of_use_stale = headers.contains_key(ETAG)
            || headers.contains_key(LAST_MODIFIED)
            || asked.ask.fresh_for.is_some()
            || directives.stale_if_error.is_some()
            || self.options.stale_on_error.is_some()
            || matches!(asked.ask.wish.word, Word::ForceCache | Word::OnlyIfCached);
        // A failure is of use as long as the server says so, and no longer.
        let can_be_used =
            !lifetime.is_zero() || (is_of_use_stale && !is_of_the_server(response.status()));
        can_be_used.then(|| EntryParts {
            url: of_the_resource(response.url()),
            status: response.status(),
            version: response.version(),
            headers: stored_headers(headers, &directives, arrived),
            body: Bytes::new(),
            varied,
            request_time: asked.at,
            response_time: arrived,
            fresh_for: asked.ask.fresh_for,
        })
    }
}

/// Whether an answer that isn't stored takes the place of what is: all but the failures of the moment, and what says nothing of the
/// whole.
pub(crate) fn supersedes(status: StatusCode) -> bool {
    !status.is_server_error() && !matches!(status.as_u16(), 206 | 304 | 408 | 416 | 429)
}

fn is_event_stream(headers: &HeaderMap) -> bool {
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    kind.and_then(|kind| kind.split(';').next())
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("text/event-stream"))
}

/// The length that an answer announces.
pub(crate) fn announced(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Without what is the asker's own: a fragment, and a credential.
fn of_the_resource(url: &Url) -> Url {
    let mut url = url.clone();
    url.set_fragment(None);
    // A URL without a host has no userinfo either.
    let _ = url.set_username("").and_then(|()| url.set_password(None));
    url
}
