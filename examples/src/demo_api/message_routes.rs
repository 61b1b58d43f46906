//! One message: `GET /messages/{id}` and `POST /messages`.

use std::time::SystemTime;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, HeaderName, LOCATION};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::bearer::Caller;
use super::messages::{Creation, Message};
use super::problem::Problem;
use super::state::Shared;
use super::validators::Validators;

const LONGEST_TEXT: usize = 10_000;

#[derive(Deserialize)]
pub(super) struct Draft {
    text: String,
}

/// One message, or 304 for who has it.
pub(super) async fn one(
    State(shared): State<Shared>,
    _caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let message = id
        .parse()
        .ok()
        .and_then(|id| shared.messages().find(id).cloned());
    let Some(message) = message else {
        return Err(Problem::new(
            StatusCode::NOT_FOUND,
            "message_not_found",
            "there is no message with this id",
        ));
    };
    let validators = message.validators();
    if validators.are_held_by(&headers) {
        shared.counters.not_modified.increment();
        return Ok((
            StatusCode::NOT_MODIFIED,
            private(),
            validators.headers(),
            (),
        )
            .into_response());
    }
    Ok((private(), validators.headers(), Json(message)).into_response())
}

/// Writes a message. With an `Idempotency-Key` the same request again gets the first one's answer.
pub(super) async fn create(
    State(shared): State<Shared>,
    caller: Caller,
    headers: HeaderMap,
    draft: Result<Json<Draft>, JsonRejection>,
) -> Result<Response, Problem> {
    caller.must_write()?;
    let Json(Draft { text }) = draft?;
    if text.trim().is_empty() {
        return Err(invalid_draft().field("/text", "is empty"));
    }
    if text.len() > LONGEST_TEXT {
        return Err(invalid_draft().field("/text", "is longer than 10000 bytes"));
    }
    let key = match headers
        .get("idempotency-key")
        .map(|key| key.to_str().map(str::trim))
    {
        None => None,
        Some(Ok(key)) if !key.is_empty() && key.len() <= 255 => Some(key),
        Some(_) => {
            return Err(Problem::bad_request(
                "invalid_idempotency_key",
                "the key is 1 to 255 visible characters",
            ));
        }
    };
    let creation = shared
        .messages()
        .create(&caller.username, &text, key, SystemTime::now());
    match creation {
        Creation::Created(message) => {
            shared.counters.messages_created.increment();
            Ok(created(message).into_response())
        }
        Creation::Replayed(message) => {
            shared.counters.messages_replayed.increment();
            let replayed = HeaderName::from_static("idempotent-replayed");
            Ok(([(replayed, "true")], created(message)).into_response())
        }
        Creation::KeyTaken => {
            let detail = "the idempotency key was used for another message";
            Err(Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "idempotency_key_reused",
                detail,
            ))
        }
    }
}

impl Message {
    fn validators(&self) -> Validators {
        // Nothing changes a message, so its id names its only version.
        Validators {
            etag: format!("\"message-{}\"", self.id),
            last_modified: Some(self.written),
        }
    }
}

/// May be kept for the caller alone, and is asked for again at each use.
pub(super) fn private() -> [(HeaderName, &'static str); 1] {
    [(CACHE_CONTROL, "private, no-cache")]
}

fn created(message: Message) -> impl IntoResponse {
    let location = [(LOCATION, format!("/messages/{}", message.id))];
    (
        StatusCode::CREATED,
        location,
        message.validators().headers(),
        Json(message),
    )
}

fn invalid_draft() -> Problem {
    Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "invalid_message",
        "the message is not valid",
    )
}
