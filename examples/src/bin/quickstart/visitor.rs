//! Someone who is signed in to the demo API.

use std::time::{Duration, SystemTime};

use examples::demo_api::Stats;
use facade::{
    ApiError, BearerTokens, Client, ErrorKind, ExposeSecret, RefreshError, RefreshQueue, TokenSet,
};
use serde::Deserialize;
use serde_json::json;

/// Someone who is signed in to the demo API, and the controls of that API.
pub(crate) struct Visitor {
    /// Carries the session.
    pub(crate) client: Client,
    /// Carries nothing: for the controls, which need no credential.
    admin: Client,
    url: String,
    username: String,
}

/// What a token endpoint answers (RFC 6749 §5.1).
#[derive(Deserialize)]
struct TokenAnswer {
    access_token: String,
    refresh_token: String,
    expires_in: u64,
}

impl TokenAnswer {
    fn expires_at(&self) -> SystemTime {
        SystemTime::now() + Duration::from_secs(self.expires_in)
    }
}

impl Visitor {
    pub(crate) async fn sign_in(
        url: &str,
        username: &str,
        password: &str,
    ) -> Result<Self, Box<dyn std::error::Error>> {
        let plain = Client::builder(url)
            .deadline(Duration::from_secs(30))
            .build()?;
        let login = json!({"username": username, "password": password});
        let answer: TokenAnswer = plain.post("/login").json(&login).fetch().await?;
        let tokens = TokenSet::new(answer.access_token.as_str())
            .refresh_token(answer.refresh_token.as_str())
            .expires_at(answer.expires_at());

        let token_endpoint = plain.clone();
        let queue = RefreshQueue::new(move |stale: Option<BearerTokens>| {
            let client = token_endpoint.clone();
            async move {
                let stale = stale.ok_or_else(|| RefreshError::rejected("nobody is signed in"))?;
                refresh(&client, stale.tokens()).await
            }
        });
        queue.set(BearerTokens::new(tokens)?);

        let client = Client::builder(url)
            .deadline(Duration::from_secs(60))
            .session(queue)
            .build()?;
        Ok(Self {
            client,
            admin: plain,
            url: url.to_owned(),
            username: username.to_owned(),
        })
    }

    /// Where the demo API is.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The counters of the demo API.
    pub(crate) async fn stats(&self) -> Result<Stats, ApiError> {
        self.admin.get("/stats").fetch().await
    }

    /// Has every access token expire now.
    pub(crate) async fn expire_tokens(&self) -> Result<(), ApiError> {
        let user = json!({"username": self.username});
        self.admin.post("/admin/expire").json(&user).send().await?;
        Ok(())
    }

    /// Has the server end every session of this user.
    pub(crate) async fn revoke_sessions(&self) -> Result<(), ApiError> {
        let user = json!({"username": self.username});
        self.admin.post("/admin/revoke").json(&user).send().await?;
        Ok(())
    }
}

/// The refresh token grant (RFC 6749 §6).
async fn refresh(client: &Client, stale: &TokenSet) -> Result<BearerTokens, RefreshError> {
    let refresh_token = stale.refresh().map_or("", |token| token.expose_secret());
    let grant = [
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh_token),
    ];
    let answer: TokenAnswer = client
        .post("/oauth/token")
        .form(&grant)
        .fetch()
        .await
        .map_err(|error| match error.kind() {
            // invalid_grant: the session is over. Everything else may be better in a moment.
            ErrorKind::BadRequest => RefreshError::rejected(error),
            _ => RefreshError::failed(error),
        })?;
    let renewed = stale
        .renewed(answer.access_token.as_str())
        .refresh_token(answer.refresh_token.as_str())
        .expires_at(answer.expires_at());
    BearerTokens::new(renewed).map_err(RefreshError::failed)
}
