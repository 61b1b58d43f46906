//! Calls that a retry heals, and what the server got of them.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use facade::{Client, ErrorKind, Request};
use futures_util::future::join_all;
use futures_util::stream;
use request_context::ReplayableBody;
use reqwest::Body;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use stack_tests::{builder, soon};
use testkit::{Behaviour, FaultServer, ReceivedRequest, Reply};

use crate::policy::retries;

const LENGTH: usize = 256 * 1024;

/// Faults that may be over in a moment, each before the headers.
fn transient() -> [Behaviour; 6] {
    [
        Behaviour::ResetBeforeReading,
        Behaviour::ResetAfterReading,
        Behaviour::CloseEarly,
        Behaviour::HangBeforeHeaders,
        Reply::status(503).header("retry-after", "0").into(),
        Reply::status(500).chunk("broken").then_break_off().into(),
    ]
}

async fn server() -> FaultServer {
    let server = FaultServer::start().await.unwrap();
    server.otherwise(Reply::json(200, r#""healed""#));
    server
}

/// A client whose attempts may hang for a second.
fn client(server: &FaultServer) -> Client {
    let client = builder(server.url()).read_timeout(Duration::from_secs(1));
    client.retry(retries(3)).build().unwrap()
}

fn upload() -> Bytes {
    (0..=250).cycle().take(LENGTH).collect()
}

/// The same as a stream, which can't be cloned.
fn upload_stream() -> Body {
    let bytes = upload();
    let pieces = (0..LENGTH / 4096).map(move |n| bytes.slice(n * 4096..(n + 1) * 4096));
    Body::wrap_stream(stream::iter(pieces.map(Ok::<_, Infallible>)))
}

/// Has each fault strike one request, and its retry go well. What the server has read of all requests is returned.
async fn heal(request: impl Fn(&Client) -> Request) -> Vec<ReceivedRequest> {
    let mut read = Vec::new();
    for fault in transient() {
        let server = server().await;
        server.once(fault.clone());
        let healed = soon(request(&client(&server)).send()).await.unwrap();
        assert_eq!(healed.attempts(), 2, "{fault:?}");
        assert_eq!(soon(healed.text()).await.unwrap(), r#""healed""#);
        let expected = match fault {
            Behaviour::ResetBeforeReading => 1,
            _ => 2,
        };
        let requests = server.requests();
        assert_eq!(requests.len(), expected, "{fault:?}");
        read.extend(requests);
    }
    assert_eq!(read.len(), 11);
    read
}

#[tokio::test]
async fn a_get_heals_from_each_fault() {
    for request in heal(|client| client.get("doc").query(&[("page", "2")])).await {
        assert_eq!(request.path_and_query(), "/doc?page=2");
    }
}

#[tokio::test]
async fn a_body_that_can_be_cloned_is_sent_whole_each_time() {
    let put = |client: &Client| client.put("doc").header("x-part", "7").body(upload());
    for request in heal(put).await {
        assert!(request.body() == &upload(), "{:?}", request.headers());
        assert_eq!(request.header("x-part"), Some("7"));
    }
}

#[tokio::test]
async fn a_stream_that_can_be_made_again_is_sent_whole_each_time() {
    let put = |client: &Client| client.put("doc").replayable_body(|| Ok(upload_stream()));
    for request in heal(put).await {
        assert!(request.body() == &upload(), "{:?}", request.headers());
        assert_eq!(request.header("transfer-encoding"), Some("chunked"));
    }
}

#[tokio::test]
async fn a_form_in_parts_is_made_again_with_the_header_that_goes_with_it() {
    let boundaries = Arc::new(AtomicUsize::new(0));
    let form = ReplayableBody::new(move |request| {
        let boundary = format!("boundary-{}", boundaries.fetch_add(1, Ordering::Relaxed));
        let content_type = format!("multipart/form-data; boundary={boundary}").parse()?;
        request.headers_mut().insert("content-type", content_type);
        let part = "Content-Disposition: form-data; name=\"a\"\r\n\r\nb";
        let form = format!("--{boundary}\r\n{part}\r\n--{boundary}--\r\n");
        let whole = stream::iter([Ok::<_, Infallible>(form)]);
        *request.body_mut() = Some(Body::wrap_stream(whole));
        Ok(())
    });
    let server = server().await;
    for fault in transient() {
        server.once(fault);
    }
    let client = builder(server.url()).read_timeout(Duration::from_secs(1));
    let client = client.retry(retries(6)).build().unwrap();
    let sent = client.put("form").replayable(form).send();
    assert_eq!(soon(sent).await.unwrap().status(), 200);
    let requests = server.requests();
    // The first of seven was reset before it was read.
    assert_eq!(requests.len(), 6);
    for (request, number) in requests.iter().zip(1..) {
        let boundary = format!("boundary-{number}");
        let content_type = request.header("content-type").unwrap();
        assert!(
            content_type.ends_with(&format!("={boundary}")),
            "{content_type}"
        );
        let body = std::str::from_utf8(request.body()).unwrap();
        assert!(body.starts_with(&format!("--{boundary}\r\n")), "{body}");
        assert!(body.ends_with(&format!("--{boundary}--\r\n")), "{body}");
    }
}

#[tokio::test]
async fn a_stream_that_cannot_be_made_again_is_sent_once_and_its_real_outcome_goes_up() {
    const HANGS: ErrorKind = ErrorKind::Timeout(facade::TimeoutPhase::Idle);
    let kinds = [
        ErrorKind::Reset,
        ErrorKind::Reset,
        ErrorKind::Reset,
        HANGS,
        ErrorKind::Unavailable,
        ErrorKind::Server,
    ];
    for (fault, kind) in transient().into_iter().zip(kinds) {
        let server = server().await;
        server.once(fault.clone());
        let client = client(&server);
        let put = client.put("doc").body(upload_stream());
        let error = soon(put.send()).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (kind, 1), "{fault:?}");
        assert_eq!(server.connections(), 1, "{fault:?}");
        let healthy = client.put("doc").body(upload_stream());
        assert_eq!(soon(healthy.send()).await.unwrap().attempts(), 1);
        assert!(server.requests().last().unwrap().body() == &upload());
    }
}

#[tokio::test]
async fn a_fetch_heals_from_a_body_that_breaks_off_or_hangs() {
    let reply = || Reply::json(200, r#""broken""#);
    let faults: [Behaviour; 4] = [
        Behaviour::Truncate {
            reply: reply(),
            sent: 4,
        },
        Behaviour::HangInBody {
            reply: reply(),
            sent: 4,
        },
        Reply::status(200).chunk("\"bro").then_break_off().into(),
        Reply::status(200).chunk("\"bro").then_stall().into(),
    ];
    let heals = faults.map(async |fault| {
        let server = server().await;
        server.once(fault.clone()).once(fault.clone());
        let fetched: String = soon(client(&server).get("doc").fetch()).await.unwrap();
        assert_eq!((fetched.as_str(), server.request_count()), ("healed", 3));

        server.once(fault.clone());
        let buffered = client(&server).get("doc").buffered(100);
        let response = soon(buffered.send()).await.unwrap();
        assert_eq!((response.attempts(), response.url().path()), (2, "/doc"));
        assert_eq!(soon(response.text()).await.unwrap(), r#""healed""#);
        assert_eq!(server.request_count(), 5, "{fault:?}");
    });
    join_all(heals).await;
}

/// Knows no name at first.
struct Forgetful {
    address: SocketAddr,
    asked: AtomicUsize,
}

impl Resolve for Forgetful {
    fn resolve(&self, _name: Name) -> Resolving {
        if self.asked.fetch_add(1, Ordering::Relaxed) < 2 {
            return Box::pin(async { Err("no such name".into()) });
        }
        let address: Addrs = Box::new([self.address].into_iter());
        Box::pin(async { Ok(address) })
    }
}

#[tokio::test]
async fn a_name_that_is_not_found_at_first_heals() {
    let server = server().await;
    let resolver = Arc::new(Forgetful {
        address: server.address(),
        asked: AtomicUsize::new(0),
    });
    let client = builder(format!("http://api.test:{}", server.address().port()));
    let client = client.reqwest(|reqwest| reqwest.dns_resolver(resolver));
    let client = client.retry(retries(3)).build().unwrap();
    let response = soon(client.get("doc").send()).await.unwrap();
    assert_eq!((response.attempts(), server.request_count()), (3, 1));
}
