//! Which requests may be sent twice, and the key that makes others so.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use std::collections::HashSet;

use http::{Extensions, StatusCode};
use request_context::HeadersTimedOut;
use reqwest::Method;
use reqwest_middleware::Error;
use safe_retry::{Retry, RetryMiddleware};
use support::{At, AtOnce, client, request, retries, seconds, status};
use testkit::{Answer, Reply, ScriptedTransport};

const KEY: &str = "idempotency-key";

fn keys(transport: &ScriptedTransport) -> Vec<String> {
    let requests = transport.requests();
    let keys = requests
        .iter()
        .map(|sent| sent.header(KEY).unwrap_or("none").to_owned());
    keys.collect()
}

#[tokio::test(start_paused = true)]
async fn a_post_without_a_key_arrives_exactly_once_whatever_happens() {
    let failures: [fn() -> Answer; 11] = [
        || Reply::status(408).into(),
        || Reply::status(429).header("retry-after", "1").into(),
        || Reply::status(500).into(),
        || Reply::status(502).into(),
        || Reply::status(503).header("retry-after", "0").into(),
        || Reply::status(504).into(),
        || Answer::fail_to_connect(),
        || Answer::time_out(),
        || Answer::fail(HeadersTimedOut::new()),
        || Answer::hang(),
        || Reply::status(200).chunk("half").then_stall().into(),
    ];
    for method in [Method::POST, Method::PATCH] {
        for (index, failure) in failures.iter().enumerate() {
            let transport = ScriptedTransport::new()
                .then(failure())
                .otherwise(Reply::status(200));
            let client = client(&transport, retries().park(true).also_on(StatusCode::OK));
            let mut payment = request(method.clone());
            *payment.body_mut() = Some("42 €".into());
            *payment.timeout_mut() = Some(seconds(9));
            let outcome = client.execute(payment).await;
            if let Ok(answer) = outcome {
                let _ = answer.bytes().await;
            }
            assert_eq!(transport.count(), 1, "{method} with failure {index}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn idempotent_methods_are_retried_and_no_others() {
    for (method, sent) in [
        ("GET", 4),
        ("HEAD", 4),
        ("PUT", 4),
        ("DELETE", 4),
        ("OPTIONS", 4),
        ("TRACE", 4),
        ("POST", 1),
        ("PATCH", 1),
        ("CONNECT", 1),
        ("PURCHASE", 1),
        ("get", 1),
    ] {
        let transport = ScriptedTransport::new().otherwise(Reply::status(503));
        let client = client(&transport, retries());
        client
            .execute(request(method.parse().unwrap()))
            .await
            .unwrap();
        assert_eq!(transport.count(), sent, "{method}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_of_the_callers_own_makes_any_method_retried_with_that_key() {
    for method in [Method::POST, Method::PATCH] {
        for makes_keys in [false, true] {
            let transport = ScriptedTransport::new().otherwise(Reply::status(503));
            let client = client(&transport, retries().idempotency_keys(makes_keys));
            let mut payment = request(method.clone());
            payment
                .headers_mut()
                .insert(KEY, "order-7".parse().unwrap());
            client.execute(payment).await.unwrap();
            assert_eq!(keys(&transport), ["order-7"; 4]);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_empty_key_is_none() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(503));
    let client = client(&transport, retries());
    let mut payment = request(Method::POST);
    payment.headers_mut().insert(KEY, "".parse().unwrap());
    client.execute(payment).await.unwrap();
    transport.assert_count(1);
}

#[tokio::test(start_paused = true)]
async fn a_made_key_is_one_for_all_attempts_of_a_call_and_another_for_each_call() {
    for method in [Method::POST, Method::PATCH] {
        let transport = ScriptedTransport::new().otherwise(Reply::status(503));
        let client = client(&transport, retries().idempotency_keys(true));
        for _ in 0..2 {
            client.execute(request(method.clone())).await.unwrap();
        }
        let keys = keys(&transport);
        assert_eq!(keys.len(), 8);
        assert!(keys[..4].iter().all(|key| *key == keys[0]), "{keys:?}");
        assert!(keys[4..].iter().all(|key| *key == keys[4]), "{keys:?}");
        assert_ne!(keys[0], keys[4]);
    }
}

#[tokio::test(start_paused = true)]
async fn two_sends_of_one_cloned_request_are_two_calls_with_two_keys() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(200));
    let client = client(&transport, retries().idempotency_keys(true));
    let payment = client
        .post(support::URL)
        .with_extension(Retry::if_idempotent());
    payment.try_clone().unwrap().send().await.unwrap();
    payment.send().await.unwrap();
    let keys: HashSet<_> = keys(&transport).into_iter().collect();
    assert_eq!(keys.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_made_key_is_a_quoted_uuid_that_logs_can_tell_is_sensitive() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(200));
    let client = client(&transport, retries().idempotency_keys(true));
    client.execute(request(Method::POST)).await.unwrap();
    let sent = transport.last().unwrap();
    let key = &sent.headers()[KEY];
    assert!(key.is_sensitive());
    let text = key.to_str().unwrap();
    let uuid = text
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'))
        .unwrap();
    assert_eq!(uuid::Uuid::parse_str(uuid).unwrap().get_version_num(), 4);
}

#[tokio::test(start_paused = true)]
async fn no_key_is_made_where_the_method_needs_none_or_is_unknown() {
    for method in ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PURCHASE"] {
        let transport = ScriptedTransport::new().otherwise(Reply::status(200));
        let client = client(&transport, retries().idempotency_keys(true));
        client
            .execute(request(method.parse().unwrap()))
            .await
            .unwrap();
        assert_eq!(keys(&transport), ["none"], "{method}");
    }
}

#[tokio::test(start_paused = true)]
async fn by_default_no_key_is_made() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(503));
    client(&transport, RetryMiddleware::new())
        .execute(request(Method::POST))
        .await
        .unwrap();
    assert_eq!(keys(&transport), ["none"]);
}

#[tokio::test(start_paused = true)]
async fn a_redirect_within_the_origin_takes_the_key_along_and_one_elsewhere_gets_another() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(200));
    let client = client(&transport, retries().idempotency_keys(true));
    // What a layer above does that follows redirects: each hop passes through with the same extensions.
    let mut extensions = Extensions::new();
    for url in [
        "http://api.test/a",
        "http://api.test/b",
        "http://other.test/c",
    ] {
        let hop = reqwest::Request::new(Method::POST, url.parse().unwrap());
        client
            .execute_with_extensions(hop, &mut extensions)
            .await
            .unwrap();
    }
    let keys = keys(&transport);
    assert_eq!(keys[0], keys[1]);
    assert_ne!(keys[1], keys[2]);
}

#[tokio::test(start_paused = true)]
async fn never_sends_once_even_what_is_idempotent() {
    for method in [Method::GET, Method::PUT] {
        let transport = ScriptedTransport::new().otherwise(Reply::status(503));
        let mut extensions = Extensions::new();
        extensions.insert(Retry::never().policy(AtOnce(5)).also_on(StatusCode::OK));
        let client = client(&transport, retries());
        let outcome = client
            .execute_with_extensions(request(method), &mut extensions)
            .await;
        assert_eq!(status(&outcome), 503);
        transport.assert_count(1);
    }
}

#[tokio::test(start_paused = true)]
async fn always_retries_whatever_the_method_is() {
    for method in ["POST", "PATCH", "PURCHASE"] {
        let transport = ScriptedTransport::new().otherwise(Reply::status(503));
        let mut extensions = Extensions::new();
        extensions.insert(Retry::always());
        let client = client(&transport, retries());
        let request = request(method.parse().unwrap());
        client
            .execute_with_extensions(request, &mut extensions)
            .await
            .unwrap();
        assert_eq!(transport.count(), 4, "{method}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_policy_or_a_status_of_its_own_does_not_make_a_request_idempotent() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(409));
    let mut extensions = Extensions::new();
    let own = Retry::if_idempotent()
        .policy(At::seconds([1]))
        .also_on(StatusCode::CONFLICT);
    extensions.insert(own);
    let client = client(&transport, retries());
    let payment = request(Method::POST);
    client
        .execute_with_extensions(payment, &mut extensions)
        .await
        .unwrap();
    transport.assert_count(1);
}

#[tokio::test(start_paused = true)]
async fn what_is_sent_once_is_counted_as_one_attempt() {
    let transport = ScriptedTransport::new().then(Answer::fail_to_connect());
    let mut extensions = Extensions::new();
    let client = client(&transport, retries());
    let outcome = client
        .execute_with_extensions(request(Method::POST), &mut extensions)
        .await;
    assert!(matches!(outcome, Err(Error::Reqwest(error)) if error.is_connect()));
    let call = request_context::Call::find(&extensions).unwrap();
    assert_eq!((call.attempts(), call.waited()), (1, seconds(0)));
}
