//! `Cache-Status` (RFC 9211): what became of a request, for people and tools.

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

const CACHE_STATUS: HeaderName = HeaderName::from_static("cache-status");
const NAME: &str = "private-cache";

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It was answered from what is stored, which stays fresh for so long, or is stale by so much.
    Hit(Result<Duration, Duration>),
    /// It was sent on, and what is stored holds.
    Confirmed,
    /// It was sent on, for this reason; this was the answer.
    Forwarded {
        because: Because,
        status: StatusCode,
        stored: bool,
    },
}

/// Why a request was sent on (RFC 9211 §2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Because {
    /// Nothing is stored that fits.
    Miss,
    /// What is stored has to be confirmed.
    Stale,
    /// The request wants it so, or the cache has no part in it.
    Bypass,
    /// The method has to reach the origin.
    Method,
}

/// Adds this cache's word after those of the caches before it.
pub(crate) fn add_header(headers: &mut HeaderMap, fate: &Fate) {
    let text = match fate {
        Fate::Hit(Ok(left)) => format!("{NAME}; hit; ttl={}", left.as_secs()),
        Fate::Hit(Err(staleness)) => format!("{NAME}; hit; ttl=-{}", staleness.as_secs()),
        Fate::Confirmed => format!("{NAME}; fwd=stale; fwd-status=304"),
        Fate::Forwarded {
            because,
            status,
            stored,
        } => {
            let because = match because {
                Because::Miss => "miss",
                Because::Stale => "stale",
                Because::Bypass => "bypass",
                Because::Method => "method",
            };
            let stored = if *stored { "; stored" } else { "" };
            format!(
                "{NAME}; fwd={because}; fwd-status={}{stored}",
                status.as_u16()
            )
        }
    };
    if let Ok(value) = HeaderValue::try_from(text) {
        headers.append(CACHE_STATUS, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fate_is_told_in_the_words_of_the_rfc() {
        let forwarded = |because, stored| Fate::Forwarded {
            because,
            status: StatusCode::OK,
            stored,
        };
        let seconds = Duration::from_secs;
        for (fate, expected) in [
            (Fate::Hit(Ok(seconds(7))), "private-cache; hit; ttl=7"),
            (Fate::Hit(Err(seconds(7))), "private-cache; hit; ttl=-7"),
            (Fate::Confirmed, "private-cache; fwd=stale; fwd-status=304"),
            (
                forwarded(Because::Miss, true),
                "private-cache; fwd=miss; fwd-status=200; stored",
            ),
            (
                forwarded(Because::Stale, false),
                "private-cache; fwd=stale; fwd-status=200",
            ),
            (
                forwarded(Because::Bypass, false),
                "private-cache; fwd=bypass; fwd-status=200",
            ),
            (
                forwarded(Because::Method, false),
                "private-cache; fwd=method; fwd-status=200",
            ),
        ] {
            let mut headers = HeaderMap::new();
            add_header(&mut headers, &fate);
            assert_eq!(headers[CACHE_STATUS], expected);
        }
    }

    #[test]
    fn it_stands_after_what_other_caches_say() {
        let mut headers = HeaderMap::new();
        headers.insert(CACHE_STATUS, HeaderValue::from_static("cdn; hit"));
        add_header(&mut headers, &Fate::Confirmed);
        let all: Vec<_> = headers.get_all(CACHE_STATUS).iter().collect();
        assert_eq!(
            all,
            ["cdn; hit", "private-cache; fwd=stale; fwd-status=304"]
        );
    }
}
