//! From an error of reqwest's to a kind: what broke on the way, whatever reqwest calls it.

use std::error::Error;
use std::io;

use crate::chain::chain;
use crate::{ConnectPhase, ErrorKind, TimeoutPhase, classify};

/// The kind of an error of reqwest's. An error of one of our layers within it goes first.
pub(crate) fn kind(error: &reqwest::Error) -> ErrorKind {
    if let Some(kind) = chain(error).find_map(classify::ours) {
        return kind;
    }
    match error {
        error if error.is_timeout() => ErrorKind::Timeout(timeout(error)),
        error if error.is_connect() => connecting(error),
        error if error.is_redirect() => ErrorKind::Redirect,
        error if error.is_builder() => ErrorKind::Builder,
        error if error.is_request() || error.is_body() || error.is_decode() => under_way(error),
        _ => ErrorKind::Other,
    }
}

/// reqwest has one error for its two limits on an attempt. A silence that the system or HTTP/2 noticed has its own.
fn timeout(error: &reqwest::Error) -> TimeoutPhase {
    if error.is_connect() {
        return TimeoutPhase::Connect;
    }
    match hyper_error(error) {
        Some(hyper) if hyper.is_timeout() => TimeoutPhase::Idle,
        Some(hyper) if io_kinds(hyper).any(|kind| kind == io::ErrorKind::TimedOut) => {
            TimeoutPhase::Idle
        }
        _ => TimeoutPhase::Attempt,
    }
}

fn connecting(error: &reqwest::Error) -> ErrorKind {
    if error.is_dns() {
        return ErrorKind::Connect(ConnectPhase::Dns);
    }
    // The proxies' errors have no public type, and a failed tunnel no IO error.
    let texts = || chain(error).map(ToString::to_string);
    if texts().any(|text| text.starts_with("tunnel error") || text.starts_with("SOCKS error")) {
        return ErrorKind::Connect(ConnectPhase::Proxy);
    }
    // rustls comes as invalid data within an `io::Error`. The platform's TLS has an error of its own, so that no
    // `io::Error` is involved. A handshake that is cut off is no fault of TLS.
    let mut kinds = io_kinds(error).peekable();
    let by_tls = match kinds.peek() {
        Some(_) => kinds.any(|kind| kind == io::ErrorKind::InvalidData),
        None => hyper_error(error).is_none() && !texts().any(|text| text == "unexpected EOF"),
    };
    if by_tls {
        ErrorKind::Tls
    } else {
        ErrorKind::Connect(ConnectPhase::Server)
    }
}

/// What broke once there was a connection. reqwest calls a body that broke off an error of decoding, as it calls one that
/// can't be decompressed; only the former has hyper's error or a body's in it.
fn under_way(error: &reqwest::Error) -> ErrorKind {
    if let Some(hyper) = hyper_error(error) {
        // In TLS 1.3 a server may refuse the client's certificate after the handshake.
        let by_tls = io_kinds(hyper).any(|kind| kind == io::ErrorKind::InvalidData);
        return match hyper {
            _ if by_tls => ErrorKind::Tls,
            hyper if hyper.is_user() => ErrorKind::Other,
            hyper if hyper.is_parse() || is_http2_broken(hyper) => ErrorKind::Protocol,
            _ => ErrorKind::Reset,
        };
    }
    let mut reqwests = chain(error).filter_map(|error| error.downcast_ref::<reqwest::Error>());
    if error.is_decode() && !reqwests.any(reqwest::Error::is_body) {
        return ErrorKind::Decode;
    }
    ErrorKind::Reset
}

/// HTTP/2's own error has no public type. It says "detected" of what the other side did wrong, and "received" of what the
/// other side said.
fn is_http2_broken(error: &hyper::Error) -> bool {
    chain(error).any(|error| error.to_string().starts_with("connection error detected"))
}

fn hyper_error<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a hyper::Error> {
    chain(error).find_map(|error| error.downcast_ref())
}

fn io_kinds<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = io::ErrorKind> + 'a {
    chain(error).filter_map(|error| error.downcast_ref::<io::Error>().map(io::Error::kind))
}
