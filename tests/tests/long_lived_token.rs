//! What is left of 100,000 cancelled calls that listened to one long-lived token: nothing.
//!
//! It has a process of its own, since it counts what the process holds.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test fails by panicking, and this one prints what it counted"
)]

use std::alloc::System;
use std::net::SocketAddr;
use std::sync::Arc;

use facade::{CancelOn, CancellationToken, Client};
use stack_tests::{builder, soon};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::sync::watch;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const CALLS: usize = 100_000;
/// Calls at a time: fewer than a listener lets wait.
const WAVE: usize = 100;
/// Enough for every pool, buffer and table to have its final size.
const WARM_UP: usize = 50 * WAVE;

#[derive(Clone, Copy, Debug)]
struct Held {
    tasks: usize,
    sockets: usize,
    bytes: usize,
}

#[tokio::test]
async fn a_hundred_thousand_cancelled_calls_leave_nothing_behind() {
    let server = SilentServer::start().await;
    let client = builder(format!("http://{}", server.address));
    let client = client.concurrency_limit(None).build().unwrap();
    let long_lived = CancellationToken::new();

    cancel(WARM_UP, &client, &server, &long_lived).await;
    let before = server.held();
    cancel(CALLS, &client, &server, &long_lived).await;
    let after = server.held();

    println!("before 100,000 cancelled calls: {before:?}");
    println!("after  100,000 cancelled calls: {after:?}");
    assert_eq!(after.tasks, before.tasks);
    assert_eq!((before.sockets, after.sockets), (0, 0));
    // A fifth of a byte for each call is chance; anything that stays of a call is more.
    assert!(
        after.bytes < before.bytes + CALLS / 5,
        "{before:?} {after:?}"
    );
}

/// Makes so many calls that wait for their headers, and cancels each of them.
async fn cancel(
    calls: usize,
    client: &Client,
    server: &SilentServer,
    long_lived: &CancellationToken,
) {
    for _ in 0..calls / WAVE {
        let seen = server.seen();
        let own = CancellationToken::new();
        let call = |_| {
            let call = client.get("x").cancel(CancelOn::new(long_lived).or(&own));
            tokio::spawn(call.send())
        };
        let wave: Vec<_> = (0..WAVE).map(call).collect();
        server
            .wait_until(|sockets| sockets.seen == seen + WAVE)
            .await;
        own.cancel();
        for call in wave {
            assert!(soon(call).await.unwrap().unwrap_err().is_cancelled());
        }
        server.wait_until(|sockets| sockets.open == 0).await;
    }
}

/// A server that reads whatever comes, and never answers.
struct SilentServer {
    address: SocketAddr,
    sockets: Arc<watch::Sender<Sockets>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Sockets {
    /// That a request has come from.
    seen: usize,
    open: usize,
}

impl SilentServer {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            address: listener.local_addr().unwrap(),
            sockets: Arc::default(),
        };
        let sockets = Arc::clone(&server.sockets);
        tokio::spawn(async move {
            loop {
                let (mut socket, _) = listener.accept().await.unwrap();
                let sockets = Arc::clone(&sockets);
                tokio::spawn(async move {
                    sockets.send_modify(|sockets| sockets.open += 1);
                    let mut request = [0; 1024];
                    if socket.read(&mut request).await.is_ok_and(|bytes| bytes > 0) {
                        sockets.send_modify(|sockets| sockets.seen += 1);
                    }
                    while socket.read(&mut request).await.is_ok_and(|bytes| bytes > 0) {}
                    sockets.send_modify(|sockets| sockets.open -= 1);
                });
            }
        });
        server
    }

    fn seen(&self) -> usize {
        self.sockets.borrow().seen
    }

    async fn wait_until(&self, reached: impl FnMut(&Sockets) -> bool) {
        let mut sockets = self.sockets.subscribe();
        soon(sockets.wait_for(reached)).await.unwrap();
    }

    /// What the process holds when no call is under way.
    fn held(&self) -> Held {
        let allocated = ALLOCATOR.stats();
        Held {
            tasks: Handle::current().metrics().num_alive_tasks(),
            sockets: self.sockets.borrow().open,
            bytes: allocated.bytes_allocated - allocated.bytes_deallocated,
        }
    }
}
