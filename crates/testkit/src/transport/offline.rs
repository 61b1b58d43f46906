//! A reqwest client that reaches no network, for the errors that only reqwest itself can make.

use std::future::pending;
use std::io;
use std::sync::OnceLock;
use std::time::Duration;

use reqwest::dns::{Name, Resolve, Resolving};
use reqwest::{Client, RequestBuilder, Url};
use reqwest_middleware::Error;

/// `.invalid` never resolves (RFC 6761 §6.4), so no real host is meant. The resolver below tells them apart.
const NEVER_RESOLVED: &str = "http://never-resolved.invalid/";
const REFUSED: &str = "http://refused.invalid/";

/// The client, one for all transports: it takes a while to build, and no connection ties it to a runtime.
pub(super) fn client() -> reqwest::Result<Client> {
    static CLIENT: OnceLock<Client> = OnceLock::new();
    if let Some(client) = CLIENT.get() {
        return Ok(client.clone());
    }
    let client = Client::builder()
        .no_proxy()
        .dns_resolver(NoNetwork)
        .build()?;
    Ok(CLIENT.get_or_init(|| client).clone())
}

pub(super) async fn timeout_error(url: Url) -> Error {
    let request = |client: &Client| client.get(NEVER_RESOLVED).timeout(Duration::ZERO);
    error(request, url).await
}

pub(super) async fn connect_error(url: Url) -> Error {
    error(|client| client.get(REFUSED), url).await
}

async fn error(request: impl FnOnce(&Client) -> RequestBuilder, url: Url) -> Error {
    let client = match client() {
        Ok(client) => client,
        Err(error) => return error.into(),
    };
    match request(&client).send().await {
        Err(error) => error.with_url(url).into(),
        Ok(_) => Error::middleware(NetworkReached),
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the offline client reached a network")]
struct NetworkReached;

#[derive(Debug)]
struct NoNetwork;

impl Resolve for NoNetwork {
    fn resolve(&self, name: Name) -> Resolving {
        if NEVER_RESOLVED.contains(name.as_str()) {
            return Box::pin(pending());
        }
        Box::pin(async {
            Err(io::Error::new(io::ErrorKind::NotFound, "this client is offline").into())
        })
    }
}
