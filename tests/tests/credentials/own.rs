//! A request with a credential of its own.

use facade::{Bearer, ErrorKind};
use stack_tests::{Session, builder, soon};
use testkit::{FaultServer, Reply};

#[tokio::test]
async fn a_request_can_carry_a_credential_where_its_client_has_none() {
    let server = FaultServer::start().await.unwrap();
    server.otherwise(Reply::status(200));
    let client = builder(server.url()).build().unwrap();
    let own = client.get("a").credential(Bearer::new("own").unwrap());
    soon(own.send()).await.unwrap();
    soon(client.get("a").send()).await.unwrap();
    let requests = server.requests();
    assert_eq!(requests[0].header("authorization"), Some("Bearer own"));
    assert_eq!(requests[1].header("authorization"), None);
}

#[tokio::test]
async fn a_request_with_its_own_credential_neither_waits_for_a_refresh_nor_starts_one() {
    let session = Session::stale().await;
    session.server.accept_token("own");
    let held = session.hold_refresh();
    let client = session.client();
    let own = |token| {
        client
            .get("me")
            .credential(Bearer::new(token).unwrap())
            .send()
    };
    let refused = soon(own("bad")).await.unwrap_err();
    assert_eq!(
        (refused.kind(), refused.attempts()),
        (ErrorKind::Unauthorized, 1)
    );
    assert_eq!(session.refreshes(), 0);

    let waiting = tokio::spawn(client.get("me").send());
    soon(held.wait_for(1)).await;
    assert_eq!(soon(own("own")).await.unwrap().status(), 200);
    session.queue.clear();
    assert_eq!(soon(own("own")).await.unwrap().status(), 200);
    let ended = soon(waiting).await.unwrap().unwrap_err();
    assert_eq!(ended.kind(), ErrorKind::SessionEnded);
}

#[tokio::test]
async fn a_credential_of_its_own_goes_to_no_other_origin() {
    let (server, other) = (
        FaultServer::start().await.unwrap(),
        FaultServer::start().await.unwrap(),
    );
    other.otherwise(Reply::status(200));
    let client = builder(server.url()).build().unwrap();
    let elsewhere = client
        .get(other.url())
        .credential(Bearer::new("own").unwrap());
    soon(elsewhere.send()).await.unwrap();
    assert_eq!(other.requests()[0].header("authorization"), None);
}
