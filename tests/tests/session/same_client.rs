//! Refreshers that call through the client whose session they renew.

use std::sync::{Arc, OnceLock};

use facade::{BearerTokens, Client, ErrorKind, RefreshError, RefreshFailure, RefreshQueue};
use stack_tests::{Session, TokenEndpoint, builder, chain, soon, tokens};
use testkit::FaultServer;

#[tokio::test]
async fn a_refresher_may_use_the_same_client_without_auth_even_when_one_request_is_in_flight_at_a_time()
 {
    let Session { server, .. } = Session::stale().await;
    let refresher = TokenEndpoint::at(server.url_of(Session::TOKEN));
    let queue = RefreshQueue::builder(refresher.clone());
    let client = builder(server.url())
        .session(queue.credential(tokens(1)).build())
        .concurrency_limit(1)
        .build()
        .unwrap();
    refresher.through(&client);

    let mut sent = 0;
    for call in Session::call(&client, 10) {
        sent += soon(call).await.unwrap().unwrap().attempts();
    }
    assert_eq!(refresher.runs(), 1);
    assert_eq!(server.count_of("/me"), sent as usize);
    assert_eq!(server.count_of(Session::TOKEN), 1);
    let requests = server.requests();
    let exchange = requests.iter().find(|one| one.path() == Session::TOKEN);
    assert_eq!(exchange.unwrap().header("authorization"), None);
}

/// A client whose refresher asks for its own credential, which only the refresh could bring.
fn reentrant_client(server: &FaultServer) -> Client {
    let client = Arc::new(OnceLock::<Client>::new());
    let own = Arc::clone(&client);
    let queue = RefreshQueue::builder(move |_: Option<BearerTokens>| {
        let own = own.get().unwrap().clone();
        async move {
            let exchange = own.post("oauth/token").send().await;
            exchange.map_err(RefreshError::failed)?;
            Ok(tokens(2))
        }
    });
    let queue = queue.credential(tokens(1)).build();
    let built = builder(server.url()).session(queue).concurrency_limit(1);
    client.get_or_init(|| built.build().unwrap()).clone()
}

#[tokio::test]
async fn a_refresher_that_forgets_without_auth_gets_a_typed_error_and_waits_for_nobody() {
    let Session { server, .. } = Session::stale().await;
    let client = reentrant_client(&server);
    let error = soon(client.get("me").send()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::CredentialUnavailable);
    let failures: Vec<_> = chain(&error)
        .filter_map(|error| error.downcast_ref::<RefreshFailure>())
        .collect();
    assert!(
        matches!(
            failures[..],
            [RefreshFailure::Failed(_), RefreshFailure::Reentrant]
        ),
        "{error:?}"
    );
    assert_eq!(server.request_count(), 1);
}
