//! Schemes of a program's own: what their closure sees, and what becomes of what it adds.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use auth_middleware::{AuthMiddleware, Custom};
use http::Extensions;
use request_context::{Credential, CredentialError, Verdict};
use reqwest::{Request, Response};
use reqwest_middleware::{Error, Middleware, Next, Result};
use support::{API, Witness, client, origin, shown};
use testkit::{Reply, ScriptedTransport};

/// Signs with a number for each signature, and all that it can see.
fn numbered() -> Custom {
    let signatures = Arc::new(AtomicU32::new(0));
    Custom::new(move |request| {
        let number = signatures.fetch_add(1, Ordering::Relaxed) + 1;
        let body = request.body().map(|body| body.as_bytes());
        let body = match body {
            None => "none",
            Some(None) => "a stream",
            Some(Some(bytes)) => std::str::from_utf8(bytes)?,
        };
        let seen = format!(
            "{number} {} {} {:?} {body}",
            request.method(),
            request.url(),
            request.headers().get("x-seen"),
        );
        request.headers_mut().insert("signature", seen.try_into()?);
        Ok(())
    })
}

fn auth(credential: impl Credential + 'static) -> AuthMiddleware {
    AuthMiddleware::fixed(credential, origin())
}

fn signature(transport: &ScriptedTransport) -> String {
    let last = transport.last().unwrap();
    last.header("signature").unwrap().to_owned()
}

/// Sends a request three times, as a retry does.
struct Thrice;

#[async_trait]
impl Middleware for Thrice {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        for _ in 0..2 {
            let copy = request.try_clone().unwrap();
            next.clone().run(copy, extensions).await?;
        }
        next.run(request, extensions).await
    }
}

#[tokio::test]
async fn a_signature_sees_the_request_as_it_leaves_and_is_made_anew_for_each_attempt() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(503));
    let client = transport.client_with(|chain| chain.with(Thrice).with(auth(numbered())));
    let upload = client.put("https://api.test/a?b=c").header("x-seen", "yes");
    upload.body("payload").send().await.unwrap();
    let signatures: Vec<_> = transport
        .requests()
        .iter()
        .map(|request| request.header("signature").unwrap().to_owned())
        .collect();
    let expected = [1, 2, 3]
        .map(|number| format!(r#"{number} PUT https://api.test/a?b=c Some("yes") payload"#));
    assert_eq!(signatures, expected);
}

#[tokio::test]
async fn each_attempt_adds_a_query_once() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(503));
    let key = auth_middleware::ApiKey::query("key", "hunter2");
    let client = transport.client_with(|chain| chain.with(Thrice).with(auth(key)));
    client.get(API).send().await.unwrap();
    for request in transport.requests() {
        assert_eq!(request.url().as_str(), "https://api.test/me?key=hunter2");
    }
    transport.assert_count(3);
}

#[tokio::test]
async fn a_closure_can_tell_a_stream_from_no_body() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(200));
    let client = client(&transport, &Witness::default(), auth(numbered()));
    client.get(API).send().await.unwrap();
    assert_eq!(signature(&transport), format!("1 GET {API} None none"));
    let chunks = futures_util::stream::iter([Ok::<_, std::io::Error>("payload")]);
    let stream = reqwest::Body::wrap_stream(chunks);
    client.post(API).body(stream).send().await.unwrap();
    assert_eq!(signature(&transport), format!("2 POST {API} None a stream"));
}

#[tokio::test]
async fn what_a_closure_adds_is_sensitive_and_what_was_there_stays_as_it_was() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(200));
    let signed = Custom::new(|request| {
        let headers = request.headers_mut();
        headers.insert("signature", "hunter2".parse()?);
        headers.insert("x-changed", "after".parse()?);
        Ok(())
    });
    let client = client(&transport, &Witness::default(), auth(signed));
    let request = client.get(API).header("x-own", "own");
    request.header("x-changed", "before").send().await.unwrap();
    let last = transport.last().unwrap();
    assert!(last.headers()["signature"].is_sensitive());
    assert!(last.headers()["x-changed"].is_sensitive());
    assert!(!last.headers()["x-own"].is_sensitive());
}

#[tokio::test]
async fn a_query_that_a_closure_adds_is_not_seen_in_the_answer() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(200));
    let presigned = Custom::new(|request| {
        let mut query = request.url_mut().query_pairs_mut();
        query.append_pair("signature", "hunter2");
        Ok(())
    });
    let client = client(&transport, &Witness::default(), auth(presigned));
    let answer = client
        .get("https://api.test/me?page=2")
        .send()
        .await
        .unwrap();
    let sent = transport.last().unwrap().url().to_string();
    assert_eq!(sent, "https://api.test/me?page=2&signature=hunter2");
    assert_eq!(answer.url().as_str(), "https://api.test/me?page=2");
}

#[tokio::test]
async fn a_closure_that_leaves_the_request_alone_has_sent_no_credential() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(401));
    let witness = Witness::default();
    let polite = Custom::new(|request| {
        if !request.headers().contains_key("signature") {
            request.headers_mut().insert("signature", "ours".parse()?);
        }
        Ok(())
    });
    let client = client(&transport, &witness, auth(polite));
    client.get(API).send().await.unwrap();
    assert_eq!(witness.verdict(), Some(Verdict::InvalidToken));
    client
        .get(API)
        .header("signature", "theirs")
        .send()
        .await
        .unwrap();
    assert_eq!(signature(&transport), "theirs");
    assert_eq!(witness.verdict(), Some(Verdict::NotOurs));
}

#[derive(Debug, thiserror::Error)]
#[error("the key is locked")]
struct Locked;

#[tokio::test]
async fn a_closure_that_fails_sends_nothing_and_its_error_can_be_matched() {
    let transport = ScriptedTransport::new();
    let locked = Custom::new(|_| Err(Locked.into()));
    let client = client(&transport, &Witness::default(), auth(locked));
    let Error::Middleware(error) = client.get(API).send().await.unwrap_err() else {
        panic!("not from a layer");
    };
    let error: &CredentialError = error.downcast_ref().unwrap();
    assert!(std::error::Error::source(error).unwrap().is::<Locked>());
    transport.assert_count(0);
}

/// A credential that waits for another service before it can sign.
struct Remote;

#[async_trait]
impl Credential for Remote {
    async fn apply(&self, request: &mut Request) -> std::result::Result<(), CredentialError> {
        tokio::time::sleep(std::time::Duration::from_secs(3)).await;
        let value = "Remote hunter2".parse().map_err(CredentialError::new)?;
        request.headers_mut().insert("authorization", value);
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn a_credential_may_wait_before_it_signs() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(200));
    let client = client(&transport, &Witness::default(), auth(Remote));
    let begun = tokio::time::Instant::now();
    client.get(API).send().await.unwrap();
    assert_eq!(begun.elapsed(), std::time::Duration::from_secs(3));
    assert_eq!(support::sent(&transport).as_deref(), Some("Remote hunter2"));
}

#[tokio::test]
async fn no_layer_and_no_credential_shows_a_secret() {
    let custom = Custom::new(|_| Err("hunter2".into()));
    let basic = auth_middleware::Basic::new("ada", "hunter2").unwrap();
    let key = auth_middleware::ApiKey::query("key", "hunter2");
    let other = request_context::WithCredential::new(basic.clone());
    let shown_values = format!(
        "{custom:?} {basic:?} {key:?} {other:?} {:?}",
        auth(key.clone())
    );
    assert!(!shown_values.contains("hunter2"), "{shown_values}");

    // An error of reqwest's with a URL, as a key server's client might return it.
    let failing = Custom::new(|_| {
        let client = reqwest::Client::builder().no_proxy().build()?;
        let error = client.get("http://keys.test/").header("bad name", "x");
        let url = "http://keys.test/?key=hunter2".parse()?;
        Err(error.build().unwrap_err().with_url(url).into())
    });
    let transport = ScriptedTransport::new();
    let client = client(&transport, &Witness::default(), auth(failing));
    let error = client.get(API).send().await.unwrap_err();
    assert!(!shown(&error).contains("hunter2"), "{error:?}");
}
