//! Answers that are not HTTP as it should be.

use error_map::ErrorKind;
use http::Version;

use crate::sockets::{answering, error_of, reqwest, texts};

async fn kind(answer: impl Into<Vec<u8>>) -> ErrorKind {
    let url = format!("http://{}/", answering(answer).await);
    let error = error_of(reqwest().build().unwrap().get(url)).await;
    assert!(!error.is_transient(), "{error:?}");
    let shown = texts(&error);
    assert!(!shown.contains("hunter2"), "{shown}");
    error.kind()
}

#[tokio::test]
async fn chunks_that_are_none_are_a_fault_of_the_protocol_and_not_of_tls() {
    let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    for chunks in [
        "no size\r\n",
        "\r\n",
        "fffffffffffffffff\r\n",
        "2\r\nabc\r\n",
        "0\r\nx hunter2: hunter2\r\n\r\n",
        "0\r\nx: hunter2\u{1}\r\n\r\n",
    ] {
        assert_eq!(
            kind(format!("{head}{chunks}")).await,
            ErrorKind::Protocol,
            "{chunks:?}"
        );
    }
}

#[tokio::test]
async fn a_head_that_is_none_or_too_long_is_a_fault_of_the_protocol() {
    let many = "x: y\r\n".repeat(200);
    let long = "z".repeat(600_000);
    for answer in [
        "HTTP/9.9 200 OK\r\n\r\n".to_owned(),
        "HTTP/1.1 two OK\r\n\r\n".to_owned(),
        "HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n".to_owned(),
        format!("HTTP/1.1 200 OK\r\n{many}\r\n"),
        format!("HTTP/1.1 200 OK\r\nx: {long}\r\n\r\n"),
    ] {
        let what: String = answer.chars().take(40).collect();
        assert_eq!(kind(answer).await, ErrorKind::Protocol, "{what}");
    }
}

#[tokio::test]
async fn a_version_that_the_connection_does_not_speak_is_a_fault_of_the_protocol() {
    let url = format!("http://{}/", answering("HTTP/1.1 200 OK\r\n\r\n").await);
    let client = reqwest().build().unwrap();
    for version in [Version::HTTP_2, Version::HTTP_09] {
        let error = error_of(client.get(&url).version(version)).await;
        assert_eq!(error.kind(), ErrorKind::Protocol, "{error:?}");
        assert!(!error.is_transient());
    }
}
