//! What only real connections show.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use reqwest::redirect::Policy;
use safe_redirect::RedirectMiddleware;
use support::redirect;
use testkit::{FaultServer, Reply};

async fn hops_on_connections(moved: Reply) -> usize {
    let server = FaultServer::start().await.unwrap();
    server.on("/1", moved.clone());
    server.on("/2", redirect(307, "/3").body("moved"));
    server.on("/3", Reply::status(200).body("here"));
    let reqwest = reqwest::Client::builder()
        .no_proxy()
        .redirect(Policy::none());
    let client = reqwest_middleware::ClientBuilder::new(reqwest.build().unwrap())
        .with(RedirectMiddleware::new())
        .build();
    let response = client.get(server.url_of("/1")).send().await.unwrap();
    assert_eq!(response.url().path(), "/3");
    assert_eq!(response.text().await.unwrap(), "here");
    assert_eq!(server.request_count(), 3);
    server.connections()
}

#[tokio::test]
async fn a_redirects_body_is_read_so_that_one_connection_carries_all_hops() {
    let pieces = redirect(302, "/2").chunk("moved ").chunk("to /2");
    assert_eq!(hops_on_connections(pieces).await, 1);
}

#[tokio::test]
async fn a_redirects_body_that_is_long_costs_a_connection_instead() {
    let long = redirect(302, "/2").body(vec![0; 1024 * 1024]);
    assert_eq!(hops_on_connections(long).await, 2);
}
