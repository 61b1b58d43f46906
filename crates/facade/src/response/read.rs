//! Reading a body: its limits, and how the errors on the way are told.

use std::future::{Ready, pending, ready};
use std::pin::pin;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use cancel::CancelOn;
use error_map::{
    ApiError, DECODED_IN_PLACE, ErrorAnswer, ErrorKind, TimeoutPhase, decode_json,
    decode_off_thread,
};
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Either, select};
use http::{HeaderMap, StatusCode};
use request_context::{DeadlineExceeded, Instant};
use serde::de::DeserializeOwned;
use tokio::time::sleep_until;

use super::Response;
use super::place::{Place, locate};
use crate::call_options::Settled;

/// What is decoded already, or boxed, like all that is rare: every call pays for the size of this future.
type Decoding<T> = Either<Ready<Result<T, ApiError>>, BoxFuture<'static, Result<T, ApiError>>>;

/// The head of an answer whose body has arrived, and how to make something of it. An error keeps the answer: a login page in
/// the place of JSON should be readable.
pub(super) struct Arrived {
    options: Arc<Settled>,
    status: StatusCode,
    headers: HeaderMap,
}

impl Arrived {
    /// The body as the closures leave it.
    pub(super) fn transform(&self, body: &Bytes) -> Result<Bytes, ApiError> {
        let transformed = self.options.hooks.body(&self.headers, body.clone());
        transformed.map_err(|error| self.keep(error, body.clone()))
    }

    /// The transformed body as JSON.
    pub(super) fn decode<T: DeserializeOwned>(&self, body: &Bytes) -> Result<T, ApiError> {
        let body = self.transform(body)?;
        decode_json(&body).map_err(|error| self.keep(error, body))
    }

    fn keep(&self, error: ApiError, body: Bytes) -> ApiError {
        // That of another call, by a closure.
        if error.method().is_some() {
            return error;
        }
        let answer = ErrorAnswer::new(self.status, self.headers.clone(), body);
        self.options.error_map.with_answer(error, answer)
    }
}

impl Response {
    /// The body as it arrived, up to the limit.
    pub(super) async fn read(&mut self) -> Result<Bytes, ApiError> {
        let limit = self.body_limit;
        let announced = self.content_length().unwrap_or(0);
        if usize::try_from(announced).map_or(true, |announced| announced > limit) {
            return Err(self.too_large(Bytes::new()));
        }
        // Most bodies come in one piece, which is then passed on without a copy.
        let Some(first) = self.chunk().await? else {
            return Ok(Bytes::new());
        };
        if first.len() > limit {
            return Err(self.too_large(first.slice(..limit)));
        }
        let mut next = match self.inner.chunk().await {
            Ok(Some(next)) => next,
            Ok(None) => return Ok(first),
            Err(error) => return Err(self.broken(error, first)),
        };
        let mut body = BytesMut::from(first);
        loop {
            let room = limit - body.len();
            body.extend_from_slice(&next[..next.len().min(room)]);
            if next.len() > room {
                return Err(self.too_large(body.freeze()));
            }
            match self.inner.chunk().await {
                Ok(Some(chunk)) => next = chunk,
                Ok(None) => return Ok(body.freeze()),
                Err(error) => return Err(self.broken(error, body.freeze())),
            }
        }
    }

    /// The next piece of the body, as it arrives; none at its end. There is no limit on their number.
    ///
    /// ```
    /// # async fn example(client: facade::Client) -> Result<(), facade::ApiError> {
    /// let mut report = client.get("report.pdf").send().await?;
    /// let mut length = 0;
    /// while let Some(piece) = report.chunk().await? {
    ///     length += piece.len(); // or write it to a file
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`bytes`](Self::bytes), save for the limit. There is nothing to read after one: asking again may meet it again.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, ApiError> {
        match self.inner.chunk().await {
            Ok(chunk) => Ok(chunk),
            Err(error) => Err(self.broken(error, Bytes::new())),
        }
    }

    /// The head of this answer, whose body has been read.
    pub(super) fn arrived(&mut self) -> Arrived {
        Arrived {
            options: Arc::clone(&self.options),
            status: self.status(),
            headers: std::mem::take(self.inner.headers_mut()),
        }
    }

    /// Makes something of bytes that have arrived, of many on a thread for blocking work. The call is not over before that
    /// is done, so its tokens and its deadline end the wait.
    pub(super) fn decode<T, F>(&self, bytes: Bytes, decode: F) -> Decoding<T>
    where
        T: Send + 'static,
        F: Fn(&Bytes) -> Result<T, ApiError> + Send + Sync + 'static,
    {
        if bytes.len() <= DECODED_IN_PLACE {
            return Either::Left(ready(decode(&bytes)));
        }
        Either::Right(decode_off_thread(bytes, decode, self.ended()).boxed())
    }

    /// Waits until the call is cancelled or its deadline passes.
    fn ended(&self) -> impl Future<Output = ApiError> + Send + use<> {
        ended(self.cancel.as_deref().cloned(), self.call.deadline())
    }

    /// A timeout once the deadline has passed is the deadline's doing: reqwest's timer was stamped with it.
    fn name_deadline(&self, error: reqwest::Error) -> ApiError {
        if error.is_timeout() && self.call.is_overdue() {
            return ApiError::with_source(ErrorKind::Timeout(TimeoutPhase::Deadline), error);
        }
        let limits = self.options.limits;
        limits.name(ApiError::from(error), &self.call, self.timeout)
    }

    /// The body ended here, with this error of reqwest's.
    fn broken(&mut self, error: reqwest::Error, read: Bytes) -> ApiError {
        let error = self.name_deadline(error);
        self.leave(error, read)
    }

    pub(super) fn too_large(&mut self, read: Bytes) -> ApiError {
        let limit = self.body_limit;
        let error = ApiError::with_source(ErrorKind::TooLarge, BodyTooLarge { limit });
        self.leave(error, read)
    }

    /// Gives the body up, of which this much is left to be read in the error.
    fn leave(&mut self, error: ApiError, read: Bytes) -> ApiError {
        let headers = std::mem::take(self.inner.headers_mut());
        let answer = ErrorAnswer::new(self.status(), headers, read).broken_off();
        self.report(self.options.error_map.with_answer(error, answer))
    }

    /// The request and the call that it answers, for what outlives it.
    pub(crate) fn place(&self) -> Place {
        Place {
            method: self.method.clone(),
            url: self.url().clone(),
            call: self.call.clone(),
        }
    }

    /// The error of this answer's call, which goes on.
    pub(super) fn locate(&self, error: ApiError) -> ApiError {
        locate(error, &self.method, self.url(), &self.call)
    }

    /// The error that the call ends with, as the caller gets it.
    pub(super) fn report(&self, error: ApiError) -> ApiError {
        self.options.hooks.error(self.locate(error))
    }
}

/// Waits until a call is cancelled or its deadline passes.
pub(crate) async fn ended(cancel: Option<CancelOn>, deadline: Option<Instant>) -> ApiError {
    let (cancelled, overdue) = (pin!(cancelled(cancel)), pin!(overdue(deadline)));
    select(cancelled, overdue).await.factor_first().0
}

async fn cancelled(on: Option<CancelOn>) -> ApiError {
    match on {
        Some(on) => ApiError::with_source(ErrorKind::Cancelled, on.cancelled().await),
        None => pending().await,
    }
}

async fn overdue(deadline: Option<Instant>) -> ApiError {
    match deadline {
        Some(deadline) => sleep_until(deadline).await,
        None => pending().await,
    }
    let kind = ErrorKind::Timeout(TimeoutPhase::Deadline);
    ApiError::with_source(kind, DeadlineExceeded::new())
}

/// A body was longer than the caller allows. It is the source of an error of kind [`TooLarge`](ErrorKind::TooLarge).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the body is longer than {limit} bytes")]
#[non_exhaustive]
pub struct BodyTooLarge {
    /// How many bytes were allowed.
    pub limit: usize,
}
