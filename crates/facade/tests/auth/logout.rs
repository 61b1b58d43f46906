//! Signing out, in the middle of other things.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use facade::{
    Auth, MemoryStore, RefreshTokenGrant, Revocation, SessionStatus, TokenEndpoint, TokenSet,
};
use testkit::{FaultServer, Gate, Reply};

use crate::stores::{Failing, Slow};
use crate::{client, counting, signed_in, stored};

#[tokio::test]
async fn a_logout_during_a_refresh_is_not_undone_by_it() {
    let store = MemoryStore::from(signed_in());
    let gate = Gate::new();
    let held = gate.clone();
    let grant = move |_: Option<TokenSet>| {
        let held = held.clone();
        async move {
            held.pass().await;
            Ok(TokenSet::new("a2").refresh_token("r2"))
        }
    };
    let (client, _) = client(Auth::oauth2(store.clone(), grant));
    let call = tokio::spawn(client.get("me").send());
    gate.wait_for(1).await;

    let session = client.session().unwrap().clone();
    let logout = tokio::spawn(async move { session.logout().await });
    let error = call.await.unwrap().unwrap_err();
    assert!(error.is_session_ended());
    gate.open();
    logout.await.unwrap().unwrap();
    assert_eq!(stored(&store).await, None);
}

#[tokio::test]
async fn a_logout_undoes_a_login_that_was_still_being_saved() {
    let store = Slow {
        store: MemoryStore::new(),
        gate: Gate::new(),
    };
    let count = Arc::new(AtomicUsize::new(0));
    let (client, transport) = client(Auth::oauth2(store.clone(), counting(&count)));
    let session = client.session().unwrap();
    let login = tokio::spawn({
        let session = session.clone();
        async move { session.login(TokenSet::new("a9")).await }
    });
    store.gate.wait_for(1).await;
    let mut logout = Box::pin(session.logout());
    assert!(futures_util::poll!(&mut logout).is_pending());
    store.gate.open();
    login.await.unwrap().unwrap();
    logout.await.unwrap();

    assert!(matches!(session.status(), SessionStatus::SignedOut(_)));
    assert_eq!(stored(&store.store).await, None);
    client.get("me").send().await.unwrap_err();
    assert!(transport.requests().is_empty());
}

#[tokio::test]
async fn a_logout_tells_the_server_whatever_becomes_of_the_store() {
    // load fails, clear fails, someone was signed in here, told to the server, went well
    let table = [
        (false, false, true, 1, true),
        (true, false, true, 1, true),
        (true, false, false, 0, false),
        (false, true, true, 1, false),
        (true, true, true, 1, false),
    ];
    for (row, (load, clear, in_use, told, well)) in table.into_iter().enumerate() {
        let server = FaultServer::start().await.unwrap();
        server.otherwise(Reply::status(200));
        let store = Failing {
            store: MemoryStore::from(TokenSet::new("a9").refresh_token("r9")),
            load,
            clear,
        };
        let endpoint = TokenEndpoint::builder(server.url(), "cli").build().unwrap();
        let revocation = Revocation::new(&endpoint, server.url_of("/revoke")).unwrap();
        let grant = RefreshTokenGrant::new(endpoint);
        let (client, _) = client(Auth::oauth2(store.clone(), grant).revoke_with(revocation));
        if in_use {
            client.get("me").send().await.unwrap();
        }
        let session = client.session().unwrap();
        let outcome = session.logout().await;
        assert_eq!(outcome.is_ok(), well, "row {row}");
        assert_eq!(server.count_of("/revoke"), told, "row {row}");
        assert!(
            matches!(session.status(), SessionStatus::SignedOut(_)),
            "row {row}"
        );
        assert_eq!(stored(&store.store).await.is_none(), !clear, "row {row}");
    }
}
