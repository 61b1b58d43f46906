//! Short ways to write redirects down and to look at what became of them.
#![allow(dead_code, unreachable_pub, reason = "each test file uses a part")]

use futures_util::stream;
use http::{HeaderValue, Method};
use reqwest::{Body, Request};
use reqwest_middleware::{ClientWithMiddleware, Error};
use safe_redirect::{RedirectMiddleware, RedirectRefusal, RedirectRefused};
use testkit::{Reply, ScriptedTransport, SentRequest};

pub const HERE: &str = "https://a.test/x";
pub const THERE: &str = "https://b.test/y";

pub fn redirect(status: u16, location: &str) -> Reply {
    Reply::status(status).header("location", location)
}

/// A transport that redirects once for each of these, and then answers.
pub fn redirects<const N: usize>(hops: [(u16, &str); N]) -> ScriptedTransport {
    let transport = ScriptedTransport::new().otherwise(Reply::status(200));
    for (status, location) in hops {
        transport.push(redirect(status, location));
    }
    transport
}

pub fn client(transport: &ScriptedTransport) -> ClientWithMiddleware {
    with(transport, RedirectMiddleware::new())
}

pub fn with(transport: &ScriptedTransport, layer: RedirectMiddleware) -> ClientWithMiddleware {
    transport.client_with(|chain| chain.with(layer))
}

pub fn request(method: Method, body: &'static str) -> Request {
    let mut request = Request::new(method, HERE.parse().unwrap());
    if !body.is_empty() {
        *request.body_mut() = Some(body.into());
        let json = HeaderValue::from_static("application/json");
        request.headers_mut().insert("content-type", json);
    }
    request
}

pub fn stream_body() -> Body {
    Body::wrap_stream(stream::iter([Ok::<_, std::io::Error>("once")]))
}

/// What was sent: method, URL and body of each request.
pub fn sent(transport: &ScriptedTransport) -> Vec<String> {
    let line = |sent: &SentRequest| {
        let body = String::from_utf8_lossy(&sent.body()).into_owned();
        let line = format!("{} {} {body}", sent.method(), sent.url());
        line.trim_end().to_owned()
    };
    transport.requests().iter().map(line).collect()
}

/// The refusal that a call ended as.
pub fn refused<T: std::fmt::Debug>(outcome: Result<T, Error>) -> RedirectRefused {
    match outcome.unwrap_err() {
        Error::Middleware(error) => error.downcast::<RedirectRefused>().unwrap(),
        Error::Reqwest(error) => panic!("{error:?}"),
    }
}

pub fn reason<T: std::fmt::Debug>(outcome: Result<T, Error>) -> RedirectRefusal {
    refused(outcome).reason()
}
