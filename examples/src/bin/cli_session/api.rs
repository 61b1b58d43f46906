//! What can be asked of the API. Nothing here knows about tokens.

use facade::{ApiError, Client};
use serde::Deserialize;

#[derive(Deserialize)]
struct Me {
    username: String,
}

#[derive(Deserialize)]
struct Page {
    data: Vec<Message>,
}

#[derive(Deserialize)]
struct Message {
    author: String,
    text: String,
}

pub(crate) async fn whoami(client: &Client) -> Result<(), ApiError> {
    let me: Me = client.get("/me").fetch().await?;
    println!("{}", me.username);
    Ok(())
}

pub(crate) async fn messages(client: &Client) -> Result<(), ApiError> {
    let page: Page = client
        .get("/messages")
        .query(&[("limit", 5)])
        .fetch()
        .await?;
    for message in page.data {
        println!("{}: {}", message.author, message.text);
    }
    Ok(())
}
