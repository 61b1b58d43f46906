//! Grants and revocation against an authorization server that answers everything it shouldn't.
#![cfg(feature = "oauth2")]
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod answers;
mod connections;
mod mishaps;
mod redirects;
mod requests;
mod revocation;
mod secrets;
#[path = "../support/mod.rs"]
mod support;

use std::error::Error;

use auth_middleware::{Grant, RefreshTokenGrant, TokenEndpoint, TokenEndpointError};
use refresh_queue::RefreshError;
use testkit::{FaultServer, Reply};
use token_store::TokenSet;

const SUCCESS: &str = r#"{"access_token":"a2","refresh_token":"r2","expires_in":60}"#;

/// A server whose token endpoint answers new tokens.
async fn server() -> FaultServer {
    let server = FaultServer::start().await.unwrap();
    server.on("/token", Reply::json(200, SUCCESS));
    server
}

fn endpoint(server: &FaultServer) -> TokenEndpoint {
    let endpoint = TokenEndpoint::builder(server.url_of("/token"), "cli");
    endpoint.build().unwrap()
}

fn signed_in() -> TokenSet {
    TokenSet::new("a1").refresh_token("r1")
}

async fn refresh(endpoint: TokenEndpoint) -> Result<TokenSet, RefreshError> {
    let grant = RefreshTokenGrant::new(endpoint);
    grant.exchange(Some(&signed_in())).await
}

fn cause(error: &RefreshError) -> &TokenEndpointError {
    error.source().unwrap().downcast_ref().unwrap()
}

/// The body of the only request.
fn posted(server: &FaultServer) -> String {
    let requests = server.requests();
    assert_eq!(requests.len(), 1);
    String::from_utf8(requests[0].body().to_vec()).unwrap()
}
