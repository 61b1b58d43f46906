//! What the scripted transport does with one request.

use std::future::pending;
use std::time::Duration;

use http::Response;
use reqwest::{ResponseBuilderExt, Url};
use reqwest_middleware::Error;
use tokio::time::Instant;

use super::offline;
use super::played_body::PlayedBody;
use crate::reply::hold::Hold;
use crate::{Gate, Reply};

/// What [`ScriptedTransport`](crate::ScriptedTransport) does with one request: reply, fail, or hang, at once or later.
///
/// Where an answer is asked for, a [`Reply`] or a [`reqwest_middleware::Error`] will do as well.
#[derive(Debug)]
#[must_use]
pub struct Answer {
    holds: Vec<Hold>,
    outcome: Outcome,
}

#[derive(Debug)]
enum Outcome {
    Reply(Reply),
    Fail(Error),
    FailToConnect,
    TimeOut,
    Hang,
}

impl Answer {
    /// Answers with a response.
    pub fn reply(reply: Reply) -> Self {
        reply.into()
    }

    /// Fails with `error`, as [`reqwest_middleware::Error::middleware`] wraps it: match `Error::Middleware(e)`, then
    /// `e.downcast_ref::<E>()`.
    pub fn fail<E>(error: E) -> Self
    where
        E: std::error::Error + Send + Sync + 'static,
    {
        Error::middleware(error).into()
    }

    /// Fails with a [`reqwest::Error`] that says `is_connect()`, as when nobody listens. No socket is opened.
    pub fn fail_to_connect() -> Self {
        Outcome::FailToConnect.into()
    }

    /// Fails with a [`reqwest::Error`] that says `is_timeout()`, as when the request's own timeout is over, at once
    /// whatever that timeout is.
    pub fn time_out() -> Self {
        Outcome::TimeOut.into()
    }

    /// Never answers. A timeout on the request still ends it.
    pub fn hang() -> Self {
        Outcome::Hang.into()
    }

    /// Waits this long before the outcome. Several waits happen one after the other.
    pub fn after(mut self, duration: Duration) -> Self {
        self.holds.push(Hold::For(duration));
        self
    }

    /// Waits at the gate before the outcome.
    pub fn after_gate(mut self, gate: &Gate) -> Self {
        self.holds.push(Hold::At(gate.clone()));
        self
    }

    pub(super) async fn play(
        self,
        url: Url,
        deadline: Option<Instant>,
    ) -> Result<reqwest::Response, Error> {
        for hold in self.holds {
            hold.wait().await;
        }
        match self.outcome {
            Outcome::Reply(reply) => respond(reply, url, deadline).await,
            Outcome::Fail(error) => Err(error),
            Outcome::FailToConnect => Err(offline::connect_error(url).await),
            Outcome::TimeOut => Err(offline::timeout_error(url).await),
            Outcome::Hang => pending().await,
        }
    }
}

async fn respond(
    reply: Reply,
    url: Url,
    deadline: Option<Instant>,
) -> Result<reqwest::Response, Error> {
    for hold in reply.holds {
        hold.wait().await;
    }
    let body = match reply.body.in_one_piece() {
        Some(bytes) => reqwest::Body::from(bytes),
        None => reqwest::Body::wrap(PlayedBody::new(reply.body, deadline)),
    };
    let mut response = Response::builder()
        .status(reply.status)
        .url(url)
        .body(body)
        .map_err(Error::middleware)?;
    *response.headers_mut() = reply.headers;
    Ok(response.into())
}

impl From<Outcome> for Answer {
    fn from(outcome: Outcome) -> Self {
        Self {
            holds: Vec::new(),
            outcome,
        }
    }
}

impl From<Reply> for Answer {
    fn from(reply: Reply) -> Self {
        Outcome::Reply(reply).into()
    }
}

impl From<Error> for Answer {
    fn from(error: Error) -> Self {
        Outcome::Fail(error).into()
    }
}
