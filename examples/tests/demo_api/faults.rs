//! Endpoints that fail, drop the connection, or are slow.

use reqwest::header::RETRY_AFTER;
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::demo::{Demo, header, json, problem};

#[tokio::test]
async fn a_flaky_resource_heals_after_its_failures_each_key_for_itself() {
    let demo = Demo::start().await;
    for _ in 0..2 {
        let response = demo.get("/flaky/a?failures=2").await;
        assert_eq!(header(&response, RETRY_AFTER), "1");
        assert_eq!(
            problem(response, StatusCode::SERVICE_UNAVAILABLE).await,
            "flaky"
        );
    }
    assert_eq!(
        json(demo.get("/flaky/a?failures=2").await).await,
        json!({"key": "a", "arrivals": 3})
    );
    let posted = demo
        .request(Method::POST, "/flaky/b?failures=1&retry_after=7")
        .send()
        .await
        .unwrap();
    assert_eq!(posted.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(header(&posted, RETRY_AFTER), "7");
    assert_eq!(
        demo.post("/flaky/b?failures=1").await,
        json!({"key": "b", "arrivals": 2})
    );
    assert_eq!(
        json(demo.get("/flaky/c?failures=0").await).await["arrivals"],
        1
    );
    assert_eq!(demo.stats().await.flaky_failures, 3);
}

#[tokio::test]
async fn a_drop_closes_the_connection_without_an_answer() {
    let demo = Demo::start().await;
    for method in [Method::GET, Method::POST] {
        let error = demo
            .request(method, "/drop/a?failures=2")
            .send()
            .await
            .unwrap_err();
        assert!(error.is_request(), "{error:?}");
        assert!(!error.is_connect() && !error.is_timeout(), "{error:?}");
    }
    assert_eq!(
        json(demo.get("/drop/a?failures=2").await).await,
        json!({"key": "a", "arrivals": 3})
    );
    let stats = demo.stats().await;
    assert_eq!((stats.drops, stats.requests), (2, 3));
}

#[tokio::test]
async fn not_one_byte_comes_before_the_drop() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let demo = Demo::start().await;
    let mut stream = tokio::net::TcpStream::connect(demo.server.address())
        .await
        .unwrap();
    stream
        .write_all(b"GET /drop/raw HTTP/1.1\r\nhost: demo\r\n\r\n")
        .await
        .unwrap();
    let mut received = Vec::new();
    stream.read_to_end(&mut received).await.unwrap();
    assert_eq!(received, b"");
}

#[tokio::test]
async fn a_slow_call_that_its_client_leaves_is_counted_as_abandoned() {
    let demo = Demo::start().await;
    assert_eq!(
        json(demo.get("/slow?ms=1").await).await,
        json!({"waited_ms": 1})
    );
    let request = demo.request(Method::GET, "/slow?ms=60000");
    let call = tokio::spawn(request.send());
    let stats = demo.stats_until(|stats| stats.slow_started == 2).await;
    assert_eq!((stats.slow_finished, stats.slow_abandoned), (1, 0));
    call.abort();
    let stats = demo.stats_until(|stats| stats.slow_abandoned == 1).await;
    assert_eq!((stats.slow_started, stats.slow_finished), (2, 1));

    assert_eq!(
        problem(demo.get("/slow?ms=60001").await, StatusCode::BAD_REQUEST).await,
        "invalid_query"
    );
    assert_eq!(
        problem(demo.get("/slow").await, StatusCode::BAD_REQUEST).await,
        "invalid_query"
    );
}
