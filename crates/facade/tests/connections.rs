//! What is kept of connections, over real sockets.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::time::Duration;

use facade::Client;
use futures_util::future::join_all;
use testkit::{FaultServer, Gate, Reply};
use tokio::time::timeout;

/// Three calls at once need three connections. Afterwards as many stay as may be idle.
#[tokio::test]
async fn no_more_connections_stay_idle_than_are_allowed() {
    for allowed in [1, 2] {
        let server = FaultServer::start().await.unwrap();
        let gate = Gate::new();
        server.otherwise(Reply::status(200).after_gate(&gate));
        let client = Client::builder(server.url())
            .max_idle_per_host(allowed)
            .build()
            .unwrap();

        let calls = join_all((0..3).map(|_| client.get("a").send()));
        let (answers, ()) = tokio::join!(calls, async {
            gate.wait_for(3).await;
            gate.open();
        });
        assert_eq!(server.connections(), 3);
        for answer in answers {
            answer.unwrap().bytes().await.unwrap();
        }
        let settled = server.wait_for_open_connections(allowed);
        timeout(Duration::from_secs(30), settled).await.unwrap();
        assert_eq!(server.open_connections(), allowed);
    }
}
