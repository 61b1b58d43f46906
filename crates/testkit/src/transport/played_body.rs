//! The body of a scripted response, which plays its script to the client.

use std::fmt;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use tokio::time::{Instant, Sleep};

use crate::reply::body::{BodyBrokenOff, BodyScript, BodyStep, Played, Playing};

pub(super) struct PlayedBody {
    playing: Playing,
    holding: Option<Pin<Box<dyn Future<Output = ()> + Send + Sync>>>,
    deadline: Option<Pin<Box<Sleep>>>,
}

impl PlayedBody {
    /// Plays `script`. reqwest's request timeout covers the body too, so what is left of it comes along as `deadline`.
    pub(super) fn new(script: BodyScript, deadline: Option<Instant>) -> Self {
        Self {
            playing: script.play(),
            holding: None,
            deadline: deadline.map(|at| Box::pin(tokio::time::sleep_until(at))),
        }
    }
}

impl http_body::Body for PlayedBody {
    type Data = Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if let Some(deadline) = &mut self.deadline
            && deadline.as_mut().poll(cx).is_ready()
        {
            return Poll::Ready(Some(Err(io::Error::from(io::ErrorKind::TimedOut).into())));
        }
        loop {
            if let Some(holding) = &mut self.holding {
                ready!(holding.as_mut().poll(cx));
                self.holding = None;
            }
            match self.playing.advance() {
                Played::Step(BodyStep::Bytes(bytes)) if bytes.is_empty() => {}
                Played::Step(BodyStep::Bytes(bytes)) => {
                    return Poll::Ready(Some(Ok(Frame::data(bytes))));
                }
                Played::Step(BodyStep::Hold(hold)) => self.holding = Some(Box::pin(hold.wait())),
                Played::Complete => return Poll::Ready(None),
                Played::BreakOff => return Poll::Ready(Some(Err(BodyBrokenOff.into()))),
                // The deadline above has this task's waker, if there is one.
                Played::Stall => return Poll::Pending,
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.holding.is_none() && self.playing.is_over()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}

impl fmt::Debug for PlayedBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PlayedBody")
            .field("playing", &self.playing)
            .finish_non_exhaustive()
    }
}
