//! Clients: how they show who they are, and the tokens of their own.

use examples::demo_api::DemoApi;
use reqwest::header::{AUTHORIZATION, CACHE_CONTROL, WWW_AUTHENTICATE};
use reqwest::{Method, Response, StatusCode};
use serde_json::json;

use crate::demo::{Demo, assert_token_error, header, json};

const GRANT: (&str, &str) = ("grant_type", "client_credentials");

async fn by_basic(demo: &Demo, id: &str, secret: &str, form: &[(&str, &str)]) -> Response {
    let request = demo.request(Method::POST, "/oauth/token");
    let request = request.basic_auth(id, Some(secret)).form(form);
    request.send().await.unwrap()
}

async fn assert_challenged(response: Response) {
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    let challenge = r#"Basic realm="demo", charset="UTF-8""#;
    assert_eq!(header(&response, WWW_AUTHENTICATE), challenge);
    assert_eq!(header(&response, CACHE_CONTROL), "no-store");
    assert_eq!(json(response).await["error"], "invalid_client");
}

#[tokio::test]
async fn a_client_gets_an_access_token_of_its_own_and_no_refresh_token() {
    let demo = Demo::start().await;
    for scope in ["messages", "messages.read"] {
        let form = [GRANT, ("scope", scope)];
        let response = by_basic(&demo, "service", "babbage", &form).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(header(&response, CACHE_CONTROL), "no-store");
        let answer = json(response).await;
        assert_eq!(answer["scope"], scope);
        assert_eq!(answer["expires_in"], 3600);
        assert_eq!(answer.get("refresh_token"), None);
        let me = demo
            .request(Method::GET, "/me")
            .bearer_auth(answer["access_token"].as_str().unwrap());
        let me = json(me.send().await.unwrap()).await;
        assert_eq!(me, json!({"username": "service", "scope": scope}));
    }
    let in_body = [
        GRANT,
        ("client_id", "service"),
        ("client_secret", "babbage"),
    ];
    let answer = json(demo.grant(&in_body).await).await;
    assert_eq!(answer["scope"], "messages");
    assert_eq!(demo.stats().await.client_credentials_grants, 3);
}

#[tokio::test]
async fn basic_is_form_decoded() {
    let demo = Demo::with(DemoApi::builder().client("a:b c", "ü%+&=")).await;
    let encoded = by_basic(&demo, "a%3Ab+c", "%C3%BC%25%2B%26%3D", &[GRANT]).await;
    assert_eq!(encoded.status(), StatusCode::OK);
    assert_challenged(by_basic(&demo, "a%3Ab c", "ü%+&=", &[GRANT]).await).await;
}

#[tokio::test]
async fn a_wrong_client_is_challenged_when_it_used_the_header() {
    let demo = Demo::start().await;
    for (id, secret) in [
        ("service", "wrong"),
        ("service", ""),
        ("nobody", "babbage"),
        ("cli", "babbage"),
    ] {
        assert_challenged(by_basic(&demo, id, secret, &[GRANT]).await).await;
        let in_body = [GRANT, ("client_id", id), ("client_secret", secret)];
        assert_token_error(demo.grant(&in_body).await, "invalid_client").await;
    }
    let another_scheme = demo
        .request(Method::POST, "/oauth/token")
        .header(AUTHORIZATION, "Bearer abc")
        .form(&[GRANT]);
    assert_challenged(another_scheme.send().await.unwrap()).await;
    assert_token_error(demo.grant(&[GRANT]).await, "invalid_client").await;
    let stats = demo.stats().await;
    assert_eq!(
        (stats.clients_rejected, stats.client_credentials_grants),
        (10, 0)
    );
}

#[tokio::test]
async fn a_client_shows_itself_in_one_way() {
    let demo = Demo::start().await;
    for parameter in [("client_secret", "babbage"), ("client_id", "cli")] {
        let response = by_basic(&demo, "service", "babbage", &[GRANT, parameter]).await;
        assert_token_error(response, "invalid_request").await;
    }
    let nameless = [GRANT, ("client_secret", "babbage")];
    assert_token_error(demo.grant(&nameless).await, "invalid_request").await;
    let same = by_basic(
        &demo,
        "service",
        "babbage",
        &[GRANT, ("client_id", "service")],
    )
    .await;
    assert_eq!(same.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_public_client_has_no_tokens_of_its_own() {
    let demo = Demo::start().await;
    let public = [GRANT, ("client_id", "cli")];
    assert_token_error(demo.grant(&public).await, "unauthorized_client").await;
    let unknown_scope = [GRANT, ("scope", "admin")];
    let response = by_basic(&demo, "service", "babbage", &unknown_scope).await;
    assert_token_error(response, "invalid_scope").await;
}

#[tokio::test]
async fn own_clients_replace_the_usual_ones() {
    let demo = Demo::with(DemoApi::builder().client("mine", "secret")).await;
    assert_challenged(by_basic(&demo, "service", "babbage", &[GRANT]).await).await;
    let mine = by_basic(&demo, "mine", "secret", &[GRANT]).await;
    assert_eq!(mine.status(), StatusCode::OK);
}
