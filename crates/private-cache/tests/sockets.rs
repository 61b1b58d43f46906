//! What only real connections show.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use private_cache::{Cache, CacheStatus};
use reqwest_middleware::ClientWithMiddleware;
use testkit::{Behaviour, FaultServer, Reply};

fn client(cache: &Cache) -> ClientWithMiddleware {
    let reqwest = reqwest::Client::builder().no_proxy().build().unwrap();
    reqwest_middleware::ClientBuilder::new(reqwest)
        .with(cache.clone())
        .build()
}

fn kept(body: &'static str) -> Reply {
    let reply = Reply::status(200).header("cache-control", "max-age=60");
    reply.header("etag", "\"1\"").body(body)
}

async fn get(client: &ClientWithMiddleware, server: &FaultServer) -> (CacheStatus, String) {
    let response = client.get(server.url()).send().await.unwrap();
    (CacheStatus::of(&response), response.text().await.unwrap())
}

#[tokio::test]
async fn a_hit_reaches_nobody_and_a_confirmation_uses_the_same_connection() {
    let server = FaultServer::start().await.unwrap();
    server.once(kept("one")).once(Reply::status(304));
    let cache = Cache::in_memory();
    let client = client(&cache);
    assert_eq!(
        get(&client, &server).await,
        (CacheStatus::Miss, "one".into())
    );
    assert_eq!(
        get(&client, &server).await,
        (CacheStatus::Hit, "one".into())
    );
    assert_eq!(server.request_count(), 1);
    let asked = client
        .get(server.url())
        .header("cache-control", "no-cache")
        .send()
        .await
        .unwrap();
    assert_eq!(CacheStatus::of(&asked), CacheStatus::Revalidated);
    assert_eq!(asked.text().await.unwrap(), "one");
    assert_eq!((server.request_count(), server.connections()), (2, 1));
}

#[tokio::test]
async fn a_body_that_the_server_breaks_off_is_not_stored() {
    let server = FaultServer::start().await.unwrap();
    server
        .once(Behaviour::Truncate {
            reply: kept("hello"),
            sent: 3,
        })
        .once(kept("whole"));
    let client = client(&Cache::in_memory());
    let broken = client.get(server.url()).send().await.unwrap();
    assert!(broken.text().await.is_err());
    assert_eq!(
        get(&client, &server).await,
        (CacheStatus::Miss, "whole".into())
    );
    assert_eq!(
        get(&client, &server).await,
        (CacheStatus::Hit, "whole".into())
    );
}

#[tokio::test]
async fn a_reader_that_stops_at_the_announced_length_has_it_stored() {
    let server = FaultServer::start().await.unwrap();
    server.once(kept("hello"));
    let client = client(&Cache::in_memory());
    let mut response = client.get(server.url()).send().await.unwrap();
    let mut read = 0;
    while read < 5 {
        read += response.chunk().await.unwrap().unwrap().len();
    }
    drop(response);
    assert_eq!(
        get(&client, &server).await,
        (CacheStatus::Hit, "hello".into())
    );
}
