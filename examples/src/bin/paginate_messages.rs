//! A chat that is read page by page, closed in the middle, and read on from there when the program starts again.
//!
//! `cargo run -p examples --bin paginate_messages` starts a demo API of its own.
#![allow(clippy::print_stdout, reason = "it shows what happens")]

use std::error::Error;
use std::fs;
use std::path::Path;
use std::time::Duration;

use examples::demo_api::{DemoApi, Stats};
use facade::{Bearer, Checkpoint, Client, Cursor};
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
struct Message {
    id: u64,
    author: String,
    text: String,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let api = DemoApi::builder().build().start().await?;
    let folder = tempfile::tempdir()?;
    let place = folder.path().join("chat.json");

    println!("The chat is opened, and closed in the middle of its third page:");
    let client = sign_in(api.url()).await?;
    show(&read(&client, &place, 120).await?);
    println!("  kept for the next time: {}", fs::read_to_string(&place)?);

    println!("Meanwhile somebody writes:");
    for text in ["Are you still there?", "It seems not."] {
        let draft = client.post("/messages").json(&json!({"text": text}));
        let message: Message = draft.fetch().await?;
        println!(
            "  message {}, {}: {}",
            message.id, message.author, message.text
        );
    }

    println!("The program starts again, and knows nothing but what it kept:");
    let client = sign_in(api.url()).await?;
    show(&read(&client, &place, usize::MAX).await?);

    let stats: Stats = client.get("/stats").fetch().await?;
    let pages = stats.requests_by_route.get("GET /messages").copied();
    println!(
        "The server was asked for {} pages.",
        pages.unwrap_or_default()
    );
    Ok(())
}

/// Reads on from where the chat was left, and keeps that place after each message.
async fn read(client: &Client, place: &Path, most: usize) -> Result<Vec<Message>, Box<dyn Error>> {
    let by_cursor = Cursor::new("/data", "/meta/next_cursor").page_size("limit", 50);
    let mut chat = client.get("/messages").paginate(by_cursor);
    if place.exists() {
        let checkpoint: Checkpoint = serde_json::from_slice(&fs::read(place)?)?;
        chat = chat.resume(checkpoint)?;
    }
    let mut messages = chat.items::<Message>();
    let mut read = Vec::new();
    while read.len() < most {
        let Some(message) = messages.next_item().await? else {
            break;
        };
        read.push(message);
        fs::write(place, serde_json::to_vec(&messages.checkpoint())?)?;
    }
    Ok(read)
}

fn show(messages: &[Message]) {
    println!("  {} messages", messages.len());
    for message in [messages.first(), messages.last()].into_iter().flatten() {
        println!(
            "  message {}, {}: {}",
            message.id, message.author, message.text
        );
    }
}

async fn sign_in(url: &str) -> Result<Client, Box<dyn Error>> {
    #[derive(Deserialize)]
    struct Login {
        access_token: String,
    }
    let client = Client::builder(url).build()?;
    let login = json!({"username": "ada", "password": "lovelace"});
    let login: Login = client.post("/login").json(&login).fetch().await?;
    let bearer = Bearer::new(login.access_token)?;
    let client = Client::builder(url)
        .credential(bearer)
        .deadline(Duration::from_secs(30));
    Ok(client.build()?)
}
