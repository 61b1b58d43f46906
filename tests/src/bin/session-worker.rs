//! A program whose session is in a file, for the tests that run several of it, and end some of them.
//!
//! It takes commands on its input, a line each, and answers with a line each: `calls 50` makes so many calls at once and tells
//! how they went. With `--stop-at STEP` it says so when it has taken that step of a refresh, and stands still.

#![allow(clippy::print_stdout, reason = "this is how it answers")]

use std::error::Error;
use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use facade::{Auth, Client, FileStore, RefreshTokenGrant, TokenEndpoint};
use futures_util::future::join_all;
use stack_tests::StopAt;
use tokio::io::{AsyncBufReadExt, BufReader, stdin};

#[derive(Parser)]
struct Options {
    /// The URL of the API.
    #[arg(long)]
    api: String,
    /// The URL of its token endpoint, or of what stands before it.
    #[arg(long)]
    token_url: String,
    /// The file that the tokens are in.
    #[arg(long)]
    tokens: PathBuf,
    /// The step at which to stand still, such as `renamed during save`.
    #[arg(long)]
    stop_at: Option<String>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::parse();
    if let Some(step) = options.stop_at {
        StopAt::new(step).install()?;
    }
    let store = FileStore::new(options.tokens);
    let http = reqwest::Client::builder().no_proxy().build()?;
    let endpoint = TokenEndpoint::builder(&options.token_url, "worker")
        .http_client(http)
        .build()?;
    // The tests end tokens more often than any server would.
    let auth = Auth::oauth2(store, RefreshTokenGrant::new(endpoint))
        .queue(|queue| queue.max_refreshes(usize::MAX, Duration::from_secs(1)));
    let client = Client::builder(&options.api)
        .auth(auth)
        .reqwest(reqwest::ClientBuilder::no_proxy)
        .build()?;

    println!("ready");
    let mut commands = BufReader::new(stdin()).lines();
    while let Some(command) = commands.next_line().await? {
        let number = command
            .strip_prefix("calls ")
            .ok_or("only `calls N` is known")?;
        println!("{}", calls(&client, number.parse()?).await);
    }
    Ok(())
}

/// Makes calls at once, and tells how they went.
async fn calls(client: &Client, number: usize) -> String {
    let outcomes = join_all((0..number).map(|_| client.get("me").send())).await;
    let mut kinds: Vec<String> = outcomes
        .iter()
        .map(|outcome| match outcome {
            Ok(_) => "ok".to_owned(),
            Err(error) => format!("{:?}", error.kind()),
        })
        .collect();
    kinds.sort();
    kinds
        .chunk_by(|one, other| one == other)
        .map(|same| format!("{} {}", same.len(), same[0]))
        .collect::<Vec<_>>()
        .join(", ")
}
