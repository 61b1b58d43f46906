//! What arrives at the upstream, and what does not.

use http::{HeaderName, HeaderValue};
use testkit::{FaultServer, ReceivedRequest, Reply};

use crate::raw::{exchange, status};
use crate::running::Running;

/// Headers without those that are about one connection, in the order of their names.
fn end_to_end(request: &ReceivedRequest) -> Vec<(HeaderName, HeaderValue)> {
    let hop_by_hop = ["connection", "host", "te", "upgrade", "x-hop"];
    let all = request.headers().iter();
    let mut left: Vec<_> = all
        .filter(|(name, _)| !hop_by_hop.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    left.sort_by(|(one, _), (other, _)| one.as_str().cmp(other.as_str()));
    left
}

/// Requests as callers write them. Each says that it accepts something: see the test after the next.
const REQUESTS: [&[u8]; 20] = [
    b"GET / HTTP/1.1\r\naccept: a\r\n\r\n",
    b"GET /a/b%2Fc%20d;e=f/?q=%C3%BC&r=a+b&r=&s HTTP/1.1\r\naccept: a\r\n\r\n",
    b"GET /?q=/../a?b:c@d,e;f(g)*!$~ HTTP/1.1\r\naccept: a\r\n\r\n",
    b"GET /? HTTP/1.1\r\naccept: a\r\n\r\n",
    b"GET //a//b HTTP/1.1\r\naccept: a\r\n\r\n",
    b"GET / HTTP/1.1\r\naccept: a\r\nAccept: b\r\ncookie: c=1\r\ncookie: d=2\r\n\r\n",
    b"GET / HTTP/1.1\r\naccept: a\r\nx-latin: caf\xe9\r\nx-empty:\r\n\r\n",
    b"GET / HTTP/1.1\r\naccept: a\r\nuser-agent: curl/8\r\naccept-encoding: br, gzip\r\nreferer: http://a/\r\n\r\n",
    b"GET / HTTP/1.1\r\naccept: a\r\nrange: bytes=0-4\r\nif-none-match: \"1\"\r\nprefer: wait=5\r\n\r\n",
    b"GET / HTTP/1.1\r\naccept: a\r\nauthorization: Bearer own\r\nx-forwarded-for: 10.0.0.1\r\n\r\n",
    b"GET / HTTP/1.1\r\naccept: a\r\nconnection: x-hop, close\r\nx-hop: 1\r\nte: trailers\r\nupgrade: h2c\r\n\r\n",
    b"HEAD / HTTP/1.1\r\naccept: a\r\n\r\n",
    b"OPTIONS /a HTTP/1.1\r\naccept: a\r\norigin: null\r\nsec-fetch-site: none\r\n\r\n",
    b"DELETE /a HTTP/1.1\r\naccept: a\r\n\r\n",
    b"POST / HTTP/1.1\r\naccept: a\r\ncontent-length: 0\r\n\r\n",
    b"POST / HTTP/1.1\r\naccept: a\r\ncontent-type: text/plain\r\ncontent-length: 5\r\n\r\nhello",
    b"POST / HTTP/1.1\r\naccept: a\r\ntransfer-encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n",
    b"GET / HTTP/1.1\r\naccept: a\r\ncontent-length: 5\r\n\r\nhello",
    b"QUERY / HTTP/1.1\r\naccept: a\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    b"PUT / HTTP/1.1\r\naccept: a\r\nexpect: 100-continue\r\ncontent-length: 5\r\n\r\nhello",
];

/// The request with a host, on a connection of its own.
fn alone(request: &[u8]) -> Vec<u8> {
    let end_of_line = request.windows(2).position(|pair| pair == b"\r\n").unwrap();
    let (line, rest) = request.split_at(end_of_line);
    [line, b"\r\nhost: localhost\r\nconnection: close", rest].concat()
}

#[tokio::test]
async fn each_request_arrives_the_same_with_and_without_the_gateway() {
    for limit in ["262144", "0"] {
        let server = FaultServer::start().await.unwrap();
        let gateway = Running::with(server.url(), ["--replay-limit", limit]).await;
        for request in REQUESTS {
            let shown = String::from_utf8_lossy(request);
            let before = server.request_count();
            for address in [server.address(), gateway.address()] {
                let answer = exchange(address, &alone(request)).await;
                assert!(answer.starts_with(b"HTTP/1.1 "), "{shown}");
            }
            let received = server.requests();
            let [direct, through] = &received[before..] else {
                panic!("two requests: {shown}");
            };
            assert_eq!(through.method(), direct.method());
            assert_eq!(through.path_and_query(), direct.path_and_query());
            assert_eq!(end_to_end(through), end_to_end(direct), "{shown}");
            assert_eq!(through.body(), direct.body(), "{shown}");
            for name in ["connection", "te", "upgrade", "x-hop"] {
                assert_eq!(through.header(name), None, "{shown}");
            }
        }
    }
}

/// The one header that is added to a request, and what it says is what its absence says (RFC 9110 §12.5.1).
#[tokio::test]
async fn who_accepts_nothing_in_particular_accepts_everything() {
    let server = FaultServer::start().await.unwrap();
    let gateway = Running::before(server.url()).await;
    exchange(gateway.address(), &alone(b"GET / HTTP/1.1\r\n\r\n")).await;
    let received = end_to_end(&server.requests()[0]);
    let accept = HeaderValue::from_static("*/*");
    assert_eq!(received, [(HeaderName::from_static("accept"), accept)]);
}

#[tokio::test]
async fn a_long_body_of_unknown_length_stays_one() {
    let server = FaultServer::start().await.unwrap();
    let gateway = Running::with(server.url(), ["--replay-limit", "4"]).await;
    let head =
        b"GET / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n";
    exchange(gateway.address(), &alone(head)).await;
    let received = &server.requests()[0];
    assert_eq!(received.header("transfer-encoding"), Some("chunked"));
    assert_eq!(received.body(), "hello");
}

#[tokio::test]
async fn an_empty_body_of_unknown_length_is_an_empty_body() {
    let server = FaultServer::start().await.unwrap();
    let gateway = Running::before(server.url()).await;
    let head = b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n";
    exchange(gateway.address(), &alone(head)).await;
    let received = &server.requests()[0];
    assert_eq!(received.header("content-length"), Some("0"));
    assert!(received.is_body_complete());
}

#[tokio::test]
async fn a_path_never_climbs_above_the_upstreams() {
    let server = FaultServer::start().await.unwrap();
    let upstream = server.url_of("/v1/");
    let gateway = Running::before(upstream).await;
    for (path, arrives) in [
        ("/users?page=2", "/v1/users?page=2"),
        ("/a/../users", "/v1/users"),
        ("/../admin", "/v1/admin"),
        ("/a/%2e%2E/%2e./../admin", "/v1/admin"),
        (r"/..\..\admin", "/v1/admin"),
        ("//../..//admin", "/v1//admin"),
        ("http://localhost/../admin", "/v1/admin"),
    ] {
        let request = format!("GET {path} HTTP/1.1\r\n\r\n");
        exchange(gateway.address(), &alone(request.as_bytes())).await;
        let received = server.requests();
        assert_eq!(received.last().unwrap().path_and_query(), arrives, "{path}");
    }
}

#[tokio::test]
async fn characters_that_no_url_may_have_arrive_as_url_parsers_write_them() {
    let server = FaultServer::start().await.unwrap();
    let gateway = Running::before(server.url()).await;
    for (target, arrives) in [
        ("/a'(b)|[c]~", "/a'(b)|[c]~"),
        (r#"/a"b{c}d^e"#, "/a%22b%7Bc%7Dd^e"),
        ("/\u{e9}", "/%C3%A9"),
        ("/?a='b'&c={d}|^[e]", "/?a=%27b%27&c={d}|^[e]"),
    ] {
        let request = format!("GET {target} HTTP/1.1\r\n\r\n");
        exchange(gateway.address(), &alone(request.as_bytes())).await;
        let received = server.requests();
        let last = received.last().map(ReceivedRequest::path_and_query);
        assert_eq!(last, Some(arrives), "{target}");
    }
}

#[tokio::test]
async fn a_request_with_too_many_headers_is_refused() {
    let server = FaultServer::start().await.unwrap();
    let gateway = Running::before(server.url()).await;
    for (more, code) in [(98, 200), (99, 431)] {
        let request = format!("GET / HTTP/1.1\r\n{}\r\n", "x-many: 1\r\n".repeat(more));
        let answer = exchange(gateway.address(), &alone(request.as_bytes())).await;
        assert_eq!(status(&answer), code);
    }
    assert_eq!(server.request_count(), 1);
}

#[tokio::test]
async fn the_host_is_the_upstreams_or_with_keep_host_the_callers() {
    let server = FaultServer::start().await.unwrap();
    let request = b"GET / HTTP/1.1\r\nhost: app.localhost:1234\r\nconnection: close\r\n\r\n";
    for (options, host) in [
        (&[][..], server.address().to_string()),
        (&["--keep-host"], "app.localhost:1234".into()),
    ] {
        let gateway = Running::with(server.url(), options).await;
        exchange(gateway.address(), request).await;
        let received = server.requests();
        assert_eq!(received.last().unwrap().header("host"), Some(&*host));
    }
}

/// Only the host that was checked goes on: an absolute target goes before `Host` (RFC 9112 §3.2.2).
#[tokio::test]
async fn the_host_that_is_kept_is_the_one_that_was_checked() {
    let server = FaultServer::start().await.unwrap();
    let gateway = Running::with(server.url(), ["--keep-host"]).await;
    for (request, host) in [
        (
            "GET http://localhost:1234/ HTTP/1.1\r\nhost: evil.test",
            "localhost:1234",
        ),
        (
            "GET / HTTP/1.1\r\nhost: localhost:5\r\nconnection: host",
            "localhost:5",
        ),
    ] {
        let whole = format!("{request}\r\nconnection: close\r\n\r\n");
        exchange(gateway.address(), whole.as_bytes()).await;
        let received = server.requests();
        assert_eq!(
            received.last().unwrap().header("host"),
            Some(host),
            "{request}"
        );
    }
}

#[tokio::test]
async fn what_no_program_of_the_users_sends_does_not_arrive() {
    let server = FaultServer::start().await.unwrap();
    server.otherwise(Reply::status(200));
    let options = ["--allow-host=sidecar", "--allow-origin=http://app.test"];
    let gateway = Running::with(server.url(), options).await;
    for (request, code) in [
        ("GET / HTTP/1.1\r\nhost: evil.test:9000", 421),
        ("GET http://evil.test/ HTTP/1.1\r\nhost: localhost", 421),
        ("GET https://localhost/ HTTP/1.1\r\nhost: localhost", 421),
        ("GET / HTTP/1.1\r\nhost: 0.0.0.0:9000", 421),
        ("GET / HTTP/1.1\r\nhost: 10.1.2.3:9000", 421),
        ("GET / HTTP/1.1", 400),
        ("GET / HTTP/1.1\r\nhost: evil.test@localhost", 400),
        ("GET / HTTP/1.1\r\nhost: localhost\r\nhost: localhost", 400),
        (
            "POST / HTTP/1.1\r\nhost: localhost\r\norigin: http://evil.test",
            403,
        ),
        (
            "GET / HTTP/1.1\r\nhost: localhost\r\nsec-fetch-site: cross-site",
            403,
        ),
        ("CONNECT localhost:80 HTTP/1.1\r\nhost: localhost:80", 501),
        ("OPTIONS * HTTP/1.1\r\nhost: localhost", 501),
        (
            "POST / HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: gzip, chunked",
            501,
        ),
        (
            "POST / HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked, chunked",
            501,
        ),
    ] {
        let whole = format!("{request}\r\nconnection: close\r\n\r\n");
        let answer = exchange(gateway.address(), whole.as_bytes()).await;
        assert_eq!(status(&answer), code, "{request}");
        let shown = String::from_utf8(answer).unwrap();
        assert!(shown.contains("application/problem+json"), "{shown}");
    }
    assert_eq!(server.request_count(), 0);
    for request in [
        "GET / HTTP/1.1\r\nhost: sidecar",
        "GET / HTTP/1.1\r\nhost: 127.0.0.1\r\norigin: http://app.test",
    ] {
        let whole = format!("{request}\r\nconnection: close\r\n\r\n");
        let answer = exchange(gateway.address(), whole.as_bytes()).await;
        assert_eq!(status(&answer), 200, "{request}");
    }
}

/// A caller that means one body and an upstream that sees another is how requests are smuggled (RFC 9112 §11.2).
#[tokio::test]
async fn a_request_whose_length_is_in_doubt_does_not_arrive_as_it_is() {
    let server = FaultServer::start().await.unwrap();
    let gateway = Running::before(server.url()).await;
    for request in [
        "POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello!",
        "POST / HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: gzip\r\n\r\nhello",
        "POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: x\r\n\r\nhello",
    ] {
        let answer = exchange(gateway.address(), request.as_bytes()).await;
        assert_eq!(status(&answer), 400, "{request}");
    }
    assert_eq!(server.request_count(), 0);

    let both = "POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
    exchange(gateway.address(), both.as_bytes()).await;
    let [received] = &server.requests()[..] else {
        panic!("one request");
    };
    assert_eq!(received.body(), "hello");
    assert!(received.header("content-length").is_none());
}
