//! Credentials that never change.

use facade::{
    ApiKey, Basic, ConnectPhase, Credential, Custom, ErrorKind, RetryMiddleware,
    policies::ExponentialBackoff,
};
use http::{HeaderName, HeaderValue};
use stack_tests::{builder, soon};
use testkit::{FaultServer, Reply};

fn retry_at_once() -> RetryMiddleware {
    let at_once = ExponentialBackoff::builder()
        .retry_bounds(
            std::time::Duration::ZERO,
            std::time::Duration::from_millis(1),
        )
        .build_with_max_retries(2);
    RetryMiddleware::new().policy(at_once)
}

#[tokio::test]
async fn a_key_in_the_query_reaches_the_server_and_nothing_else_shows_it() {
    let server = FaultServer::start().await.unwrap();
    server.once(Reply::status(503)).once(Reply::status(200));
    server.otherwise(Reply::status(404));
    let client = builder(server.url())
        .credential(ApiKey::query("key", "hunter2"))
        .retry(retry_at_once());
    let client = client.build().unwrap();
    let response = soon(client.get("a").query(&[("page", 1)]).send())
        .await
        .unwrap();
    assert_eq!(response.url().query(), Some("page=1"));
    assert!(!format!("{response:?}").contains("hunter2"));
    let error = soon(client.get("a").send()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(!format!("{error} {error:?}").contains("hunter2"));

    let requests = server.requests();
    let queries: Vec<_> = requests
        .iter()
        .map(|request| request.query().unwrap())
        .collect();
    assert_eq!(
        queries,
        ["page=1&key=hunter2", "page=1&key=hunter2", "key=hunter2"]
    );
}

#[tokio::test]
async fn a_key_in_the_query_is_in_no_error_of_the_transport() {
    let server = FaultServer::start().await.unwrap();
    let client = builder(server.url()).credential(ApiKey::query("key", "hunter2"));
    let client = client.retry(None).build().unwrap();
    server.stop().await;
    let error = soon(client.get("a").send()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect(ConnectPhase::Server));
    for error in stack_tests::chain(&error) {
        assert!(
            !format!("{error} {error:?}").contains("hunter2"),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn a_header_of_each_kind_goes_to_the_clients_origin_alone() {
    let (server, other) = (
        FaultServer::start().await.unwrap(),
        FaultServer::start().await.unwrap(),
    );
    server.otherwise(Reply::status(200));
    other.otherwise(Reply::status(200));
    let key = builder(server.url()).credential(ApiKey::header("x-api-key", "hunter2").unwrap());
    let basic = builder(server.url()).credential(Basic::new("ada", "hunter2").unwrap());
    for (client, header, value) in [
        (key, "x-api-key", "hunter2"),
        (basic, "authorization", "Basic YWRhOmh1bnRlcjI="),
    ] {
        let client = client.build().unwrap();
        soon(client.get("a").send()).await.unwrap();
        soon(client.get(other.url()).send()).await.unwrap();
        let (sent, elsewhere) = (server.requests(), other.requests());
        assert_eq!(sent.last().unwrap().header(header), Some(value));
        assert_eq!(elsewhere.last().unwrap().header(header), None);
    }
}

#[tokio::test]
async fn what_signs_a_request_signs_each_attempt_anew() {
    let server = FaultServer::start().await.unwrap();
    server
        .once(Reply::status(503))
        .otherwise(Reply::status(200));
    let number = std::sync::atomic::AtomicU32::new(1);
    let sign = Custom::new(move |request| {
        let number = number.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        let signature = format!("{number} {} {}", request.method(), request.url().path());
        let signature = HeaderValue::try_from(signature)?;
        request.headers_mut().insert("signature", signature);
        Ok(())
    });
    let client = builder(server.url())
        .credential(sign)
        .retry(retry_at_once());
    soon(client.build().unwrap().get("a").send()).await.unwrap();
    let requests = server.requests();
    let signatures: Vec<_> = requests
        .iter()
        .map(|request| request.header("signature"))
        .collect();
    assert_eq!(signatures, [Some("1 GET /a"), Some("2 GET /a")]);
}

/// A credential of a program's own, whose author marked nothing.
struct Key(HeaderValue);

impl Credential for Key {
    fn header(&self) -> Option<(&HeaderName, &HeaderValue)> {
        static NAME: HeaderName = HeaderName::from_static("x-api-key");
        Some((&NAME, &self.0))
    }
}

#[tokio::test]
async fn a_key_that_nobody_marked_is_taken_to_another_origin_by_no_redirect() {
    let (server, other) = (
        FaultServer::start().await.unwrap(),
        FaultServer::start().await.unwrap(),
    );
    let away = Reply::status(302).header("location", other.url().as_str());
    server.otherwise(away);
    let client = builder(server.url()).credential(Key(HeaderValue::from_static("hunter2")));
    soon(client.build().unwrap().get("a").send()).await.unwrap();
    let keys = |server: &FaultServer| {
        let requests = server.requests();
        let key = requests[0].header("x-api-key").map(str::to_owned);
        (requests.len(), key)
    };
    assert_eq!(keys(&server), (1, Some("hunter2".to_owned())));
    assert_eq!(keys(&other), (1, None));
}
