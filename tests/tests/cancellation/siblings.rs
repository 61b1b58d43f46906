//! Calls beside one that is cancelled.

use facade::CancellationToken;
use stack_tests::{Session, soon};
use testkit::Gate;

#[tokio::test]
async fn the_siblings_of_a_cancelled_call_go_on() {
    let session = Session::fresh().await;
    let gate = Gate::new();
    let held = Session::answer().after_gate(&gate);
    session.server.on("/held", held);
    let client = session.client();
    let (token, other) = (CancellationToken::new(), CancellationToken::new());
    let cancelled = tokio::spawn(client.get("held").cancel(&token).send());
    let siblings = [
        tokio::spawn(client.get("held").send()),
        tokio::spawn(client.get("held").cancel(&other).send()),
    ];
    soon(gate.wait_for(3)).await;

    token.cancel();
    assert!(soon(cancelled).await.unwrap().unwrap_err().is_cancelled());
    soon(session.server.wait_for_disconnects(1)).await;
    gate.open();
    for sibling in siblings {
        let response = soon(sibling).await.unwrap().unwrap();
        assert_eq!(soon(response.text()).await.unwrap(), r#"{"name":"ada"}"#);
    }
    assert_eq!(session.server.disconnects(), 1);
}
