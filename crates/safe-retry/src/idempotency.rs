//! Which requests may be sent twice.

use http::{HeaderName, HeaderValue, Method};
use request_context::{Call, Origin};
use reqwest::Request;

/// The header that makes a request safe to repeat, where the server knows it
/// (draft-ietf-httpapi-idempotency-key-header).
static IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Whether sending the request twice has the effect of sending it once: by its method (RFC 9110 §9.2.2), or because it
/// carries an idempotency key.
pub(crate) fn is_idempotent(request: &Request) -> bool {
    let key = || request.headers().get(&IDEMPOTENCY_KEY);
    method_is_idempotent(request.method()) || key().is_some_and(|key| !key.is_empty())
}

/// Gives the request the call's key, which is made when it is first needed, unless it has one of its own.
pub(crate) fn add_key(request: &mut Request, call: &Call) {
    if request.headers().contains_key(&IDEMPOTENCY_KEY) || !wants_key(request.method()) {
        return;
    }
    let Some(origin) = Origin::of(request.url()) else {
        return;
    };
    let Some(key) = call.idempotency_key(request.url()).or_else(new_key) else {
        return;
    };
    call.set_idempotency_key(origin, key.clone());
    request.headers_mut().insert(&IDEMPOTENCY_KEY, key);
}

/// Whether a key should be made for a request with this method. Methods we don't know are the caller's business.
fn wants_key(method: &Method) -> bool {
    *method == Method::POST || *method == Method::PATCH
}

/// A new key. It is a structured string (RFC 8941 §3.3.3), as the draft asks. A quoted UUID is always a valid value, so
/// there always is one.
fn new_key() -> Option<HeaderValue> {
    let mut key = HeaderValue::try_from(format!("\"{}\"", uuid::Uuid::new_v4())).ok()?;
    key.set_sensitive(true);
    Some(key)
}

fn method_is_idempotent(method: &Method) -> bool {
    [
        Method::GET,
        Method::HEAD,
        Method::PUT,
        Method::DELETE,
        Method::OPTIONS,
        Method::TRACE,
    ]
    .contains(method)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(method: &str) -> Request {
        Request::new(
            method.parse().unwrap(),
            "http://localhost/".parse().unwrap(),
        )
    }

    #[test]
    fn the_methods_of_rfc_9110_are_idempotent_and_no_others() {
        for method in ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"] {
            assert!(is_idempotent(&request(method)), "{method}");
        }
        for method in ["POST", "PATCH", "CONNECT", "PURCHASE", "get"] {
            assert!(!is_idempotent(&request(method)), "{method}");
        }
    }

    #[test]
    fn a_key_makes_any_request_idempotent() {
        let mut payment = request("POST");
        let headers = payment.headers_mut();
        headers.insert(&IDEMPOTENCY_KEY, new_key().unwrap());
        assert!(is_idempotent(&payment));
    }

    #[test]
    fn every_key_is_another_quoted_string() {
        let (one, other) = (new_key().unwrap(), new_key().unwrap());
        assert_ne!(one, other);
        assert_eq!(one.len(), 38);
        assert!(one.as_bytes().starts_with(b"\"") && one.as_bytes().ends_with(b"\""));
    }
}
