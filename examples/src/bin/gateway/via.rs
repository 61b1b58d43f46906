//! The header by which an intermediary tells that it was there.

use http::header::VIA;
use http::{HeaderMap, HeaderValue, Version};

/// Adds the gateway to those that a message came by, with the version in which it was received (RFC 9110 §7.6.3).
pub(crate) fn add(headers: &mut HeaderMap, received: Version) {
    let via = if received == Version::HTTP_10 {
        "1.0 gateway"
    } else {
        "1.1 gateway"
    };
    headers.append(VIA, HeaderValue::from_static(via));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gateway_comes_after_those_before_it() {
        let mut headers = HeaderMap::new();
        headers.insert(VIA, HeaderValue::from_static("1.0 fred"));
        add(&mut headers, Version::HTTP_11);
        add(&mut headers, Version::HTTP_10);
        let via: Vec<_> = headers.get_all(VIA).iter().collect();
        assert_eq!(via, ["1.0 fred", "1.1 gateway", "1.0 gateway"]);
    }
}
