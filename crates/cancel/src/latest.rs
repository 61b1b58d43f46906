//! A slot of which only the newest call matters.

use std::sync::{Arc, Mutex, PoisonError};

use request_context::Cancelled;
use tokio_util::sync::CancellationToken;

use crate::signal::{Reason, Signal};
use crate::turn::Turn;

const SUPERSEDED: &str = "superseded by a newer call";

/// A slot of which only the newest call matters: taking a ticket cancels the ticket before.
///
/// For search as you type, a list that is filtered again, a screen that was changed. Clones share the slot. Dropping
/// it cancels nothing; a slot [of a scope](crate::CancelScope::latest) ends with the scope.
///
/// ```
/// use std::time::Duration;
/// use cancel::{CancelOn, Latest};
///
/// # async fn example(client: reqwest_middleware::ClientWithMiddleware) -> reqwest_middleware::Result<()> {
/// let searches = Latest::new();
///
/// // At each key: the search before is cancelled, if it is still under way.
/// let ticket = searches.ticket();
/// tokio::time::sleep(Duration::from_millis(200)).await;
/// // Had another key been pressed meanwhile, this would send nothing.
/// let request = client.get("https://api.example.com/search?q=tok").with_extension(CancelOn::from(&ticket));
/// let found = request.send().await?.text().await?;
/// if ticket.is_latest() {
///     println!("{found}");
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Latest {
    slot: Arc<Slot>,
}

#[derive(Debug, Default)]
struct Slot {
    /// The token that ends all tickets, and the error that it ends them with.
    above: Option<(CancellationToken, Cancelled)>,
    current: Mutex<Option<Arc<Turn>>>,
}

impl Latest {
    /// An empty slot.
    pub fn new() -> Self {
        Self::default()
    }

    /// A slot whose tickets are cancelled with this token too, for this reason.
    pub(crate) fn within(token: CancellationToken, from_above: Cancelled) -> Self {
        let slot = Slot {
            above: Some((token, from_above)),
            current: Mutex::default(),
        };
        Self {
            slot: Arc::new(slot),
        }
    }

    /// Takes the slot, and cancels the ticket before. Its calls end because they were "superseded by a newer call".
    ///
    /// When several threads take tickets at once, exactly one of these stays.
    #[must_use = "the ticket before has been cancelled for this one"]
    pub fn ticket(&self) -> Ticket {
        let turn = Arc::new(self.slot.new_turn());
        let before = self.slot.replace(Some(Arc::clone(&turn)));
        if let Some(before) = before {
            before.end(Cancelled::because(SUPERSEDED));
        }
        Ticket {
            turn,
            slot: Arc::clone(&self.slot),
        }
    }

    /// Cancels the current ticket, if there is one, and leaves the slot empty. The next ticket is good again.
    pub fn cancel(&self) {
        if let Some(current) = self.slot.replace(None) {
            current.end(Cancelled::new());
        }
    }
}

impl Slot {
    fn new_turn(&self) -> Turn {
        match &self.above {
            Some((token, from_above)) => Turn::new(token.child_token(), from_above.clone()),
            None => Turn::new(CancellationToken::new(), Cancelled::new()),
        }
    }

    /// Puts another turn into the slot. Whoever was there is cancelled by the caller, not under the lock: that wakes tasks.
    fn replace(&self, turn: Option<Arc<Turn>>) -> Option<Arc<Turn>> {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *current, turn)
    }

    fn holds(&self, turn: &Arc<Turn>) -> bool {
        let current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        current
            .as_ref()
            .is_some_and(|current| Arc::ptr_eq(current, turn))
    }
}

/// The right of one call, or of several that belong together, to a [`Latest`] slot, until the next ticket is taken.
///
/// Attach it to the requests with [`CancelOn::from`](crate::CancelOn). Dropping it cancels nothing.
#[derive(Clone, Debug)]
pub struct Ticket {
    turn: Arc<Turn>,
    slot: Arc<Slot>,
}

impl Ticket {
    /// Whether this is still the newest ticket of its slot, and neither cancelled nor ended with its scope.
    ///
    /// An answer may have been read to its end just before the next ticket was taken. Ask this before showing it.
    pub fn is_latest(&self) -> bool {
        !self.turn.has_ended() && self.slot.holds(&self.turn)
    }

    pub(crate) fn signal(&self) -> Signal {
        let reason = Reason::OfTurn(Arc::clone(&self.turn));
        Signal::new(self.turn.token().clone(), reason)
    }
}
