//! From an error of HTTP/2 to a kind (RFC 9113 §7).

use h2::{Error, Reason};

use crate::ErrorKind;

/// What the two sides of a connection say of each other.
pub(crate) fn kind(error: &Error) -> ErrorKind {
    match error.reason() {
        Some(reason) if error.is_remote() => said(reason),
        Some(Reason::NO_ERROR) => ErrorKind::Reset,
        // What this side has detected is the other's fault.
        Some(_) if error.is_library() => ErrorKind::Protocol,
        // hyper ends the stream of a request body that fails. Its error has been lost by then.
        Some(_) if error.is_reset() => ErrorKind::Other,
        _ => ErrorKind::Reset,
    }
}

fn said(reason: Reason) -> ErrorKind {
    match reason {
        // It has not been processed (§8.7): too many streams, or a server that goes away.
        Reason::REFUSED_STREAM => ErrorKind::Unavailable,
        Reason::ENHANCE_YOUR_CALM => ErrorKind::RateLimited,
        Reason::INADEQUATE_SECURITY => ErrorKind::Tls,
        Reason::PROTOCOL_ERROR
        | Reason::FLOW_CONTROL_ERROR
        | Reason::FRAME_SIZE_ERROR
        | Reason::COMPRESSION_ERROR
        | Reason::HTTP_1_1_REQUIRED => ErrorKind::Protocol,
        _ => ErrorKind::Reset,
    }
}
