//! No token, secret, query or body in anything that can be printed.

use auth_middleware::{
    BearerTokens, ClientCredentialsGrant, Grant, RefreshTokenGrant, Revocation, TokenEndpoint,
    TokenRefresher, TokenTypeHint,
};
use testkit::FaultServer;
use token_store::{MemoryStore, TokenSet};

use super::mishaps::mishaps;
use super::server;
use super::support::shown;

fn planted() -> TokenSet {
    TokenSet::new("hunter2-a").refresh_token("hunter2-r")
}

fn endpoint(server: &FaultServer, hangs: bool) -> TokenEndpoint {
    let url = server.url_of("/token?key=hunter2");
    let limit = if hangs { 50 } else { 60_000 };
    TokenEndpoint::builder(url, "cli")
        .client_secret("hunter2-s")
        .parameter("assertion", "hunter2-p")
        .timeout(std::time::Duration::from_millis(limit))
        .build()
        .unwrap()
}

#[tokio::test]
async fn errors_show_nothing_of_what_was_sent_or_answered() {
    for mishap in mishaps() {
        let server = server().await;
        server.on("/token", mishap.behaviour.clone());
        server.on("/revoke", mishap.behaviour);
        let endpoint = endpoint(&server, mishap.hangs);

        let refresh = RefreshTokenGrant::new(endpoint.clone());
        let error = refresh.exchange(Some(&planted())).await.unwrap_err();
        assert!(!shown(&error).contains("hunter2"), "{}", shown(&error));

        let service = ClientCredentialsGrant::new(endpoint.clone()).parameter("x", "hunter2");
        let error = service.exchange(None).await.unwrap_err();
        assert!(!shown(&error).contains("hunter2"), "{}", shown(&error));

        let revocation = Revocation::new(&endpoint, server.url_of("/revoke?hunter2")).unwrap();
        let hint = TokenTypeHint::RefreshToken;
        if let Err(error) = revocation.revoke(planted().access(), hint).await {
            assert!(!shown(&error).contains("hunter2"), "{}", shown(&error));
        }
    }
}

#[tokio::test]
async fn an_unreachable_server_is_not_named_with_its_query() {
    let gone = server().await;
    let endpoint = endpoint(&gone, false);
    gone.stop().await;
    let grant = RefreshTokenGrant::new(endpoint);
    let error = grant.exchange(Some(&planted())).await.unwrap_err();
    assert!(super::cause(&error).is_unsent());
    assert!(!shown(&error).contains("hunter2"), "{}", shown(&error));
}

#[tokio::test]
async fn what_can_be_printed_shows_no_secret() {
    let server = server().await;
    let endpoint = endpoint(&server, false);
    let builder = TokenEndpoint::builder(server.url_of("/token?hunter2"), "cli")
        .client_secret("hunter2")
        .parameter("p", "hunter2");
    let grant = RefreshTokenGrant::new(endpoint.clone()).parameter("p", "hunter2");
    let service = ClientCredentialsGrant::new(endpoint.clone()).parameter("p", "hunter2");
    let revocation = Revocation::new(&endpoint, server.url_of("/revoke?hunter2")).unwrap();
    let refresher = TokenRefresher::new(MemoryStore::from(planted()), grant.clone());
    let bearer = BearerTokens::new(planted()).unwrap();
    let printed = format!(
        "{endpoint:?} {builder:?} {grant:?} {service:?} {revocation:?} {refresher:?} {bearer:?} \
         {endpoint:#?} {builder:#?} {grant:#?} {service:#?} {revocation:#?} {refresher:#?}"
    );
    assert!(!printed.contains("hunter2"), "{printed}");
    assert!(printed.contains("/token"));
}
