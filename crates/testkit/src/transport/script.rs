//! The script of a transport: answers in order, then a fallback.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use http::Method;

use super::answer::Answer;
use super::sent::SentRequest;

/// The error of a request for which the script of a [`ScriptedTransport`](crate::ScriptedTransport) has no answer.
///
/// It comes as `reqwest_middleware::Error::Middleware`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no answer left in the script of {answers} for request {request}: {method} {path}")]
#[non_exhaustive]
pub struct ScriptExhausted {
    /// How many answers the script has had.
    pub answers: usize,
    /// Which request of all that were sent this is, counted from 1.
    pub request: usize,
    /// The method of the request.
    pub method: Method,
    /// The path of the request.
    pub path: String,
}

pub(super) type Respond = Arc<dyn Fn(&SentRequest) -> Answer + Send + Sync>;

#[derive(Default)]
pub(super) struct Script {
    answers: VecDeque<Answer>,
    written: usize,
    fallback: Option<Respond>,
}

pub(super) enum Line {
    Answer(Answer),
    Respond(Respond),
    Exhausted { answers: usize },
}

impl Script {
    pub(super) fn push(&mut self, answer: Answer) {
        self.written += 1;
        self.answers.push_back(answer);
    }

    pub(super) fn fall_back_on(&mut self, respond: Respond) {
        self.fallback = Some(respond);
    }

    pub(super) fn advance(&mut self) -> Line {
        if let Some(answer) = self.answers.pop_front() {
            return Line::Answer(answer);
        }
        match &self.fallback {
            Some(respond) => Line::Respond(Arc::clone(respond)),
            None => Line::Exhausted {
                answers: self.written,
            },
        }
    }

    pub(super) fn left(&self) -> usize {
        self.answers.len()
    }
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Script")
            .field("answers", &self.answers)
            .field("fallback", &self.fallback.is_some())
            .finish_non_exhaustive()
    }
}
