//! Which client a request comes from (RFC 6749 §2.3.1): by Basic, by the body, or by its mere name.

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;

use super::clients::{Client, Shown};
use super::token_error::TokenError;
use crate::demo_api::secret::Secret;
use crate::demo_api::state::Shared;

/// The client of a request to an endpoint that programs call, if it shows one. A wrong one is counted.
pub(super) fn authenticate<'a>(
    shared: &'a Shared,
    headers: &HeaderMap,
    id: Option<&str>,
    secret: Option<&Secret>,
) -> Result<Option<Client<'a>>, TokenError> {
    let in_header = headers.contains_key(AUTHORIZATION);
    let refused = || {
        shared.counters.clients_rejected.increment();
        TokenError::InvalidClient { in_header }
    };
    if !in_header {
        let Some(id) = id else {
            return match secret {
                Some(_) => Err(TokenError::InvalidRequest("client_id is missing")),
                None => Ok(None),
            };
        };
        let client = shared.clients.identify(&Shown { id, secret });
        return client.map(Some).ok_or_else(refused);
    }
    let basic = Basic::by(headers).ok_or_else(refused)?;
    if secret.is_some() || id.is_some_and(|id| id != basic.id) {
        return Err(TokenError::InvalidRequest(
            "the client authenticates in two ways",
        ));
    }
    let shown = Shown {
        id: &basic.id,
        secret: basic.secret.as_ref(),
    };
    shared
        .clients
        .identify(&shown)
        .map(Some)
        .ok_or_else(refused)
}

#[derive(Debug, PartialEq, Eq)]
struct Basic {
    id: String,
    /// An empty one is none.
    secret: Option<Secret>,
}

impl Basic {
    fn by(headers: &HeaderMap) -> Option<Self> {
        let mut fields = headers.get_all(AUTHORIZATION).iter();
        let (Some(field), None) = (fields.next(), fields.next()) else {
            return None;
        };
        let (scheme, pair) = field.to_str().ok()?.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("basic") {
            return None;
        }
        let pair = String::from_utf8(STANDARD.decode(pair.trim()).ok()?).ok()?;
        let (id, secret) = pair.split_once(':')?;
        let secret = form_decoded(secret)?;
        Some(Self {
            id: form_decoded(id)?,
            secret: Some(secret)
                .filter(|secret| !secret.is_empty())
                .map(Secret::new),
        })
    }
}

/// Both halves of the pair are form-urlencoded before they are joined (RFC 6749 §2.3.1 and appendix B).
fn form_decoded(text: &str) -> Option<String> {
    let text = text.replace('+', " ");
    let text = percent_decode_str(&text).decode_utf8().ok()?;
    Some(text.into_owned())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn by(field: &str) -> Option<(String, Option<Secret>)> {
        let field = HeaderValue::from_str(field).unwrap();
        let headers = [(AUTHORIZATION, field)].into_iter().collect();
        Basic::by(&headers).map(|basic| (basic.id, basic.secret))
    }

    #[test]
    fn both_halves_are_form_decoded() {
        for (pair, id, secret) in [
            ("service:babbage", "service", Some("babbage")),
            ("a%3Ab:c%3Ad%25", "a:b", Some("c:d%")),
            ("a+b:c+d%2B", "a b", Some("c d+")),
            ("s:p:q", "s", Some("p:q")),
            ("%C3%A9:%E2%82%AC", "é", Some("€")),
            ("cli:", "cli", None),
        ] {
            let found = by(&format!("Basic {}", STANDARD.encode(pair)));
            assert_eq!(
                found,
                Some((id.to_owned(), secret.map(Secret::new))),
                "{pair}"
            );
        }
        let lower = by(&format!("bAsIc   {}", STANDARD.encode("a:b")));
        assert_eq!(lower, Some(("a".to_owned(), Some(Secret::new("b")))));
    }

    #[test]
    fn what_is_no_pair_shows_no_client() {
        let no_colon = format!("Basic {}", STANDARD.encode("service"));
        let no_utf8 = format!("Basic {}", STANDARD.encode("a:%FF"));
        for field in ["Basic", "Basic !", "Bearer abc", &no_colon, &no_utf8] {
            assert_eq!(by(field), None, "{field}");
        }
        let field = HeaderValue::from_static("Basic YTpi");
        let twice = [(AUTHORIZATION, field.clone()), (AUTHORIZATION, field)];
        assert_eq!(Basic::by(&twice.into_iter().collect()), None);
    }
}
