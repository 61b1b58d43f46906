//! Origins that a program allows beside its own.

use stack_tests::{Session, builder, soon};
use testkit::{Behaviour, Reply};

use crate::two_servers::TwoServers;

#[tokio::test]
async fn an_allowed_origin_gets_the_token_and_the_sensitive_headers() {
    let servers = TwoServers::start().await;
    let client = servers.here.builder();
    let client = client.allow_origin(servers.there.url());
    let client = client.sensitive_header("x-api-key", "key-1");
    let client = client.build().unwrap();
    soon(client.get(servers.there.url()).send()).await.unwrap();
    let sent = servers.only_request_there();
    assert_eq!(sent.header("authorization"), Some("Bearer a1"));
    assert_eq!(sent.header("x-api-key"), Some("key-1"));
}

#[tokio::test]
async fn a_refusal_of_an_allowed_origin_is_healed() {
    let servers = TwoServers {
        here: Session::stale().await,
        ..TwoServers::start().await
    };
    let closed = Behaviour::until_authorized(Reply::status(200));
    servers.there.otherwise(closed).accept_token("a2");
    let client = servers.here.builder();
    let client = client.allow_origin(servers.there.url()).build().unwrap();
    let response = soon(client.get(servers.there.url()).send()).await;
    assert_eq!(response.unwrap().attempts(), 2);
    assert_eq!(servers.here.refreshes(), 1);
}

#[tokio::test]
async fn subdomains_are_allowed_when_asked_and_nothing_beside_them() {
    let session = Session::fresh().await;
    let address = session.server.address();
    let port = address.port();
    let client = builder(format!("http://127.0.0.1:{port}"))
        .session(session.queue.clone())
        .allow_subdomains_of(format!("http://api.test:{port}"))
        .allow_insecure_credentials(true)
        .reqwest(move |mut reqwest| {
            for host in ["api.test", "eu.api.test", "evilapi.test"] {
                reqwest = reqwest.resolve(host, address);
            }
            reqwest
        });
    let client = client.build().unwrap();
    let url = |host: &str| format!("http://{host}:{port}/me");
    soon(client.get(url("eu.api.test")).send()).await.unwrap();
    assert_eq!(session.sent_with("a1"), 1);
    for host in ["api.test", "evilapi.test"] {
        soon(client.get(url(host)).send()).await.unwrap_err();
    }
    assert_eq!((session.sent_with("a1"), session.refreshes()), (1, 0));
    assert_eq!(session.server.request_count(), 3);
}
