//! Uploads whose own body fails: it is the caller's, whatever error it ends with.

use std::error::Error;
use std::io;

use error_map::ErrorKind;
use futures_util::stream;
use request_context::{Cancelled, SessionEnded};
use reqwest::Body;

use crate::sockets::{AN_HOUR, answering, error_of, listening, reqwest};

type BoxError = Box<dyn Error + Send + Sync>;

/// What another call ended with, whose answer was to be the body.
async fn of_another_call() -> BoxError {
    let cut = answering("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\ncut").await;
    let client = reqwest().build().unwrap();
    let download = client.get(format!("http://{cut}/")).send().await.unwrap();
    download.bytes().await.unwrap_err().into()
}

#[tokio::test]
async fn a_request_body_that_fails_is_the_callers_whatever_it_ends_with() {
    let json = serde_json::from_str::<u8>("\"ada\"").unwrap_err();
    let mut errors: Vec<BoxError> = vec![
        Cancelled::new().into(),
        SessionEnded::signed_out().into(),
        Box::new(json),
        of_another_call().await,
    ];
    for kind in [
        io::ErrorKind::InvalidData,
        io::ErrorKind::TimedOut,
        io::ErrorKind::UnexpectedEof,
        io::ErrorKind::ConnectionReset,
    ] {
        errors.push(io::Error::from(kind).into());
    }
    let url = format!("http://{}/", listening().await);
    let client = reqwest().read_timeout(AN_HOUR).build().unwrap();
    for failure in errors {
        let what = format!("{failure:?}");
        let pieces = [Ok("first"), Err(failure)];
        let body = Body::wrap_stream(stream::iter(pieces));
        let error = error_of(client.put(&url).body(body)).await;
        assert_eq!(error.kind(), ErrorKind::Other, "{what}: {error:?}");
        assert!(!error.is_transient());
    }
}
