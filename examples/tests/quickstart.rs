//! The quickstart as a user runs it: its exit code says whether every promise held.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::process::Output;

use examples::demo_api::DemoApi;
use tokio::process::Command;

async fn quickstart(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_quickstart"))
        .args(arguments)
        .output()
        .await
        .unwrap()
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[tokio::test]
async fn on_its_own_it_keeps_every_promise() {
    let output = quickstart(&[]).await;
    let story = told(&output);
    assert_eq!(output.status.code(), Some(0), "{story}");
    assert!(story.contains("ok      1 refresh\n"), "{story}");
    assert!(
        story.contains("ok      100 answers to 100 calls\n"),
        "{story}"
    );
    assert!(
        story.contains("ok      100 more are answered from memory\n"),
        "{story}"
    );
    assert!(!story.contains("FAILED"), "{story}");
}

#[tokio::test]
async fn against_a_demo_api_elsewhere_it_keeps_them_again_and_again() {
    let server = DemoApi::builder()
        .user("bob", "builder")
        .build()
        .start()
        .await
        .unwrap();
    let arguments = [
        "--url",
        server.url(),
        "--username",
        "bob",
        "--password",
        "builder",
    ];
    for _ in 0..2 {
        let output = quickstart(&arguments).await;
        assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    }
}

#[tokio::test]
async fn it_fails_when_it_cannot_sign_in() {
    let server = DemoApi::builder().build().start().await.unwrap();
    let output = quickstart(&["--url", server.url(), "--password", "wrong-hunter2"]).await;
    assert_eq!(output.status.code(), Some(1));
    let story = told(&output);
    assert!(
        story.contains("quickstart stopped: unauthorized (401)"),
        "{story}"
    );
    assert!(!story.contains("hunter2"), "{story}");
}

/// A server that breaks a promise: it answers everything, and has never heard of a refresh.
#[tokio::test]
async fn it_fails_when_a_promise_does_not_hold() {
    let server = testkit::FaultServer::start().await.unwrap();
    let tokens = r#"{"access_token":"a","refresh_token":"r","expires_in":3600}"#;
    server
        .on("/login", testkit::Reply::json(200, tokens))
        .otherwise(testkit::Reply::json(200, r#"{"id":1}"#));
    let url = server.url().to_string();
    let output = quickstart(&["--url", url.trim_end_matches('/')]).await;
    assert_eq!(output.status.code(), Some(1));
    assert!(told(&output).contains("FAILED  1 refresh: expected 1, found 0"));
}
