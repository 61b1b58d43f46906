//! A server, a client and a queue that begin with a token which the server doesn't take any more.

use refresh_queue::{RefreshFailure, RefreshQueue};
use request_context::{CredentialUnavailable, SessionEnded};
use reqwest::Response;
use reqwest_middleware::ClientWithMiddleware;
use testkit::{Gate, Reply, ScriptedTransport};
use tokio::task::JoinHandle;

use crate::support::scripted::{URL, client, typed};
use crate::support::{Refresher, Token};

pub(crate) type Call = JoinHandle<reqwest_middleware::Result<Response>>;

pub(crate) struct World {
    pub(crate) queue: RefreshQueue<Token>,
    pub(crate) client: ClientWithMiddleware,
    pub(crate) transport: ScriptedTransport,
    pub(crate) refresher: Refresher,
    /// Refreshes stand here until it is opened.
    pub(crate) refreshes: Gate,
    /// Refusals stand here until they are released.
    pub(crate) refusals: Gate,
}

impl World {
    /// The server takes every token but `stale`, which the queue begins with.
    pub(crate) fn new(script: impl FnOnce(Refresher) -> Refresher) -> Self {
        Self::of(Token::named("stale"), script)
    }

    /// The same, with this token in place of `stale`. Its name must be `stale` too.
    pub(crate) fn of(stale: Token, script: impl FnOnce(Refresher) -> Refresher) -> Self {
        let (held_at, refusals) = (Gate::new(), Gate::new());
        let refresher = script(Refresher::held_at(&held_at));
        let queue = RefreshQueue::builder(refresher.clone())
            .credential(stale)
            .build();
        let refused_at = refusals.clone();
        let transport = ScriptedTransport::new().respond_with(move |request| {
            match request.header("authorization") {
                None | Some("Bearer stale") => Reply::status(401).after_gate(&refused_at),
                Some(_) => Reply::status(200),
            }
        });
        Self {
            client: client(&transport, &queue),
            queue,
            transport,
            refresher,
            refreshes: held_at,
            refusals,
        }
    }

    /// So many calls that were sent with the stale token and refused together. Their refresh is held.
    pub(crate) async fn refused(&self, callers: usize) -> Vec<Call> {
        let calls = self.calls(callers);
        self.refusals.wait_for(callers).await;
        self.refusals.open();
        self.refreshes.wait_for(1).await;
        calls
    }

    /// So many calls that begin at once.
    pub(crate) fn calls(&self, callers: usize) -> Vec<Call> {
        let call = |_| tokio::spawn(self.client.get(URL).send());
        (0..callers).map(call).collect()
    }

    #[track_caller]
    pub(crate) fn assert(&self, requests: usize, refreshes: usize) {
        let counts = (self.transport.count(), self.refresher.runs());
        assert_eq!(counts, (requests, refreshes), "requests, refreshes");
    }
}

/// Each of these calls gets this answer.
pub(crate) async fn all_get(status: u16, calls: Vec<Call>) {
    for call in calls {
        assert_eq!(call.await.unwrap().unwrap().status(), status);
    }
}

/// Each of these calls is told that its session is over, because the program signed out or not.
pub(crate) async fn all_ended(signed_out: bool, calls: Vec<Call>) {
    for call in calls {
        let error = call.await.unwrap().unwrap_err();
        assert_eq!(typed::<SessionEnded>(&error).is_signed_out(), signed_out);
    }
}

/// Each of these calls fails because no credential is to be had, for a reason of this kind.
pub(crate) async fn all_fail(kind: fn(&RefreshFailure) -> bool, calls: Vec<Call>) {
    for call in calls {
        let error = call.await.unwrap().unwrap_err();
        assert!(kind(failure_of(&error)), "{error:?}");
    }
}

#[track_caller]
pub(crate) fn failure_of(error: &reqwest_middleware::Error) -> &RefreshFailure {
    let source = std::error::Error::source(typed::<CredentialUnavailable>(error));
    source.unwrap().downcast_ref().unwrap()
}
