//! Logging in, and access tokens until they are refused.

use std::time::Duration;

use examples::demo_api::DemoApi;
use reqwest::header::{CACHE_CONTROL, CONTENT_TYPE, WWW_AUTHENTICATE};
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::demo::{Demo, Tokens, assert_token_error, header, json, problem};

#[tokio::test]
async fn a_login_gives_tokens_that_open_resources() {
    let demo = Demo::with(DemoApi::builder().token_lifetime(Duration::from_secs(90))).await;
    let response = demo.try_log_in("ada", "lovelace").await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(header(&response, CACHE_CONTROL), "no-store");
    let answer = json(response).await;
    assert_eq!(answer["token_type"], "Bearer");
    assert_eq!(answer["expires_in"], 90);
    assert_eq!(answer["scope"], "messages");

    let me = demo.get_as(&Tokens::of(&answer), "/me").await;
    assert_eq!(
        json(me).await,
        json!({"username": "ada", "scope": "messages"})
    );
}

#[tokio::test]
async fn a_wrong_login_is_a_problem_and_own_users_replace_the_usual_one() {
    let demo = Demo::with(
        DemoApi::builder()
            .user("grace", "hopper")
            .user("alan", "turing"),
    )
    .await;
    for (username, password) in [("grace", "turing"), ("ada", "lovelace")] {
        let response = demo.try_log_in(username, password).await;
        assert_eq!(
            header(&response, WWW_AUTHENTICATE),
            r#"Bearer realm="demo""#
        );
        assert_eq!(
            problem(response, StatusCode::UNAUTHORIZED).await,
            "wrong_login"
        );
    }
    assert_eq!(
        demo.try_log_in("alan", "turing").await.status(),
        StatusCode::OK
    );
    let stats = demo.stats().await;
    assert_eq!(
        (stats.logins, stats.logins_rejected, stats.unauthorized),
        (1, 2, 0)
    );
}

#[tokio::test]
async fn a_body_that_does_not_fit_is_a_problem_that_quotes_nothing_of_it() {
    let demo = Demo::start().await;
    let login = |body: &'static str| {
        demo.request(Method::POST, "/login")
            .header(CONTENT_TYPE, "application/json")
            .body(body)
    };
    for (body, status) in [
        (
            r#"{"username": "ada", "password": 4711}"#,
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        (r#"{"username": "4711"}"#, StatusCode::UNPROCESSABLE_ENTITY),
        (r#"{"password": "4711"#, StatusCode::BAD_REQUEST),
    ] {
        let response = login(body).send().await.unwrap();
        assert_eq!(response.status(), status);
        let text = response.text().await.unwrap();
        assert!(text.contains("invalid_body"), "{text}");
        assert!(!text.contains("4711"), "{text}");
    }
    let response = demo
        .request(Method::POST, "/login")
        .body("hello")
        .send()
        .await
        .unwrap();
    assert_eq!(
        problem(response, StatusCode::UNSUPPORTED_MEDIA_TYPE).await,
        "invalid_body"
    );
}

#[tokio::test]
async fn a_request_without_a_good_token_is_challenged() {
    let demo = Demo::start().await;
    let missing = demo.get("/me").await;
    assert_eq!(header(&missing, WWW_AUTHENTICATE), r#"Bearer realm="demo""#);
    assert_eq!(
        problem(missing, StatusCode::UNAUTHORIZED).await,
        "missing_token"
    );

    let unknown = demo
        .request(Method::GET, "/messages")
        .bearer_auth("nonsense")
        .send()
        .await
        .unwrap();
    let challenge = r#"Bearer realm="demo", error="invalid_token", error_description="the access token is unknown or was revoked""#;
    assert_eq!(header(&unknown, WWW_AUTHENTICATE), challenge);
    assert_eq!(
        problem(unknown, StatusCode::UNAUTHORIZED).await,
        "invalid_token"
    );

    let malformed = demo
        .request(Method::GET, "/me")
        .bearer_auth("two words")
        .send()
        .await
        .unwrap();
    assert!(header(&malformed, WWW_AUTHENTICATE).contains(r#"error="invalid_request""#));
    assert_eq!(
        problem(malformed, StatusCode::BAD_REQUEST).await,
        "invalid_request"
    );
    assert_eq!(demo.stats().await.unauthorized, 2);
}

#[tokio::test]
async fn access_tokens_expire_on_command_and_can_be_refreshed() {
    let demo = Demo::start().await;
    let tokens = demo.log_in().await;
    assert_eq!(
        demo.post("/admin/expire").await,
        json!({"expired_access_tokens": 1})
    );

    let expired = demo.get_as(&tokens, "/me").await;
    let challenge = r#"Bearer realm="demo", error="invalid_token", error_description="the access token expired""#;
    assert_eq!(header(&expired, WWW_AUTHENTICATE), challenge);
    assert_eq!(
        problem(expired, StatusCode::UNAUTHORIZED).await,
        "invalid_token"
    );

    let renewed = Tokens::of(&json(demo.refresh(&tokens).await).await);
    assert_eq!(demo.get_as(&renewed, "/me").await.status(), StatusCode::OK);
}

#[tokio::test]
async fn access_tokens_expire_by_themselves() {
    let demo = Demo::with(DemoApi::builder().token_lifetime(Duration::ZERO)).await;
    let tokens = demo.log_in().await;
    assert_eq!(
        demo.get_as(&tokens, "/me").await.status(),
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn revoke_ends_the_sessions_of_the_named_user_alone() {
    let demo = Demo::with(
        DemoApi::builder()
            .user("ada", "lovelace")
            .user("grace", "hopper"),
    )
    .await;
    let ada = demo.log_in().await;
    let grace = Tokens::of(&json(demo.try_log_in("grace", "hopper").await).await);
    let revoke = demo
        .request(Method::POST, "/admin/revoke")
        .json(&json!({"username": "ada"}));
    assert_eq!(
        json(revoke.send().await.unwrap()).await,
        json!({"revoked_sessions": 1})
    );

    assert_eq!(
        demo.get_as(&ada, "/me").await.status(),
        StatusCode::UNAUTHORIZED
    );
    assert_token_error(demo.refresh(&ada).await, "invalid_grant").await;
    assert_eq!(demo.get_as(&grace, "/me").await.status(), StatusCode::OK);

    assert_eq!(
        demo.post("/admin/revoke").await,
        json!({"revoked_sessions": 1})
    );
    assert_eq!(
        demo.get_as(&grace, "/me").await.status(),
        StatusCode::UNAUTHORIZED
    );
    let stats = demo.stats().await;
    assert_eq!((stats.reuse_detected, stats.sessions_ended), (0, 2));
}
