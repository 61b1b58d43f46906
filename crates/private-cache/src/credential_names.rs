//! What the common APIs call their credentials.

use http::HeaderName;
use http::header::{AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION};

/// Whether a header of this name says who asks, by HTTP or in the common APIs. Whatever is marked sensitive may do so too.
pub(crate) fn is_credential(name: &HeaderName) -> bool {
    if [AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION].contains(name) {
        return true;
    }
    matches!(
        name.as_str(),
        "api-key"
            | "apikey"
            | "authentication"
            | "circle-token"
            | "cookie2"
            | "dpop"
            | "job-token"
            | "ocp-apim-subscription-key"
            | "private-token"
            | "signature"
            | "signature-input"
            | "x-access-token"
            | "x-amz-security-token"
            | "x-api-key"
            | "x-api-token"
            | "x-apikey"
            | "x-auth-key"
            | "x-auth-token"
            | "x-authorization"
            | "x-csrf-token"
            | "x-functions-key"
            | "x-goog-api-key"
            | "x-goog-iam-authorization-token"
            | "x-ms-authorization-auxiliary"
            | "x-rapidapi-key"
            | "x-session-id"
            | "x-session-token"
            | "x-shopify-access-token"
            | "x-token"
            | "x-vault-token"
            | "x-xsrf-token"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_says_who_asks_is_known_and_what_says_how_is_not() {
        for (name, known) in [
            ("authorization", true),
            ("cookie", true),
            ("proxy-authorization", true),
            ("x-api-key", true),
            ("x-vault-token", true),
            ("accept", false),
            ("user-agent", false),
            ("idempotency-key", false),
            ("x-request-id", false),
        ] {
            assert_eq!(
                is_credential(&HeaderName::from_static(name)),
                known,
                "{name}"
            );
        }
    }
}
