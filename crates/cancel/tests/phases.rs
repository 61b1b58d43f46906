//! What a cancellation stops before the headers, phase by phase, over a scripted transport under paused time.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use async_trait::async_trait;
use bytes::Bytes;
use cancel::{CancelMiddleware, CancelOn};
use http_body::Frame;
use reqwest::{Body, Request, Response};
use reqwest_middleware::{Middleware, Next, Result};
use support::{URL, cancelled, client, ended};
use testkit::{Gate, ScriptedTransport};
use tokio_util::sync::CancellationToken;

/// Does its work when it is called, not when its future is polled.
struct Eager(Arc<AtomicUsize>);

impl Middleware for Eager {
    fn handle<'a, 'b, 'c, 'd>(
        &'a self,
        request: Request,
        extensions: &'b mut http::Extensions,
        next: Next<'c>,
    ) -> Pin<Box<dyn Future<Output = Result<Response>> + Send + 'd>>
    where
        'a: 'd,
        'b: 'd,
        'c: 'd,
    {
        self.0.fetch_add(1, Ordering::Relaxed);
        next.run(request, extensions)
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_that_is_cancelled_already_keeps_the_call_from_the_layers_below() {
    let (transport, calls) = (ScriptedTransport::new(), Arc::<AtomicUsize>::default());
    let below = Eager(Arc::clone(&calls));
    let client = transport.client_with(|chain| chain.with(CancelMiddleware::new()).with(below));
    let token = CancellationToken::new();
    token.cancel();
    let request = client.get(URL).with_extension(CancelOn::new(&token));
    cancelled(request.send().await);
    assert_eq!(calls.load(Ordering::Relaxed), 0);
}

/// Stands for a layer that waits before it sends: a queue, a backoff, a limit.
struct WaitsFirst(Gate);

#[async_trait]
impl Middleware for WaitsFirst {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut http::Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        self.0.pass().await;
        next.run(request, extensions).await
    }
}

#[tokio::test(start_paused = true)]
async fn cancelling_ends_the_wait_of_a_layer_below_and_nothing_is_sent() {
    let (transport, gate) = (ScriptedTransport::new(), Gate::new());
    let client = transport.client_with(|chain| {
        chain
            .with(CancelMiddleware::new())
            .with(WaitsFirst(gate.clone()))
    });
    let token = CancellationToken::new();
    let call = tokio::spawn(client.get(URL).with_extension(CancelOn::new(&token)).send());
    gate.wait_for(1).await;
    token.cancel();
    cancelled(ended(call).await);
    assert_eq!(gate.held(), 0);
    transport.assert_count(0);
}

#[tokio::test(start_paused = true)]
async fn cancelling_stops_an_upload_that_is_still_being_read() {
    /// Has a length, and never a byte.
    struct NeverComes;

    impl http_body::Body for NeverComes {
        type Data = Bytes;
        type Error = std::io::Error;

        fn poll_frame(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<std::io::Result<Frame<Bytes>>>> {
            Poll::Pending
        }
    }

    let transport = ScriptedTransport::new();
    let token = CancellationToken::new();
    let upload = client(&transport)
        .put(URL)
        .body(Body::wrap(NeverComes))
        .with_extension(CancelOn::new(&token));
    let call = tokio::spawn(upload.send());
    transport.wait_for_requests(1).await;
    token.cancel();
    cancelled(ended(call).await);
    assert_eq!(transport.abandoned(), 1);
    assert!(!transport.last().unwrap().is_body_complete());
}

#[tokio::test(start_paused = true)]
async fn cancelling_drops_the_request_that_waits_for_its_answer() {
    let transport = ScriptedTransport::new().hang();
    let token = CancellationToken::new();
    let request = client(&transport)
        .get(URL)
        .with_extension(CancelOn::new(&token));
    let call = tokio::spawn(request.send());
    transport.wait_for_requests(1).await;
    assert_eq!(transport.in_flight(), 1);
    token.cancel();
    cancelled(ended(call).await);
    assert_eq!((transport.in_flight(), transport.abandoned()), (0, 1));
}
