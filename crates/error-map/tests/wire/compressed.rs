//! Compressed bodies that are damaged, and those whose connection breaks.

use std::io::Write;

use error_map::ErrorKind;
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::sockets::{AN_HOUR, answering, error_of, reqwest};

/// It can't be made much shorter, so that there is a middle.
fn compressed() -> Vec<u8> {
    let mut state = 1u32;
    let noise = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    });
    let noise: Vec<u8> = noise.take(20_000).collect();
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(&noise).unwrap();
    encoder.finish().unwrap()
}

fn answer(body: &[u8], announced: usize) -> Vec<u8> {
    let head = "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: ";
    let mut answer = format!("{head}{announced}\r\n\r\n").into_bytes();
    answer.extend_from_slice(body);
    answer
}

/// What each of the limits that wrap a body makes of the answer.
async fn kinds(answer: Vec<u8>) -> [ErrorKind; 4] {
    let url = format!("http://{}/", answering(answer).await);
    let kind = async |client: reqwest::ClientBuilder| {
        let client = client.build().unwrap();
        error_of(client.get(&url)).await.kind()
    };
    [
        kind(reqwest()).await,
        kind(reqwest().read_timeout(AN_HOUR)).await,
        kind(reqwest().timeout(AN_HOUR)).await,
        kind(reqwest().read_timeout(AN_HOUR).timeout(AN_HOUR)).await,
    ]
}

#[tokio::test]
async fn a_damaged_compression_is_an_error_of_decoding_whatever_wraps_the_body() {
    let whole = compressed();
    let middle = whole.len() / 2;
    let half = &whole[..middle];
    let mut damaged = whole.clone();
    damaged[middle] ^= 0xff;
    let mut checked = whole.clone();
    *checked.iter_mut().nth_back(5).unwrap() ^= 0xff;
    let page = b"<html>please sign in</html>";
    for (what, body) in [
        ("it ends too early", half),
        ("a byte is another", &damaged),
        ("the checksum is another", &checked),
        ("it is none", page),
    ] {
        let kinds = kinds(answer(body, body.len())).await;
        assert_eq!(kinds, [ErrorKind::Decode; 4], "{what}");
    }
}

#[tokio::test]
async fn what_follows_a_compression_is_an_error_of_decoding_whatever_wraps_the_body() {
    let whole = compressed();
    let head = "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ntransfer-encoding: chunked\r\n\r\n";
    let mut answer = format!("{head}{:x}\r\n", whole.len()).into_bytes();
    answer.extend_from_slice(&whole);
    answer.extend_from_slice(b"\r\n4\r\nmore\r\n0\r\n\r\n");
    assert_eq!(kinds(answer).await, [ErrorKind::Decode; 4]);
}

#[tokio::test]
async fn a_connection_that_breaks_within_a_compression_is_reset_whatever_wraps_the_body() {
    let whole = compressed();
    let kinds = kinds(answer(&whole[..whole.len() / 2], whole.len())).await;
    assert_eq!(kinds, [ErrorKind::Reset; 4]);
}
