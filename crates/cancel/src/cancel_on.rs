//! The tokens that a request listens to.

use std::borrow::Cow;
use std::convert::Infallible;
use std::future::poll_fn;
use std::task::Poll;

use request_context::Cancelled;
use tokio_util::sync::CancellationToken;

use crate::signal::Signal;
use crate::watch::Watch;
use crate::{CancelScope, Ticket};

/// Makes one request end when a token is cancelled: put it into the request's extensions.
///
/// One token may end many requests, and holding it costs nothing for a request that has ended. A request may listen to
/// several tokens, joined with [`or`](Self::or); the first to be cancelled ends it. If more than one is cancelled by the
/// time the call notices, the one attached first is named. A second `CancelOn` in the extensions would take the place of
/// the first, so join them.
///
/// ```
/// use cancel::CancelOn;
/// use tokio_util::sync::CancellationToken;
///
/// # async fn example(client: reqwest_middleware::ClientWithMiddleware) -> reqwest_middleware::Result<()> {
/// let (shutdown, button) = (CancellationToken::new(), CancellationToken::new());
/// let cancel = CancelOn::new(&shutdown).because("the server stops")
///     .or(&button).because("the user pressed stop");
/// let response = client.get("https://api.example.com/report").with_extension(cancel).send().await?;
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use = "it works once it is in a request's extensions"]
pub struct CancelOn {
    first: Signal,
    others: Vec<Signal>,
}

impl CancelOn {
    /// Ends the request when `token` is cancelled, or a token that it is a child of.
    pub fn new(token: &CancellationToken) -> Self {
        Signal::from(token.clone()).into()
    }

    /// Says why, for the token attached last; [`Cancelled::reason`] tells it. Default: no reason, or that of the
    /// [`Ticket`] or [`CancelScope`].
    ///
    /// Error texts show it, so it should hold no secret.
    pub fn because(mut self, reason: impl Into<Cow<'static, str>>) -> Self {
        let last = self.others.last_mut().unwrap_or(&mut self.first);
        last.set_reason(reason.into());
        self
    }

    /// Listens to these tokens as well.
    pub fn or(mut self, other: impl Into<Self>) -> Self {
        let other = other.into();
        self.others.push(other.first);
        self.others.extend(other.others);
        self
    }

    /// Waits until one of the tokens is cancelled, and tells the error of a call that it ends: for work that goes on after
    /// the response body has been read.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future leaves nothing behind in the tokens.
    pub async fn cancelled(&self) -> Cancelled {
        let mut watch = Watch::from(self.clone());
        let waited = poll_fn(|context| watch.poll(context, |_| Poll::<Infallible>::Pending)).await;
        match waited {
            Ok(never) => match never {},
            Err(cancelled) => cancelled,
        }
    }

    /// The error of a token that is cancelled already.
    pub(crate) fn error(&self) -> Option<Cancelled> {
        let mut signals = std::iter::once(&self.first).chain(&self.others);
        signals.find_map(Signal::cancelled)
    }

    pub(crate) fn into_signals(self) -> (Signal, Vec<Signal>) {
        (self.first, self.others)
    }
}

impl From<Signal> for CancelOn {
    fn from(first: Signal) -> Self {
        Self {
            first,
            others: Vec::new(),
        }
    }
}

impl From<CancellationToken> for CancelOn {
    fn from(token: CancellationToken) -> Self {
        Signal::from(token).into()
    }
}

impl From<&CancellationToken> for CancelOn {
    fn from(token: &CancellationToken) -> Self {
        Self::new(token)
    }
}

impl From<&CancelScope> for CancelOn {
    fn from(scope: &CancelScope) -> Self {
        scope.signal().into()
    }
}

impl From<Ticket> for CancelOn {
    fn from(ticket: Ticket) -> Self {
        Self::from(&ticket)
    }
}

impl From<&Ticket> for CancelOn {
    fn from(ticket: &Ticket) -> Self {
        ticket.signal().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token() -> CancellationToken {
        CancellationToken::new()
    }

    fn reason(cancel: &CancelOn) -> Option<String> {
        cancel.error()?.reason().map(str::to_owned)
    }

    #[test]
    fn a_reason_belongs_to_the_token_attached_last() {
        let (first, second) = (token(), token());
        let cancel = CancelOn::new(&first).because("first");
        let cancel = cancel.or(&second).because("second");
        assert_eq!(cancel.error(), None);
        second.cancel();
        assert_eq!(reason(&cancel).as_deref(), Some("second"));
    }

    #[test]
    fn of_two_cancelled_tokens_the_one_attached_first_is_named() {
        let (first, second) = (token(), token());
        second.cancel();
        first.cancel();
        let cancel = CancelOn::new(&first).because("first");
        let cancel = cancel.or(CancelOn::new(&second).because("second"));
        assert_eq!(reason(&cancel).as_deref(), Some("first"));
    }

    #[tokio::test]
    async fn it_waits_for_the_first_and_tells_its_reason() {
        let (first, second) = (token(), token());
        let cancel = CancelOn::new(&first).because("first");
        let cancel = cancel.or(CancelOn::new(&second).because("second"));
        let waiting = tokio::spawn(async move { cancel.cancelled().await });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        second.cancel();
        assert_eq!(waiting.await.unwrap().reason(), Some("second"));
    }

    #[test]
    fn joining_two_lists_keeps_each_tokens_reason() {
        let tokens: Vec<_> = (0..4).map(|_| token()).collect();
        let pair = |one: usize, other: usize| {
            CancelOn::new(&tokens[one])
                .because(one.to_string())
                .or(&tokens[other])
                .because(other.to_string())
        };
        let cancel = pair(0, 1).or(pair(2, 3));
        for last_left in (0..4).rev() {
            tokens[last_left].cancel();
            assert_eq!(reason(&cancel), Some(last_left.to_string()));
        }
    }

    #[test]
    fn without_a_reason_the_error_has_none() {
        let token = token();
        token.cancel();
        let cancel = CancelOn::from(&token);
        assert_eq!(cancel.error(), Some(Cancelled::new()));
    }
}
