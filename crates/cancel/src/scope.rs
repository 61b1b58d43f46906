//! Cancels its requests when it is dropped.

use std::borrow::Cow;

use request_context::Cancelled;
use tokio_util::sync::CancellationToken;

use crate::Latest;
use crate::signal::{Reason, Signal};

/// Cancels all its requests when it is dropped: what a screen, a session or a task asked for ends with it.
///
/// Attach it to requests with [`CancelOn::from`](crate::CancelOn).
///
/// ```
/// use cancel::{CancelOn, CancelScope};
///
/// struct Screen {
///     client: reqwest_middleware::ClientWithMiddleware,
///     scope: CancelScope,
/// }
///
/// impl Screen {
///     /// Whoever drops the screen ends this, wherever it is under way.
///     async fn load(&self) -> reqwest_middleware::Result<String> {
///         let request = self.client.get("https://api.example.com/news").with_extension(CancelOn::from(&self.scope));
///         Ok(request.send().await?.text().await?)
///     }
/// }
/// ```
#[derive(Debug)]
#[must_use = "dropping the scope cancels its requests"]
pub struct CancelScope {
    token: CancellationToken,
    reason: Cow<'static, str>,
}

impl CancelScope {
    /// A scope of its own.
    pub fn new() -> Self {
        Self::of(CancellationToken::new())
    }

    /// A scope that also ends when this token is cancelled. Its own end leaves the token alone.
    pub fn within(token: &CancellationToken) -> Self {
        Self::of(token.child_token())
    }

    fn of(token: CancellationToken) -> Self {
        Self {
            token,
            reason: Cow::Borrowed("its scope has ended"),
        }
    }

    /// Says why, for the requests attached from now on; [`Cancelled::reason`] tells it. Default: "its scope has ended".
    ///
    /// Error texts show it, so it should hold no secret.
    pub fn because(mut self, reason: impl Into<Cow<'static, str>>) -> Self {
        self.reason = reason.into();
        self
    }

    /// The token that is cancelled when the scope ends, for work of another kind.
    pub fn token(&self) -> &CancellationToken {
        &self.token
    }

    /// Ends the scope now. A request that is attached to it later sends nothing.
    pub fn cancel(&self) {
        self.token.cancel();
    }

    /// A slot of which only the newest call matters, and none once the scope has ended.
    pub fn latest(&self) -> Latest {
        let ended = Cancelled::because(self.reason.clone());
        Latest::within(self.token.clone(), ended)
    }

    pub(crate) fn signal(&self) -> Signal {
        let reason = Reason::Given(self.reason.clone());
        Signal::new(self.token.clone(), reason)
    }
}

impl Default for CancelScope {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for CancelScope {
    fn drop(&mut self) {
        self.token.cancel();
    }
}
