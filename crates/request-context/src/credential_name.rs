//! How the names of credentials sound.

use http::HeaderName;

/// What they have in them: by HTTP itself, and in the common APIs.
const PARTS: [&str; 14] = [
    "auth",
    "cookie",
    "credential",
    "csrf",
    "dpop",
    "jwt",
    "key",
    "otp",
    "passw",
    "secret",
    "session",
    "signature",
    "token",
    "xsrf",
];

/// Whether a header of this name sounds like a credential: its name has `auth`, `cookie`, `credential`, `csrf`, `dpop`, `jwt`,
/// `key`, `otp`, `passw`, `secret`, `session`, `signature`, `token` or `xsrf` in it.
///
/// For layers that keep credentials from others, where a value that is marked sensitive is one too. It errs on the safe side:
/// `idempotency-key` and `x-author` sound like one.
///
/// ```
/// use http::HeaderName;
/// use request_context::is_credential_name;
///
/// assert!(is_credential_name(&HeaderName::from_static("x-api-key")));
/// assert!(!is_credential_name(&HeaderName::from_static("accept-language")));
/// ```
#[must_use]
pub fn is_credential_name(name: &HeaderName) -> bool {
    let name = name.as_str();
    PARTS.iter().any(|part| name.contains(part))
}

#[cfg(test)]
mod tests {
    use http::header::{
        ACCEPT, AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, COOKIE, ETAG, IF_NONE_MATCH,
        PROXY_AUTHORIZATION, RANGE, USER_AGENT,
    };

    use super::*;

    #[test]
    fn what_says_who_asks_is_known_and_what_says_how_is_not() {
        for name in [AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION] {
            assert!(is_credential_name(&name), "{name}");
        }
        for name in [
            "apikey",
            "dd-application-key",
            "dpop",
            "ocp-apim-subscription-key",
            "private-token",
            "signature-input",
            "x-amz-security-token",
            "x-csrf-token",
            "x-password",
            "x-session-id",
            "x-vault-token",
        ] {
            assert!(is_credential_name(&HeaderName::from_static(name)), "{name}");
        }
        for name in [
            ACCEPT,
            CACHE_CONTROL,
            CONTENT_TYPE,
            ETAG,
            IF_NONE_MATCH,
            RANGE,
            USER_AGENT,
            HeaderName::from_static("x-request-id"),
            HeaderName::from_static("traceparent"),
        ] {
            assert!(!is_credential_name(&name), "{name}");
        }
    }
}
