//! The same errors before anything is taken out of them: so each test here fails as soon as nothing is.

use std::collections::HashMap;
use std::error::Error;

use facade::{ApiError, ErrorKind};
use reqwest::{Client, Url};
use stack_tests::soon;
use testkit::{Behaviour, FaultServer, Reply};

use crate::shown::{SECRET, Shown};

/// A URL with a secret wherever there can be one but in its path.
fn secret_url(server: &FaultServer, path: &str) -> Url {
    let address = server.address();
    let url = format!("http://ada:hunter2@{address}/{path}?key=hunter2#hunter2");
    url.parse().unwrap()
}

/// Errors of reqwest as they come, each of which shows a secret.
async fn raw() -> Vec<(&'static str, ErrorKind, reqwest::Error)> {
    let server = FaultServer::start().await.unwrap();
    server
        .on("/reset", Behaviour::ResetAfterReading)
        .on("/user", Reply::json(200, r#"{"age": "hunter2"}"#))
        .on("/refused", Reply::status(403));
    let client = Client::builder().no_proxy().build().unwrap();
    let get = |path: &str| client.get(secret_url(&server, path));
    let gone = FaultServer::start().await.unwrap();
    let nowhere = secret_url(&gone, "x");
    gone.stop().await;

    let reset = get("reset").send().await.unwrap_err();
    let connect = client.get(nowhere).send().await.unwrap_err();
    let value = get("user").send().await.unwrap();
    let value = value.json::<HashMap<String, u8>>().await.unwrap_err();
    let refused = get("refused").send().await.unwrap();
    let refused = refused.error_for_status().unwrap_err();
    let builder = get("x").header("bad name", "x").build().unwrap_err();
    let builder = builder.with_url(secret_url(&server, "x"));
    let connect_kind = ErrorKind::Connect(facade::ConnectPhase::Server);
    vec![
        ("a reset", ErrorKind::Reset, reset),
        ("no connection", connect_kind, connect),
        ("a value of JSON", ErrorKind::Decode, value),
        ("a status", ErrorKind::Forbidden, refused),
        ("a request", ErrorKind::Builder, builder),
    ]
}

#[tokio::test]
async fn each_error_shows_its_secrets_until_they_are_taken_out() {
    let mut cleaned = Shown::default();
    for (what, kind, error) in soon(raw()).await {
        let mut raw = Shown::default();
        raw.error(what, &error);
        assert!(!raw.leaks().is_empty(), "{what} has no secret to show");
        let error = ApiError::from(error);
        assert_eq!(error.kind(), kind, "{what}");
        cleaned.error(what, &error);
    }
    cleaned.assert_no_leak();
}

/// serde's error quotes the value, and the path to it has the keys of the server's own maps.
#[test]
fn json_of_another_form_shows_its_words_until_they_are_taken_out() {
    type Users = HashMap<String, HashMap<String, u8>>;
    let body = r#"{"ann.hunter2@example.com": {"hunter2": "hunter2"}}"#;
    let serde = serde_json::from_str::<Users>(body).unwrap_err();
    let mut raw = Shown::default();
    raw.error("serde's", &serde);
    assert!(!raw.leaks().is_empty());

    let error = error_map::decode_json::<Users>(body.as_bytes()).unwrap_err();
    assert!(body.contains(SECRET) && error.source().is_some());
    let mut cleaned = Shown::default();
    cleaned.error("ours", &error);
    cleaned.assert_no_leak();
}
