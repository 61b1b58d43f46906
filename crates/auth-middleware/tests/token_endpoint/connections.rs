//! When a request is tried again: only where nothing was sent.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use auth_middleware::{TokenEndpoint, TokenEndpointErrorKind};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::{cause, refresh, server};

/// Finds no address the first times that it is asked.
#[derive(Clone, Default)]
struct Resolver {
    asked: Arc<AtomicUsize>,
    fails: usize,
    address: Option<SocketAddr>,
}

impl Resolve for Resolver {
    fn resolve(&self, _name: Name) -> Resolving {
        let asked = self.asked.fetch_add(1, Ordering::SeqCst) + 1;
        let address = self.address.filter(|_| asked > self.fails);
        Box::pin(async move {
            let address = address.ok_or("no such host, hunter2")?;
            Ok(Box::new(std::iter::once(address)) as Addrs)
        })
    }
}

impl Resolver {
    fn endpoint(&self, url: &str) -> TokenEndpoint {
        let client = reqwest::Client::builder()
            .no_proxy()
            .dns_resolver(self.clone())
            .build()
            .unwrap();
        TokenEndpoint::builder(url, "cli")
            .allow_insecure(true)
            .http_client(client)
            .build()
            .unwrap()
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_can_not_be_reached_is_tried_for_three_times() {
    let resolver = Resolver::default();
    let endpoint = resolver.endpoint("http://as.test/token");
    let error = refresh(endpoint).await.unwrap_err();
    assert!(!error.is_rejected());
    assert_eq!(cause(&error).kind(), TokenEndpointErrorKind::Unreachable);
    assert!(cause(&error).is_unsent());
    assert_eq!(resolver.asked.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_connection_that_is_had_at_last_sends_one_request() {
    let server = server().await;
    let resolver = Resolver {
        fails: 2,
        address: Some(server.address()),
        ..Resolver::default()
    };
    let url = format!("http://as.test:{}/token", server.address().port());
    refresh(resolver.endpoint(&url)).await.unwrap();
    assert_eq!(resolver.asked.load(Ordering::SeqCst), 3);
    assert_eq!(server.request_count(), 1);
}
