//! The middleware over a scripted transport.

use refresh_queue::{RefreshMiddleware, RefreshQueue};
use request_context::Origin;
use reqwest_middleware::{ClientWithMiddleware, Error};
use testkit::{Reply, ScriptedTransport};

use super::{Refresher, Token};

pub const URL: &str = "http://localhost/me";

pub fn origin() -> Origin {
    URL.parse().unwrap()
}

/// Answers 200 to this token, 401 to all others.
pub fn api_that_takes(token: &'static str) -> ScriptedTransport {
    ScriptedTransport::new().respond_with(move |request| {
        let status = match request.header("authorization") {
            Some(sent) if sent.strip_prefix("Bearer ") == Some(token) => 200,
            _ => 401,
        };
        Reply::status(status)
    })
}

/// A client whose one layer applies the credential of this queue.
pub fn client(transport: &ScriptedTransport, queue: &RefreshQueue<Token>) -> ClientWithMiddleware {
    let layer = RefreshMiddleware::new(queue.clone(), origin()).apply_credential(true);
    transport.client_with(|chain| chain.with(layer))
}

/// A queue that holds a token of which nobody knows yet that it is no good.
pub fn stale_queue(refresher: &Refresher) -> RefreshQueue<Token> {
    RefreshQueue::builder(refresher.clone())
        .credential(Token::named("stale"))
        .build()
}

pub fn sent_tokens(transport: &ScriptedTransport) -> Vec<String> {
    let requests = transport.requests();
    let tokens = requests.iter().map(|sent| sent.header("authorization"));
    tokens
        .map(|token| token.unwrap_or("none").to_owned())
        .collect()
}

/// What a layer failed with.
#[track_caller]
pub fn typed<T: std::error::Error + Send + Sync + 'static>(error: &Error) -> &T {
    let Error::Middleware(error) = error else {
        panic!("not from a layer: {error:?}");
    };
    error
        .downcast_ref()
        .unwrap_or_else(|| panic!("another type: {error:?}"))
}
