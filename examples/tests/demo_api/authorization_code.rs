//! The authorization endpoint, and the codes that it gives.

use std::collections::HashMap;
use std::time::Duration;

use examples::demo_api::{DemoApi, DemoApiBuilder};
use reqwest::header::{CACHE_CONTROL, LOCATION};
use reqwest::{Response, StatusCode, Url};
use serde_json::json;

use crate::demo::{Demo, Tokens, assert_token_error, header, json, page};

const BACK: &str = "http://127.0.0.1:4711/callback";
// RFC 7636 appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

const YES: [(&str, &str); 3] = [
    ("username", "ada"),
    ("password", "lovelace"),
    ("decision", "approve"),
];

type Parameters = HashMap<&'static str, &'static str>;

/// A good authorization request.
fn asked() -> Parameters {
    HashMap::from([
        ("response_type", "code"),
        ("client_id", "cli"),
        ("redirect_uri", BACK),
        ("state", "a b&c"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ])
}

fn path(parameters: &Parameters) -> String {
    let url = Url::parse_with_params("http://_/oauth/authorize", parameters).unwrap();
    format!("{}?{}", url.path(), url.query().unwrap())
}

/// What a browser is sent back with.
fn sent_back(response: &Response) -> HashMap<String, String> {
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    assert_eq!(header(response, CACHE_CONTROL), "no-store");
    let location = header(response, LOCATION);
    assert!(location.starts_with(&format!("{BACK}?")), "{location}");
    let url = Url::parse(location).unwrap();
    url.query_pairs().into_owned().collect()
}

struct Approved {
    demo: Demo,
    code: String,
}

impl Approved {
    async fn by_ada() -> Self {
        Self::at(DemoApi::builder()).await
    }

    async fn at(builder: DemoApiBuilder) -> Self {
        let demo = Demo::with(builder).await;
        let back = sent_back(&demo.post_form(&path(&asked()), &YES).await);
        Self {
            code: back["code"].clone(),
            demo,
        }
    }

    async fn redeem(&self) -> Response {
        self.redeem_with(&[]).await
    }

    /// Redeems the code with some parameters in place of the right ones.
    async fn redeem_with(&self, changes: &[(&str, &str)]) -> Response {
        let mut form = HashMap::from([
            ("grant_type", "authorization_code"),
            ("client_id", "cli"),
            ("code", &self.code),
            ("redirect_uri", BACK),
            ("code_verifier", VERIFIER),
        ]);
        form.extend(changes.iter().copied());
        let form: Vec<_> = form.into_iter().collect();
        self.demo.grant(&form).await
    }
}

#[tokio::test]
async fn the_page_shows_who_asks_and_the_answer_carries_state_and_issuer() {
    let demo = Demo::start().await;
    let shown = page(demo.get(&path(&asked())).await, StatusCode::OK).await;
    assert!(shown.contains("cli asks for: messages."), "{shown}");

    let back = sent_back(&demo.post_form(&path(&asked()), &YES).await);
    assert_eq!(back["state"], "a b&c");
    assert_eq!(back["iss"], demo.server.url());
    assert_eq!((back.len(), back["code"].len()), (3, 64));
    assert_eq!(demo.stats().await.codes_issued, 1);
}

#[tokio::test]
async fn a_code_buys_a_session() {
    let approved = Approved::by_ada().await;
    let demo = &approved.demo;
    let response = approved.redeem().await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(header(&response, CACHE_CONTROL), "no-store");
    let tokens = Tokens::of(&json(response).await);
    let me = json(demo.get_as(&tokens, "/me").await).await;
    assert_eq!(me, json!({"username": "ada", "scope": "messages"}));

    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", "cli"),
        ("refresh_token", &tokens.refresh),
    ];
    assert_eq!(demo.grant(&form).await.status(), StatusCode::OK);
    let stats = demo.stats().await;
    assert_eq!((stats.code_grants, stats.codes_rejected), (1, 0));
}

#[tokio::test]
async fn a_code_that_comes_again_revokes_what_it_has_bought() {
    let approved = Approved::by_ada().await;
    let tokens = Tokens::of(&json(approved.redeem().await).await);
    for _ in 0..2 {
        assert_token_error(approved.redeem().await, "invalid_grant").await;
    }
    let demo = &approved.demo;
    let me = demo.get_as(&tokens, "/me").await;
    assert_eq!(me.status(), StatusCode::UNAUTHORIZED);
    let stats = demo.stats().await;
    assert_eq!((stats.code_grants, stats.codes_rejected), (1, 2));
    assert_eq!((stats.code_reuse_detected, stats.sessions_ended), (2, 1));
}

#[tokio::test]
async fn a_code_needs_its_own_client_redirect_uri_and_verifier() {
    let approved = Approved::at(
        DemoApi::builder()
            .public_client("cli")
            .public_client("other"),
    )
    .await;
    let (short, long) = (&VERIFIER[..42], "a".repeat(129));
    for (name, value, error) in [
        ("client_id", "other", "invalid_grant"),
        ("client_id", "nobody", "invalid_client"),
        ("client_id", "", "invalid_client"),
        (
            "redirect_uri",
            "http://127.0.0.1:4712/callback",
            "invalid_grant",
        ),
        ("redirect_uri", "", "invalid_request"),
        ("code_verifier", CHALLENGE, "invalid_grant"),
        ("code_verifier", short, "invalid_request"),
        ("code_verifier", &long, "invalid_request"),
        ("code_verifier", "", "invalid_request"),
        ("code", "x", "invalid_grant"),
        ("code", "", "invalid_request"),
    ] {
        let response = approved.redeem_with(&[(name, value)]).await;
        assert_token_error(response, error).await;
    }
    assert_eq!(approved.redeem().await.status(), StatusCode::OK);
    let stats = approved.demo.stats().await;
    assert_eq!((stats.codes_rejected, stats.clients_rejected), (4, 2));
}

#[tokio::test]
async fn an_old_code_buys_nothing() {
    let builder = DemoApi::builder().authorization_code_lifetime(Duration::ZERO);
    let approved = Approved::at(builder).await;
    assert_token_error(approved.redeem().await, "invalid_grant").await;
}

#[tokio::test]
async fn a_denial_needs_no_login_and_is_told_to_the_client() {
    let demo = Demo::start().await;
    let deny = [("decision", "deny")];
    let back = sent_back(&demo.post_form(&path(&asked()), &deny).await);
    assert_eq!(back["error"], "access_denied");
    assert_eq!(back["state"], "a b&c");
    assert_eq!(back["iss"], demo.server.url());
}

#[tokio::test]
async fn a_wrong_login_or_an_incomplete_form_asks_again() {
    let demo = Demo::start().await;
    let wrong = [YES[0], ("password", "hunter2"), YES[2]];
    let again = demo.post_form(&path(&asked()), &wrong).await;
    let again = page(again, StatusCode::FORBIDDEN).await;
    assert!(
        again.contains("wrong") && !again.contains("hunter2"),
        "{again}"
    );
    for form in [&[][..], &[YES[2]], &YES[..2], &[("decision", "maybe")]] {
        let again = demo.post_form(&path(&asked()), form).await;
        page(again, StatusCode::BAD_REQUEST).await;
    }
    let stats = demo.stats().await;
    assert_eq!((stats.logins_rejected, stats.codes_issued), (1, 0));
}

#[tokio::test]
async fn a_browser_is_sent_back_to_loopback_alone() {
    let demo = Demo::start().await;
    for (name, value) in [
        ("client_id", "nobody"),
        ("client_id", ""),
        ("redirect_uri", ""),
        ("redirect_uri", "http://localhost:4711/callback"),
        ("redirect_uri", "https://evil.example/"),
        ("redirect_uri", "http://127.0.0.1@evil.example/"),
    ] {
        let mut asked = asked();
        asked.insert(name, value);
        page(demo.get(&path(&asked)).await, StatusCode::BAD_REQUEST).await;
        let posted = demo.post_form(&path(&asked), &YES).await;
        page(posted, StatusCode::BAD_REQUEST).await;
    }
    let repeated = format!("{}&client_id=cli", path(&asked()));
    page(demo.get(&repeated).await, StatusCode::BAD_REQUEST).await;
}

#[tokio::test]
async fn what_is_wrong_with_a_request_is_told_to_its_client() {
    let demo = Demo::start().await;
    for (name, value, error) in [
        ("response_type", "token", "unsupported_response_type"),
        ("response_type", "", "invalid_request"),
        ("code_challenge", "", "invalid_request"),
        ("code_challenge", "tooshort", "invalid_request"),
        ("code_challenge_method", "plain", "invalid_request"),
        ("code_challenge_method", "", "invalid_request"),
        ("scope", "admin", "invalid_scope"),
    ] {
        let mut asked = asked();
        asked.insert(name, value);
        let back = sent_back(&demo.get(&path(&asked)).await);
        assert_eq!(
            (back["error"].as_str(), back["state"].as_str()),
            (error, "a b&c"),
            "{name}"
        );
        let posted = sent_back(&demo.post_form(&path(&asked), &YES).await);
        assert_eq!(posted["error"], error, "{name}");
    }
}

#[tokio::test]
async fn a_token_that_may_only_read_is_told_that_it_can_not_write() {
    let demo = Demo::start().await;
    let mut asked = asked();
    asked.insert("scope", "messages.read");
    let back = sent_back(&demo.post_form(&path(&asked), &YES).await);
    let code = back["code"].clone();
    let approved = Approved { demo, code };
    let answer = json(approved.redeem().await).await;
    assert_eq!(answer["scope"], "messages.read");

    let demo = &approved.demo;
    let tokens = Tokens::of(&answer);
    let read = demo.get_as(&tokens, "/messages").await;
    assert_eq!(read.status(), StatusCode::OK);
    let written = demo
        .request(reqwest::Method::POST, "/messages")
        .bearer_auth(&tokens.access)
        .json(&json!({"text": "hello"}));
    let refused = written.send().await.unwrap();
    let challenge = r#"Bearer realm="demo", error="insufficient_scope", scope="messages""#;
    assert_eq!(
        header(&refused, reqwest::header::WWW_AUTHENTICATE),
        challenge
    );
    let code = crate::demo::problem(refused, StatusCode::FORBIDDEN).await;
    assert_eq!(code, "insufficient_scope");
    let stats = demo.stats().await;
    assert_eq!((stats.messages_created, stats.unauthorized), (0, 0));
}
