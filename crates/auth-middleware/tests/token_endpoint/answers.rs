//! What is made of an answer.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use auth_middleware::{
    ClientCredentialsGrant, Grant, RefreshTokenGrant, TokenEndpoint, TokenEndpointErrorKind,
};
use testkit::Reply;
use token_store::ExposeSecret;

use super::mishaps::{mishaps, patient};
use super::{cause, endpoint, refresh, server, signed_in};

#[tokio::test]
async fn every_mishap_has_a_kind_and_only_invalid_grant_ends_the_session() {
    for mishap in mishaps() {
        let server = server().await;
        server.on("/token", mishap.behaviour);
        let error = refresh(patient(&server, mishap.hangs)).await.unwrap_err();
        let found = cause(&error);
        assert_eq!(error.is_rejected(), mishap.rejected, "{}", mishap.name);
        assert_eq!(found.kind(), mishap.kind, "{}", mishap.name);
        let status = found.status().map(|status| status.as_u16());
        assert_eq!(status, mishap.status, "{}", mishap.name);
        assert_eq!(found.code(), mishap.code, "{}", mishap.name);
        assert_eq!(server.count_of("/token"), 1, "{}", mishap.name);
    }
}

#[tokio::test]
async fn client_credentials_have_no_session_to_end() {
    let server = server().await;
    for code in ["invalid_grant", "invalid_client"] {
        let json = format!(r#"{{"error":"{code}"}}"#);
        server.on("/token", Reply::json(400, json));
        let grant = ClientCredentialsGrant::new(endpoint(&server));
        let error = grant.exchange(None).await.unwrap_err();
        assert!(!error.is_rejected());
        assert_eq!(cause(&error).code(), Some(code));
    }
}

#[tokio::test]
async fn a_code_of_the_server_s_own_may_end_the_session_too() {
    let server = server().await;
    server.on(
        "/token",
        Reply::json(200, r#"{"error":"bad_refresh_token"}"#),
    );
    let grant = RefreshTokenGrant::new(endpoint(&server));
    let error = grant.exchange(Some(&signed_in())).await.unwrap_err();
    assert!(!error.is_rejected());
    let grant = grant.rejected_by("bad_refresh_token");
    let error = grant.exchange(Some(&signed_in())).await.unwrap_err();
    assert!(error.is_rejected());
    assert_eq!(cause(&error).kind(), TokenEndpointErrorKind::Refused);

    server.on(
        "/token",
        Reply::json(503, r#"{"error":"bad_refresh_token"}"#),
    );
    let error = grant.exchange(Some(&signed_in())).await.unwrap_err();
    assert!(!error.is_rejected());
}

#[tokio::test]
async fn a_busy_server_says_how_long_to_wait() {
    let server = server().await;
    for status in [429, 503] {
        server.on("/token", Reply::status(status).header("retry-after", "7"));
        let error = refresh(endpoint(&server)).await.unwrap_err();
        let wait = cause(&error).retry_after();
        assert_eq!(wait, Some(Duration::from_secs(7)));
    }
}

#[tokio::test]
async fn tokens_are_read_whatever_they_are_called() {
    let server = server().await;
    let html = Reply::status(200)
        .header("content-type", "text/html")
        .body(r#"{"access_token":"a2","expires_in":"60","id_token":"i2"}"#);
    server.on("/token", html);
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600);
    let endpoint = TokenEndpoint::builder(server.url_of("/token"), "cli").clock(move || now);
    let tokens = refresh(endpoint.build().unwrap()).await.unwrap();
    assert_eq!(tokens.access().expose_secret(), "a2");
    assert!(tokens.refresh().is_none());
    assert_eq!(tokens.expiry(), Some(now + Duration::from_secs(60)));
    assert_eq!(tokens.member("id_token").unwrap(), "i2");
}

#[tokio::test]
async fn an_expiry_counts_from_when_the_request_went_out() {
    let server = server().await;
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600);
    let asked = AtomicU64::new(0);
    // Each look at the clock is a minute later than the last.
    let clock = move || now + Duration::from_secs(60 * asked.fetch_add(1, Ordering::SeqCst));
    let endpoint = TokenEndpoint::builder(server.url_of("/token"), "cli").clock(clock);
    let tokens = refresh(endpoint.build().unwrap()).await.unwrap();
    assert_eq!(tokens.expiry(), Some(now + Duration::from_secs(60)));
}

#[tokio::test]
async fn an_expiry_on_the_server_s_clock_is_turned_into_ours() {
    let server = server().await;
    // 00:00:00Z here is 01:00:00Z there, where the token expires a minute later.
    let reply = Reply::json(200, r#"{"access_token":"a2","expires_at":1767229260}"#)
        .header("date", "Thu, 01 Jan 2026 01:00:00 GMT");
    server.on("/token", reply);
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600);
    let endpoint = TokenEndpoint::builder(server.url_of("/token"), "cli").clock(move || now);
    let tokens = refresh(endpoint.build().unwrap()).await.unwrap();
    assert_eq!(tokens.expiry(), Some(now + Duration::from_secs(59)));
}

#[tokio::test]
async fn the_limit_of_an_answer_is_exact() {
    let server = server().await;
    let json = r#"{"access_token":"a2"}"#;
    for reply in [
        Reply::json(200, json),
        Reply::status(200).chunk(&json[..5]).chunk(&json[5..]),
    ] {
        server.on("/token", reply);
        let limited = |limit: usize| {
            let endpoint = TokenEndpoint::builder(server.url_of("/token"), "cli");
            refresh(endpoint.max_answer_bytes(limit).build().unwrap())
        };
        assert!(limited(json.len()).await.is_ok());
        let error = limited(json.len() - 1).await.unwrap_err();
        assert_eq!(cause(&error).kind(), TokenEndpointErrorKind::TooLarge);
    }
}
