//! What is measured.

use std::time::{Duration, SystemTime};

use auth_middleware::{AuthMiddleware, Bearer};
use cancel::{CancelMiddleware, CancelOn};
use error_map::ErrorMapMiddleware;
use facade::{
    BearerTokens, Cache, CancellationToken, Client, RefreshError, RefreshQueue, TokenSet,
};
use http::Extensions;
use http_cache_reqwest::{CacheMode, HttpCache, HttpCacheOptions, MokaManager};
use refresh_queue::RefreshMiddleware;
use request_context::{Call, Origin};
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware, Middleware};
use safe_redirect::RedirectMiddleware;
use safe_retry::{HeadersTimeoutMiddleware, RetryMiddleware};
use wire_log::LogMiddleware;

use crate::BoxError;
use crate::client::{Calls, NoOp};

/// The scenarios, each a function of [`run`].
pub(crate) const SCENARIOS: [&str; 40] = [
    "get_bare",
    "get_bare_parsed",
    "get_bare_timeout",
    "get_bare_read_timeout",
    "get_middleware_0",
    "get_middleware_1",
    "get_middleware_full",
    "get_middleware_call",
    "get_middleware_token",
    "alone_cancel_idle",
    "alone_cancel_idle_call",
    "alone_cancel_deadline",
    "alone_cancel_token",
    "alone_error_map",
    "alone_auth",
    "alone_refresh_queue",
    "alone_refresh_queue_auth",
    "alone_safe_redirect",
    "alone_safe_retry",
    "alone_headers_timeout_idle",
    "alone_wire_log_off",
    "alone_error_map_wire_log_off",
    "facade",
    "facade_inner",
    "facade_segments",
    "facade_unlimited",
    "facade_unlogged",
    "facade_credential",
    "facade_credential_deadline",
    "facade_credential_token",
    "facade_credential_deadline_token",
    "get_middleware_mode",
    "alone_private_cache_bypassed",
    "alone_private_cache_unnamed",
    "hit_1k",
    "hit_1m",
    "hit_http_cache_1k",
    "facade_hit_1k",
    "facade_hit_1m",
    "facade_credential_hit_1k",
];

const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;

/// Longer than any run, so that no timer fires.
const LONG: Duration = Duration::from_secs(3600);

/// Makes the calls of one scenario.
#[allow(
    clippy::too_many_lines,
    reason = "a list, one scenario after the other"
)]
pub(crate) async fn run(scenario: &str, base: &str, calls: &Calls) -> Result<(), BoxError> {
    let origin: Origin = base.parse()?;
    let facade = || Client::builder(base);
    let token = CancellationToken::new();
    let with_token = |extensions: &mut Extensions| {
        extensions.insert(CancelOn::new(&token));
    };
    let with_call = |extensions: &mut Extensions| {
        Call::of(extensions);
    };

    match scenario {
        "get_bare" => {
            let client = reqwest::Client::builder().build()?;
            let get = async || client.get(calls.url.as_str()).send().await?.bytes().await;
            calls.make(get).await
        }
        "get_bare_parsed" => {
            let client = reqwest::Client::builder().build()?;
            let get = async || client.execute(calls.request()).await?.bytes().await;
            calls.make(get).await
        }
        "get_bare_timeout" => {
            let client = reqwest::Client::builder().build()?;
            let get = async || {
                let mut request = calls.request();
                *request.timeout_mut() = Some(LONG);
                client.execute(request).await?.bytes().await
            };
            calls.make(get).await
        }
        "get_bare_read_timeout" => {
            let client = reqwest::Client::builder().read_timeout(LONG).build()?;
            let get = async || client.execute(calls.request()).await?.bytes().await;
            calls.make(get).await
        }
        "get_middleware_0" => calls.through(&chain([])?, |_| ()).await,
        "get_middleware_1" => calls.through(&chain(no_ops(1))?, |_| ()).await,
        "get_middleware_full" => {
            let layers = layers(&facade().session(session()?).build()?)?;
            calls.through(&chain(no_ops(layers))?, |_| ()).await
        }
        "get_middleware_call" => calls.through(&chain([])?, with_call).await,
        "get_middleware_token" => calls.through(&chain([])?, with_token).await,
        "alone_cancel_idle" => {
            let cancel = CancelMiddleware::new();
            calls.through(&chain([layer(cancel)])?, |_| ()).await
        }
        "alone_cancel_idle_call" => {
            let cancel = CancelMiddleware::new();
            calls.through(&chain([layer(cancel)])?, with_call).await
        }
        "alone_cancel_deadline" => {
            let cancel = CancelMiddleware::new().deadline(LONG);
            calls.through(&chain([layer(cancel)])?, |_| ()).await
        }
        "alone_cancel_token" => {
            let cancel = CancelMiddleware::new();
            calls.through(&chain([layer(cancel)])?, with_token).await
        }
        "alone_error_map" => {
            let error_map = ErrorMapMiddleware::new();
            calls.through(&chain([layer(error_map)])?, |_| ()).await
        }
        "alone_auth" => {
            let auth = AuthMiddleware::fixed(Bearer::new("access-1")?, origin);
            calls.through(&chain([layer(auth)])?, |_| ()).await
        }
        "alone_refresh_queue" => {
            let queue = RefreshMiddleware::new(session()?, origin).apply_credential(true);
            calls.through(&chain([layer(queue)])?, |_| ()).await
        }
        "alone_refresh_queue_auth" => {
            let queue = RefreshMiddleware::new(session()?, origin.clone());
            let auth = AuthMiddleware::handed_down(origin);
            let chain = chain([layer(queue), layer(auth)])?;
            calls.through(&chain, |_| ()).await
        }
        "alone_safe_redirect" => {
            let redirect = RedirectMiddleware::new();
            calls.through(&chain([layer(redirect)])?, |_| ()).await
        }
        "alone_safe_retry" => {
            let retry = RetryMiddleware::new();
            calls.through(&chain([layer(retry)])?, |_| ()).await
        }
        "alone_headers_timeout_idle" => {
            let timeout = HeadersTimeoutMiddleware::default();
            calls.through(&chain([layer(timeout)])?, |_| ()).await
        }
        "alone_wire_log_off" => {
            let log = LogMiddleware::new();
            calls.through(&chain([layer(log)])?, |_| ()).await
        }
        "alone_error_map_wire_log_off" => {
            let error_map = ErrorMapMiddleware::new();
            let chain = chain([layer(error_map), layer(LogMiddleware::new())])?;
            calls.through(&chain, |_| ()).await
        }
        "facade" => calls.paved(&facade().build()?).await,
        "facade_inner" => {
            let client = facade().build()?;
            let get = async || -> Result<_, BoxError> {
                let mut request = client.inner().get(calls.url.as_str());
                Call::of(request.extensions());
                Ok(request.send().await?.bytes().await?)
            };
            calls.make(get).await
        }
        "facade_segments" => {
            let client = facade().build()?;
            let get = async || client.get(["users", "7"]).send().await?.bytes().await;
            calls.make(get).await
        }
        "facade_unlimited" => {
            let client = facade().concurrency_limit(None).build()?;
            calls.paved(&client).await
        }
        "facade_unlogged" => calls.paved(&facade().log(None).build()?).await,
        "facade_credential" => calls.paved(&facade().session(session()?).build()?).await,
        "facade_credential_deadline" => {
            let client = facade().session(session()?).deadline(LONG).build()?;
            calls.paved(&client).await
        }
        "facade_credential_token" => {
            let client = facade().session(session()?).build()?;
            paved_with_token(calls, &client, &token).await
        }
        "facade_credential_deadline_token" => {
            let client = facade().session(session()?).deadline(LONG).build()?;
            paved_with_token(calls, &client, &token).await
        }
        "get_middleware_mode" => calls.through(&chain([])?, without_cache).await,
        "alone_private_cache_bypassed" => {
            let cache = chain([layer(Cache::in_memory())])?;
            calls.through(&cache, without_cache).await
        }
        "alone_private_cache_unnamed" => {
            let cache = Cache::in_memory().authenticated(true);
            calls.through(&chain([layer(cache)])?, |_| ()).await
        }
        "hit_1k" | "hit_1m" => {
            let cache = chain([layer(Cache::in_memory())])?;
            kept(calls, scenario)?.through(&cache, |_| ()).await
        }
        "hit_http_cache_1k" => {
            let cache = http_cache_reqwest::Cache(HttpCache {
                mode: CacheMode::Default,
                manager: MokaManager::default(),
                options: HttpCacheOptions::default(),
            });
            let cache = chain([layer(cache)])?;
            kept(calls, scenario)?.through(&cache, |_| ()).await
        }
        "facade_hit_1k" | "facade_hit_1m" => {
            let client = facade().cache(Cache::in_memory()).build()?;
            kept(calls, scenario)?.paved(&client).await
        }
        "facade_credential_hit_1k" => {
            let facade = facade().cache(Cache::in_memory()).session(session()?);
            kept(calls, scenario)?.paved(&facade.build()?).await
        }
        _ => Err(format!("no scenario is called {scenario}").into()),
    }
}

/// The calls of an answer of the length that the scenario's name ends with.
fn kept(calls: &Calls, scenario: &str) -> Result<Calls, BoxError> {
    calls.kept(if scenario.ends_with("1m") { MIB } else { KIB })
}

fn without_cache(extensions: &mut Extensions) {
    extensions.insert(facade::CacheMode::no_store());
}

async fn paved_with_token(
    calls: &Calls,
    client: &Client,
    token: &CancellationToken,
) -> Result<(), BoxError> {
    let get = async || {
        let request = client.get("users/7").cancel(token);
        request.send().await?.bytes().await
    };
    calls.make(get).await
}

type Layer = std::sync::Arc<dyn Middleware>;

fn layer(middleware: impl Middleware) -> Layer {
    std::sync::Arc::new(middleware)
}

fn no_ops(layers: usize) -> Vec<Layer> {
    (0..layers).map(|_| layer(NoOp)).collect()
}

fn chain(layers: impl IntoIterator<Item = Layer>) -> Result<ClientWithMiddleware, BoxError> {
    let reqwest = reqwest::Client::builder().build()?;
    let builder = ClientBuilder::new(reqwest);
    let builder = layers.into_iter().fold(builder, ClientBuilder::with_arc);
    Ok(builder.build())
}

/// A session whose token is good for all calls.
fn session() -> Result<RefreshQueue<BearerTokens>, BoxError> {
    let queue = RefreshQueue::new(|_: Option<BearerTokens>| async {
        Err(RefreshError::rejected("nothing here expires"))
    });
    let tokens = TokenSet::new("access-1")
        .refresh_token("refresh-1")
        .expires_at(SystemTime::now() + LONG);
    queue.set(BearerTokens::new(tokens)?);
    Ok(queue)
}

/// How many layers this client has, as its `Debug` tells.
fn layers(client: &Client) -> Result<usize, BoxError> {
    let shown = format!("{client:?}");
    let listed = shown.split_once("layers: [").ok_or("no layers shown")?.1;
    Ok(listed
        .split(']')
        .next()
        .unwrap_or(listed)
        .split(',')
        .count())
}
