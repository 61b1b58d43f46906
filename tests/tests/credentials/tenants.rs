//! Many sessions over one client.

use facade::{Client, ErrorKind, SessionMap};
use futures_util::future::join_all;
use refresh_queue::RefreshQueue;
use reqwest::Url;
use stack_tests::{Session, TokenEndpoint, builder, soon, tokens};
use testkit::{Behaviour, FaultServer, Gate};

/// On whose behalf a request is made.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Tenant(usize);

/// A client whose tenants each have a session of their own, with a token endpoint at `/token/{tenant}`.
fn client(server: &FaultServer) -> Client {
    let (url, plain) = (server.url(), builder(server.url()).build().unwrap());
    let sessions = SessionMap::new(100, move |Tenant(tenant): &Tenant| {
        let endpoint = TokenEndpoint::at(token_endpoint(&url, *tenant));
        endpoint.through(&plain);
        RefreshQueue::builder(endpoint)
            .credential(tokens(1))
            .build()
    });
    let client = builder(server.url())
        .sessions(move |_, extensions| Some(sessions.session(extensions.get::<Tenant>()?)));
    client.build().unwrap()
}

fn token_endpoint(base: &Url, tenant: usize) -> Url {
    base.join(&format!("/token/{tenant}")).unwrap()
}

async fn server() -> FaultServer {
    let server = FaultServer::start().await.unwrap();
    server
        .otherwise(Behaviour::until_authorized(Session::answer()))
        .accept_token("a2");
    server
}

#[tokio::test]
async fn each_tenant_refreshes_for_itself_and_one_that_hangs_delays_nobody() {
    let server = server().await;
    let gate = Gate::new();
    for tenant in 1..10 {
        server.on(format!("/token/{tenant}"), Session::granted(2));
    }
    server.on("/token/0", Session::granted(2).after_gate(&gate));
    let client = client(&server);
    let call = |tenant| client.get("me").extension(Tenant(tenant)).send();

    let hanging = tokio::spawn(call(0));
    soon(gate.wait_for(1)).await;
    let others = (0..30).map(|n| call(1 + n % 9));
    for answer in soon(join_all(others)).await {
        assert_eq!(answer.unwrap().status(), 200);
    }
    for tenant in 1..10 {
        assert_eq!(server.count_of(&format!("/token/{tenant}")), 1);
    }
    assert!(!hanging.is_finished());
    gate.open();
    assert_eq!(soon(hanging).await.unwrap().unwrap().status(), 200);
}

#[tokio::test]
async fn a_request_of_nobody_carries_nothing() {
    let server = server().await;
    let error = soon(client(&server).get("me").send()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.attempts()),
        (ErrorKind::Unauthorized, 1)
    );
    assert_eq!(server.requests()[0].header("authorization"), None);
}
