//! Several queues over one store, against a server that revokes a session whose refresh token is used twice.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use auth_middleware::{BearerTokens, TokenRefresher};
use refresh_queue::{RefreshError, RefreshQueue};
use token_store::{ExposeSecret, MemoryStore, TokenSet};
use tokio::task::JoinSet;

use super::numbered;

type Clock = Arc<dyn Fn() -> SystemTime + Send + Sync>;

const LIFE: Duration = Duration::from_secs(600);

/// Rotates refresh tokens, and detects that one is used again.
#[derive(Clone)]
struct Server {
    sessions: Arc<Mutex<Session>>,
    clock: Clock,
}

struct Session {
    number: u32,
    revoked: bool,
}

impl Server {
    fn new(clock: Clock) -> Self {
        let session = Session {
            number: 1,
            revoked: false,
        };
        Self {
            sessions: Arc::new(Mutex::new(session)),
            clock,
        }
    }

    fn tokens(&self, number: u32) -> TokenSet {
        numbered(number).expires_at((self.clock)() + LIFE)
    }

    async fn exchange(&self, tokens: Option<TokenSet>) -> Result<TokenSet, RefreshError> {
        tokio::time::sleep(Duration::from_millis(50)).await;
        let sent = tokens.unwrap();
        let sent = sent.refresh().unwrap().expose_secret();
        let mut session = self.sessions.lock().unwrap();
        if *sent != format!("r{}", session.number) {
            session.revoked = true;
        }
        if session.revoked {
            return Err(RefreshError::rejected("invalid_grant"));
        }
        session.number += 1;
        Ok(self.tokens(session.number))
    }

    fn exchanges(&self) -> u32 {
        self.sessions.lock().unwrap().number - 1
    }

    /// A queue of another process, as it were: it shares nothing but the store.
    fn queue_over(&self, store: &MemoryStore) -> RefreshQueue<BearerTokens> {
        let server = self.clone();
        let grant = move |tokens: Option<TokenSet>| {
            let server = server.clone();
            async move { server.exchange(tokens).await }
        };
        let clock = Arc::clone(&self.clock);
        let refresher = TokenRefresher::new(store.clone(), grant).clock(move || clock());
        let clock = Arc::clone(&self.clock);
        RefreshQueue::builder(refresher)
            .clock(move || clock())
            .build()
    }
}

/// Fifty callers of each queue, at once. All get the same token.
async fn fifty_callers_each(queues: &[RefreshQueue<BearerTokens>], expected: u32) {
    let mut callers = JoinSet::new();
    for queue in queues {
        for _ in 0..50 {
            let queue = queue.clone();
            callers.spawn(async move {
                queue.credential().await.unwrap();
                queue.current().unwrap()
            });
        }
    }
    let mut answered = 0;
    while let Some(held) = callers.join_next().await {
        let held = held.unwrap();
        let access = held.tokens().access().expose_secret();
        assert_eq!(access, format!("a{expected}"));
        answered += 1;
    }
    assert_eq!(answered, 50 * queues.len());
}

#[tokio::test(start_paused = true)]
async fn each_expiry_costs_one_exchange_however_many_share_the_store() {
    let clock: Clock = Arc::new(testkit::clock());
    let server = Server::new(clock);
    let store = MemoryStore::from(server.tokens(1));
    let queues = [server.queue_over(&store), server.queue_over(&store)];
    fifty_callers_each(&queues, 1).await;
    for expiry in 1..=20 {
        tokio::time::sleep(LIFE).await;
        fifty_callers_each(&queues, 1 + expiry).await;
        assert_eq!(server.exchanges(), expiry);
    }
}

#[tokio::test(start_paused = true)]
async fn a_renewal_ahead_of_time_is_shared_too() {
    let clock: Clock = Arc::new(testkit::clock());
    let server = Server::new(clock);
    let store = MemoryStore::from(server.tokens(1));
    let queues = [server.queue_over(&store), server.queue_over(&store)];
    fifty_callers_each(&queues, 1).await;
    // Within the window in which either would renew.
    tokio::time::sleep(Duration::from_secs(560)).await;
    for _ in 0..3 {
        for queue in &queues {
            queue.credential().await.unwrap();
        }
        tokio::time::sleep(Duration::from_secs(5)).await;
    }
    fifty_callers_each(&queues, 2).await;
    assert_eq!(server.exchanges(), 1);
}
