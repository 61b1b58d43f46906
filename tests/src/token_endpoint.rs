//! A refresher that asks a token endpoint, and tells how often it did.

use std::sync::{Arc, OnceLock, RwLock};

use async_trait::async_trait;
use facade::{ApiError, BearerTokens, Client, ErrorKind, Refresh, RefreshError, TokenSet};
use reqwest::Url;
use secrecy::ExposeSecret;
use tokio::sync::watch;

/// A refresher that posts the refresh token to a token endpoint (RFC 6749 §6). Clones share its counters.
#[derive(Clone, Debug)]
pub struct TokenEndpoint {
    client: Arc<OnceLock<Client>>,
    url: Arc<RwLock<Url>>,
    runs: Arc<watch::Sender<Runs>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Runs {
    begun: usize,
    finished: usize,
}

impl TokenEndpoint {
    /// Asks this endpoint, through whatever client [`through`](Self::through) names.
    pub fn at(url: Url) -> Self {
        Self {
            client: Arc::default(),
            url: Arc::new(RwLock::new(url)),
            runs: Arc::default(),
        }
    }

    /// Sends the requests through this client, marked as wanting no credential.
    pub fn through(&self, client: &Client) {
        self.client.set(client.clone()).expect("set once");
    }

    /// Asks this endpoint from now on.
    pub fn move_to(&self, url: Url) {
        *self.url.write().unwrap() = url;
    }

    /// How many refreshes have begun.
    pub fn runs(&self) -> usize {
        self.runs.borrow().begun
    }

    /// Waits until so many refreshes have finished, well or not.
    pub async fn wait_for_finished(&self, runs: usize) {
        let mut seen = self.runs.subscribe();
        let reached = seen.wait_for(|seen| seen.finished >= runs).await;
        reached.expect("the sender lives in self");
    }

    async fn exchange(&self, stale: Option<&BearerTokens>) -> Result<BearerTokens, RefreshError> {
        let stale = stale.ok_or_else(|| RefreshError::rejected("nobody is signed in"))?;
        let refresh_token = stale.tokens().refresh();
        let refresh_token = refresh_token.ok_or_else(|| RefreshError::rejected("no token"))?;
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh_token.expose_secret()),
        ];
        let url = self.url.read().unwrap().clone();
        let client = self.client.get().expect("a client is set");
        let request = client.post(url).form(&form).without_auth();
        match request.fetch::<Answer>().await {
            Ok(answer) => answer.renew(stale.tokens()),
            Err(error) if is_invalid_grant(&error) => Err(RefreshError::rejected(error)),
            Err(error) => Err(RefreshError::failed(error)),
        }
    }
}

#[async_trait]
impl Refresh<BearerTokens> for TokenEndpoint {
    async fn refresh(&self, stale: Option<&BearerTokens>) -> Result<BearerTokens, RefreshError> {
        self.runs.send_modify(|runs| runs.begun += 1);
        let outcome = self.exchange(stale).await;
        self.runs.send_modify(|runs| runs.finished += 1);
        outcome
    }
}

#[derive(serde::Deserialize)]
struct Answer {
    access_token: String,
    refresh_token: String,
}

impl Answer {
    fn renew(self, stale: &TokenSet) -> Result<BearerTokens, RefreshError> {
        let renewed = stale
            .renewed(self.access_token)
            .refresh_token(self.refresh_token);
        BearerTokens::new(renewed).map_err(RefreshError::failed)
    }
}

/// RFC 6749 §5.2: the refresh token is expired, revoked or otherwise no good.
fn is_invalid_grant(error: &ApiError) -> bool {
    #[derive(serde::Deserialize)]
    struct Refusal {
        error: String,
    }
    error.kind() == ErrorKind::BadRequest
        && serde_json::from_slice::<Refusal>(error.body())
            .is_ok_and(|refusal| refusal.error == "invalid_grant")
}
