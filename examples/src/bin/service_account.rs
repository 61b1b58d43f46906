//! A service that acts for itself: it has no user, and buys its tokens with a secret (RFC 6749 §4.4).
//!
//! `cargo run -p examples --bin service_account` starts a demo API of its own. `--url URL` uses one that runs elsewhere.
#![allow(clippy::print_stdout, reason = "it shows what happens")]

use std::error::Error;
use std::time::Duration;

use clap::Parser;
use examples::demo_api::{DemoApi, Stats};
use facade::{
    ApiError, Auth, Client, ClientCredentialsGrant, ExposeSecret, SecretString, TokenEndpoint,
};
use futures_util::future::try_join_all;
use serde_json::json;

const CALLS: u64 = 50;

#[derive(Parser)]
#[command(about = "A service that buys its tokens with a secret")]
struct Arguments {
    /// A demo API that runs elsewhere; without it, one is started here
    #[arg(long)]
    url: Option<String>,
    /// Who the service is
    #[arg(long, value_name = "ID", default_value = "service")]
    client_id: String,
    /// Its secret
    #[arg(
        long,
        value_name = "SECRET",
        env = "DEMO_API_CLIENT_SECRET",
        hide_env_values = true,
        default_value = "babbage"
    )]
    client_secret: SecretString,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    if let Some(url) = arguments.url.clone() {
        return serve(&url, arguments).await;
    }
    let (id, secret) = (
        &arguments.client_id,
        arguments.client_secret.expose_secret(),
    );
    let api = DemoApi::builder().client(id, secret);
    let server = api.build().start().await?;
    serve(server.url(), arguments).await
}

async fn serve(url: &str, arguments: Arguments) -> Result<(), Box<dyn Error>> {
    let endpoint = TokenEndpoint::builder(format!("{url}/oauth/token"), arguments.client_id)
        .client_secret(arguments.client_secret)
        .build()?;
    let grant = ClientCredentialsGrant::new(endpoint).scope("messages.read");
    // Nothing has to outlive the program: it can buy another token at any time.
    let client = Client::builder(url)
        .auth(Auth::client_credentials(grant))
        .deadline(Duration::from_secs(30))
        .build()?;

    let controls = Client::builder(url).build()?;
    let stats = async || -> Result<Stats, ApiError> { controls.get("/stats").fetch().await };
    let before = stats().await?;
    let bought = async || -> Result<u64, ApiError> {
        Ok(stats().await?.since(&before).client_credentials_grants)
    };

    read_at_once(&client).await?;
    println!("{CALLS} calls at once: {} token", bought().await?);

    controls.post("/admin/expire").send().await?;
    read_at_once(&client).await?;
    println!("{CALLS} more after it expired: {} tokens", bought().await?);

    let written = client.post("/messages").json(&json!({"text": "hello"}));
    let refused = written.send().await.err().ok_or("it may only read")?;
    println!("a call that needs another scope: {refused}");
    println!("which no token would heal: {} tokens", bought().await?);
    Ok(())
}

async fn read_at_once(client: &Client) -> Result<(), ApiError> {
    let calls = (1..=CALLS).map(|id| client.get(format!("/messages/{id}")).send());
    try_join_all(calls).await.map(drop)
}
