//! Tokens that are given back.

use reqwest::header::CACHE_CONTROL;
use reqwest::{Method, Response, StatusCode};

use crate::demo::{Demo, Tokens, assert_token_error, header, json};

async fn revoke(demo: &Demo, token: &str) -> Response {
    demo.post_form("/oauth/revoke", &[("token", token)]).await
}

async fn assert_revoked(response: Response) {
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(header(&response, CACHE_CONTROL), "no-store");
    assert_eq!(response.text().await.unwrap(), "");
}

#[tokio::test]
async fn a_refresh_token_takes_its_session_with_it() {
    let demo = Demo::start().await;
    let (first, other) = (demo.log_in().await, demo.log_in().await);
    let second = Tokens::of(&json(demo.refresh(&first).await).await);
    assert_revoked(revoke(&demo, &second.refresh).await).await;
    for tokens in [&first, &second] {
        let me = demo.get_as(tokens, "/me").await;
        assert_eq!(me.status(), StatusCode::UNAUTHORIZED);
        assert_token_error(demo.refresh(tokens).await, "invalid_grant").await;
    }
    assert_eq!(demo.get_as(&other, "/me").await.status(), StatusCode::OK);
    let stats = demo.stats().await;
    assert_eq!((stats.revocations, stats.sessions_ended), (1, 1));
    assert_eq!((stats.refreshes_rejected, stats.reuse_detected), (2, 0));
}

#[tokio::test]
async fn an_access_token_goes_alone() {
    let demo = Demo::start().await;
    let tokens = demo.log_in().await;
    assert_revoked(revoke(&demo, &tokens.access).await).await;
    let me = demo.get_as(&tokens, "/me").await;
    assert_eq!(me.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(demo.refresh(&tokens).await.status(), StatusCode::OK);
    let stats = demo.stats().await;
    assert_eq!((stats.revocations, stats.sessions_ended), (1, 0));
}

#[tokio::test]
async fn an_unknown_token_is_as_good_as_revoked() {
    let demo = Demo::start().await;
    let tokens = demo.log_in().await;
    assert_revoked(revoke(&demo, "nonsense").await).await;
    for _ in 0..2 {
        assert_revoked(revoke(&demo, &tokens.refresh).await).await;
    }
    assert_eq!(demo.stats().await.revocations, 1);
}

#[tokio::test]
async fn a_client_revokes_what_is_its_own_whatever_the_hint() {
    let demo = Demo::start().await;
    let grant = demo
        .request(Method::POST, "/oauth/token")
        .basic_auth("service", Some("babbage"))
        .form(&[("grant_type", "client_credentials")]);
    let answer = json(grant.send().await.unwrap()).await;
    let token = ("token", answer["access_token"].as_str().unwrap());
    let hint = ("token_type_hint", "refresh_token");
    for (client, error) in [
        (&[][..], "invalid_grant"),
        (&[("client_id", "cli")], "invalid_grant"),
        (&[("client_id", "service")], "invalid_client"),
    ] {
        let form = [&[token, hint], client].concat();
        assert_token_error(demo.post_form("/oauth/revoke", &form).await, error).await;
    }
    assert_token_error(
        demo.post_form("/oauth/revoke", &[hint]).await,
        "invalid_request",
    )
    .await;
    let mine = demo
        .request(Method::POST, "/oauth/revoke")
        .basic_auth("service", Some("babbage"))
        .form(&[token, hint]);
    assert_revoked(mine.send().await.unwrap()).await;
    assert_eq!(demo.stats().await.revocations, 1);
}
