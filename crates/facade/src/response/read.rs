//! Reading a body: its limits, and how the errors on the way are told.

use std::future::pending;
use std::pin::pin;

use bytes::{Bytes, BytesMut};
use cancel::CancelOn;
use error_map::{
    ApiError, DECODED_IN_PLACE, ErrorAnswer, ErrorKind, TimeoutPhase, decode_json,
    decode_off_thread,
};
use futures_util::future::select;
use http::{HeaderMap, StatusCode};
use request_context::{DeadlineExceeded, Instant};
use serde::de::DeserializeOwned;
use tokio::time::sleep_until;

use super::place::{Place, locate};
use super::Response;
use crate::hooks::Hooks;

/// How much of a body that can't be decoded its error keeps.
const KEPT_OF_A_BAD_BODY: usize = 64 * 1024;

/// The transformed body as JSON. The error keeps the answer: a login page in the place of JSON should be readable.
pub(super) fn decode<T: DeserializeOwned>(
    hooks: &Hooks,
    status: StatusCode,
    headers: &HeaderMap,
    body: &Bytes,
) -> Result<T, ApiError> {
    let body = hooks.body(headers, body.clone())?;
    decode_json(&body).map_err(|error| {
        let answer = ErrorAnswer::new(status, headers.clone(), body);
        error.with_answer(answer.body_limit(KEPT_OF_A_BAD_BODY))
    })
}

impl Response {
    /// The body as it arrived, up to the limit.
    pub(super) async fn read(&mut self) -> Result<Bytes, ApiError> {
        let limit = self.body_limit;
        let announced = self.content_length().unwrap_or(0);
        if usize::try_from(announced).map_or(true, |announced| announced > limit) {
            return Err(self.too_large());
        }
        // Most bodies come in one piece, which is then passed on without a copy.
        let Some(first) = self.chunk().await? else {
            return Ok(Bytes::new());
        };
        if first.len() > limit {
            return Err(self.too_large());
        }
        let Some(mut next) = self.chunk().await? else {
            return Ok(first);
        };
        let mut body = BytesMut::from(first);
        loop {
            if next.len() > limit - body.len() {
                return Err(self.too_large());
            }
            body.extend_from_slice(&next);
            match self.chunk().await? {
                Some(chunk) => next = chunk,
                None => return Ok(body.freeze()),
            }
        }
    }

    pub(super) async fn chunk(&mut self) -> Result<Option<Bytes>, ApiError> {
        match self.inner.chunk().await {
            Ok(chunk) => Ok(chunk),
            Err(error) => Err(self.report(self.name_deadline(error))),
        }
    }

    /// Makes something of bytes that have arrived, of many on a thread for blocking work. The call is not over before that
    /// is done, so its tokens and its deadline end the wait.
    pub(super) async fn decode<T, F>(&mut self, bytes: Bytes, decode: F) -> Result<T, ApiError>
    where
        T: Send + 'static,
        F: Fn(&Bytes) -> Result<T, ApiError> + Send + Sync + 'static,
    {
        if bytes.len() <= DECODED_IN_PLACE {
            return decode(&bytes);
        }
        // Boxed, like all that is rare: every call pays for the size of this future.
        Box::pin(decode_off_thread(bytes, decode, self.ended())).await
    }

    /// Waits until the call is cancelled or its deadline passes.
    fn ended(&self) -> impl Future<Output = ApiError> + Send + use<> {
        let cancelled = cancelled(self.cancel.clone());
        let overdue = overdue(self.call.deadline());
        async {
            select(pin!(cancelled), pin!(overdue))
                .await
                .factor_first()
                .0
        }
    }

    /// A timeout once the deadline has passed is the deadline's doing: reqwest's timer was stamped with it.
    fn name_deadline(&self, error: reqwest::Error) -> ApiError {
        if error.is_timeout() && self.call.is_overdue() {
            return ApiError::with_source(ErrorKind::Timeout(TimeoutPhase::Deadline), error);
        }
        let limits = self.options.limits;
        limits.name(ApiError::from(error), &self.call, self.timeout)
    }

    pub(super) fn too_large(&self) -> ApiError {
        let limit = self.body_limit;
        self.report(ApiError::with_source(
            ErrorKind::TooLarge,
            BodyTooLarge { limit },
        ))
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
