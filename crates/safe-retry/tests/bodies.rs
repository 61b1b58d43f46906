//! Request bodies that are sent again, and those that can't be.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use futures_util::stream;
use request_context::{Instant, ReplayableBody};
use reqwest::{Body, Method};
use support::{client, request, retries, seconds, status};
use testkit::{Answer, Reply, ScriptedTransport};

fn stream_of(text: &'static str) -> Body {
    let chunks = text
        .split_inclusive(' ')
        .map(|chunk| Ok::<_, std::io::Error>(Bytes::from(chunk)));
    Body::wrap_stream(stream::iter(chunks.collect::<Vec<_>>()))
}

fn bodies(transport: &ScriptedTransport) -> Vec<Bytes> {
    transport
        .requests()
        .iter()
        .map(testkit::SentRequest::body)
        .collect()
}

#[tokio::test(start_paused = true)]
async fn a_stream_is_sent_once_never_refused_and_its_outcome_goes_up() {
    for failure in [Answer::from(Reply::status(503)), Answer::fail_to_connect()] {
        let transport = ScriptedTransport::new().then(failure);
        let client = client(&transport, retries());
        let mut upload = request(Method::PUT);
        *upload.body_mut() = Some(stream_of("one two three"));
        match client.execute(upload).await {
            Ok(answer) => assert_eq!(answer.status(), 503),
            Err(error) => assert!(error.is_connect()),
        }
        assert_eq!(bodies(&transport), ["one two three"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_fails_is_the_callers_failure() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(200));
    let client = client(&transport, retries());
    let mut upload = request(Method::PUT);
    let chunks = [
        Ok(Bytes::from("half")),
        Err(std::io::Error::other("the disk is gone")),
    ];
    *upload.body_mut() = Some(Body::wrap_stream(stream::iter(chunks)));
    client.execute(upload).await.unwrap_err();
    assert_eq!(bodies(&transport), ["half"]);
}

#[tokio::test(start_paused = true)]
async fn a_body_in_memory_is_sent_whole_with_each_attempt() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(503));
    let client = client(&transport, retries());
    let upload = client
        .put(support::URL)
        .header("content-type", "text/plain")
        .body("the whole");
    upload.send().await.unwrap();
    assert_eq!(bodies(&transport), ["the whole"; 4]);
    for sent in transport.requests() {
        assert_eq!(sent.header("content-type"), Some("text/plain"));
        assert_eq!(sent.url().as_str(), support::URL);
        assert_eq!(sent.method(), Method::PUT);
    }
}

#[tokio::test(start_paused = true)]
async fn a_replayable_body_brings_its_headers_with_each_attempt() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(503));
    let client = client(&transport, retries());
    let made = Arc::new(AtomicUsize::new(0));
    let again = ReplayableBody::new({
        let made = Arc::clone(&made);
        move |request| {
            let n = made.fetch_add(1, Ordering::Relaxed) + 1;
            let boundary = format!("multipart/form-data; boundary={n}");
            request
                .headers_mut()
                .insert("content-type", boundary.parse()?);
            *request.body_mut() = Some(stream_of("made again"));
            Ok(())
        }
    });
    let upload = client
        .put(support::URL)
        .header("content-type", "multipart/form-data; boundary=0")
        .header("x-kept", "yes")
        .body(stream_of("made first"))
        .with_extension(again);
    assert_eq!(status(&upload.send().await), 503);
    let expected = ["made first", "made again", "made again", "made again"];
    assert_eq!(bodies(&transport), expected);
    for (n, sent) in transport.requests().iter().enumerate() {
        let boundary = format!("multipart/form-data; boundary={n}");
        assert_eq!(sent.header("content-type"), Some(&*boundary));
        assert_eq!(sent.header("x-kept"), Some("yes"));
        assert!(sent.is_body_complete());
    }
    assert_eq!(made.load(Ordering::Relaxed), 3);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_cannot_be_made_again_lets_the_last_outcome_go_up_at_once() {
    let transport = ScriptedTransport::new()
        .reply(Reply::status(503).body("first"))
        .reply(Reply::status(502).body("last"));
    let client = client(&transport, retries());
    let made = AtomicUsize::new(0);
    let once_again = ReplayableBody::new(move |request| {
        if made.fetch_add(1, Ordering::Relaxed) > 0 {
            return Err("the file is gone".into());
        }
        *request.body_mut() = Some(stream_of("made again"));
        Ok(())
    });
    let begun = Instant::now();
    let upload = client
        .put(support::URL)
        .body(stream_of("made"))
        .with_extension(once_again);
    let answer = upload.send().await.unwrap();
    assert_eq!(answer.status(), 502);
    assert_eq!(answer.text().await.unwrap(), "last");
    assert_eq!(begun.elapsed(), seconds(1));
    assert_eq!(bodies(&transport), ["made", "made again"]);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_is_never_needed_again_is_not_made_again() {
    let transport = ScriptedTransport::new().reply(Reply::status(200));
    let client = client(&transport, retries());
    let never = ReplayableBody::new(|_| panic!("not needed"));
    let upload = client
        .put(support::URL)
        .body(stream_of("once"))
        .with_extension(never);
    assert_eq!(status(&upload.send().await), 200);
}
