//! A server that takes longer than a caller is ready to wait.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use auth_middleware::{
    RefreshTokenGrant, TokenEndpoint, TokenEndpointError, TokenEndpointErrorKind, TokenRefresher,
};
use refresh_queue::RefreshError;
use testkit::Gate;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;

use super::scripted::World;
use super::{good, name, over, reason, refresh, source};

const TOKENS: &str = r#"{"access_token":"a2","refresh_token":"r2","expires_in":3600}"#;

/// A server that answers new tokens to the first request, at its leisure, and revokes the session at the second.
struct Server {
    url: String,
    gate: Gate,
    asked: Arc<AtomicUsize>,
}

impl Server {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            url: format!("http://{}/token", listener.local_addr().unwrap()),
            gate: Gate::new(),
            asked: Arc::default(),
        };
        let (gate, asked) = (server.gate.clone(), Arc::clone(&server.asked));
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let first = asked.fetch_add(1, Ordering::SeqCst) == 0;
                tokio::spawn(answer(stream, gate.clone(), first));
            }
        });
        server
    }

    /// A refresher of another process, as it were, which waits this long for the server.
    fn refresher(&self, world: &World, limit: Duration) -> TokenRefresher {
        let endpoint = TokenEndpoint::builder(&self.url, "cli").timeout(limit);
        let grant = RefreshTokenGrant::new(endpoint.build().unwrap());
        TokenRefresher::new(world.clone(), Arc::new(grant))
    }
}

async fn answer(mut stream: TcpStream, gate: Gate, first: bool) {
    let mut request = Vec::new();
    while !request.ends_with(b"client_id=cli") {
        let more = stream.read_buf(&mut request).await.unwrap();
        assert_ne!(more, 0, "a whole request");
    }
    let (status, body) = if first {
        gate.pass().await;
        ("200 OK", TOKENS)
    } else {
        ("400 Bad Request", r#"{"error":"invalid_grant"}"#)
    };
    let length = body.len();
    let reply =
        format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}");
    stream.write_all(reply.as_bytes()).await.unwrap();
}

fn kind(error: &RefreshError) -> TokenEndpointErrorKind {
    source::<TokenEndpointError>(error).kind()
}

#[tokio::test]
async fn the_lock_is_kept_until_the_answer_is_saved_and_whoever_waits_is_told_before() {
    let server = Server::start().await;
    let world = World::with(&over(1));
    let one = server.refresher(&world, Duration::from_millis(50));
    let error = refresh(&one, None).await.unwrap_err();
    assert!(!error.is_rejected());
    assert_eq!(kind(&error), TokenEndpointErrorKind::TimedOut);
    server.gate.wait_for(1).await;

    let two = server.refresher(&world, Duration::from_secs(60));
    world.happened();
    let waits = tokio::spawn(async move { refresh(&two, None).await });
    while !world.happened().contains(&"lock".to_owned()) {
        tokio::task::yield_now().await;
    }
    server.gate.open();
    let renewed = waits.await.unwrap().unwrap();
    assert_eq!(name(renewed.tokens()), "a2 r2");
    assert_eq!(server.asked.load(Ordering::SeqCst), 1);
    assert_eq!(world.stored().await, (Some("a2 r2".into()), false));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_is_slower_than_an_exchange_may_be_is_given_up() {
    const SECOND: Duration = Duration::from_secs(1);
    let gate = Gate::new();
    let world = World::with(&over(1)).held_by(&gate).told_after(5 * SECOND);
    let refresher = world.refresher().exchange_timeout(20 * SECOND);
    let begun = Instant::now();
    let error = refresh(&refresher, None).await.unwrap_err();
    assert_eq!(kind(&error), TokenEndpointErrorKind::TimedOut);
    assert_eq!(begun.elapsed(), 5 * SECOND);
    // The lock is given back then, and the mark tells that the refresh token may be spent.
    refresher.settled().await.unwrap();
    assert_eq!(begun.elapsed(), 20 * SECOND);
    assert_eq!(world.stored().await, (Some("a1 r1".into()), true));

    // The shorter of the two limits ends the wait.
    let hasty = refresher.exchange_timeout(SECOND);
    let error = refresh(&hasty, None).await.unwrap_err();
    assert_eq!(reason(&error), "the exchange took longer than its limit");
}

#[tokio::test(start_paused = true)]
async fn an_answer_within_the_limit_is_nothing_special() {
    let world = World::with(&over(1)).answer(good(2));
    let world = world.told_after(Duration::from_secs(5));
    let renewed = refresh(&world.refresher(), None).await.unwrap();
    assert_eq!(name(renewed.tokens()), "a2 r2");
}

#[test]
fn a_server_has_longer_than_those_who_wait_for_the_queue() {
    let endpoint = TokenEndpoint::builder("https://as.test/token", "cli");
    let shown = format!("{endpoint:?}");
    assert!(shown.contains("timeout: 45s"), "{shown}");
}
