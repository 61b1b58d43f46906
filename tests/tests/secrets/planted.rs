//! A session with a secret wherever one can be.

use facade::{BearerTokens, Client, ClientBuilder, RefreshQueue, Request, TokenSet};
use serde_json::json;
use stack_tests::{TokenEndpoint, builder};
use testkit::{Behaviour, FaultServer, Reply};

/// A server, and a session whose tokens are secret.
pub(crate) struct Planted {
    pub(crate) server: FaultServer,
    pub(crate) queue: RefreshQueue<BearerTokens>,
}

pub(crate) fn tokens() -> TokenSet {
    TokenSet::new("hunter2-access").refresh_token("hunter2-refresh")
}

/// A reply with secrets in its headers and its body.
pub(crate) fn reply(status: u16) -> Reply {
    Reply::json(status, r#"{"age":"hunter2-value"}"#)
        .header("set-cookie", "session=hunter2-cookie")
        .header("www-authenticate", r#"Bearer realm="hunter2-realm""#)
        .header("x-answer", "hunter2-answer")
}

impl Planted {
    /// The server refuses every token, and renews them.
    pub(crate) async fn start() -> Self {
        let server = FaultServer::start().await.unwrap();
        let renewed = r#"{"access_token":"hunter2-second","refresh_token":"hunter2-next"}"#;
        server.on("/oauth/token", Reply::json(200, renewed));
        server.on("/refused", Behaviour::until_authorized(reply(200)));
        let refresher = TokenEndpoint::at(server.url_of("/oauth/token?key=hunter2-client"));
        refresher.through(&builder(server.url()).build().unwrap());
        let tokens = BearerTokens::new(tokens()).unwrap();
        let queue = RefreshQueue::builder(refresher).credential(tokens).build();
        Self { server, queue }
    }

    pub(crate) fn builder(&self) -> ClientBuilder {
        let base = format!("http://ada:hunter2-password@{}/", self.server.address());
        builder(base)
            .session(self.queue.clone())
            .sensitive_header("x-api-key", "hunter2-key")
    }

    pub(crate) fn client(&self) -> Client {
        self.builder().build().unwrap()
    }

    /// A request with secrets in its URL, its headers and its body.
    pub(crate) fn request(client: &Client, path: &str) -> Request {
        let target = format!("{path}?first=hunter2-first#hunter2-fragment");
        client
            .post(target)
            .query(&[("key", "hunter2-query")])
            .header("x-own", "hunter2-own")
            .json(&json!({"password": "hunter2-body"}))
    }
}
