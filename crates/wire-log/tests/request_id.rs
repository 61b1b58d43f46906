//! The id that all attempts of a call send.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::sync::atomic::{AtomicU32, Ordering};

use http::{Extensions, HeaderName, HeaderValue};
use reqwest_middleware::ClientWithMiddleware;
use safe_retry::RetryMiddleware;
use testkit::{Reply, ScriptedTransport};
use wire_log::{RequestId, RequestIdMiddleware};

const URL: &str = "http://api.test/";

fn client(transport: &ScriptedTransport, ids: RequestIdMiddleware) -> ClientWithMiddleware {
    transport.client_with(|chain| chain.with(ids).with(RetryMiddleware::new()))
}

fn counted() -> RequestIdMiddleware {
    let next = AtomicU32::new(1);
    RequestIdMiddleware::new().made_by(move || next.fetch_add(1, Ordering::Relaxed).into())
}

fn sent(transport: &ScriptedTransport, header: &str) -> Vec<String> {
    let requests = transport.requests();
    let ids = requests
        .iter()
        .map(|request| request.header(header).unwrap().to_owned());
    ids.collect()
}

#[tokio::test(start_paused = true)]
async fn all_attempts_of_a_call_send_one_id_and_the_next_call_another() {
    let transport = ScriptedTransport::new()
        .repeat(2, &Reply::status(503))
        .otherwise(Reply::status(200));
    let client = client(&transport, counted());
    client.get(URL).send().await.unwrap();
    client.get(URL).send().await.unwrap();
    assert_eq!(sent(&transport, "x-request-id"), ["1", "1", "1", "2"]);
}

#[tokio::test(start_paused = true)]
async fn by_default_an_id_is_a_random_uuid() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(200));
    let client = client(&transport, RequestIdMiddleware::new());
    client.get(URL).send().await.unwrap();
    client.get(URL).send().await.unwrap();
    let ids = sent(&transport, "x-request-id");
    assert_ne!(ids[0], ids[1]);
    for id in ids {
        assert_eq!(id.parse::<uuid::Uuid>().unwrap().get_version_num(), 4);
    }
}

#[tokio::test(start_paused = true)]
async fn a_callers_own_id_stays() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(200));
    let ids = RequestIdMiddleware::new().header(HeaderName::from_static("x-call"));
    let client = client(&transport, ids);
    client
        .get(URL)
        .header("x-call", "own")
        .send()
        .await
        .unwrap();
    assert_eq!(sent(&transport, "x-call"), ["own"]);
    assert_eq!(
        transport.requests()[0]
            .headers()
            .get_all("x-call")
            .iter()
            .count(),
        1
    );
    assert_eq!(transport.requests()[0].header("x-request-id"), None);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_comes_by_again_keeps_its_id_and_tells_it() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(200));
    let client = client(&transport, counted());
    let mut extensions = Extensions::new();
    for _ in 0..2 {
        let request = client.get(URL).build().unwrap();
        client
            .execute_with_extensions(request, &mut extensions)
            .await
            .unwrap();
    }
    assert_eq!(sent(&transport, "x-request-id"), ["1", "1"]);
    assert_eq!(
        extensions.get(),
        Some(&RequestId::new(HeaderValue::from_static("1")))
    );
}
