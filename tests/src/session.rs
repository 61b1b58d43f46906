//! A session on a server of its own.

use facade::{ApiError, BearerTokens, Client, ClientBuilder, RefreshQueue, Response, TokenSet};
use refresh_queue::RefreshQueueBuilder;
use secrecy::ExposeSecret;
use testkit::{Behaviour, FaultServer, Gate, Reply};
use tokio::task::JoinHandle;

use crate::TokenEndpoint;

/// A client builder for a server on this machine: as a program would have it, but past any proxy.
pub fn builder(base_url: impl Into<String>) -> ClientBuilder {
    Client::builder(base_url).reqwest(reqwest::ClientBuilder::no_proxy)
}

/// The tokens `a1` and `r1`, or of another number.
pub fn tokens(number: usize) -> BearerTokens {
    let tokens = TokenSet::new(format!("a{number}")).refresh_token(format!("r{number}"));
    BearerTokens::new(tokens).expect("a valid token")
}

/// A server that wants a token on every path but its token endpoint, and a queue that holds the session of its one user.
#[derive(Debug)]
pub struct Session {
    /// The server. It accepts the access token `a2`; its token endpoint answers with `a2` and `r2`.
    pub server: FaultServer,
    /// The queue. It holds `a1` and `r1`.
    pub queue: RefreshQueue<BearerTokens>,
    /// What the queue refreshes by. It has a client of its own.
    pub refresher: TokenEndpoint,
}

impl Session {
    /// The path of the token endpoint.
    pub const TOKEN: &'static str = "/oauth/token";

    /// A session whose access token is good.
    pub async fn fresh() -> Self {
        let session = Self::stale().await;
        session.server.accept_token("a1");
        session
    }

    /// A session whose access token the server refuses.
    pub async fn stale() -> Self {
        Self::stale_with(|queue| queue).await
    }

    /// A session whose access token the server refuses, with a queue that has limits of its own.
    pub async fn stale_with(
        limits: impl FnOnce(RefreshQueueBuilder<BearerTokens>) -> RefreshQueueBuilder<BearerTokens>,
    ) -> Self {
        let server = FaultServer::start().await.expect("a free port");
        server
            .otherwise(Behaviour::until_authorized(Self::answer()))
            .on(Self::TOKEN, Self::granted(2))
            .accept_token("a2");
        let own_client = builder(server.url()).build().expect("a client");
        let refresher = TokenEndpoint::at(server.url_of(Self::TOKEN));
        refresher.through(&own_client);
        let queue = RefreshQueue::builder(refresher.clone()).credential(tokens(1));
        Self {
            server,
            queue: limits(queue).build(),
            refresher,
        }
    }

    /// What the server answers to whom it lets in.
    pub fn answer() -> Reply {
        Reply::json(200, r#"{"name":"ada"}"#)
    }

    /// What the token endpoint answers when it renews the session: the tokens of this number.
    pub fn granted(number: usize) -> Reply {
        let tokens = format!(
            r#"{{"access_token":"a{number}","refresh_token":"r{number}","token_type":"Bearer"}}"#
        );
        Reply::json(200, tokens)
    }

    /// What the token endpoint answers when the session is over.
    pub fn invalid_grant() -> Reply {
        Reply::json(400, r#"{"error":"invalid_grant"}"#)
    }

    /// A builder of clients that use this session.
    pub fn builder(&self) -> ClientBuilder {
        builder(self.server.url()).session(self.queue.clone())
    }

    /// A client that uses this session.
    pub fn client(&self) -> Client {
        self.builder().build().expect("a client")
    }

    /// Begins so many calls at once.
    pub fn call(client: &Client, callers: usize) -> Vec<JoinHandle<Result<Response, ApiError>>> {
        let call = |_| tokio::spawn(client.get("me").send());
        (0..callers).map(call).collect()
    }

    /// Holds the next refresh at the token endpoint until the gate opens. Then it goes well.
    pub fn hold_refresh(&self) -> Gate {
        let gate = Gate::new();
        let held = Self::granted(2).after_gate(&gate);
        self.server.once_on(Self::TOKEN, held);
        gate
    }

    /// How many requests the token endpoint got.
    pub fn refreshes(&self) -> usize {
        self.server.count_of(Self::TOKEN)
    }

    /// How many requests carried this access token.
    pub fn sent_with(&self, token: &str) -> usize {
        let requests = self.server.requests();
        let bearer = format!("Bearer {token}");
        let with_it = requests
            .iter()
            .filter(|request| request.header("authorization") == Some(&bearer));
        with_it.count()
    }

    /// The access token that the queue holds.
    pub fn access_token(&self) -> Option<String> {
        let current = self.queue.current()?;
        Some(current.tokens().access().expose_secret().to_owned())
    }
}
