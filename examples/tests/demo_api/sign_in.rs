//! The helpers that sign a user in, against a whole authorization server.

use std::time::Duration;

use auth_middleware::{
    AuthorizationCode, DeviceAuthorization, SignInError, TokenEndpoint, TokenEndpointErrorKind,
};
use examples::demo_api::DemoApi;
use facade::ExposeSecret;
use reqwest::Method;
use reqwest::header::LOCATION;

use crate::demo::{Demo, header};

fn endpoint(demo: &Demo, client_id: &str) -> TokenEndpoint {
    let url = format!("{}/oauth/token", demo.server.url());
    TokenEndpoint::builder(url, client_id).build().unwrap()
}

fn by_browser(demo: &Demo) -> AuthorizationCode {
    let authorize = format!("{}/oauth/authorize", demo.server.url());
    AuthorizationCode::new(endpoint(demo, "cli"), authorize).issuer(demo.server.url())
}

/// Decides on a page, and follows it back to the program if it leads there.
async fn decide(demo: &Demo, page: &str, decision: &str) {
    let path = page.strip_prefix(demo.server.url()).unwrap();
    let form = [
        ("username", "ada"),
        ("password", "lovelace"),
        ("decision", decision),
    ];
    let decided = demo.post_form(path, &form).await;
    if decided.status().is_redirection() {
        let back = reqwest::Client::builder().no_proxy().build().unwrap();
        back.get(header(&decided, LOCATION)).send().await.unwrap();
    }
}

#[tokio::test]
async fn a_browser_on_the_same_machine_brings_a_session() {
    let demo = Demo::start().await;
    let listener = by_browser(&demo).scope("messages.read").listen().await;
    let listener = listener.unwrap();
    let page = listener.url().to_string();
    let (tokens, ()) = tokio::join!(listener.wait(), decide(&demo, &page, "approve"));
    let tokens = tokens.unwrap();
    assert_eq!(tokens.scopes().collect::<Vec<_>>(), ["messages.read"]);
    let me = demo.request(Method::GET, "/me");
    let me = me.bearer_auth(tokens.access().expose_secret()).send().await;
    assert_eq!(me.unwrap().status(), 200);
    let stats = demo.stats().await;
    assert_eq!((stats.code_grants, stats.codes_rejected), (1, 0));
}

#[tokio::test]
async fn a_user_who_says_no_in_the_browser_is_understood() {
    let demo = Demo::start().await;
    let listener = by_browser(&demo).listen().await.unwrap();
    let page = listener.url().to_string();
    let (refused, ()) = tokio::join!(listener.wait(), decide(&demo, &page, "deny"));
    assert!(matches!(refused, Err(SignInError::Denied)), "{refused:?}");
    assert_eq!(demo.stats().await.codes_issued, 0);
}

#[tokio::test]
async fn a_browser_elsewhere_brings_a_session() {
    let demo = Demo::with(DemoApi::builder().device_interval(Duration::ZERO)).await;
    let at = format!("{}/oauth/device_authorization", demo.server.url());
    let start = DeviceAuthorization::new(endpoint(&demo, "cli"), at).start();
    let mut code = start.await.unwrap();
    let page = code.verification_uri_complete().unwrap().to_string();
    decide(&demo, &page, "approve").await;
    let tokens = code.wait().await.unwrap();
    assert!(tokens.refresh().is_some());
    let stats = demo.stats().await;
    assert_eq!((stats.device_grants, stats.device_pending), (1, 0));

    // The code is spent.
    match code.wait().await {
        Err(SignInError::Endpoint(error)) => assert!(error.is_invalid_grant()),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_client_that_is_unknown_gets_no_code() {
    let demo = Demo::start().await;
    let at = format!("{}/oauth/device_authorization", demo.server.url());
    let start = DeviceAuthorization::new(endpoint(&demo, "nobody"), at).start();
    match start.await.unwrap_err() {
        SignInError::Endpoint(error) => {
            assert_eq!(error.kind(), TokenEndpointErrorKind::Refused);
            assert_eq!(error.code(), Some("invalid_client"));
        }
        other => panic!("{other:?}"),
    }
}
