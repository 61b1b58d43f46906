//! Tokens that outlive the program: bought at a token endpoint (RFC 6749), kept in a token store, renewed once.

mod answer;
mod bearer_tokens;
mod client_credentials_grant;
mod client_identity;
mod endpoint_url;
mod exchange;
mod finish_on_drop;
mod form;
mod grant;
mod post;
mod refresh_token_grant;
mod renewal;
mod renewal_error;
mod renewal_step;
mod revocation;
mod server_clock;
mod token_answer;
mod token_endpoint;
mod token_endpoint_builder;
mod token_endpoint_error;
mod token_refresher;
mod token_request;
mod unsaved;

pub use bearer_tokens::BearerTokens;
pub use client_credentials_grant::ClientCredentialsGrant;
pub use endpoint_url::InvalidEndpoint;
pub(crate) use form::Form;
pub use grant::Grant;
pub use refresh_token_grant::RefreshTokenGrant;
pub use renewal_error::RenewalError;
pub use revocation::{Revocation, TokenTypeHint};
pub use token_endpoint::TokenEndpoint;
pub use token_endpoint_builder::TokenEndpointBuilder;
pub use token_endpoint_error::{TokenEndpointError, TokenEndpointErrorKind};
pub use token_refresher::TokenRefresher;
pub(crate) use token_request::TokenRequest;
