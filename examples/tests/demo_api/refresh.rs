//! The token endpoint and its rotating refresh tokens.

use std::time::Duration;

use examples::demo_api::DemoApi;
use reqwest::header::CACHE_CONTROL;
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::demo::{Demo, Tokens, assert_token_error, header, json};

#[tokio::test]
async fn a_refresh_rotates_the_refresh_token() {
    let demo = Demo::start().await;
    let first = demo.log_in().await;
    let response = demo.refresh(&first).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(header(&response, CACHE_CONTROL), "no-store");
    let answer = json(response).await;
    assert_eq!(answer["token_type"], "Bearer");
    assert_eq!(answer["expires_in"], 3600);
    let second = Tokens::of(&answer);
    assert_ne!(first.access, second.access);
    assert_ne!(first.refresh, second.refresh);
    assert_eq!(demo.get_as(&second, "/me").await.status(), StatusCode::OK);
    assert_eq!(demo.refresh(&second).await.status(), StatusCode::OK);
    assert_eq!(demo.stats().await.refreshes, 2);
}

#[tokio::test]
async fn a_reused_refresh_token_revokes_the_session() {
    let demo = Demo::start().await;
    let first = demo.log_in().await;
    let second = Tokens::of(&json(demo.refresh(&first).await).await);
    assert_token_error(demo.refresh(&first).await, "invalid_grant").await;

    assert_token_error(demo.refresh(&second).await, "invalid_grant").await;
    for tokens in [&first, &second] {
        assert_eq!(
            demo.get_as(tokens, "/me").await.status(),
            StatusCode::UNAUTHORIZED
        );
    }
    let stats = demo.stats().await;
    assert_eq!(
        (
            stats.refreshes,
            stats.refreshes_rejected,
            stats.reuse_detected
        ),
        (1, 2, 1)
    );
    assert_eq!(stats.sessions_ended, 1);
}

#[tokio::test]
async fn of_many_refreshes_at_once_without_leeway_exactly_one_rotates() {
    let demo = Demo::start().await;
    let first = demo.log_in().await;
    let (a, b, c) = tokio::join!(
        demo.refresh(&first),
        demo.refresh(&first),
        demo.refresh(&first)
    );
    let rotated = [a, b, c]
        .iter()
        .filter(|response| response.status().is_success())
        .count();
    assert_eq!(rotated, 1);
    let stats = demo.stats().await;
    assert_eq!(
        (
            stats.refreshes,
            stats.refreshes_rejected,
            stats.reuse_detected
        ),
        (1, 2, 1)
    );
}

#[tokio::test]
async fn within_the_leeway_a_reused_refresh_token_gets_the_same_successor() {
    let demo = Demo::with(DemoApi::builder().reuse_leeway(Duration::from_secs(600))).await;
    let first = demo.log_in().await;
    let second = Tokens::of(&json(demo.refresh(&first).await).await);
    let again = Tokens::of(&json(demo.refresh(&first).await).await);
    assert_eq!(again, second);
    assert_eq!(demo.get_as(&again, "/me").await.status(), StatusCode::OK);
    let stats = demo.stats().await;
    assert_eq!(
        (
            stats.refreshes,
            stats.refreshes_repeated,
            stats.reuse_detected
        ),
        (1, 1, 0)
    );
}

#[tokio::test]
async fn the_token_endpoint_names_its_errors_as_rfc_6749_does() {
    let demo = Demo::start().await;
    assert_token_error(
        demo.grant(&[("grant_type", "refresh_token"), ("refresh_token", "x")])
            .await,
        "invalid_grant",
    )
    .await;
    assert_token_error(
        demo.grant(&[("grant_type", "refresh_token")]).await,
        "invalid_request",
    )
    .await;
    assert_token_error(
        demo.grant(&[("refresh_token", "x")]).await,
        "invalid_request",
    )
    .await;
    for empty in [
        [("grant_type", ""), ("refresh_token", "x")],
        [("grant_type", "refresh_token"), ("refresh_token", "")],
    ] {
        assert_token_error(demo.grant(&empty).await, "invalid_request").await;
    }
    assert_token_error(
        demo.grant(&[("grant_type", "password")]).await,
        "unsupported_grant_type",
    )
    .await;
    let repeated = [
        ("grant_type", "refresh_token"),
        ("refresh_token", "x"),
        ("refresh_token", "x"),
    ];
    assert_token_error(demo.grant(&repeated).await, "invalid_request").await;
    let not_a_form = demo
        .request(Method::POST, "/oauth/token")
        .json(&json!({}))
        .send()
        .await
        .unwrap();
    assert_token_error(not_a_form, "invalid_request").await;
}

#[tokio::test]
async fn a_refresh_may_ask_for_less_and_not_for_what_is_unknown() {
    let demo = Demo::start().await;
    let tokens = demo.log_in().await;
    let form = |scope| {
        [
            ("grant_type", "refresh_token"),
            ("refresh_token", tokens.refresh.as_str()),
            ("scope", scope),
        ]
    };
    assert_token_error(demo.grant(&form("admin")).await, "invalid_scope").await;
    let less = json(demo.grant(&form("messages.read")).await).await;
    assert_eq!(less["scope"], "messages.read");
    let whole = json(demo.refresh(&Tokens::of(&less)).await).await;
    assert_eq!(whole["scope"], "messages");
    let stats = demo.stats().await;
    assert_eq!((stats.refreshes, stats.refreshes_rejected), (2, 0));
}

#[tokio::test]
async fn unknown_parameters_of_a_grant_are_ignored() {
    let demo = Demo::start().await;
    let tokens = demo.log_in().await;
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", &tokens.refresh),
        ("client_id", "cli"),
        ("audience", "https://api.example.com"),
    ];
    assert_eq!(demo.grant(&form).await.status(), StatusCode::OK);
}
