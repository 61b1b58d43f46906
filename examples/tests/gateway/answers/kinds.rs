//! Answers of all kinds.

use std::time::Duration;

use http::HeaderValue;
use testkit::{Behaviour, Reply};

/// Answers of all kinds to a `GET`, each with a name.
pub(super) fn all() -> Vec<(&'static str, Behaviour)> {
    let replies = bodies_and_headers().into_iter();
    let replies = replies
        .chain(statuses())
        .chain(what_a_client_might_act_on());
    let replies = replies.map(|(name, reply)| (name, Behaviour::from(reply)));
    replies.chain(as_written()).collect()
}

fn bodies_and_headers() -> Vec<(&'static str, Reply)> {
    let every_byte: Vec<u8> = (0..=255).collect();
    let long = "x".repeat(20_000);
    vec![
        ("json", Reply::json(200, r#"{"a":1}"#)),
        ("nothing", reply(200)),
        (
            "cookies",
            reply(200)
                .header("set-cookie", "a=1; Path=/")
                .header("set-cookie", "b=2; Secure; HttpOnly")
                .header("set-cookie", "a=1; Path=/")
                .body("cookies"),
        ),
        (
            "latin",
            reply(200)
                .header("x-latin", latin(b"caf\xe9 \xff"))
                .header(
                    "content-disposition",
                    latin(b"attachment; filename=\"\xfc.txt\""),
                )
                .body("latin"),
        ),
        ("every-byte", reply(200).body(every_byte)),
        (
            "long",
            reply(200)
                .header("x-long", long.as_str())
                .body(long.repeat(50)),
        ),
        ("empty-header", reply(200).header("x-empty", "").body("a")),
        (
            "chunked",
            reply(200).chunks(["one", "two", "three"], Duration::from_millis(5)),
        ),
        (
            "chunked-empty",
            reply(200).header("transfer-encoding", "chunked"),
        ),
    ]
}

fn statuses() -> Vec<(&'static str, Reply)> {
    let problem = r#"{"type":"about:blank","status":400}"#;
    vec![
        (
            "created",
            reply(201).header("location", "/users/7").body("7"),
        ),
        ("accepted", reply(202)),
        ("no-content", reply(204).header("etag", "\"1\"")),
        ("reset-content", reply(205)),
        (
            "partial",
            reply(206)
                .header("content-range", "bytes 0-4/99")
                .body("hello"),
        ),
        ("choices", reply(300).body("choose")),
        (
            "moved",
            reply(301)
                .header("location", "https://other.test/")
                .body("moved"),
        ),
        (
            "login",
            reply(302)
                .header("location", "https://login.test/?next=%2Fme#top")
                .header("set-cookie", "state=1"),
        ),
        ("see-other", reply(303).header("location", "../relative")),
        (
            "not-modified",
            reply(304)
                .header("etag", "W/\"1\"")
                .header("vary", "accept"),
        ),
        (
            "not-modified-length",
            reply(304)
                .header("etag", "\"1\"")
                .header("content-length", "1180"),
        ),
        ("temporary", reply(307).header("location", "/elsewhere")),
        ("permanent", reply(308).header("location", "/elsewhere")),
        (
            "problem",
            Reply::json(400, problem).header("content-language", "de"),
        ),
        (
            "challenges",
            reply(401)
                .header("www-authenticate", "Basic realm=\"a, b\"")
                .header("www-authenticate", "Digest realm=\"c\", nonce=\"d\"")
                .body("who?"),
        ),
        ("forbidden", reply(403).body("no")),
        (
            "missing",
            reply(404).header("content-type", "text/html").body("<h1>"),
        ),
        ("conflict", reply(409)),
        ("teapot", reply(418).body("short and stout")),
        (
            "limited",
            reply(429).header("retry-after", "120").body("later"),
        ),
        ("legal", reply(451)),
        ("fault", reply(500).body("stack trace")),
        (
            "unavailable",
            reply(503).header("retry-after", "Fri, 31 Dec 1999 23:59:59 GMT"),
        ),
        ("unknown", reply(299).body("what?")),
        ("beyond", reply(799)),
    ]
}

fn what_a_client_might_act_on() -> Vec<(&'static str, Reply)> {
    vec![
        (
            "gzip",
            reply(200)
                .header("content-encoding", "gzip")
                .header("vary", "accept-encoding")
                .body(GZIP),
        ),
        (
            "other-codings",
            reply(200)
                .header("content-encoding", "zstd, br")
                .body("not really"),
        ),
        (
            "policies",
            reply(200)
                .header("strict-transport-security", "max-age=63072000")
                .header("cache-control", "private, max-age=60")
                .header("cache-control", "stale-while-revalidate=30")
                .header("link", "</a>; rel=next")
                .header("access-control-allow-origin", "*")
                .header("server", "upstream/1.0")
                .header("date", "Fri, 31 Dec 1999 23:59:59 GMT")
                .header("age", "7")
                .header("via", "1.1 cdn")
                .header("alt-svc", "h3=\":443\"")
                .body("policies"),
        ),
        (
            "hop",
            reply(200)
                .header("connection", "x-hop, close")
                .header("x-hop", "1")
                .header("keep-alive", "timeout=5")
                .header("proxy-authenticate", "Basic")
                .body("hop"),
        ),
        ("breaks-off", reply(200).chunk("hel").then_break_off()),
    ]
}

/// Answers that are written by hand, or badly.
fn as_written() -> Vec<(&'static str, Behaviour)> {
    let truncated = Behaviour::Truncate {
        reply: reply(200).body("hello"),
        sent: 3,
    };
    vec![
        ("truncated", truncated),
        (
            "reason",
            raw("HTTP/1.1 200 Splendid caf\u{e9}\r\ncontent-length: 1", b"a"),
        ),
        ("no-reason", raw("HTTP/1.1 200 \r\ncontent-length: 1", b"a")),
        (
            "until-close",
            raw("HTTP/1.1 200 OK\r\nx-a: 1", b"until close"),
        ),
        (
            "old",
            raw("HTTP/1.0 200 OK\r\ncontent-type: text/plain", b"old"),
        ),
        (
            "trailers",
            raw(
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntrailer: x-sum",
                b"5\r\nhello\r\n0\r\nx-sum: 7\r\n\r\n",
            ),
        ),
        (
            "hints",
            raw(
                "HTTP/1.1 103 Early Hints\r\nlink: </a>; rel=preload\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 1",
                b"a",
            ),
        ),
        (
            "case",
            raw(
                "HTTP/1.1 200 OK\r\nX-MiXeD:   spaced  \r\nCONTENT-LENGTH: 1",
                b"a",
            ),
        ),
    ]
}

fn reply(status: u16) -> Reply {
    Reply::status(status)
}

fn latin(text: &[u8]) -> HeaderValue {
    HeaderValue::from_bytes(text).unwrap()
}

pub(super) fn raw(head: &str, body: &[u8]) -> Behaviour {
    let bytes = [head.as_bytes(), b"\r\n\r\n", body].concat();
    Behaviour::Garbage(bytes.into())
}

/// `hello`, compressed.
const GZIP: &[u8] = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xcbH\xcd\xc9\xc9\x07\x00\x86\xa6\x106\x05\x00\x00\x00";
