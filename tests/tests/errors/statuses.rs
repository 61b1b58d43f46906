//! Answers that are errors.

use facade::ErrorKind;
use stack_tests::{builder, soon};
use testkit::{FaultServer, Reply};

use crate::expectations::{assert_error, through_the_chain, through_the_facade};

const TABLE: [(u16, ErrorKind, &str); 21] = [
    (400, ErrorKind::BadRequest, "bad request (400)"),
    (401, ErrorKind::Unauthorized, "unauthorized (401)"),
    (402, ErrorKind::Other, "status 402 Payment Required"),
    (403, ErrorKind::Forbidden, "forbidden (403)"),
    (404, ErrorKind::NotFound, "not found (404)"),
    (405, ErrorKind::Other, "status 405 Method Not Allowed"),
    (406, ErrorKind::Other, "status 406 Not Acceptable"),
    (
        407,
        ErrorKind::ProxyUnauthorized,
        "the proxy wants a credential (407)",
    ),
    (408, ErrorKind::Other, "status 408 Request Timeout"),
    (409, ErrorKind::Conflict, "conflict (409)"),
    (410, ErrorKind::Gone, "gone (410)"),
    (
        412,
        ErrorKind::PreconditionFailed,
        "precondition failed (412)",
    ),
    (413, ErrorKind::PayloadTooLarge, "payload too large (413)"),
    (418, ErrorKind::Other, "status 418 I'm a teapot"),
    (422, ErrorKind::Unprocessable, "not valid (422)"),
    (429, ErrorKind::RateLimited, "too many requests (429)"),
    (500, ErrorKind::Server, "server error (500)"),
    (501, ErrorKind::Server, "server error (501)"),
    (502, ErrorKind::Unavailable, "service unavailable (502)"),
    (503, ErrorKind::Unavailable, "service unavailable (503)"),
    (504, ErrorKind::Unavailable, "service unavailable (504)"),
];

#[tokio::test]
async fn each_status_has_its_kind_and_keeps_its_answer() {
    let server = FaultServer::start().await.unwrap();
    let client = builder(server.url()).retry(None).build().unwrap();
    for (status, kind, text) in TABLE {
        let path = format!("/{status}");
        let reply = Reply::status(status).header("retry-after", "7");
        server.on(&path, reply.body("why"));
        let url = server.url_of(&path);
        let request = client.get(&path).query(&[("q", "1")]);
        let facade = soon(through_the_facade(request)).await;
        let chain = soon(through_the_chain(
            &client,
            server.url_of(&format!("{path}?q=1")),
        ))
        .await;
        for error in [facade, chain] {
            if kind == ErrorKind::Other {
                assert_eq!((error.kind(), error.url()), (kind, Some(&url)));
            } else {
                assert_error(&error, kind, &url, 1);
            }
            assert_eq!(error.to_string(), format!("{text}: GET {url}"));
            assert_eq!(error.status().unwrap().as_u16(), status);
            assert_eq!(error.headers().unwrap()["retry-after"], "7");
            assert_eq!((error.text().as_ref(), error.body().len()), ("why", 3));
            assert!(std::error::Error::source(&error).is_none());
        }
        assert_eq!(server.count_of(&path), 2);
    }
}

#[tokio::test]
async fn what_is_below_400_is_no_error() {
    let server = FaultServer::start().await.unwrap();
    let client = builder(server.url()).retry(None).build().unwrap();
    for status in [200, 204, 206, 304, 399] {
        server.once(Reply::status(status));
        let response = soon(client.get("x").send()).await.unwrap();
        assert_eq!(response.status().as_u16(), status);
    }
}
