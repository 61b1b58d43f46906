//! The two servers.

use stack_tests::Session;
use testkit::{FaultServer, ReceivedRequest, Reply};

/// A server with a session, and another one that must not see the session's token.
pub(crate) struct TwoServers {
    pub(crate) here: Session,
    pub(crate) there: FaultServer,
}

impl TwoServers {
    pub(crate) async fn start() -> Self {
        Self {
            here: Session::fresh().await,
            there: FaultServer::start().await.unwrap(),
        }
    }

    /// Makes a path of the first server redirect to the second.
    pub(crate) fn redirect(&self, status: u16, path: &str) {
        let away = self.there.url_of("/away").to_string();
        let redirect = Reply::status(status).header("location", away);
        self.here.server.on(path, redirect);
    }

    /// The only request that the second server got.
    pub(crate) fn only_request_there(&self) -> ReceivedRequest {
        let mut requests = self.there.requests();
        assert_eq!(requests.len(), 1, "{requests:?}");
        requests.remove(0)
    }

    /// Fails if the second server has seen a token, wherever it was.
    pub(crate) fn assert_no_token_there(&self, requests: usize) {
        let seen = self.there.requests();
        assert_eq!(seen.len(), requests, "{seen:?}");
        let shown = format!("{seen:?}");
        assert!(!shown.contains("authorization"), "{shown}");
        assert!(!shown.contains("Bearer"), "{shown}");
    }
}
