//! Devices that wait for their users.

use std::time::Duration;

use examples::demo_api::{DemoApi, DemoApiBuilder};
use reqwest::header::CACHE_CONTROL;
use reqwest::{Method, Response, StatusCode};
use serde_json::json;

use crate::demo::{Demo, Tokens, assert_token_error, header, json, page};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

struct Waiting {
    demo: Demo,
    device_code: String,
    user_code: String,
}

impl Waiting {
    /// A device that is never too fast.
    async fn unhurried() -> Self {
        Self::at(DemoApi::builder().device_interval(Duration::ZERO)).await
    }

    async fn at(builder: DemoApiBuilder) -> Self {
        let demo = Demo::with(builder).await;
        let begun = json(begin(&demo, &[("client_id", "cli")]).await).await;
        let text = |name: &str| begun[name].as_str().unwrap().to_owned();
        Self {
            device_code: text("device_code"),
            user_code: text("user_code"),
            demo,
        }
    }

    async fn poll(&self) -> Response {
        self.poll_as("cli").await
    }

    async fn poll_as(&self, client: &str) -> Response {
        let form = [
            ("grant_type", GRANT),
            ("client_id", client),
            ("device_code", &self.device_code),
        ];
        self.demo.grant(&form).await
    }

    async fn decide(&self, decision: &str) -> Response {
        self.decide_as("lovelace", decision).await
    }

    async fn decide_as(&self, password: &str, decision: &str) -> Response {
        let form = [
            ("user_code", self.user_code.as_str()),
            ("username", "ada"),
            ("password", password),
            ("decision", decision),
        ];
        self.demo.post_form("/device", &form).await
    }
}

async fn begin(demo: &Demo, form: &[(&str, &str)]) -> Response {
    demo.post_form("/oauth/device_authorization", form).await
}

#[tokio::test]
async fn a_device_learns_its_codes_and_where_to_send_its_user() {
    let demo = Demo::with(DemoApi::builder().device_code_lifetime(Duration::from_secs(90))).await;
    let response = begin(&demo, &[("client_id", "cli")]).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(header(&response, CACHE_CONTROL), "no-store");
    let begun = json(response).await;
    let verification_uri = format!("{}/device", demo.server.url());
    let user_code = begun["user_code"].as_str().unwrap();
    let complete = format!("{verification_uri}?user_code={user_code}");
    assert_eq!(begun["verification_uri"], verification_uri);
    assert_eq!(begun["verification_uri_complete"], complete);
    assert_eq!(begun["expires_in"], 90);
    assert_eq!(begun["interval"], 5);
    assert_eq!(user_code.len(), 9);
    assert_eq!(demo.stats().await.device_authorizations, 1);
}

#[tokio::test]
async fn an_approval_gives_the_device_a_session_once() {
    let device = Waiting::unhurried().await;
    for _ in 0..2 {
        assert_token_error(device.poll().await, "authorization_pending").await;
    }
    let done = page(device.decide("approve").await, StatusCode::OK).await;
    assert!(done.contains("Your device is signed in."), "{done}");

    let demo = &device.demo;
    let response = device.poll().await;
    assert_eq!(response.status(), StatusCode::OK);
    let answer = json(response).await;
    assert_eq!(answer["scope"], "messages");
    let tokens = Tokens::of(&answer);
    let me = json(demo.get_as(&tokens, "/me").await).await;
    assert_eq!(me, json!({"username": "ada", "scope": "messages"}));
    assert_token_error(device.poll().await, "invalid_grant").await;

    // The tokens are the client's: without it they can't be refreshed.
    assert_token_error(demo.refresh(&tokens).await, "invalid_grant").await;
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", "cli"),
        ("refresh_token", &tokens.refresh),
    ];
    assert_eq!(demo.grant(&form).await.status(), StatusCode::OK);
    let stats = demo.stats().await;
    assert_eq!((stats.device_pending, stats.device_grants), (2, 1));
    assert_eq!((stats.refreshes, stats.sessions_ended), (1, 0));
}

#[tokio::test]
async fn a_denial_is_told_to_the_device() {
    let device = Waiting::unhurried().await;
    let done = page(device.decide("deny").await, StatusCode::OK).await;
    assert!(done.contains("turned away"), "{done}");
    assert_token_error(device.poll().await, "access_denied").await;
    // It is decided.
    page(device.decide("approve").await, StatusCode::NOT_FOUND).await;
    assert_token_error(device.poll().await, "access_denied").await;
}

#[tokio::test]
async fn a_device_that_polls_too_fast_is_told_to_slow_down_and_gets_its_answer_all_the_same() {
    let device = Waiting::at(DemoApi::builder()).await;
    assert_token_error(device.poll().await, "authorization_pending").await;
    for _ in 0..2 {
        assert_token_error(device.poll().await, "slow_down").await;
    }
    device.decide("approve").await;
    assert_eq!(device.poll().await.status(), StatusCode::OK);
    let stats = device.demo.stats().await;
    assert_eq!((stats.device_pending, stats.device_slow_downs), (1, 2));
}

#[tokio::test]
async fn a_device_code_expires_for_the_device_and_for_the_user() {
    let builder = DemoApi::builder().device_code_lifetime(Duration::ZERO);
    let device = Waiting::at(builder).await;
    assert_token_error(device.poll().await, "expired_token").await;
    page(device.decide("approve").await, StatusCode::NOT_FOUND).await;
}

#[tokio::test]
async fn a_wrong_login_decides_nothing() {
    let device = Waiting::unhurried().await;
    for decision in ["approve", "deny"] {
        let response = device.decide_as("hunter2", decision).await;
        let text = page(response, StatusCode::FORBIDDEN).await;
        assert!(
            text.contains(&device.user_code) && !text.contains("hunter2"),
            "{text}"
        );
    }
    assert_token_error(device.poll().await, "authorization_pending").await;
    assert_eq!(device.demo.stats().await.logins_rejected, 2);
}

#[tokio::test]
async fn the_page_asks_for_a_code_and_shows_who_asks_for_what() {
    let device = Waiting::unhurried().await;
    let demo = &device.demo;
    let empty = page(demo.get("/device").await, StatusCode::OK).await;
    assert!(empty.contains(r#"name="user_code" value="""#), "{empty}");

    let typed = device.user_code.to_lowercase().replace('-', "%20");
    let response = demo.get(&format!("/device?user_code={typed}")).await;
    let filled = page(response, StatusCode::OK).await;
    assert!(filled.contains("cli asks for: messages."), "{filled}");
    assert!(
        filled.contains(&format!(r#"value="{}""#, device.user_code)),
        "{filled}"
    );

    let other = demo.get("/device?user_code=BBBB-BBBB").await;
    page(other, StatusCode::NOT_FOUND).await;
    let hostile = page(
        demo.get("/device?user_code=\"><script>").await,
        StatusCode::OK,
    )
    .await;
    assert!(!hostile.contains("script"), "{hostile}");
}

#[tokio::test]
async fn the_form_takes_its_code_from_the_query_and_needs_a_decision() {
    let device = Waiting::unhurried().await;
    let path = format!("/device?user_code={}", device.user_code);
    let login = [("username", "ada"), ("password", "lovelace")];
    let undecided = device.demo.post_form(&path, &login).await;
    page(undecided, StatusCode::BAD_REQUEST).await;
    let maybe = [login[0], login[1], ("decision", "maybe")];
    page(
        device.demo.post_form(&path, &maybe).await,
        StatusCode::BAD_REQUEST,
    )
    .await;
    let yes = [login[0], login[1], ("decision", "approve")];
    page(
        device.demo.post_form("/device", &yes).await,
        StatusCode::BAD_REQUEST,
    )
    .await;
    assert_token_error(device.poll().await, "authorization_pending").await;

    page(device.demo.post_form(&path, &yes).await, StatusCode::OK).await;
    assert_eq!(device.poll().await.status(), StatusCode::OK);
}

#[tokio::test]
async fn what_is_wrong_with_a_device_request_is_named() {
    let device = Waiting::at(
        DemoApi::builder()
            .public_client("cli")
            .public_client("other")
            .client("service", "babbage"),
    )
    .await;
    let demo = &device.demo;
    for (form, error) in [
        (vec![], "invalid_request"),
        (vec![("client_id", "")], "invalid_request"),
        (vec![("client_id", "nobody")], "invalid_client"),
        (vec![("client_id", "service")], "invalid_client"),
        (
            vec![("client_id", "cli"), ("scope", "admin")],
            "invalid_scope",
        ),
        (
            vec![("client_id", "cli"), ("client_id", "cli")],
            "invalid_request",
        ),
    ] {
        assert_token_error(begin(demo, &form).await, error).await;
    }
    for (form, error) in [
        (
            vec![("device_code", device.device_code.as_str())],
            "invalid_client",
        ),
        (vec![("client_id", "cli")], "invalid_request"),
        (
            vec![("client_id", "cli"), ("device_code", "x")],
            "invalid_grant",
        ),
    ] {
        let form = [vec![("grant_type", GRANT)], form].concat();
        assert_token_error(demo.grant(&form).await, error).await;
    }
    assert_token_error(device.poll_as("other").await, "invalid_grant").await;
    assert_token_error(device.poll().await, "authorization_pending").await;
    let stats = demo.stats().await;
    assert_eq!(
        (stats.clients_rejected, stats.device_authorizations),
        (3, 1)
    );

    let authenticated = demo
        .request(Method::POST, "/oauth/device_authorization")
        .basic_auth("service", Some("babbage"))
        .form(&[("scope", "messages.read")]);
    assert_eq!(authenticated.send().await.unwrap().status(), StatusCode::OK);
}
