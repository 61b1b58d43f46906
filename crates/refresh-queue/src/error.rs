//! Why a queue has no credential to give.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use request_context::{BoxError, CredentialUnavailable, SessionEnded};

/// Why a queue has no credential to give. It clones cheaply, since everyone who waited gets it.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum QueueError {
    /// The session is over.
    #[error(transparent)]
    SessionEnded(#[from] SessionEnded),
    /// No credential can be had just now; its source is a [`RefreshFailure`].
    #[error(transparent)]
    Unavailable(#[from] CredentialUnavailable),
}

impl From<RefreshFailure> for QueueError {
    fn from(failure: RefreshFailure) -> Self {
        Self::Unavailable(CredentialUnavailable::new(failure))
    }
}

/// Goes up a chain as what it is inside, so that callers match [`SessionEnded`] or [`CredentialUnavailable`].
impl From<QueueError> for reqwest_middleware::Error {
    fn from(error: QueueError) -> Self {
        match error {
            QueueError::SessionEnded(ended) => Self::middleware(ended),
            QueueError::Unavailable(unavailable) => Self::middleware(unavailable),
        }
    }
}

/// Why no credential could be had, while the session may be fine.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum RefreshFailure {
    /// The refresher reported a failure: the source.
    Failed(Arc<dyn Error + Send + Sync>),
    /// The refresh took longer than its limit.
    TimedOut,
    /// The refresher panicked.
    Panicked,
    /// The runtime that the refresh ran on ended, or there was none.
    RuntimeEnded,
    /// More callers wait for the refresh than the queue allows.
    WaitersFull,
    /// More refreshes succeeded in a short time than the queue allows: the server takes no token.
    TooManyRefreshes,
    /// The refresher waited for its own queue.
    Reentrant,
    /// The queue was closed: it begins no refresh any more.
    Closed,
}

impl RefreshFailure {
    pub(crate) fn failed(source: BoxError) -> Self {
        Self::Failed(Arc::from(source))
    }
}

impl fmt::Display for RefreshFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Failed(_) => "the refresh failed",
            Self::TimedOut => "the refresh took longer than its limit",
            Self::Panicked => "the refresher panicked",
            Self::RuntimeEnded => "the runtime of the refresh ended",
            Self::WaitersFull => "too many callers wait for a refresh",
            Self::TooManyRefreshes => "too many refreshes in a short time",
            Self::Reentrant => "the refresher waited for its own queue",
            Self::Closed => "the queue was closed",
        })
    }
}

impl Error for RefreshFailure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Failed(source) => Some(&**source),
            _ => None,
        }
    }
}
