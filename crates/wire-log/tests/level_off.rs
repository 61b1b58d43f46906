//! While nobody listens, nothing is allocated. It has a process of its own, since it counts what the process does.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::alloc::System;

use async_trait::async_trait;
use http::Extensions;
use reqwest::{Client, Method, Request, Response, Url};
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware, Middleware, Next, Result};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use tokio::runtime::Runtime;
use tracing_subscriber::filter::LevelFilter;
use wire_log::{Level, LogMiddleware};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Answers without a network, always by the same steps.
struct Answer;

#[async_trait]
impl Middleware for Answer {
    async fn handle(&self, _: Request, _: &mut Extensions, _: Next<'_>) -> Result<Response> {
        Ok(http::Response::new("body").into())
    }
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Allocated {
    blocks: usize,
    bytes: usize,
}

/// What a call allocates: the least of several, since the test's harness has a thread of its own.
fn allocated(runtime: &Runtime, client: &ClientWithMiddleware, url: &Url) -> Allocated {
    let call = || {
        let region = Region::new(ALLOCATOR);
        let request = Request::new(Method::GET, url.clone());
        let response = runtime.block_on(client.execute(request)).unwrap();
        assert_eq!(runtime.block_on(response.text()).unwrap(), "body");
        let change = region.change();
        Allocated {
            blocks: change.allocations + change.reallocations,
            bytes: change.bytes_allocated,
        }
    };
    (0..50).map(|_| call()).min().unwrap()
}

#[test]
fn a_layer_that_nobody_listens_to_allocates_nothing() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let reqwest = Client::builder().no_proxy().build().unwrap();
    let url: Url = "http://api.test/users?key=hunter2".parse().unwrap();
    let chain = || ClientBuilder::new(reqwest.clone());
    let without = chain().with(Answer).build();
    let with = |layer: LogMiddleware| chain().with(layer).with(Answer).build();
    let plain = with(LogMiddleware::new());
    let most = LogMiddleware::new()
        .bodies(true)
        .bodies_in_release(true)
        .failure_level(Level::DEBUG);
    let most = with(most);

    let bare = allocated(&runtime, &without, &url);
    assert_eq!(allocated(&runtime, &plain, &url), bare, "no subscriber");
    assert_eq!(allocated(&runtime, &most, &url), bare, "no subscriber");

    let subscriber = |level: LevelFilter| {
        tracing_subscriber::fmt()
            .with_max_level(level)
            .with_writer(std::io::sink)
            .finish()
    };
    tracing::subscriber::with_default(subscriber(LevelFilter::INFO), || {
        assert_eq!(
            allocated(&runtime, &plain, &url),
            bare,
            "a subscriber at INFO"
        );
        assert_eq!(
            allocated(&runtime, &most, &url),
            bare,
            "a subscriber at INFO"
        );
    });
    // The count does see what the layer allocates once somebody listens.
    tracing::subscriber::with_default(subscriber(LevelFilter::DEBUG), || {
        assert!(allocated(&runtime, &plain, &url) > bare);
    });
}
