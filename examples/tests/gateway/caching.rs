//! The gateway with a cache.

use examples::demo_api::{DemoApi, Stats};
use futures_util::future::join_all;
use reqwest::Method;
use testkit::{FaultServer, Reply};

use crate::running::{Running, client, command, problem, soon};
use crate::session::Scene;

/// A server whose answers may be kept for a minute.
async fn keepable() -> FaultServer {
    let server = FaultServer::start().await.unwrap();
    let reply = Reply::status(200)
        .header("cache-control", "max-age=60")
        .header("x-odd", "caf\u{e9}")
        .body("kept");
    server.otherwise(reply);
    server
}

#[tokio::test]
async fn what_may_be_kept_is_asked_for_once() {
    let api = DemoApi::builder().build().start().await.unwrap();
    let gateway = Running::with(api.url(), ["--cache"]).await;
    let first = gateway.get("/countries").await.text().await.unwrap();
    let again = join_all((0..100).map(|_| gateway.get("/countries"))).await;
    for answer in again {
        assert!(answer.headers().contains_key("age"));
        assert_eq!(answer.text().await.unwrap(), first);
    }
    let stats = client().get(format!("{}/stats", api.url())).send();
    let stats: Stats = stats.await.unwrap().json().await.unwrap();
    assert_eq!(stats.requests_by_route["GET /countries"], 1);
}

#[tokio::test]
async fn without_cache_nothing_is_kept() {
    let server = keepable().await;
    let gateway = Running::before(server.url()).await;
    for _ in 0..2 {
        let answer = gateway.get("/").await;
        assert!(!answer.headers().contains_key("age"));
        assert_eq!(answer.text().await.unwrap(), "kept");
    }
    assert_eq!(server.request_count(), 2);
}

#[tokio::test]
async fn who_shows_a_credential_of_their_own_gets_nothing_that_is_kept_and_leaves_nothing() {
    let server = keepable().await;
    let gateway = Running::with(server.url(), ["--cache"]).await;
    let mut sent = 0;
    for header in [
        "authorization",
        "cookie",
        "x-api-key",
        "x-auth-token",
        "x-session-id",
    ] {
        for value in ["ada", "bob"] {
            let request = gateway.request(Method::GET, "/").header(header, value);
            soon(request.send()).await.unwrap().bytes().await.unwrap();
            sent += 1;
            assert_eq!(server.request_count(), sent, "{header}");
        }
    }
    for _ in 0..2 {
        gateway.get("/").await.bytes().await.unwrap();
    }
    assert_eq!(server.request_count(), sent + 1);
}

#[tokio::test]
async fn what_the_session_was_answered_is_gone_with_it() {
    let scene = Scene::start().await;
    let token_url = format!("{}/oauth/token", scene.server.url());
    let mut arguments = scene.tokens.arguments(&token_url).to_vec();
    arguments.push("--cache".into());
    let gateway = Running::with(scene.server.url(), arguments).await;
    for _ in 0..2 {
        let message = gateway.get("/messages/1").await;
        assert_eq!(message.status(), 200);
        message.bytes().await.unwrap();
    }
    let stats = scene.stats().await;
    assert_eq!(stats.requests_by_route["GET /messages/{id}"], 2);
    assert_eq!(stats.not_modified, 1, "it is asked about each time");
    scene.control("/admin/revoke").await;
    let answer = gateway.get("/messages/1").await;
    assert_eq!(problem(answer).await, (401, "session_ended".to_owned()));
}

#[tokio::test]
async fn what_is_kept_in_a_folder_outlives_the_gateway() {
    let server = keepable().await;
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("answers");
    let arguments = [
        "--cache".as_ref(),
        "--cache-dir".as_ref(),
        folder.as_os_str(),
    ];
    for _ in 0..2 {
        let gateway = Running::with(server.url(), arguments).await;
        let answer = gateway.get("/").await;
        assert_eq!(answer.text().await.unwrap(), "kept");
        assert_eq!(gateway.stop().await.status.code(), Some(0));
    }
    assert_eq!(server.request_count(), 1);
}

#[tokio::test]
async fn a_folder_that_another_gateway_uses_is_told_with_exit_code_2() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["--cache".as_ref(), "--cache-dir".as_ref(), folder.path()];
    let upstream = "http://127.0.0.1:1";
    let _gateway = Running::with(upstream, arguments).await;
    let mut command = command();
    let command = command.args(["--listen", "127.0.0.1:0", "--upstream", upstream]);
    let output = soon(command.args(arguments).output()).await.unwrap();
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8(output.stderr).unwrap();
    let shown = folder.path().display();
    let expected = format!("gateway: {shown} is the cache of another gateway that runs\n");
    assert_eq!(told, expected);
}
