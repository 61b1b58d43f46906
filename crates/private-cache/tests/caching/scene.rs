//! A client with a cache over a scripted transport.

use std::time::{Duration, SystemTime};

use http::Method;
use httpdate::fmt_http_date;
use private_cache::{Cache, CacheMode, CacheStatus};
use reqwest::{Request, Response};
use reqwest_middleware::{ClientWithMiddleware, Result};
use testkit::{Reply, ScriptedTransport};

pub(crate) const HERE: &str = "https://a.test/x";

/// A cache whose clock moves with tokio's time.
pub(crate) fn cache() -> Cache {
    Cache::in_memory().clock(testkit::clock())
}

pub(crate) fn client(cache: &Cache, transport: &ScriptedTransport) -> ClientWithMiddleware {
    transport.client_with(|chain| chain.with(cache.clone()))
}

pub(crate) fn over(transport: &ScriptedTransport) -> ClientWithMiddleware {
    client(&cache(), transport)
}

/// An answer that is fresh for a minute and can be asked about.
pub(crate) fn fresh(body: &'static str) -> Reply {
    cached("max-age=60", body)
}

pub(crate) fn cached(cache_control: &str, body: &'static str) -> Reply {
    Reply::status(200)
        .header("cache-control", cache_control)
        .header("etag", format!("\"{body}\""))
        .body(body)
}

pub(crate) fn not_modified() -> Reply {
    Reply::status(304)
}

/// What a caller gets: status, where it came from, and body.
pub(crate) type Got = (u16, CacheStatus, String);

pub(crate) fn got(status: u16, from: CacheStatus, body: &str) -> Got {
    (status, from, body.to_owned())
}

pub(crate) async fn read(response: Response) -> Got {
    let status = response.status().as_u16();
    let from = CacheStatus::of(&response);
    (status, from, response.text().await.unwrap())
}

pub(crate) async fn get(client: &ClientWithMiddleware) -> Got {
    read(client.get(HERE).send().await.unwrap()).await
}

pub(crate) async fn get_with(client: &ClientWithMiddleware, name: &str, value: &str) -> Got {
    read(client.get(HERE).header(name, value).send().await.unwrap()).await
}

pub(crate) async fn get_in(client: &ClientWithMiddleware, mode: CacheMode) -> Got {
    read(client.get(HERE).with_extension(mode).send().await.unwrap()).await
}

pub(crate) async fn send(
    client: &ClientWithMiddleware,
    method: Method,
    url: &str,
) -> Result<Response> {
    client
        .execute(Request::new(method, url.parse().unwrap()))
        .await
}

pub(crate) async fn pass(seconds: u64) {
    tokio::time::advance(Duration::from_secs(seconds)).await;
}

/// What the clock of the tests shows after so many seconds, as a header says it.
pub(crate) fn date_after(seconds: i64) -> String {
    let start: SystemTime = httpdate::parse_http_date("Thu, 01 Jan 2026 00:00:00 GMT").unwrap();
    let shift = Duration::from_secs(seconds.unsigned_abs());
    fmt_http_date(if seconds < 0 {
        start - shift
    } else {
        start + shift
    })
}
