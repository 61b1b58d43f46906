//! The authorization server: OAuth 2.0 grants for programs with a user and for those without one.

use axum::Router;
use axum::routing::{get, post};

use super::state::Shared;

mod authorization_code_grant;
mod authorization_codes;
mod authorization_request;
mod authorize;
mod client_authentication;
mod client_credentials_grant;
mod clients;
mod device_authorization;
mod device_code_grant;
mod device_codes;
mod device_page;
mod page;
mod parameter;
mod pkce;
mod redirect;
mod refresh_token_grant;
mod revocation;
mod token_endpoint;
mod token_error;
mod user_code;

pub(super) use authorization_codes::AuthorizationCodes;
pub(super) use clients::Clients;
pub(super) use device_codes::DeviceCodes;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route(
            "/oauth/authorize",
            get(authorize::show).post(authorize::decide),
        )
        .route(
            "/oauth/device_authorization",
            post(device_authorization::begin),
        )
        .route("/device", get(device_page::show).post(device_page::decide))
        .route("/oauth/token", post(token_endpoint::grant))
        .route("/oauth/revoke", post(revocation::revoke))
}
