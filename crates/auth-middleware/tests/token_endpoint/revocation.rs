//! Revocation (RFC 7009).

use auth_middleware::{
    InvalidEndpoint, Revocation, TokenEndpoint, TokenEndpointErrorKind, TokenTypeHint,
};
use testkit::{FaultServer, Reply};
use token_store::TokenSet;

use super::{endpoint, posted, server, signed_in};

fn revocation(server: &FaultServer) -> Revocation {
    Revocation::new(&endpoint(server), server.url_of("/revoke")).unwrap()
}

#[tokio::test]
async fn a_session_is_revoked_by_its_refresh_token() {
    let server = server().await;
    revocation(&server)
        .revoke_session(&signed_in())
        .await
        .unwrap();
    assert_eq!(
        posted(&server),
        "token=r1&token_type_hint=refresh_token&client_id=cli"
    );
    assert_eq!(server.count_of("/revoke"), 1);
}

#[tokio::test]
async fn where_there_is_none_it_is_revoked_by_its_access_token() {
    let server = server().await;
    let endpoint = TokenEndpoint::builder(server.url_of("/token"), "cli").client_secret("s");
    let endpoint = endpoint.build().unwrap();
    let revocation = Revocation::new(&endpoint, server.url_of("/revoke")).unwrap();
    let bare = TokenSet::new("a1");
    revocation.revoke_session(&bare).await.unwrap();
    assert_eq!(posted(&server), "token=a1&token_type_hint=access_token");
    assert!(server.requests()[0].header("authorization").is_some());
}

#[tokio::test]
async fn where_no_refresh_token_can_be_revoked_the_access_token_is_and_the_other_is_told_of() {
    let server = server().await;
    let unsupported = r#"{"error":"unsupported_token_type"}"#;
    for access in [Reply::status(200), Reply::status(503)] {
        server.once(Reply::json(400, unsupported));
        server.once(access);
        let error = revocation(&server).revoke_session(&signed_in()).await;
        assert_eq!(error.unwrap_err().code(), Some("unsupported_token_type"));
    }
    let asked: Vec<_> = server.requests();
    let bodies: Vec<_> = asked
        .iter()
        .map(|request| request.body().to_vec())
        .collect();
    let refresh = b"token=r1&token_type_hint=refresh_token&client_id=cli".to_vec();
    let access = b"token=a1&token_type_hint=access_token&client_id=cli".to_vec();
    assert_eq!(bodies, [refresh.clone(), access.clone(), refresh, access]);
}

#[tokio::test]
async fn another_failure_is_none_to_try_the_access_token_after() {
    let server = server().await;
    server.on("/revoke", Reply::status(503));
    let error = revocation(&server).revoke_session(&signed_in()).await;
    assert_eq!(
        error.unwrap_err().kind(),
        TokenEndpointErrorKind::Unavailable
    );
    assert_eq!(server.request_count(), 1);
}

#[tokio::test]
async fn a_token_that_may_still_be_good_is_an_error() {
    use TokenEndpointErrorKind::*;
    let unsupported = r#"{"error":"unsupported_token_type"}"#;
    let table = [
        (
            Reply::json(400, unsupported),
            Refused,
            Some("unsupported_token_type"),
        ),
        (Reply::status(503), Unavailable, None),
        (Reply::status(404), UnexpectedStatus, None),
        (Reply::status(302).header("location", "/"), Redirected, None),
    ];
    for (reply, kind, code) in table {
        let server = server().await;
        server.on("/revoke", reply);
        let revoked = revocation(&server)
            .revoke(signed_in().access(), TokenTypeHint::AccessToken)
            .await;
        let error = revoked.unwrap_err();
        assert_eq!((error.kind(), error.code()), (kind, code));
        assert_eq!(server.request_count(), 1);
    }
}

#[tokio::test]
async fn tokens_are_not_revoked_over_plain_http_to_another_machine() {
    let endpoint = endpoint(&server().await);
    let error = Revocation::new(&endpoint, "http://as.test/revoke").unwrap_err();
    assert!(matches!(error, InvalidEndpoint::Insecure));
}
