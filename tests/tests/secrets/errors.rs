//! The errors of calls that are full of secrets.

use std::collections::HashMap;
use std::time::Duration;

use facade::{ApiError, CancellationToken, Client, ConnectPhase, ErrorKind};
use futures_util::StreamExt;
use stack_tests::soon;
use testkit::{Behaviour, FaultServer, Reply};

use crate::planted::{Planted, reply};
use crate::shown::Shown;

#[derive(Debug, serde::Deserialize)]
#[allow(dead_code, reason = "only decoded")]
struct User {
    age: u8,
}

type Users = HashMap<String, User>;

#[tokio::test]
async fn no_error_status_shows_a_secret() {
    let planted = Planted::start().await;
    let client = planted.client();
    let mut shown = Shown::default();
    for status in (400..=431).chain(500..=511) {
        planted.server.on("/status", reply(status));
        let error = soon(Planted::request(&client, "status").send())
            .await
            .unwrap_err();
        assert!(error.text().contains("hunter2"), "it is there for who asks");
        shown.error(&status.to_string(), &error);
    }
    let refused = soon(Planted::request(&client, "refused").send())
        .await
        .unwrap_err();
    assert_eq!(refused.attempts(), 2);
    shown.error("refused twice", &refused);
    shown.assert_no_leak();
}

#[tokio::test]
async fn no_broken_connection_shows_a_secret() {
    let planted = Planted::start().await;
    let second = Duration::from_secs(1);
    let client = planted.builder().read_timeout(second).build().unwrap();
    let garbage = Behaviour::Garbage("hunter2-garbage: hunter2\r\n\r\n".into());
    let header = Behaviour::Garbage("HTTP/1.1 200 OK\r\nhunter2 x: hunter2\r\n\r\n".into());
    let cut = Behaviour::Truncate {
        reply: reply(200),
        sent: 5,
    };
    let hang = Behaviour::HangInBody {
        reply: reply(200),
        sent: 5,
    };
    let mut shown = Shown::default();
    for (path, behaviour, kind) in [
        ("reset", Behaviour::ResetAfterReading, ErrorKind::Reset),
        ("close", Behaviour::CloseEarly, ErrorKind::Reset),
        ("garbage", garbage, ErrorKind::Protocol),
        ("header", header, ErrorKind::Protocol),
        ("cut", cut, ErrorKind::Reset),
        ("hang", hang, ErrorKind::Timeout(facade::TimeoutPhase::Idle)),
    ] {
        planted.server.on(format!("/{path}"), behaviour);
        let token = CancellationToken::new();
        let wrapped = Planted::request(&client, path).cancel(&token);
        for request in [Planted::request(&client, path), wrapped] {
            let error = soon(bytes(request)).await;
            assert_eq!(error.kind(), kind, "{error:?}");
            shown.error(path, &error);
        }
        let url = secret_url(&planted.server, path);
        shown.error(path, &soon(bytes_of_chain(&client, url)).await);
    }
    planted.server.stop().await;
    let error = soon(bytes(Planted::request(&client, "gone"))).await;
    assert_eq!(error.kind(), ErrorKind::Connect(ConnectPhase::Server));
    shown.error("refused", &error);
    shown.assert_no_leak();
}

async fn bytes(request: facade::Request) -> ApiError {
    match request.send().await {
        Ok(response) => response.bytes().await.unwrap_err(),
        Err(error) => error,
    }
}

async fn bytes_of_chain(client: &Client, url: String) -> ApiError {
    match client.inner().post(url).send().await {
        Ok(response) => response.bytes().await.unwrap_err().into(),
        Err(error) => error.into(),
    }
}

fn secret_url(server: &FaultServer, path: &str) -> String {
    let address = server.address();
    format!("http://ada:hunter2@{address}/{path}?key=hunter2#hunter2")
}

#[tokio::test]
async fn no_redirect_shows_a_secret() {
    let planted = Planted::start().await;
    let client = planted.client();
    let there = FaultServer::start().await.unwrap();
    let away = secret_url(&there, "away");
    let mut shown = Shown::default();
    for (path, location) in [
        ("loop", secret_url(&planted.server, "loop")),
        ("away", away),
        (
            "scheme",
            "ftp://ada:hunter2@api.test/?key=hunter2".to_owned(),
        ),
    ] {
        let redirect = reply(307).header("location", location);
        planted.server.on(format!("/{path}"), redirect);
        let error = soon(Planted::request(&client, path).send()).await;
        let error = error.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Redirect, "{path}");
        shown.error(path, &error);
        let chain = client.inner().post(secret_url(&planted.server, path));
        match soon(chain.send()).await {
            Ok(response) => assert_eq!(response.url().port(), there.url().port()),
            Err(error) => shown.error(path, &ApiError::from(error)),
        }
    }
    let redirect = reply(307).header("location", "http://ada:hunter2@[::/?key=hunter2");
    planted.server.on("/bad", redirect);
    let response = soon(Planted::request(&client, "bad").send()).await;
    shown.value("what can't be followed", &response.unwrap());
    assert_eq!(there.request_count(), 1, "the chain has no default header");
    shown.assert_no_leak();
}

#[tokio::test]
async fn no_limit_shows_a_secret() {
    let planted = Planted::start().await;
    planted.server.on("/slow", Behaviour::HangBeforeHeaders);
    let stalls = reply(200).chunk("hunter2-chunk").then_stall();
    planted.server.on("/feed", stalls);
    planted.server.on("/large", reply(200));
    let client = planted.client();
    let mut shown = Shown::default();
    let second = Duration::from_secs(1);
    let request = |path| Planted::request(&client, path);
    let cancelled = CancellationToken::new();
    cancelled.cancel();
    let limited = [
        request("slow").deadline(Duration::from_millis(100)),
        request("slow").timeout(Duration::from_millis(100)),
        request("feed").deadline(second),
        request("feed").timeout(second),
        request("slow").cancel(&cancelled),
        request("large").body_limit(5),
    ];
    for error in soon(futures_util::future::join_all(limited.map(bytes))).await {
        shown.error(&error.kind().to_string(), &error);
    }
    let token = CancellationToken::new();
    let response = soon(request("feed").cancel(&token).send()).await.unwrap();
    token.cancel();
    shown.error("cancelled", &soon(response.text()).await.unwrap_err());
    shown.assert_no_leak();
}

#[tokio::test]
async fn no_error_of_decoding_shows_a_secret() {
    let planted = Planted::start().await;
    let client = planted.client();
    let mut shown = Shown::default();
    for body in [
        r#"{"age":"hunter2-value"}"#,
        r#"{"hunter2-key":1}"#,
        r#""hunter2""#,
        "hunter2",
        "<html>hunter2</html>",
        r#"{"age":1} hunter2"#,
    ] {
        planted.server.on("/user", Reply::status(200).body(body));
        let fetched = Planted::request(&client, "user").fetch::<User>();
        let error = soon(fetched).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{body}");
        shown.error(body, &error);
    }
    for body in [
        r#"{"hunter2-key":{"age":"hunter2"}}"#,
        r#"{"hunter2-key":7}"#,
    ] {
        planted.server.on("/users", Reply::status(200).body(body));
        let users = soon(Planted::request(&client, "users").fetch::<Users>()).await;
        shown.error("map", &users.unwrap_err());
        let users = soon(Planted::request(&client, "users").send()).await;
        let mut lines = users.unwrap().lines::<Users>();
        let line = soon(lines.next()).await.unwrap();
        shown.error("line", &line.unwrap_err());
    }
    let answer = r#"{"age":"hunter2-value"}"#;
    planted.server.on("/unit", Reply::status(200).body(answer));
    let unit = Planted::request(&client, "unit").fetch::<()>();
    shown.error("unit", &soon(unit).await.unwrap_err());
    shown.assert_no_leak();
}

/// reqwest keeps serde's error, which quotes the value. `ApiError` promises to show no body.
#[tokio::test]
async fn no_error_of_decoding_by_reqwest_shows_a_secret() {
    let planted = Planted::start().await;
    let answer = r#"{"age":"hunter2-value"}"#;
    planted.server.on("/user", Reply::status(200).body(answer));
    let client = planted.client();
    let response = soon(Planted::request(&client, "user").send())
        .await
        .unwrap();
    let inner = soon(response.into_inner().json::<User>())
        .await
        .unwrap_err();
    let url = planted.server.url_of("/user");
    let response = soon(client.inner().get(url).send()).await.unwrap();
    let chain = soon(response.json::<User>()).await.unwrap_err();
    let mut shown = Shown::default();
    for (what, error) in [("inner", inner), ("chain", chain)] {
        let error = ApiError::from(error);
        assert_eq!(error.kind(), ErrorKind::Decode);
        shown.error(what, &error);
    }
    shown.assert_no_leak();
}
