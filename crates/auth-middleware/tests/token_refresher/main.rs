//! The refresher over a token store: what it takes, what it sends, what it never loses.
#![cfg(feature = "oauth2")]
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod adopting;
mod dropping;
mod ending;
mod exchanging;
mod grants;
mod marking;
mod renewed_elsewhere;
mod saving_later;
mod scripted;
mod settling;
mod sharing;
mod slow_server;
mod steps;

use std::error::Error;
use std::time::{Duration, SystemTime};

use auth_middleware::{BearerTokens, RenewalError};
use refresh_queue::{Refresh, RefreshError};
use token_store::{ExposeSecret, TokenSet};

const HOUR: Duration = Duration::from_secs(3600);

fn good(number: u32) -> TokenSet {
    numbered(number).expires_at(SystemTime::now() + HOUR)
}

fn over(number: u32) -> TokenSet {
    numbered(number).expires_at(SystemTime::now() - HOUR)
}

/// The tokens `a1` and `r1`, or whatever the number, of a session of their own.
fn numbered(number: u32) -> TokenSet {
    TokenSet::new(format!("a{number}")).refresh_token(format!("r{number}"))
}

async fn refresh(
    refresher: &impl Refresh<BearerTokens>,
    stale: Option<&TokenSet>,
) -> Result<BearerTokens, RefreshError> {
    let stale = stale.map(|tokens| BearerTokens::new(tokens.clone()).unwrap());
    refresher.refresh(stale.as_ref()).await
}

/// Which tokens these are.
fn name(tokens: &TokenSet) -> String {
    let refresh = tokens.refresh().map_or("-", |token| token.expose_secret());
    format!("{} {refresh}", tokens.access().expose_secret())
}

/// The error's source, if it is of this type.
fn source<E: Error + 'static>(error: &RefreshError) -> &E {
    let source = error.source().unwrap();
    source
        .downcast_ref()
        .unwrap_or_else(|| panic!("{source:?}"))
}

fn reason(error: &RefreshError) -> String {
    source::<RenewalError>(error).to_string()
}
