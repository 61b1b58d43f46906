//! What is kept of a request until its answer is there, in case that is a redirect.

use std::time::Duration;

use http::header::AUTHORIZATION;
use http::{Extensions, HeaderMap, HeaderName, Method, Version};
use request_context::{Replay, ReplayError};
use reqwest::{Request, Url};

use crate::decision::{RequestBody, Step};
use crate::kept_url::KeptUrl;
use crate::left_behind::{leave_content, leave_secrets};

/// What is kept of a request. Every request pays for it, and few are redirected.
pub(crate) struct Kept {
    pub(crate) method: Method,
    url: KeptUrl,
    /// None if there are none.
    headers: Option<Box<HeaderMap>>,
    version: Version,
    timeout: Option<Duration>,
    body: Body,
}

enum Body {
    Absent,
    /// The whole request, since only that can be cloned.
    Repeatable(Box<Replay>),
    Once,
}

impl Kept {
    /// Keeps what a redirect may need. The request itself stays as it is; a body in memory is shared.
    #[inline]
    pub(crate) fn of(request: &mut Request, extensions: &Extensions) -> Self {
        let body = match request.body() {
            None => Body::Absent,
            Some(_) => Body::of(request, extensions),
        };
        let headers = request.headers();
        Self {
            method: request.method().clone(),
            url: KeptUrl::of(request.url()),
            headers: (!headers.is_empty()).then(|| Box::new(headers.clone())),
            version: request.version(),
            timeout: request.timeout().copied(),
            body,
        }
    }

    pub(crate) fn url(&self) -> Option<Url> {
        self.url.parse()
    }

    pub(crate) fn body(&self) -> RequestBody {
        match self.body {
            Body::Absent => RequestBody::Absent,
            Body::Repeatable(_) => RequestBody::Repeatable,
            Body::Once => RequestBody::Once,
        }
    }

    pub(crate) fn has_authorization(&self) -> bool {
        let headers = self.headers.as_deref();
        headers.is_some_and(|headers| headers.contains_key(AUTHORIZATION))
    }

    /// The request that follows, without what must not go there.
    pub(crate) fn into_next(
        self,
        step: &Step,
        credentials: &[HeaderName],
    ) -> Result<Request, ReplayError> {
        let mut request = match self.body {
            Body::Repeatable(replay) if step.repeats => replay.into_request()?,
            _ => {
                let mut head = Request::new(step.method.clone(), step.url.clone());
                *head.headers_mut() = self.headers.map(|headers| *headers).unwrap_or_default();
                *head.version_mut() = self.version;
                *head.timeout_mut() = self.timeout;
                head
            }
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

impl Body {
    fn of(request: &mut Request, extensions: &Extensions) -> Self {
        let bytes = request.body().and_then(reqwest::Body::as_bytes);
        if bytes.is_some_and(<[u8]>::is_empty) {
            return Self::Absent;
        }
        match Replay::of(request, extensions) {
            Some(replay) => Self::Repeatable(Box::new(replay)),
            None => Self::Once,
        }
    }
}
