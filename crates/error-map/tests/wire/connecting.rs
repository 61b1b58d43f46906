//! Connections that don't come about.

use std::error::Error;
use std::fmt;
use std::io;

use error_map::{ConnectPhase, ErrorKind};
use reqwest::{ClientBuilder, Proxy};
use tower::util::MapErrLayer;

use crate::sockets::{answering, error_of, reqwest};

const SERVER: ErrorKind = ErrorKind::Connect(ConnectPhase::Server);

type BoxError = Box<dyn Error + Send + Sync>;

/// A connector of the caller's own that fails like this.
fn failing(error: fn() -> BoxError) -> ClientBuilder {
    reqwest().connector_layer(MapErrLayer::new(move |_: BoxError| error()))
}

#[derive(Debug)]
struct Overloaded;

impl fmt::Display for Overloaded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("too many connections")
    }
}

impl Error for Overloaded {}

#[tokio::test]
async fn what_nobody_knows_is_no_fault_of_tls() {
    let invalid = || io::Error::new(io::ErrorKind::InvalidData, "not a socket").into();
    for (scheme, error) in [
        ("http", (|| Overloaded.into()) as fn() -> BoxError),
        ("https", || Overloaded.into()),
        ("https", || "not a name".into()),
        ("http", invalid),
    ] {
        // Port 9 is nobody's; whatever comes of it is replaced.
        let request = failing(error).build().unwrap();
        let request = request.get(format!("{scheme}://127.0.0.1:9/"));
        let told = error_of(request).await;
        assert_eq!(told.kind(), SERVER, "{scheme}: {told:?}");
        assert!(told.is_transient());
    }
}

#[cfg(feature = "native-tls")]
#[tokio::test]
async fn an_error_of_the_platforms_tls_is_one() {
    let junk = || {
        let error = native_tls::Certificate::from_der(b"junk");
        error.err().unwrap().into()
    };
    let request = failing(junk).build().unwrap().get("https://127.0.0.1:9/");
    assert_eq!(error_of(request).await.kind(), ErrorKind::Tls);
}

/// What comes of a call for this URL through a proxy that answers like this.
async fn by_a_proxy(answer: &str, url: &str) -> error_map::ApiError {
    let proxy = format!("http://{}", answering(answer).await);
    let proxy = Proxy::all(proxy).unwrap();
    let client = reqwest().no_proxy().proxy(proxy).build().unwrap();
    error_of(client.get(url)).await
}

#[tokio::test]
async fn a_proxy_that_wants_a_credential_is_told_from_one_that_does_not_connect() {
    let wants = "HTTP/1.1 407 Who\r\ncontent-length: 0\r\n\r\n";
    let error = by_a_proxy(wants, "https://api.test/").await;
    assert_eq!(error.kind(), ErrorKind::ProxyUnauthorized, "{error:?}");
    assert!(!error.is_transient() && error.status().is_none());

    for refuses in ["403 No", "502 Nobody", "200"] {
        let answer = format!("HTTP/1.1 {refuses}\r\n");
        let error = by_a_proxy(&answer, "https://api.test/").await;
        let proxy = ErrorKind::Connect(ConnectPhase::Proxy);
        assert_eq!(error.kind(), proxy, "{refuses}: {error:?}");
        assert!(error.is_transient());
    }
}
