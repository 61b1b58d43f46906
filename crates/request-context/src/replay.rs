//! A request that can be sent once more.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::Extensions;
use reqwest::Request;

use crate::BoxError;

type Restore = dyn Fn(&mut Request) -> Result<(), BoxError> + Send + Sync;

/// Makes a request's body again, for bodies that can't be cloned: files, streams, multipart forms.
///
/// Put it into the request's extensions beside the body itself. The closure sets the body, and the headers that
/// go with it: a multipart boundary is random and sits in `Content-Type`.
///
/// ```
/// use request_context::ReplayableBody;
///
/// let again = ReplayableBody::new(|request| {
///     *request.body_mut() = Some("made again".into());
///     Ok(())
/// });
/// # let mut request = reqwest::Request::new(reqwest::Method::PUT, "http://localhost/".parse().unwrap());
/// # again.restore(&mut request).unwrap();
/// # assert_eq!(request.body().unwrap().as_bytes().unwrap(), b"made again");
/// ```
#[derive(Clone)]
pub struct ReplayableBody(Arc<Restore>);

impl ReplayableBody {
    /// A body that this closure can make as often as needed.
    pub fn new(
        restore: impl Fn(&mut Request) -> Result<(), BoxError> + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(restore))
    }

    /// Sets the body on this request, and the headers that go with it.
    ///
    /// # Errors
    ///
    /// Whatever the closure reports, for example a file that is gone.
    pub fn restore(&self, request: &mut Request) -> Result<(), BoxError> {
        (self.0)(request)
    }
}

impl fmt::Debug for ReplayableBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ReplayableBody").finish_non_exhaustive()
    }
}

/// A copy of a request, kept so that it can be sent once more. Its `Debug` shows nothing of the request.
#[must_use]
pub struct Replay {
    request: Request,
    /// Set on the request when it is needed, since setting it costs an allocation.
    timeout: Option<Duration>,
    body: Option<ReplayableBody>,
}

impl Replay {
    /// Keeps a copy of the request, or nothing if its body can be neither cloned nor made again.
    ///
    /// The request itself stays as it is. Buffered bodies are shared, not copied.
    pub fn of(request: &mut Request, extensions: &Extensions) -> Option<Self> {
        if request.body().is_none() {
            return Some(Self::of_bodiless(request));
        }
        if let Some(request) = request.try_clone() {
            return Some(Self {
                request,
                timeout: None,
                body: None,
            });
        }
        let restore = extensions.get::<ReplayableBody>()?;
        let stream = request.body_mut().take();
        let copy = request.try_clone();
        *request.body_mut() = stream;
        Some(Self {
            request: copy?,
            timeout: None,
            body: Some(restore.clone()),
        })
    }

    /// The request to send.
    ///
    /// # Errors
    ///
    /// [`ReplayError`] when the body can't be made again.
    pub fn into_request(mut self) -> Result<Request, ReplayError> {
        if let Some(body) = self.body {
            let restored = body.restore(&mut self.request);
            restored.map_err(|source| ReplayError { source })?;
        }
        if let Some(timeout) = self.timeout {
            *self.request.timeout_mut() = Some(timeout);
        }
        Ok(self.request)
    }

    /// A copy by hand of what a request without a body has. `try_clone` would allocate for a timeout even where none is
    /// set, and most requests are never sent again.
    fn of_bodiless(request: &Request) -> Self {
        let mut copy = Request::new(request.method().clone(), request.url().clone());
        copy.headers_mut().clone_from(request.headers());
        *copy.version_mut() = request.version();
        Self {
            request: copy,
            timeout: request.timeout().copied(),
            body: None,
        }
    }
}

impl fmt::Debug for Replay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replay").finish_non_exhaustive()
    }
}

/// A body could not be made again; the source is what the [`ReplayableBody`] reported.
#[derive(Debug, thiserror::Error)]
#[error("the request body could not be made again")]
pub struct ReplayError {
    source: BoxError,
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use futures_util::stream;
    use reqwest::{Body, Method};

    use super::*;

    fn upload(body: Body) -> Request {
        let mut request = Request::new(Method::POST, "http://localhost/".parse().unwrap());
        request
            .headers_mut()
            .insert("x-kept", "yes".parse().unwrap());
        *request.body_mut() = Some(body);
        request
    }

    fn stream_body() -> Body {
        Body::wrap_stream(stream::iter([Ok::<_, std::io::Error>(Bytes::from("once"))]))
    }

    #[test]
    fn a_buffered_body_is_replayed_as_it_is() {
        let mut request = upload("again".into());
        let replay = Replay::of(&mut request, &Extensions::new()).unwrap();
        let copy = replay.into_request().unwrap();
        assert_eq!(copy.body().unwrap().as_bytes().unwrap(), b"again");
        assert_eq!(copy.headers()["x-kept"], "yes");
    }

    #[test]
    fn a_request_without_a_body_is_replayed_whole() {
        let url = "http://localhost/a?b".parse().unwrap();
        let mut request = Request::new(Method::DELETE, url);
        request
            .headers_mut()
            .insert("x-kept", "yes".parse().unwrap());
        *request.timeout_mut() = Some(Duration::from_secs(7));
        *request.version_mut() = http::Version::HTTP_2;
        let replay = Replay::of(&mut request, &Extensions::new()).unwrap();
        let copy = replay.into_request().unwrap();
        assert_eq!(copy.method(), request.method());
        assert_eq!(copy.url(), request.url());
        assert_eq!(copy.headers(), request.headers());
        assert_eq!(copy.timeout(), request.timeout());
        assert_eq!(copy.version(), request.version());
        assert!(copy.body().is_none());
    }

    #[test]
    fn a_stream_is_not_replayed_and_still_there_to_be_sent() {
        let mut request = upload(stream_body());
        assert!(Replay::of(&mut request, &Extensions::new()).is_none());
        assert!(request.body().is_some());
    }

    #[test]
    fn a_replayable_body_is_made_again_only_when_it_is_needed() {
        let mut extensions = Extensions::new();
        extensions.insert(ReplayableBody::new(|request| {
            *request.body_mut() = Some("made again".into());
            request
                .headers_mut()
                .insert("content-type", "text/plain".parse()?);
            Ok(())
        }));
        let mut request = upload(stream_body());
        let replay = Replay::of(&mut request, &extensions).unwrap();
        assert!(
            request.body().unwrap().as_bytes().is_none(),
            "the stream itself is sent first"
        );

        let copy = replay.into_request().unwrap();
        assert_eq!(copy.body().unwrap().as_bytes().unwrap(), b"made again");
        assert_eq!(copy.headers()["content-type"], "text/plain");
    }

    #[test]
    fn a_body_that_cannot_be_made_again_says_why() {
        let mut extensions = Extensions::new();
        extensions.insert(ReplayableBody::new(|_| Err("the file is gone".into())));
        let replay = Replay::of(&mut upload(stream_body()), &extensions).unwrap();
        let source = replay.into_request().unwrap_err().source;
        assert_eq!(source.to_string(), "the file is gone");
    }
}
