//! What a reqwest client sees of each fault, and what the server sees of the client. Real sockets, real time.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame};
use reqwest::{Body, Client, Response};
use testkit::{Behaviour, FaultServer, Gate, ReceivedRequest, Reply};
use tokio::sync::mpsc;

/// Short, for requests that are to time out before they get an answer.
const SOON: Duration = Duration::from_millis(50);
/// Long enough for a head to arrive first.
const SECOND: Duration = Duration::from_secs(1);

fn client() -> Client {
    Client::builder().no_proxy().build().unwrap()
}

async fn server(behaviour: impl Into<Behaviour>) -> FaultServer {
    let server = FaultServer::start().await.unwrap();
    server.otherwise(behaviour);
    server
}

async fn get(server: &FaultServer) -> reqwest::Result<Response> {
    client().get(server.url()).send().await
}

fn hello() -> Reply {
    Reply::status(200).body("hello")
}

#[tokio::test]
async fn an_answer_arrives_as_written() {
    let server = server(Reply::json(201, "[1]").header("x-a", "1")).await;
    let response = client()
        .post(server.url_of("/items?page=2"))
        .header("x-b", "2")
        .body("hello")
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 201);
    assert_eq!(response.headers()["x-a"], "1");
    assert_eq!(response.content_length(), Some(3));
    assert_eq!(response.text().await.unwrap(), "[1]");

    let [request] = &server.requests()[..] else {
        panic!("one request was sent");
    };
    assert_eq!(request.method(), "POST");
    assert_eq!(request.path_and_query(), "/items?page=2");
    assert_eq!(
        (request.path(), request.query()),
        ("/items", Some("page=2"))
    );
    assert_eq!(request.header("x-b"), Some("2"));
    assert_eq!(request.body(), "hello");
    assert!(request.is_body_complete());
    assert_eq!(server.body_bytes(), 5);
}

#[tokio::test]
async fn one_connection_serves_three_requests() {
    let server = server(hello()).await;
    let client = client();
    for _ in 0..3 {
        let response = client.get(server.url()).send().await.unwrap();
        assert_eq!(response.text().await.unwrap(), "hello");
    }
    let connections: Vec<_> = server
        .requests()
        .iter()
        .map(ReceivedRequest::connection)
        .collect();
    assert_eq!(connections, [1, 1, 1]);
    assert_eq!((server.connections(), server.open_connections()), (1, 1));

    drop(client);
    server.wait_for_open_connections(0).await;
    assert_eq!(server.open_connections(), 0);
    assert_eq!(server.disconnects(), 0, "an idle connection may end");
}

#[tokio::test]
async fn chunks_keep_the_connection_and_connection_close_ends_it() {
    let server = FaultServer::start().await.unwrap();
    server
        .once(Reply::status(200).chunks(["a", "b"], Duration::ZERO))
        .once(hello().header("connection", "close"))
        .once(Reply::status(204))
        .once(hello());
    let client = client();
    let mut bodies = Vec::new();
    for _ in 0..4 {
        let response = client.get(server.url()).send().await.unwrap();
        bodies.push(response.text().await.unwrap());
    }
    assert_eq!(bodies, ["ab", "hello", "", "hello"]);
    let connections: Vec<_> = server
        .requests()
        .iter()
        .map(ReceivedRequest::connection)
        .collect();
    assert_eq!(connections, [1, 1, 2, 2]);
}

#[tokio::test]
async fn an_answer_to_head_leaves_the_connection_in_order() {
    let server = server(hello()).await;
    let client = client();
    let head = client.head(server.url()).send().await.unwrap();
    assert_eq!(head.headers()["content-length"], "5");
    let response = client.get(server.url()).send().await.unwrap();
    assert_eq!(response.text().await.unwrap(), "hello");
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_reset_before_reading_is_a_request_error_and_no_request() {
    let server = FaultServer::start().await.unwrap();
    server.once(Behaviour::ResetBeforeReading);
    let error = get(&server).await.unwrap_err();
    assert!(error.is_request() && !error.is_connect() && !error.is_timeout());
    assert_eq!(io_kind(&error), Some(std::io::ErrorKind::ConnectionReset));
    assert_eq!((server.request_count(), server.connections()), (0, 1));
    assert_eq!(get(&server).await.unwrap().status(), 200);
    assert_eq!(server.disconnects(), 0, "it was the server that ended it");
}

#[tokio::test]
async fn a_reset_before_reading_as_the_fallback_spares_the_paths() {
    let server = server(Behaviour::ResetBeforeReading).await;
    assert!(get(&server).await.unwrap_err().is_request());
    assert_eq!(server.request_count(), 0);

    server.on("/a", hello());
    let response = client().get(server.url_of("/a")).send().await.unwrap();
    assert_eq!(response.text().await.unwrap(), "hello");
    assert!(get(&server).await.unwrap_err().is_request());
    assert_eq!(server.request_count(), 2, "the path has to be read now");
}

#[tokio::test]
async fn a_reset_after_reading_is_a_request_error() {
    let server = server(Behaviour::ResetAfterReading).await;
    let error = client()
        .post(server.url())
        .body("x")
        .send()
        .await
        .unwrap_err();
    assert!(error.is_request() && !error.is_connect());
    assert_eq!(io_kind(&error), Some(std::io::ErrorKind::ConnectionReset));
    assert_eq!(server.requests()[0].body(), "x");
}

#[tokio::test]
async fn closing_early_is_a_request_error() {
    let server = server(Behaviour::CloseEarly).await;
    let error = get(&server).await.unwrap_err();
    assert!(error.is_request() && !error.is_connect());
    assert_eq!(io_kind(&error), None, "an orderly end is no IO error");
    assert_eq!(server.request_count(), 1);
}

#[tokio::test]
async fn a_fault_on_a_connection_in_use_is_not_hidden_by_the_client() {
    let server = FaultServer::start().await.unwrap();
    let client = client();
    for fault in [
        Behaviour::CloseEarly,
        Behaviour::ResetAfterReading,
        Behaviour::ResetBeforeReading,
    ] {
        server.once(hello()).once(fault.clone());
        let response = client.get(server.url()).send().await.unwrap();
        assert_eq!(response.text().await.unwrap(), "hello");
        let error = client.get(server.url()).send().await.unwrap_err();
        assert!(error.is_request(), "{fault:?}");
        assert_eq!(server.once_left(), 0);
    }
    assert_eq!((server.request_count(), server.connections()), (5, 3));
}

#[tokio::test]
async fn a_hang_before_the_headers_is_a_timeout_of_the_request() {
    let server = server(Behaviour::HangBeforeHeaders).await;
    let request = client().get(server.url()).timeout(SOON);
    let error = request.send().await.unwrap_err();
    assert!(error.is_timeout() && error.is_request());
    server.wait_for_disconnects(1).await;
    server.wait_for_open_connections(0).await;
}

#[tokio::test]
async fn a_hang_in_the_body_is_a_timeout_after_the_first_bytes() {
    let server = server(Behaviour::HangInBody {
        reply: hello(),
        sent: 3,
    })
    .await;
    let request = client().get(server.url()).timeout(SECOND);
    let mut response = request.send().await.unwrap();
    assert_eq!(response.content_length(), Some(5));
    assert_eq!(response.chunk().await.unwrap().unwrap(), "hel");
    let error = response.chunk().await.unwrap_err();
    assert!(error.is_timeout() && error.is_decode());
    assert_eq!(
        server.disconnects(),
        0,
        "reqwest keeps the socket with the response"
    );
    drop(response);
    server.wait_for_disconnects(1).await;
}

#[tokio::test]
async fn a_truncated_body_is_a_decode_error() {
    let server = server(Behaviour::Truncate {
        reply: hello(),
        sent: 3,
    })
    .await;
    let mut response = get(&server).await.unwrap();
    assert_eq!(response.chunk().await.unwrap().unwrap(), "hel");
    let error = response.chunk().await.unwrap_err();
    assert!(error.is_decode() && !error.is_timeout());
    assert_eq!(server.disconnects(), 0);
}

#[tokio::test]
async fn a_body_that_breaks_off_is_a_decode_error() {
    let server = server(hello().chunk("!").then_break_off()).await;
    let error = get(&server).await.unwrap().bytes().await.unwrap_err();
    assert!(error.is_decode());
}

#[tokio::test]
async fn a_slow_drip_comes_whole_and_keeps_the_connection() {
    let server = FaultServer::start().await.unwrap();
    server.once(Behaviour::SlowDrip {
        reply: hello(),
        interval: Duration::from_millis(1),
    });
    let client = client();
    let response = client.get(server.url()).send().await.unwrap();
    assert_eq!(response.content_length(), Some(5));
    assert_eq!(response.text().await.unwrap(), "hello");
    client.get(server.url()).send().await.unwrap();
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_slow_drip_ends_with_the_timeout_of_the_request() {
    let server = server(Behaviour::SlowDrip {
        reply: Reply::status(200).body(vec![b'x'; 10_000]),
        interval: Duration::from_millis(1),
    })
    .await;
    let request = client().get(server.url()).timeout(SECOND);
    let error = request.send().await.unwrap().bytes().await.unwrap_err();
    assert!(error.is_timeout());
    server.wait_for_disconnects(1).await;
}

#[tokio::test]
async fn garbage_is_a_request_error() {
    let server = server(Behaviour::garbage()).await;
    let error = get(&server).await.unwrap_err();
    assert!(error.is_request() && !error.is_connect() && !error.is_timeout());
}

#[tokio::test]
async fn a_stopped_server_is_a_connect_error() {
    let server = server(hello()).await;
    let url = server.url();
    let client = client();
    client.get(url.clone()).send().await.unwrap();
    server.stop().await;
    let error = client.get(url).send().await.unwrap_err();
    assert!(error.is_connect());
}

#[tokio::test]
async fn dropping_the_server_closes_its_connections() {
    let server = server(Behaviour::HangBeforeHeaders).await;
    let call = tokio::spawn(client().get(server.url()).send());
    server.wait_for_requests(1).await;
    drop(server);
    assert!(call.await.unwrap().unwrap_err().is_request());
}

#[tokio::test]
async fn a_dropped_future_closes_its_socket() {
    let gate = Gate::new();
    let server = FaultServer::start().await.unwrap();
    server
        .once(Behaviour::HangBeforeHeaders)
        .once(hello().after(Duration::from_secs(3600)))
        .once(hello().after_gate(&gate))
        .once(hello().then_stall());
    for n in 1..=4 {
        let call = tokio::spawn({
            let request = client().get(server.url());
            async move { request.send().await.unwrap().bytes().await }
        });
        server.wait_for_requests(n).await;
        assert_eq!(server.disconnects(), n - 1);
        call.abort();
        assert!(call.await.unwrap_err().is_cancelled());
        server.wait_for_disconnects(n).await;
        server.wait_for_open_connections(0).await;
    }
    assert_eq!(gate.held(), 0, "the server left the gate with the client");
    assert_eq!((server.connections(), server.disconnects()), (4, 4));
}

#[tokio::test]
async fn a_repeating_body_ends_with_the_client() {
    let server = server(Reply::status(200).body("x".repeat(4096)).then_repeat()).await;
    let mut response = get(&server).await.unwrap();
    let mut read = 0;
    while read < 1_000_000 {
        read += response.chunk().await.unwrap().unwrap().len();
    }
    drop(response);
    server.wait_for_disconnects(1).await;
}

#[tokio::test]
async fn one_shots_go_first_and_in_order_then_paths_then_the_fallback() {
    let server = FaultServer::start().await.unwrap();
    server
        .otherwise(Reply::status(404))
        .on("/a", Reply::status(200))
        .once_on("/b", Reply::status(410))
        .once(Reply::status(500))
        .once(Reply::status(503));
    let client = client();
    let mut seen = Vec::new();
    for path in ["/a", "/b?x=1", "/b", "/a?x=1", "/b", "/c"] {
        let response = client.get(server.url_of(path)).send().await.unwrap();
        seen.push(response.status().as_u16());
    }
    assert_eq!(seen, [500, 410, 503, 200, 404, 404]);
    assert_eq!(server.once_left(), 0);
    assert_eq!((server.count_of("/a"), server.count_of("/b")), (2, 3));
}

#[tokio::test]
async fn a_behaviour_may_depend_on_the_request() {
    let server = FaultServer::start().await.unwrap();
    server.respond_with(|request| match request.method().as_str() {
        "GET" => Behaviour::from(hello()),
        _ => Behaviour::CloseEarly,
    });
    assert_eq!(get(&server).await.unwrap().text().await.unwrap(), "hello");
    assert!(client().delete(server.url()).send().await.is_err());
}

#[tokio::test]
async fn it_answers_401_until_told() {
    let server = server(Behaviour::until_authorized(hello())).await;
    let client = client();
    let ask = async |token: Option<&str>| {
        let mut request = client.get(server.url());
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        request.send().await.unwrap()
    };
    let refused = ask(Some("new")).await;
    assert_eq!(refused.status(), 401);
    assert_eq!(
        refused.headers()["www-authenticate"],
        r#"Bearer error="invalid_token""#
    );

    server.accept_token("new");
    assert_eq!(ask(Some("new")).await.text().await.unwrap(), "hello");
    assert_eq!(ask(Some("old")).await.status(), 401);
    assert_eq!(ask(None).await.status(), 401);

    server.reject_token("new");
    assert_eq!(ask(Some("new")).await.status(), 401);
    server.let_everyone_in(true);
    assert_eq!(ask(None).await.status(), 200);
    server.let_everyone_in(false);
    assert_eq!(ask(None).await.status(), 401);
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_chunked_upload_is_received_whole_and_seen_as_it_comes() {
    let server = server(hello()).await;
    let (pieces, upload) = Upload::new();
    let call = tokio::spawn(client().post(server.url()).body(Body::wrap(upload)).send());

    pieces.send("hello ".into()).unwrap();
    server.wait_for_body_bytes(6).await;
    assert_eq!((server.body_bytes(), server.request_count()), (6, 0));
    pieces.send("world".repeat(10_000).into()).unwrap();
    drop(pieces);

    assert_eq!(call.await.unwrap().unwrap().status(), 200);
    let request = &server.requests()[0];
    assert_eq!(request.header("transfer-encoding"), Some("chunked"));
    assert_eq!(request.body(), &format!("hello {}", "world".repeat(10_000)));
    assert_eq!(server.body_bytes(), 50_006);
}

#[tokio::test]
async fn an_upload_that_is_cut_is_recorded_as_far_as_it_came() {
    let server = server(hello()).await;
    let (pieces, upload) = Upload::new();
    let call = tokio::spawn(client().post(server.url()).body(Body::wrap(upload)).send());
    pieces.send("part".into()).unwrap();
    server.wait_for_body_bytes(4).await;
    call.abort();
    server.wait_for_disconnects(1).await;

    let request = &server.requests()[0];
    assert_eq!(
        (&request.body()[..], request.is_body_complete()),
        (&b"part"[..], false)
    );
}

#[tokio::test]
async fn what_is_not_http_gets_400() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    let server = server(hello()).await;
    let mut stream = tokio::net::TcpStream::connect(server.address())
        .await
        .unwrap();
    stream.write_all(b"\x16\x03\x01\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    // The rest of what was sent is unread, so the end may be a reset.
    let _ = stream.read_to_string(&mut answer).await;
    assert!(
        answer.starts_with("HTTP/1.1 400 Bad Request\r\n"),
        "{answer:?}"
    );
    assert_eq!(server.request_count(), 0);
}

fn io_kind(error: &reqwest::Error) -> Option<std::io::ErrorKind> {
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        if let Some(error) = error.downcast_ref::<std::io::Error>() {
            return Some(error.kind());
        }
        source = error.source();
    }
    None
}

/// A body whose pieces the test sends one by one.
struct Upload(mpsc::UnboundedReceiver<Bytes>);

impl Upload {
    fn new() -> (mpsc::UnboundedSender<Bytes>, Self) {
        let (pieces, receiver) = mpsc::unbounded_channel();
        (pieces, Self(receiver))
    }
}

impl HttpBody for Upload {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let piece = std::task::ready!(self.0.poll_recv(cx));
        Poll::Ready(piece.map(|bytes| Ok(Frame::data(bytes))))
    }
}
