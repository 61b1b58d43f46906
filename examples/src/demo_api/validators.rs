//! Validators of a resource, and whether a conditional request already has its present version (RFC 9110 §8.8, §13).

use std::time::{Duration, SystemTime};

use axum::http::HeaderMap;
use axum::http::header::{ETAG, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE, LAST_MODIFIED};
use axum::response::IntoResponseParts;

/// What tells one version of a resource from the others.
#[derive(Clone, Debug)]
pub(super) struct Validators {
    /// A strong entity tag with its quotes and without commas.
    pub(super) etag: String,
    pub(super) last_modified: Option<SystemTime>,
}

impl Validators {
    /// Whether a GET or HEAD with these headers is answered with 304.
    pub(super) fn are_held_by(&self, request: &HeaderMap) -> bool {
        if request.contains_key(IF_NONE_MATCH) {
            // If-Modified-Since doesn't count beside If-None-Match (RFC 9110 §13.1.3).
            let fields = request
                .get_all(IF_NONE_MATCH)
                .iter()
                .filter_map(|field| field.to_str().ok());
            return fields
                .flat_map(|field| field.split(','))
                .any(|tag| self.matches_weakly(tag.trim()));
        }
        let since = request
            .get(IF_MODIFIED_SINCE)
            .and_then(|field| field.to_str().ok());
        let since = since.and_then(|date| httpdate::parse_http_date(date).ok());
        match (since, self.last_modified) {
            (Some(since), Some(modified)) => whole_seconds(modified) <= since,
            _ => false,
        }
    }

    /// Whether a range may be cut from this version: there is no If-Range, or it names this very tag.
    pub(super) fn allow_range(&self, request: &HeaderMap) -> bool {
        // If-Range compares strongly (RFC 9110 §13.1.5), so a weak tag or a date never fits.
        request
            .get(IF_RANGE)
            .is_none_or(|field| field.as_bytes() == self.etag.as_bytes())
    }

    /// `ETag` and `Last-Modified`, which a 200 and its 304 both carry (RFC 9110 §15.4.5).
    pub(super) fn headers(&self) -> impl IntoResponseParts + use<> {
        let modified = self
            .last_modified
            .map(|modified| [(LAST_MODIFIED, httpdate::fmt_http_date(modified))]);
        ([(ETAG, self.etag.clone())], modified)
    }

    fn matches_weakly(&self, tag: &str) -> bool {
        tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == self.etag
    }
}

/// HTTP dates know no fractions.
fn whole_seconds(time: SystemTime) -> SystemTime {
    let since_epoch = time
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    SystemTime::UNIX_EPOCH + Duration::from_secs(since_epoch.as_secs())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderName;

    use super::*;

    fn validators() -> Validators {
        let modified = SystemTime::UNIX_EPOCH + Duration::from_millis(784_111_777_500);
        Validators {
            etag: "\"v1\"".into(),
            last_modified: Some(modified),
        }
    }

    fn headers<const N: usize>(fields: [(HeaderName, &'static str); N]) -> HeaderMap {
        fields
            .into_iter()
            .map(|(name, value)| (name, value.parse().unwrap()))
            .collect()
    }

    #[test]
    fn if_none_match_compares_weakly_and_takes_lists_and_the_star() {
        for value in [
            "\"v1\"",
            "W/\"v1\"",
            "*",
            "\"v0\", \"v1\"",
            "\"v0\",W/\"v1\"",
        ] {
            assert!(
                validators().are_held_by(&headers([(IF_NONE_MATCH, value)])),
                "{value}"
            );
        }
        for value in ["\"v2\"", "v1", "", "\"v1", "\"x,v1\""] {
            assert!(
                !validators().are_held_by(&headers([(IF_NONE_MATCH, value)])),
                "{value}"
            );
        }
    }

    #[test]
    fn if_modified_since_counts_whole_seconds_and_only_alone() {
        let same = "Sun, 06 Nov 1994 08:49:37 GMT";
        assert!(validators().are_held_by(&headers([(IF_MODIFIED_SINCE, same)])));
        assert!(!validators().are_held_by(&headers([(
            IF_MODIFIED_SINCE,
            "Sun, 06 Nov 1994 08:49:36 GMT"
        )])));
        assert!(!validators().are_held_by(&headers([(IF_MODIFIED_SINCE, "yesterday")])));
        assert!(!validators().are_held_by(&headers([
            (IF_MODIFIED_SINCE, same),
            (IF_NONE_MATCH, "\"v2\"")
        ])));
        assert!(!validators().are_held_by(&HeaderMap::new()));
    }

    #[test]
    fn if_range_compares_strongly() {
        assert!(validators().allow_range(&HeaderMap::new()));
        assert!(validators().allow_range(&headers([(IF_RANGE, "\"v1\"")])));
        for value in ["W/\"v1\"", "\"v2\"", "Sun, 06 Nov 1994 08:49:37 GMT"] {
            assert!(
                !validators().allow_range(&headers([(IF_RANGE, value)])),
                "{value}"
            );
        }
    }
}
