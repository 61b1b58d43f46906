//! Each answer twice: from the upstream itself, and through the gateway.

mod kinds;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use hyper::ext::ReasonPhrase;
use reqwest::{Client, Method};
use testkit::{Behaviour, FaultServer, Reply};

use crate::raw::exchange;
use crate::running::{Running, soon};

/// What a caller gets, as far as it is no business of one connection.
#[derive(Debug, PartialEq)]
struct Got {
    status: u16,
    reason: Option<Vec<u8>>,
    headers: Vec<(HeaderName, HeaderValue)>,
    /// None if it broke off.
    body: Option<Bytes>,
}

async fn got(client: &Client, method: Method, url: String) -> Got {
    let answer = soon(client.request(method, url).send()).await.unwrap();
    let reason = answer.extensions().get::<ReasonPhrase>();
    Got {
        status: answer.status().as_u16(),
        reason: reason.map(|reason| reason.as_bytes().to_vec()),
        headers: end_to_end(answer.headers()),
        body: soon(answer.bytes()).await.ok(),
    }
}

/// The headers in the order of their names, each with its values in the order in which they came.
fn end_to_end(headers: &HeaderMap) -> Vec<(HeaderName, HeaderValue)> {
    let hop_by_hop = [
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "trailer",
        "transfer-encoding",
        "x-hop",
    ];
    let all = headers.iter();
    let mut left: Vec<_> = all
        .filter(|(name, _)| !hop_by_hop.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    left.sort_by(|(one, _), (other, _)| one.as_str().cmp(other.as_str()));
    left
}

#[tokio::test]
async fn each_answer_is_the_same_with_and_without_the_gateway() {
    let server = FaultServer::start().await.unwrap();
    let gateway = Running::with(server.url(), ["--retries", "0"]).await;
    let answers = kinds::all();
    assert_eq!(answers.len(), 47);
    for (name, behaviour) in answers {
        let path = format!("/{name}");
        server.on(&path, behaviour);
        let direct = server.url_of(&path).to_string();
        let direct = got(&gateway.client, Method::GET, direct).await;
        let through = format!("{}{path}", gateway.url);
        let through = got(&gateway.client, Method::GET, through).await;
        assert_eq!(through, direct, "{name}");
    }
    assert_eq!(server.request_count(), 2 * 47);
}

#[tokio::test]
async fn each_method_gets_the_same_answer_with_and_without_the_gateway() {
    let server = FaultServer::start().await.unwrap();
    let gateway = Running::with(server.url(), ["--retries", "0"]).await;
    let length = Reply::status(200).header("content-length", "1180");
    server
        .on("/length", length.header("etag", "\"1\""))
        .on("/none", kinds::raw("HTTP/1.1 200 OK\r\nx-a: 1", b""))
        .on("/no-content", Reply::status(204))
        .on("/missing", Reply::status(404).body("not shown"))
        .on(
            "/allow",
            Reply::status(204)
                .header("allow", "GET, HEAD")
                .header("allow", "PURGE"),
        )
        .on("/see-other", Reply::status(303).header("location", "/a"))
        .on("/again", Reply::status(307).header("location", "/a"));
    for (method, path) in [
        ("HEAD", "/length"),
        ("HEAD", "/none"),
        ("HEAD", "/no-content"),
        ("HEAD", "/missing"),
        ("OPTIONS", "/allow"),
        ("PURGE", "/allow"),
        ("QUERY", "/missing"),
        ("DELETE", "/no-content"),
        ("POST", "/see-other"),
        ("PUT", "/again"),
    ] {
        let method: Method = method.parse().unwrap();
        let direct = server.url_of(path).to_string();
        let direct = got(&gateway.client, method.clone(), direct).await;
        let through = format!("{}{path}", gateway.url);
        let through = got(&gateway.client, method.clone(), through).await;
        assert_eq!(through, direct, "{method} {path}");
    }
}

#[tokio::test]
async fn on_the_wire_an_answer_has_what_the_upstream_sent_and_no_more() {
    let server = FaultServer::start().await.unwrap();
    let gateway = Running::before(server.url()).await;
    let ask = b"GET / HTTP/1.1\r\nhost: localhost\r\nte: trailers\r\nconnection: close\r\n\r\n";
    for (sent, received) in [
        (
            "HTTP/1.1 200 OK\r\nx-a: 1\r\ncontent-length: 5\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\nx-a: 1\r\ncontent-length: 5\r\nconnection: close\r\n\r\nhello",
        ),
        // Trailers are dropped, and so is what announces them.
        (
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntrailer: x-sum\r\n\r\n5\r\nhello\r\n0\r\nx-sum: 7\r\n\r\n",
            "HTTP/1.1 200 OK\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        ),
        // Of two lengths the one that counts.
        (
            "HTTP/1.1 200 OK\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        ),
        // Of one length that is told twice, one (RFC 9110 §8.6).
        (
            "HTTP/1.1 200 OK\r\ncontent-length: 5, 5\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\nhello",
        ),
        (
            "HTTP/1.1 304 Not Modified\r\ncontent-length: 5\r\ncontent-length: 5\r\n\r\n",
            "HTTP/1.1 304 Not Modified\r\ncontent-length: 5\r\nconnection: close\r\n\r\n",
        ),
        // Interim answers are the upstream's to the gateway.
        (
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
            "HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n",
        ),
    ] {
        server.once(Behaviour::Garbage(sent.into()));
        let answer = exchange(gateway.address(), ask).await;
        assert_eq!(String::from_utf8(answer).unwrap(), received);
    }
}

#[tokio::test]
async fn a_caller_of_http_1_0_gets_a_body_that_it_can_read() {
    let server = FaultServer::start().await.unwrap();
    server.otherwise(Reply::status(200).chunk("hel").chunk("lo"));
    let gateway = Running::before(server.url()).await;
    let ask = b"GET / HTTP/1.0\r\nhost: localhost\r\n\r\n";
    let answer = exchange(gateway.address(), ask).await;
    assert_eq!(
        String::from_utf8(answer).unwrap(),
        "HTTP/1.0 200 OK\r\n\r\nhello"
    );
}

#[tokio::test]
async fn with_via_the_gateway_tells_that_it_was_there() {
    let server = FaultServer::start().await.unwrap();
    server.otherwise(Reply::status(200).header("via", "1.1 cdn"));
    let gateway = Running::with(server.url(), ["--via"]).await;
    let answer = gateway.get("/").await;
    let via: Vec<_> = answer.headers().get_all("via").iter().collect();
    assert_eq!(via, ["1.1 cdn", "1.1 gateway"]);
    assert_eq!(server.requests()[0].header("via"), Some("1.1 gateway"));
}
