//! One id for all attempts of a call.

use std::fmt;
use std::sync::Arc;

use http::{Extensions, HeaderMap, HeaderName, HeaderValue};
use request_context::Handling;
use reqwest::Request;
use reqwest_middleware::{Middleware, Next};
use uuid::Uuid;

/// The header in which most send their ids, and the one that events take theirs from if no layer has named it.
static X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The id of a request, in its extensions. [`RequestIdMiddleware`] puts it there; whoever makes ids in another way can too.
#[derive(Clone, PartialEq, Eq)]
pub struct RequestId(HeaderValue);

impl RequestId {
    /// The request has this id.
    pub fn new(id: HeaderValue) -> Self {
        Self(id)
    }

    /// The id as it is sent.
    pub fn value(&self) -> &HeaderValue {
        &self.0
    }

    /// The id as text, if it is text and not marked sensitive.
    pub(crate) fn as_str(&self) -> Option<&str> {
        shown(&self.0)
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RequestId").field(&self.0).finish()
    }
}

/// The id in these headers, of a request or an answer.
pub(crate) fn id_in(headers: &HeaderMap) -> Option<&str> {
    shown(headers.get(&X_REQUEST_ID)?)
}

fn shown(id: &HeaderValue) -> Option<&str> {
    id.to_str().ok().filter(|_| !id.is_sensitive())
}

type Make = dyn Fn() -> HeaderValue + Send + Sync;

/// Middleware that gives each call an id, which all its attempts send: by it one asks the server's people what became of a
/// call.
///
/// An id that the request has already stays. Put the layer outside those that send again. Clones make ids alike.
///
/// ```
/// use http::{HeaderName, HeaderValue};
/// use wire_log::RequestIdMiddleware;
///
/// // A random UUID in `x-request-id`.
/// let ids = RequestIdMiddleware::new();
/// // What the caller's own request was called.
/// # fn current() -> HeaderValue { HeaderValue::from_static("7") }
/// let ids = RequestIdMiddleware::new().header(HeaderName::from_static("x-correlation-id")).made_by(current);
/// ```
#[derive(Clone)]
#[must_use]
pub struct RequestIdMiddleware {
    header: HeaderName,
    make: Arc<Make>,
}

impl RequestIdMiddleware {
    /// A layer that sends a random UUID (version 4, RFC 9562) in `x-request-id`.
    pub fn new() -> Self {
        Self {
            header: X_REQUEST_ID.clone(),
            make: Arc::new(uuid),
        }
    }

    /// The header that ids are sent in. Default: `x-request-id`.
    pub fn header(mut self, name: HeaderName) -> Self {
        self.header = name;
        self
    }

    /// Makes ids by this function, once for each call. Default: a random UUID.
    pub fn made_by(mut self, make: impl Fn() -> HeaderValue + Send + Sync + 'static) -> Self {
        self.make = Arc::new(make);
        self
    }

    /// The call's id: the caller's own, the one that the call got when it was here before, or a new one.
    fn id(&self, request: &Request, extensions: &Extensions) -> RequestId {
        if let Some(own) = request.headers().get(&self.header) {
            return RequestId(own.clone());
        }
        match extensions.get::<RequestId>() {
            Some(id) => id.clone(),
            None => RequestId((self.make)()),
        }
    }
}

impl Default for RequestIdMiddleware {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for RequestIdMiddleware {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestIdMiddleware")
            .field("header", &self.header)
            .finish_non_exhaustive()
    }
}

impl Middleware for RequestIdMiddleware {
    fn handle<'a, 'b, 'c, 'handling>(
        &'a self,
        mut request: Request,
        extensions: &'b mut Extensions,
        next: Next<'c>,
    ) -> Handling<'handling>
    where
        Self: 'handling,
        'a: 'handling,
        'b: 'handling,
        'c: 'handling,
    {
        let id = self.id(&request, extensions);
        request
            .headers_mut()
            .entry(&self.header)
            .or_insert_with(|| id.value().clone());
        extensions.insert(id);
        next.run(request, extensions)
    }
}

fn uuid() -> HeaderValue {
    let mut buffer = Uuid::encode_buffer();
    let text = Uuid::new_v4().hyphenated().encode_lower(&mut buffer);
    // A UUID is always a valid value.
    HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static("0"))
}
