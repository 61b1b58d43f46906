//! Calls that end when nobody wants their answer any more: search as you type, and a screen that is left.
//!
//! `cargo run -p examples --bin cancel_on_navigate` starts a demo API of its own.
#![allow(clippy::print_stdout, reason = "it shows what happens")]

use std::error::Error;
use std::time::Duration;

use examples::demo_api::{DemoApi, Stats};
use facade::{ApiError, CancelScope, Cancelled, Client, Latest, Ticket};
use futures_util::future::join_all;
use tokio::task::{JoinHandle, spawn};
use tokio::time::sleep;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let api = DemoApi::builder().build().start().await?;
    let client = Client::builder(api.url())
        .deadline(Duration::from_secs(90))
        .build()?;

    println!("Somebody types. Each key makes the search before it pointless:");
    let searches = Latest::new();
    let mut pending = Vec::new();
    for typed in ["t", "to", "tok", "toki", "tokio"] {
        pending.push(search(&client, typed, searches.ticket()));
        // The pause between two keys is shorter than the search takes.
        sleep(Duration::from_millis(100)).await;
    }
    for outcome in join_all(pending).await {
        println!("  {}", outcome?);
    }
    let stats = client.get("stats").fetch::<Stats>().await?;
    println!(
        "  the server began {} searches, and could stop {}",
        stats.slow_started, stats.slow_abandoned
    );

    println!("A screen loads three things, and is left:");
    let screen = CancelScope::new().because("the screen was left");
    let loading: Vec<_> = (0..3).map(|_| load(&client, &screen)).collect();
    sleep(Duration::from_millis(100)).await;
    drop(screen);
    for outcome in join_all(loading).await {
        println!("  {}", outcome?);
    }
    Ok(())
}

/// Searches while the ticket is the latest.
fn search(client: &Client, typed: &'static str, ticket: Ticket) -> JoinHandle<String> {
    let request = client.get("slow").query(&[("ms", 1000)]).cancel(&ticket);
    spawn(async move {
        match request.send().await {
            // The next key may have been pressed just now, after the answer came.
            Ok(_) if ticket.is_latest() => format!("{typed:5}  shown"),
            Ok(_) => format!("{typed:5}  came too late"),
            Err(error) => format!("{typed:5}  {}", reason(&error)),
        }
    })
}

/// Loads something that takes a minute, for as long as the screen is there.
fn load(client: &Client, screen: &CancelScope) -> JoinHandle<String> {
    let request = client.get("slow").query(&[("ms", 60_000)]).cancel(screen);
    spawn(async move {
        match request.send().await {
            Ok(_) => "loaded".to_owned(),
            Err(error) => reason(&error),
        }
    })
}

/// What a user may be told.
fn reason(error: &ApiError) -> String {
    match error.find_source::<Cancelled>() {
        Some(cancelled) => cancelled.to_string(),
        None => error.to_string(),
    }
}
