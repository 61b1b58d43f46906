//! A repository layer: what the program knows of messages, and nothing of HTTP above it.
//!
//! `cargo run -p examples --bin repository_layer` starts a demo API of its own.
//! `examples/tests/repository_layer.rs` tests the layer without any server.
#![allow(clippy::print_stdout, reason = "it shows what happens")]

mod messages;

use std::error::Error;

use examples::demo_api::DemoApi;
use facade::{Bearer, Client};
use serde::Deserialize;
use serde_json::json;

use messages::{Draft, MessageError, Messages};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let api = DemoApi::builder().build().start().await?;
    let url = api.url().to_string();
    tell(&Messages::new(sign_in(&url).await?)).await;
    println!("A program that never signed in:");
    show(
        Messages::new(Client::builder(url).build()?)
            .find(1)
            .await
            .map(drop),
    );
    Ok(())
}

/// This part of the program could as well be on top of a database.
async fn tell(messages: &Messages) {
    println!("Message 1 and message 1000:");
    for id in [1, 1000] {
        match messages.find(id).await {
            Ok(Some(message)) => println!("  {}: {}", message.author, message.text),
            Ok(None) => println!("  there is none"),
            other => show(other.map(drop)),
        }
    }

    let draft = |name: &str, text: &str| Draft {
        name: name.to_owned(),
        text: text.to_owned(),
    };
    println!("A draft that is written twice, and another of the same name:");
    for draft in [
        draft("monday", "Good morning"),
        draft("monday", "Good morning"),
        draft("monday", "Good evening"),
    ] {
        match messages.write(&draft).await {
            Ok(message) => println!("  message {}: {}", message.id, message.text),
            other => show(other.map(drop)),
        }
    }

    println!("An empty draft:");
    show(messages.write(&draft("tuesday", " ")).await.map(drop));
}

fn show(outcome: Result<(), MessageError>) {
    match outcome {
        Ok(()) => println!("  done"),
        Err(MessageError::Invalid(objections)) => {
            for objection in objections {
                println!("  the {} {}", objection.part, objection.reason);
            }
        }
        Err(error) => println!("  {error}"),
    }
}

async fn sign_in(url: &str) -> Result<Client, Box<dyn Error>> {
    #[derive(Deserialize)]
    struct Login {
        access_token: String,
    }
    let login = json!({"username": "ada", "password": "lovelace"});
    let plain = Client::builder(url).build()?;
    let login: Login = plain.post("login").json(&login).fetch().await?;
    let credential = Bearer::new(login.access_token)?;
    Ok(Client::builder(url).credential(credential).build()?)
}
