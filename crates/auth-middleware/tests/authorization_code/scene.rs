//! An authorization server, a program that signs in, and a browser.

use std::collections::HashMap;
use std::error::Error;
use std::fmt::Write;

use auth_middleware::{AuthorizationCode, RedirectListener, SignInError, TokenEndpoint};
use reqwest::{Client, Response, Url};
use testkit::{FaultServer, Reply};
use token_store::TokenSet;
use tokio::task::JoinHandle;

const TOKENS: &str = r#"{"access_token":"access-1","refresh_token":"refresh-1","expires_in":3600}"#;

pub(crate) type Parameters = HashMap<String, String>;

/// An authorization server with a token endpoint, and a browser.
pub(crate) struct Scene {
    pub(crate) server: FaultServer,
    pub(crate) browser: Client,
}

impl Scene {
    pub(crate) async fn new() -> Self {
        let server = FaultServer::start().await.unwrap();
        server.on("/token", Reply::json(200, TOKENS));
        let browser = Client::builder().no_proxy().build().unwrap();
        Self { server, browser }
    }

    pub(crate) fn sign_in(&self) -> AuthorizationCode {
        let endpoint = TokenEndpoint::builder(self.server.url_of("/token"), "my-app");
        self.sign_in_with(endpoint.build().unwrap())
    }

    pub(crate) fn sign_in_with(&self, endpoint: TokenEndpoint) -> AuthorizationCode {
        AuthorizationCode::new(endpoint, self.server.url_of("/authorize"))
    }

    pub(crate) async fn get(&self, url: Url) -> Response {
        self.browser.get(url).send().await.unwrap()
    }

    /// What was posted to the token endpoint, one request after the other.
    pub(crate) fn exchanges(&self) -> Vec<Vec<(String, String)>> {
        let requests = self.server.requests();
        let posts = requests.iter().filter(|one| one.path() == "/token");
        let form = |body: &[u8]| {
            let url = format!("http://_/?{}", std::str::from_utf8(body).unwrap());
            let url = Url::parse(&url).unwrap();
            url.query_pairs().into_owned().collect()
        };
        posts.map(|post| form(post.body())).collect()
    }
}

pub(crate) fn asked(listener: &RedirectListener) -> Parameters {
    listener.url().query_pairs().into_owned().collect()
}

/// Where the browser is sent back to, with these parameters and the right state.
pub(crate) fn back(listener: &RedirectListener, parameters: &[(&str, &str)]) -> Url {
    let asked = asked(listener);
    let state = [("state", asked["state"].as_str())];
    Url::parse_with_params(&asked["redirect_uri"], parameters.iter().chain(&state)).unwrap()
}

pub(crate) fn wait(listener: RedirectListener) -> JoinHandle<Result<TokenSet, SignInError>> {
    tokio::spawn(listener.wait())
}

/// The outcome when the browser comes back with these parameters.
pub(crate) async fn outcome(
    scene: &Scene,
    sign_in: AuthorizationCode,
    parameters: &[(&str, &str)],
) -> Result<TokenSet, SignInError> {
    let listener = sign_in.listen().await.unwrap();
    let back = back(&listener, parameters);
    let waiting = wait(listener);
    scene.get(back).await;
    waiting.await.unwrap()
}

/// All that an error can print.
pub(crate) fn printed(error: &SignInError) -> String {
    let mut printed = format!("{error:?} {error}");
    let mut source = error.source();
    while let Some(error) = source {
        let _ = write!(printed, " {error:?} {error}");
        source = error.source();
    }
    printed
}
