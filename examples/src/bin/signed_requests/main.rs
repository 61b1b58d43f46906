//! Requests that are signed with HMAC-SHA256, each attempt anew.
//!
//! `cargo run -p examples --bin signed_requests` starts a server of its own, which refuses what isn't signed, what was
//! changed on the way, and what it has seen before.
#![allow(clippy::print_stdout, reason = "it shows what happens")]

mod server;
mod signature;

use std::error::Error;
use std::time::SystemTime;

use async_trait::async_trait;
use auth_middleware::{AuthMiddleware, Challenges, Custom};
use http::Extensions;
use request_context::{BoxError, Origin, WithoutAuth};
use reqwest::{Request, Response};
use reqwest_middleware::{ClientBuilder, Middleware, Next};
use safe_retry::RetryMiddleware;

use signature::{Key, Signed, digest};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let key = Key::new(b"known to both sides, and to nobody else")?;
    let url = server::start(key.clone()).await?;
    let origin: Origin = url.parse()?;
    let auth = AuthMiddleware::fixed(Custom::new(move |request| sign(&key, request)), origin);
    let client = ClientBuilder::new(reqwest::Client::builder().no_proxy().build()?)
        .with(RetryMiddleware::new().on_retry(|event| println!("  retry {}", event.retry())))
        .with(auth)
        .with(OnTheWay)
        .build();

    println!("A server that is busy at first: the second attempt has a signature of its own.");
    let transfer = client
        .put(format!("{url}/transfers/7?from=ada"))
        .body("42 €");
    tell(transfer.send().await?).await?;

    println!("A request that isn't signed:");
    let bare = client.get(&url).with_extension(WithoutAuth);
    tell(bare.send().await?).await?;

    for (change, what) in [
        (Change::Amount, "Somebody on the way changes the amount:"),
        (Change::Target, "Somebody on the way changes the sender:"),
        (Change::Repeat, "Somebody on the way sends it once more:"),
    ] {
        println!("{what}");
        let transfer = client
            .put(format!("{url}/transfers/8?from=ada"))
            .body("42 €");
        tell(transfer.with_extension(change).send().await?).await?;
    }
    Ok(())
}

/// Signs a request as it is about to leave.
fn sign(key: &Key, request: &mut Request) -> Result<(), BoxError> {
    let body = match request.body() {
        None => &[],
        Some(body) => body.as_bytes().ok_or("a stream can't be signed")?,
    };
    let digest = digest(body);
    let date = httpdate::fmt_http_date(SystemTime::now());
    let nonce = format!("{:016x}", getrandom::u64()?);
    let url = request.url();
    let target = match url.query() {
        None => url.path().to_owned(),
        Some(query) => format!("{}?{query}", url.path()),
    };
    let signature = key.sign(&Signed {
        method: request.method().as_str(),
        target: &target,
        date: &date,
        digest: &digest,
        nonce: &nonce,
    });
    let headers = request.headers_mut();
    headers.insert("date", date.try_into()?);
    headers.insert("content-digest", digest.try_into()?);
    headers.insert("authorization", signature.try_into()?);
    Ok(())
}

async fn tell(answer: Response) -> reqwest::Result<()> {
    let challenges = Challenges::of(answer.headers());
    let reason = challenges
        .iter()
        .find_map(|challenge| challenge.parameter("error_description"));
    match reason {
        Some(reason) => println!("  {}: {reason}", answer.status()),
        None => println!("  {}: {}", answer.status(), answer.text().await?),
    }
    Ok(())
}

/// What somebody on the way does to a request.
#[derive(Clone, Copy)]
enum Change {
    Amount,
    Target,
    /// Sends it once more.
    Repeat,
}

/// Middleware in the place of somebody on the way.
struct OnTheWay;

#[async_trait]
impl Middleware for OnTheWay {
    async fn handle(
        &self,
        mut request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> reqwest_middleware::Result<Response> {
        match extensions.get::<Change>() {
            None => {}
            Some(Change::Amount) => *request.body_mut() = Some("4200 €".into()),
            Some(Change::Target) => request.url_mut().set_query(Some("from=bob")),
            Some(Change::Repeat) => {
                if let Some(copy) = request.try_clone() {
                    next.clone().run(copy, extensions).await?;
                }
            }
        }
        next.run(request, extensions).await
    }
}
