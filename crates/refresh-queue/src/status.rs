//! What a program may want to show of a session.

use std::fmt;

use request_context::{Principal, SessionEnded};
use tokio::sync::watch;

/// What a session is like now.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum SessionStatus {
    /// Nobody has said yet: the first caller has the refresher find out.
    Unknown,
    /// Someone is signed in.
    SignedIn {
        /// Who, if that is known.
        principal: Option<Principal>,
    },
    /// A refresh is under way.
    Refreshing,
    /// Nobody is signed in any more; the error says whether the program signed out or the server said no.
    SignedOut(SessionEnded),
}

impl SessionStatus {
    /// Whether there is nothing new to tell: the same state, of the same user, for the same kind of reason.
    fn says_the_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::SignedIn { principal: one }, Self::SignedIn { principal: other }) => {
                one == other
            }
            (Self::SignedOut(one), Self::SignedOut(other)) => {
                one.is_signed_out() == other.is_signed_out()
            }
            (Self::Unknown, Self::Unknown) | (Self::Refreshing, Self::Refreshing) => true,
            _ => false,
        }
    }
}

/// Follows what a session is like, see [`RefreshQueue::subscribe`](crate::RefreshQueue::subscribe).
///
/// It shows the latest status, not each: what was over before anyone looked is not told. It does not keep the queue, and
/// ends with it, for example when a [`SessionMap`](crate::SessionMap) forgets it.
#[derive(Clone)]
pub struct SessionWatch(watch::Receiver<SessionStatus>);

impl SessionWatch {
    /// What the session is like now.
    pub fn status(&self) -> SessionStatus {
        self.0.borrow().clone()
    }

    /// Waits until the status has changed since [`subscribe`](crate::RefreshQueue::subscribe), or since it was last told here,
    /// and tells the latest; none when the queue is gone and its last change was told.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing: the next call tells the change.
    pub async fn changed(&mut self) -> Option<SessionStatus> {
        self.0.changed().await.ok()?;
        Some(self.0.borrow_and_update().clone())
    }
}

impl fmt::Debug for SessionWatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SessionWatch")
            .field(&*self.0.borrow())
            .finish()
    }
}

/// The end of the watch that the queue holds.
pub(crate) struct Announcer(watch::Sender<SessionStatus>);

impl Announcer {
    pub(crate) fn new() -> Self {
        Self(watch::Sender::new(SessionStatus::Unknown))
    }

    /// Tells it to those who follow, if it is news.
    pub(crate) fn announce(&self, status: SessionStatus) {
        self.0.send_if_modified(|told| {
            let is_news = !told.says_the_same(&status);
            if is_news {
                *told = status;
            }
            is_news
        });
    }

    pub(crate) fn subscribe(&self) -> SessionWatch {
        SessionWatch(self.0.subscribe())
    }
}
