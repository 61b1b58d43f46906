//! A session on the demo API, whose refresh tokens rotate and end the session when one is used twice.

use std::time::Duration;

use examples::demo_api::{DemoApi, DemoServer, Stats};
use facade::{BearerTokens, Client, RefreshQueue, SessionEnded, TokenSet};
use serde_json::json;
use stack_tests::{Session, TokenEndpoint, builder, find, soon};

#[derive(serde::Deserialize)]
struct SignedIn {
    access_token: String,
    refresh_token: String,
}

/// A client that is signed in at a demo API.
struct Demo {
    server: DemoServer,
    client: Client,
    refresher: TokenEndpoint,
}

impl Demo {
    async fn sign_in() -> Self {
        let server = DemoApi::builder().build().start().await.unwrap();
        let endpoint = format!("{}/oauth/token", server.url());
        let refresher = TokenEndpoint::at(endpoint.parse().unwrap());
        let queue = RefreshQueue::builder(refresher.clone())
            .max_refreshes(1_000, Duration::from_secs(30))
            .build();
        let client = builder(server.url()).session(queue.clone());
        let client = client.build().unwrap();
        refresher.through(&client);

        let login = json!({"username": "ada", "password": "lovelace"});
        let login = client.post("login").json(&login).without_auth();
        let answer: SignedIn = soon(login.fetch()).await.unwrap();
        let tokens = TokenSet::new(answer.access_token).refresh_token(answer.refresh_token);
        queue.set(BearerTokens::new(tokens).unwrap());
        Self {
            server,
            client,
            refresher,
        }
    }

    async fn admin(&self, what: &str) {
        let control = self.client.post(["admin", what]).without_auth();
        soon(control.send()).await.unwrap();
    }

    async fn stats(&self) -> Stats {
        let stats = self.client.get("stats").without_auth();
        soon(stats.fetch()).await.unwrap()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_callers_rotate_the_refresh_token_once_each_time_their_token_expires() {
    let demo = Demo::sign_in().await;
    for round in 1..=3 {
        demo.admin("expire").await;
        for call in Session::call(&demo.client, 100) {
            assert_eq!(soon(call).await.unwrap().unwrap().status(), 200);
        }
        let stats = demo.stats().await;
        assert_eq!(stats.refreshes, round);
        assert_eq!((stats.refreshes_rejected, stats.reuse_detected), (0, 0));
        let calls = stats.requests_by_route["GET /me"];
        assert_eq!(calls, 100 * round + stats.unauthorized);
    }
    assert_eq!(demo.refresher.runs(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revoked_session_ends_for_everyone_after_one_rejected_refresh() {
    let demo = Demo::sign_in().await;
    demo.admin("revoke").await;
    for call in Session::call(&demo.client, 100) {
        let error = soon(call).await.unwrap().unwrap_err();
        assert!(error.is_session_ended());
        assert!(find::<SessionEnded>(&error).is_some());
    }
    let stats = demo.stats().await;
    assert_eq!((stats.refreshes, stats.refreshes_rejected), (0, 1));
    demo.server.shutdown().await;
}

#[tokio::test]
async fn however_far_a_caller_got_before_it_was_dropped_its_refresh_token_is_not_lost() {
    let demo = Demo::sign_in().await;
    for yields in 0..40 {
        demo.admin("expire").await;
        let call = tokio::spawn(demo.client.get("me").send());
        for _ in 0..yields {
            tokio::task::yield_now().await;
        }
        call.abort();
        let next = soon(demo.client.get("me").send()).await.unwrap();
        assert_eq!(next.status(), 200);
    }
    let stats = demo.stats().await;
    assert_eq!((stats.refreshes, stats.reuse_detected), (40, 0));
}
