//! The key that makes a payment safe to repeat.

use std::collections::HashSet;

use facade::{Client, ErrorKind, RedirectRefused};
use http::Method;
use stack_tests::{builder, find, soon};
use testkit::{Behaviour, FaultServer, Reply};

use crate::policy::retries;

fn keyed(server: &FaultServer) -> Client {
    let retry = retries(3).idempotency_keys(true);
    builder(server.url()).retry(retry).build().unwrap()
}

/// Each request the server got: its path and its key.
fn keys(server: &FaultServer) -> Vec<(String, String)> {
    let requests = server.requests();
    let keys = requests.iter().map(|request| {
        let key = request.header("idempotency-key").unwrap_or("none");
        (request.path().to_owned(), key.to_owned())
    });
    keys.collect()
}

#[tokio::test]
async fn each_attempt_of_a_call_sends_one_key_and_each_call_another() {
    let server = FaultServer::start().await.unwrap();
    let client = keyed(&server);
    for method in [Method::POST, Method::PATCH] {
        server
            .once(Reply::status(503))
            .once(Behaviour::ResetAfterReading)
            .once(Behaviour::CloseEarly);
        let payment = client.request(method, "pay").body("one coffee");
        assert_eq!(soon(payment.send()).await.unwrap().attempts(), 4);
    }
    let sent = keys(&server);
    assert_eq!(sent.len(), 8);
    for call in sent.chunks(4) {
        assert!(call.iter().all(|one| one == &call[0]), "{call:?}");
        let key = call[0].1.trim_matches('"');
        assert_eq!((key.len(), call[0].1.len()), (36, 38), "a quoted UUID");
    }
    assert_ne!(sent[0], sent[4]);
    for request in server.requests() {
        assert_eq!(request.body(), "one coffee");
    }
}

#[tokio::test]
async fn a_key_of_the_callers_own_is_sent_as_it_is_and_none_is_made_beside_it() {
    let server = FaultServer::start().await.unwrap();
    let client = keyed(&server);
    server.once(Reply::status(503));
    let payment = client.post("pay").idempotency_key("\"order-1\"");
    assert_eq!(soon(payment.send()).await.unwrap().attempts(), 2);
    let own = ("/pay".to_owned(), "\"order-1\"".to_owned());
    assert_eq!(keys(&server), [own.clone(), own]);
    for request in server.requests() {
        let lines = request.headers().get_all("idempotency-key");
        assert_eq!(lines.iter().count(), 1);
    }
}

#[tokio::test]
async fn no_key_is_made_where_none_is_needed_or_wanted() {
    let server = FaultServer::start().await.unwrap();
    soon(keyed(&server).put("doc").send()).await.unwrap();
    let plain = builder(server.url()).build().unwrap();
    soon(plain.post("pay").send()).await.unwrap();
    let sent: HashSet<_> = keys(&server).into_iter().map(|(_, key)| key).collect();
    assert_eq!(sent, HashSet::from(["none".to_owned()]));
}

#[tokio::test]
async fn a_redirect_within_the_origin_takes_the_key_along_to_each_attempt() {
    let server = FaultServer::start().await.unwrap();
    server
        .on("/pay", Reply::status(307).header("location", "/paid"))
        .once_on("/paid", Reply::status(503));
    let client = keyed(&server);
    let response = soon(client.post("pay").send()).await.unwrap();
    assert_eq!((response.attempts(), response.url().path()), (3, "/paid"));
    let sent = keys(&server);
    let paths: Vec<_> = sent.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(
        paths,
        ["/pay", "/paid", "/paid"],
        "what was redirected is not asked again"
    );
    assert!(
        sent.iter()
            .all(|(_, key)| key == &sent[0].1 && key != "none")
    );
}

/// A server whose payments are made at another.
async fn leads_away() -> (FaultServer, FaultServer) {
    let here = FaultServer::start().await.unwrap();
    let there = FaultServer::start().await.unwrap();
    let away = there.url_of("/away").to_string();
    here.on("/pay", Reply::status(307).header("location", away));
    (here, there)
}

async fn assert_stays(request: facade::Request) {
    let error = soon(request.send()).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Redirect, 1));
    assert!(find::<RedirectRefused>(&error).is_some(), "{error:?}");
}

#[tokio::test]
async fn no_key_that_was_made_is_taken_to_another_origin() {
    let (here, there) = leads_away().await;
    assert_stays(keyed(&here).post("pay").body("one coffee")).await;
    assert_eq!((here.request_count(), there.connections()), (1, 0));
}

/// To the other origin it would be a payment under a key that this origin's calls own.
#[tokio::test]
async fn no_key_of_the_callers_own_is_taken_to_another_origin() {
    let (here, there) = leads_away().await;
    let plain = builder(here.url()).retry(retries(3)).build().unwrap();
    for client in [plain, keyed(&here)] {
        let payment = || client.post("pay").idempotency_key("\"order-1\"");
        assert_stays(payment().body("one coffee")).await;
        soon(payment().send()).await.unwrap();
    }
    assert_eq!((here.request_count(), there.request_count()), (4, 2));
    assert!(!format!("{:?}", there.requests()).contains("order-1"));
}
