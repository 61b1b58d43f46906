//! A response body as a script, and the script under way.

use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};

use super::hold::Hold;

/// The error in which a body ends after [`Reply::then_break_off`](crate::Reply::then_break_off).
///
/// It is found among the sources of the [`reqwest::Error`] that `bytes()`, `text()` or `chunk()` returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the scripted body broke off")]
#[non_exhaustive]
pub struct BodyBrokenOff;

#[derive(Clone, Debug, Default)]
pub(crate) struct BodyScript {
    pub(crate) steps: Vec<BodyStep>,
    pub(crate) end: BodyEnd,
}

#[derive(Clone, Debug)]
pub(crate) enum BodyStep {
    Bytes(Bytes),
    Hold(Hold),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum BodyEnd {
    #[default]
    Complete,
    BreakOff,
    Stall,
    Repeat,
}

impl BodyScript {
    /// Returns the body if it is there at once and in one piece.
    pub(crate) fn in_one_piece(&self) -> Option<Bytes> {
        if self.end != BodyEnd::Complete {
            return None;
        }
        match self.steps.as_slice() {
            [] => Some(Bytes::new()),
            [BodyStep::Bytes(bytes)] => Some(bytes.clone()),
            _ => None,
        }
    }

    /// Returns all bytes of the steps, without what is between or after them.
    pub(crate) fn all_bytes(&self) -> Bytes {
        if let [BodyStep::Bytes(bytes)] = self.steps.as_slice() {
            return bytes.clone();
        }
        let mut all = BytesMut::new();
        for step in &self.steps {
            if let BodyStep::Bytes(bytes) = step {
                all.extend_from_slice(bytes);
            }
        }
        all.freeze()
    }

    pub(crate) fn play(self) -> Playing {
        let has_bytes = self
            .steps
            .iter()
            .any(|step| matches!(step, BodyStep::Bytes(bytes) if !bytes.is_empty()));
        // Repeating nothing would spin; a stall is what a client would see of it.
        let end = match self.end {
            BodyEnd::Repeat if !has_bytes => BodyEnd::Stall,
            end => end,
        };
        Playing {
            steps: self.steps.into(),
            end,
        }
    }
}

/// A body script under way.
#[derive(Debug)]
pub(crate) struct Playing {
    steps: VecDeque<BodyStep>,
    end: BodyEnd,
}

#[derive(Debug)]
pub(crate) enum Played {
    Step(BodyStep),
    Complete,
    BreakOff,
    Stall,
}

impl Playing {
    pub(crate) fn advance(&mut self) -> Played {
        match (self.steps.pop_front(), self.end) {
            (Some(step), BodyEnd::Repeat) => {
                self.steps.push_back(step.clone());
                Played::Step(step)
            }
            (Some(step), _) => Played::Step(step),
            (None, BodyEnd::Complete) => Played::Complete,
            (None, BodyEnd::BreakOff) => Played::BreakOff,
            (None, BodyEnd::Stall | BodyEnd::Repeat) => Played::Stall,
        }
    }

    pub(crate) fn is_over(&self) -> bool {
        self.steps.is_empty() && self.end == BodyEnd::Complete
    }
}
