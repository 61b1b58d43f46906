//! A request to the upstream, and its answer back.

use std::convert::Infallible;
use std::time::Duration;

use bytes::Bytes;
use facade::{Client, Deadline, SessionStatus};
use futures_util::stream;
use http::header::{CONTENT_LENGTH, HOST, TRANSFER_ENCODING};
use http::request::Parts;
use http::uri::Authority;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Version};
use http_body::{Body as _, Frame};
use http_body_util::StreamBody;
use hyper::body::Incoming;
use reqwest::Body;
use tokio::time::{Instant, timeout_at};

use crate::admission::Admission;
use crate::arguments::Arguments;
use crate::problem::Problem;
use crate::upstream::Upstream;
use crate::{caching, hop_by_hop, kept_body, log, via};

/// Forwards requests to an upstream.
pub(crate) struct Gateway {
    client: Client,
    upstream: Upstream,
    admission: Admission,
    deadline: Option<Duration>,
    replay_limit: usize,
    keep_host: bool,
    via: bool,
}

impl Gateway {
    pub(crate) fn new(
        arguments: &Arguments,
        upstream: Upstream,
        admission: Admission,
        client: Client,
    ) -> Self {
        Self {
            client,
            admission,
            upstream,
            deadline: arguments.deadline.map(Duration::from_secs),
            replay_limit: arguments.replay_limit,
            keep_host: arguments.keep_host,
            via: arguments.via,
        }
    }

    /// What the upstream answers, or a problem of the gateway's own.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future ends the upstream call, and so does dropping the answer's body.
    pub(crate) async fn answer(&self, request: Request<Incoming>) -> Response<Body> {
        match self.forward(request).await {
            Ok(response) => response,
            Err(problem) => {
                tracing::debug!(
                    target: log::TARGET,
                    status = problem.status.as_u16(),
                    code = problem.code,
                    "answered by the gateway itself",
                );
                problem.into_response()
            }
        }
    }

    async fn forward(&self, request: Request<Incoming>) -> Result<Response<Body>, Problem> {
        let deadline = self.deadline.map(Deadline::within);
        let deadline = deadline.and_then(|deadline| deadline.instant(Instant::now()));
        let (head, body) = request.into_parts();
        let host = self.admission.check(&head)?;
        if head.method == Method::CONNECT || !head.uri.path().starts_with('/') {
            return Err(Problem::NO_PATH);
        }
        // Its name would be taken off as hop-by-hop, and the coding left on.
        if hop_by_hop::has_another_coding(&head.headers) {
            return Err(Problem::CODED_BODY);
        }
        let body = kept_body::keep(body, self.replay_limit);
        let body = by(deadline, body).await.ok_or(Problem::SLOW_BODY)?;
        let body = body.map_err(|_| Problem::BROKEN_BODY)?;
        let headers = self.request_headers(&head, &host, body.as_ref());
        let url = self.upstream.url_of(head.uri.path(), head.uri.query());
        let mut request = self
            .client
            .request(head.method.clone(), url)
            .headers(headers);
        if let Some(body) = body {
            request = request.body(body);
        }
        if head.method == Method::TRACE {
            // It may come back as it was sent, with all that is secret in it (RFC 9110 §9.3.8).
            request = request.without_auth();
        }
        if let Some(deadline) = deadline {
            request = request.deadline(Deadline::at(deadline));
        }
        let another_session = self.look_for_another_session();
        by(deadline, another_session)
            .await
            .ok_or(Problem::SLOW_TOKENS)?;
        let answer = request
            .send()
            .await
            .map_err(|error| Problem::from(&error))?;
        self.pass_on(answer.into_inner().into(), &head.method)
    }

    fn request_headers(&self, head: &Parts, host: &Authority, body: Option<&Body>) -> HeaderMap {
        let mut headers = hop_by_hop::removed_from(&head.headers);
        caching::mark_who_asks(&mut headers);
        headers.remove(HOST);
        // The one that was checked, whatever stands beside an absolute target.
        if self.keep_host
            && let Ok(host) = HeaderValue::from_str(host.as_str())
        {
            headers.insert(HOST, host);
        }
        if let Some(body) = body
            && !headers.contains_key(CONTENT_LENGTH)
        {
            // As it came, whatever the method is. Of an empty one hyper would make none.
            match body.as_bytes() {
                Some([]) => headers.insert(CONTENT_LENGTH, HeaderValue::from(0)),
                _ => headers.insert(TRANSFER_ENCODING, HeaderValue::from_static("chunked")),
            };
        }
        if self.via {
            via::add(&mut headers, head.version);
        }
        headers
    }

    fn pass_on(&self, answer: Response<Body>, method: &Method) -> Result<Response<Body>, Problem> {
        let (mut head, mut body) = answer.into_parts();
        if head.status.is_informational() {
            return Err(Problem::INTERIM);
        }
        if hop_by_hop::has_another_coding(&head.headers) {
            return Err(Problem::CODED_ANSWER);
        }
        head.headers = hop_by_hop::removed_from(&head.headers);
        tell_the_length_once(&mut head.headers);
        if self.via {
            via::add(&mut head.headers, head.version);
        }
        // The version is that of a connection (RFC 9110 §2.5).
        head.version = Version::HTTP_11;
        // A 304 may tell the length that the body would have (RFC 9110 §8.6). Of a body that is known to be empty, hyper
        // would correct it. A body that reqwest may decode doesn't know that it is.
        let is_empty = head.status == StatusCode::NOT_MODIFIED || body.is_end_stream();
        if *method != Method::HEAD && is_empty && head.headers.contains_key(CONTENT_LENGTH) {
            let nothing = stream::empty::<Result<Frame<Bytes>, Infallible>>();
            body = Body::wrap(StreamBody::new(nothing));
        }
        Ok(Response::from_parts(head, body))
    }

    /// Someone may have signed in again, by another program that shares the token file.
    async fn look_for_another_session(&self) {
        let Some(session) = self.client.session() else {
            return;
        };
        if matches!(session.status(), SessionStatus::SignedOut(_))
            && let Err(error) = session.reload().await
        {
            tracing::debug!(target: log::TARGET, %error, "the token file can't be read");
        }
    }
}

/// What the future brings, unless the deadline is before that.
async fn by<T>(deadline: Option<Instant>, future: impl Future<Output = T>) -> Option<T> {
    match deadline {
        Some(deadline) => timeout_at(deadline, future).await.ok(),
        None => Some(future.await),
    }
}

/// Of a length that is told several times makes one (RFC 9110 §8.6). They are the same, or the answer would not be here.
fn tell_the_length_once(headers: &mut HeaderMap) {
    let Some(told) = headers.get(CONTENT_LENGTH) else {
        return;
    };
    let first = told.as_bytes().split(|byte| *byte == b',').next();
    let first = first.unwrap_or_default().trim_ascii();
    if let Ok(length) = HeaderValue::from_bytes(first) {
        headers.insert(CONTENT_LENGTH, length);
    }
}
