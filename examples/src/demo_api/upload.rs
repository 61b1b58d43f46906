//! `POST /upload`: takes a body of any size, and keeps none of it.

use std::future::poll_fn;
use std::pin::Pin;

use axum::Json;
use axum::body::{Body, HttpBody};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use serde::Serialize;

use super::problem::Problem;
use super::state::Shared;

#[derive(Serialize)]
pub(super) struct Uploaded {
    bytes: u64,
    content_type: Option<String>,
}

pub(super) async fn receive(
    State(shared): State<Shared>,
    headers: HeaderMap,
    mut body: Body,
) -> Result<Json<Uploaded>, Problem> {
    let mut upload = Upload {
        shared,
        whole: false,
    };
    let mut bytes = 0;
    while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        let frame = frame.map_err(|_| Problem::bad_request("broken_body", "the body broke off"))?;
        let length = frame.data_ref().map_or(0, |data| data.len() as u64);
        upload.shared.counters.upload_bytes.add(length);
        bytes += length;
    }
    upload.whole = true;
    let content_type = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned);
    Ok(Json(Uploaded {
        bytes,
        content_type,
    }))
}

/// Counts an upload when it ends. One that ends before its body did was abandoned.
struct Upload {
    shared: Shared,
    whole: bool,
}

impl Drop for Upload {
    fn drop(&mut self) {
        let counters = &self.shared.counters;
        let ended = if self.whole {
            &counters.uploads
        } else {
            &counters.uploads_abandoned
        };
        ended.increment();
    }
}
