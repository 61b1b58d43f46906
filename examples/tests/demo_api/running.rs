//! The server as a whole, and the binary.

use reqwest::{Client, Method, StatusCode};
use serde_json::json;

use crate::demo::{Demo, json};

#[tokio::test]
async fn differences_of_stats_hold_what_happened_in_between_and_not_the_reading() {
    let demo = Demo::start().await;
    let tokens = demo.log_in().await;
    let before = demo.stats().await;
    demo.get_as(&tokens, "/messages/1").await;
    demo.get_as(&tokens, "/messages/2").await;
    demo.get("/nowhere").await;
    demo.post("/admin/expire").await;
    let difference = demo.stats().await.since(&before);
    assert_eq!((difference.requests, difference.logins), (3, 0));
    let routes: Vec<_> = difference
        .requests_by_route
        .iter()
        .map(|(route, count)| (route.as_str(), *count))
        .collect();
    assert_eq!(routes, [("GET /messages/{id}", 2), ("unmatched", 1)]);
    assert_eq!(demo.stats().await.since(&before), difference);
}

#[tokio::test]
async fn shutdown_answers_what_is_under_way_and_dropping_does_not() {
    let demo = Demo::start().await;
    let call = tokio::spawn(demo.request(Method::GET, "/slow?ms=200").send());
    demo.stats_until(|stats| stats.slow_started == 1).await;
    let address = demo.server.address();
    demo.server.shutdown().await;
    assert_eq!(call.await.unwrap().unwrap().status(), StatusCode::OK);
    assert!(tokio::net::TcpStream::connect(address).await.is_err());

    let demo = Demo::start().await;
    let call = tokio::spawn(demo.request(Method::GET, "/slow?ms=60000").send());
    demo.stats_until(|stats| stats.slow_started == 1).await;
    drop(demo.server);
    assert!(call.await.unwrap().is_err());
}

#[cfg(unix)]
#[tokio::test]
async fn the_binary_tells_its_address_obeys_its_flags_and_stops_on_ctrl_c() {
    use std::process::Stdio;
    use tokio::io::{AsyncBufReadExt, BufReader};
    use tokio::process::Command;

    let mut program = Command::new(env!("CARGO_BIN_EXE_demo-api"));
    program.args([
        "--listen",
        "127.0.0.1:0",
        "--token-lifetime",
        "5",
        "--reuse-leeway",
        "600",
    ]);
    program.args(["--username", "grace", "--password", "hopper"]);
    let mut child = program
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let line = lines.next_line().await.unwrap().unwrap();
    let url = line.strip_prefix("demo-api listens on ").unwrap();

    let client = Client::builder().no_proxy().build().unwrap();
    let login = json!({"username": "grace", "password": "hopper"});
    let answer = json(
        client
            .post(format!("{url}/login"))
            .json(&login)
            .send()
            .await
            .unwrap(),
    )
    .await;
    assert_eq!(answer["expires_in"], 5);
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", answer["refresh_token"].as_str().unwrap()),
    ];
    for _ in 0..2 {
        let response = client
            .post(format!("{url}/oauth/token"))
            .form(&form)
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), StatusCode::OK);
    }

    let id = child.id().unwrap().to_string();
    assert!(
        Command::new("kill")
            .args(["-INT", &id])
            .status()
            .await
            .unwrap()
            .success()
    );
    assert!(child.wait().await.unwrap().success());
    assert_eq!(lines.next_line().await.unwrap(), None);
}
