//! How a client's requests are authenticated, and the session it keeps, over a scripted transport.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod credentials;
mod logout;
mod sessions;
mod stores;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use facade::{Auth, Client, ExposeSecret, MemoryStore, Place, TokenSet, TokenStore};
use testkit::{Reply, ScriptedTransport};

/// Answers 401 to `a1`, and 200 to all else.
fn transport() -> ScriptedTransport {
    ScriptedTransport::new().respond_with(|request| match request.header("authorization") {
        Some("Bearer a1") => Reply::status(401),
        _ => Reply::json(200, "{}"),
    })
}

fn client(auth: Auth) -> (Client, ScriptedTransport) {
    let transport = transport();
    let client = Client::builder("https://api.test")
        .retry(None)
        .middleware(Place::Attempt, transport.clone())
        .auth(auth)
        .build()
        .unwrap();
    (client, transport)
}

fn header(transport: &ScriptedTransport, name: &str) -> Option<String> {
    let requests = transport.requests();
    let value = requests.last().unwrap().headers().get(name)?;
    Some(value.to_str().unwrap().to_owned())
}

/// A grant that answers with `a2`, `a3` and so on, and counts.
fn counting(count: &Arc<AtomicUsize>) -> impl facade::Grant {
    let count = Arc::clone(count);
    move |_tokens: Option<TokenSet>| {
        let number = 2 + count.fetch_add(1, Ordering::Relaxed);
        async move { Ok(TokenSet::new(format!("a{number}")).refresh_token(format!("r{number}"))) }
    }
}

fn signed_in() -> TokenSet {
    TokenSet::new("a1").refresh_token("r1")
}

async fn stored(store: &MemoryStore) -> Option<String> {
    let tokens = store.load().await.unwrap()?;
    Some(tokens.access().expose_secret().to_owned())
}
