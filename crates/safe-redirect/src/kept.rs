//! What is kept of a request until its answer is there, in case that is a redirect.

use http::{Extensions, HeaderName};
use request_context::{Replay, ReplayError};
use reqwest::Request;

use crate::decision::{RequestBody, Step};
use crate::left_behind::{leave_content, leave_secrets};

pub(crate) struct Kept {
    replay: Replay,
    pub(crate) body: RequestBody,
}

impl Kept {
    /// Keeps what a redirect may need. The request itself stays as it is; a body in memory is shared.
    pub(crate) fn of(request: &mut Request, extensions: &Extensions) -> Self {
        let body = request.body();
        if body.is_none_or(|body| body.as_bytes().is_some_and(<[u8]>::is_empty)) {
            return Self {
                replay: Replay::of_head(request),
                body: RequestBody::Absent,
            };
        }
        match Replay::of(request, extensions) {
            Some(replay) => Self {
                replay,
                body: RequestBody::Repeatable,
            },
            None => Self {
                replay: Replay::of_head(request),
                body: RequestBody::Once,
            },
        }
    }

    /// The request as it was, but for a body that must be made again.
    pub(crate) fn request(&self) -> &Request {
        self.replay.head()
    }

    /// The request that follows, without what must not go there.
    pub(crate) fn into_next(
        self,
        step: &Step,
        credentials: &[HeaderName],
    ) -> Result<Request, ReplayError> {
        let mut request = if step.repeats {
            self.replay.into_request()?
        } else {
            self.replay.into_head()
        };
        *request.method_mut() = step.method.clone();
        *request.url_mut() = step.url.clone();
        let headers = request.headers_mut();
        if !step.repeats {
            leave_content(headers);
        }
        leave_secrets(headers, step.reach, credentials);
        Ok(request)
    }
}
