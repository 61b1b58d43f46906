//! How a credential is renewed.

use std::error::Error;
use std::fmt;

use async_trait::async_trait;
use request_context::{BoxError, without_url};

use crate::Renewable;

/// Renews a credential. Of one session's refreshes only one at a time counts. Another may still run to its end that a login
/// or logout has overtaken, or that was given up because its runtime stood still; what that one brings counts if no other
/// has begun.
///
/// A closure will do:
///
/// ```
/// # use std::sync::Arc;
/// # use request_context::Credential;
/// # #[derive(Clone)] struct Token(String);
/// # impl refresh_queue::Renewable for Token {
/// #     fn credential(&self) -> Arc<dyn Credential> { unimplemented!() }
/// # }
/// use refresh_queue::{RefreshError, RefreshQueue};
///
/// # async fn exchange(refresh_token: &str) -> Result<Token, std::io::Error> { Ok(Token("new".into())) }
/// let queue = RefreshQueue::new(|stale: Option<Token>| async move {
///     let stale = stale.ok_or_else(|| RefreshError::rejected("nobody is signed in"))?;
///     exchange(&stale.0).await.map_err(RefreshError::failed)
/// });
/// ```
///
/// # Deadlocks
///
/// A refresher must not wait for its own queue. When it does so in the task that the queue runs it in, it gets a
/// typed error. When it does so in a task it spawned, or by way of another queue that waits for this one, only the
/// queue's timeout ends the wait. Requests that it makes through the same client go out
/// [`WithoutAuth`](request_context::WithoutAuth).
///
/// # Runtime
///
/// A refresh runs on the tokio runtime of the caller that began it, which must have time enabled. Callers on other runtimes
/// wait for it there. If it is not over a second after its limit, because its runtime stands still or its thread is
/// blocked, they give it up. A refresher that blocks does so in
/// [`spawn_blocking`](https://docs.rs/tokio/latest/tokio/task/fn.spawn_blocking.html).
#[async_trait]
pub trait Refresh<C: Renewable>: Send + Sync + 'static {
    /// Turns a stale credential into a fresh one. Without a stale one there is no session yet: sign in, or load.
    ///
    /// # Errors
    ///
    /// [`RefreshError::rejected`] when the session is over, [`RefreshError::failed`] when trying again later may
    /// help. The difference decides whether a user is signed out.
    async fn refresh(&self, stale: Option<&C>) -> Result<C, RefreshError>;
}

#[async_trait]
impl<C, F, Renewed> Refresh<C> for F
where
    C: Renewable,
    F: Fn(Option<C>) -> Renewed + Send + Sync + 'static,
    Renewed: Future<Output = Result<C, RefreshError>> + Send,
{
    async fn refresh(&self, stale: Option<&C>) -> Result<C, RefreshError> {
        self(stale.cloned()).await
    }
}

/// Why a credential could not be renewed. The URL is taken out of an error of reqwest, whose text would show it.
#[derive(Debug)]
pub struct RefreshError {
    rejected: bool,
    source: BoxError,
}

impl RefreshError {
    /// The server said no: the session is over (`invalid_grant`, RFC 6749 §5.2).
    pub fn rejected(source: impl Into<BoxError>) -> Self {
        Self {
            rejected: true,
            source: without_url(source.into()),
        }
    }

    /// Nobody said no: the network broke, the server was busy. The session stays.
    pub fn failed(source: impl Into<BoxError>) -> Self {
        Self {
            rejected: false,
            source: without_url(source.into()),
        }
    }

    /// Whether the session is over.
    pub fn is_rejected(&self) -> bool {
        self.rejected
    }

    pub(crate) fn into_source(self) -> BoxError {
        self.source
    }
}

impl fmt::Display for RefreshError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.rejected {
            "the refresh was rejected"
        } else {
            "the refresh failed"
        })
    }
}

impl Error for RefreshError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.source)
    }
}
