//! What a request changes, and which stored answers that leaves in doubt (RFC 9111 §4.4).

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::header::{CONTENT_LOCATION, LOCATION};
use http::{HeaderMap, HeaderName, Method, StatusCode};
use url::{Position, Url};

/// Whether a request by this method changes nothing (RFC 9110 §9.2.1). Of an unknown method nobody knows.
pub(crate) fn is_safe(method: &Method) -> bool {
    matches!(
        *method,
        Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE
    )
}

/// What has changed after such an answer to a request that isn't safe: what was asked for, and what the answer names of the
/// same origin. Nothing after an error.
pub(crate) fn changed(url: &Url, status: StatusCode, answer: &HeaderMap) -> Vec<Url> {
    if !status.is_success() && !status.is_redirection() {
        return Vec::new();
    }
    let named = [LOCATION, CONTENT_LOCATION].map(|name| named(url, answer, &name));
    let mut changed = vec![url.clone()];
    changed.extend(
        named
            .into_iter()
            .flatten()
            .filter(|named| named.origin() == url.origin()),
    );
    changed
}

fn named(url: &Url, answer: &HeaderMap, name: &HeaderName) -> Option<Url> {
    url.join(answer.get(name)?.to_str().ok()?).ok()
}

/// When something last happened to each URL, for any number of them in little room: several URLs share a place, and what is
/// said of one is then believed of all. That costs a question to the origin, and never a wrong answer.
pub(crate) struct Marks {
    any: AtomicBool,
    /// Microseconds since 1970; each mark is greater than the one before it.
    places: Box<[AtomicU64]>,
}

/// What a place said at some time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark(u64);

impl Marks {
    const PLACES: usize = 1024;

    pub(crate) fn new() -> Self {
        Self {
            any: AtomicBool::new(false),
            places: (0..Self::PLACES).map(|_| AtomicU64::new(0)).collect(),
        }
    }

    /// Notes that what this URL names has changed.
    pub(crate) fn set(&self, url: &Url, now: SystemTime) {
        let now = microseconds(now);
        let later = |mark: u64| Some(now.max(mark.saturating_add(1)));
        // It can't fail, since the closure always has a value.
        let _ = self
            .place(url)
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, later);
        self.any.store(true, Ordering::Release);
    }

    /// What is noted of this URL, to see later whether something happened since.
    pub(crate) fn mark(&self, url: &Url) -> Mark {
        if !self.any.load(Ordering::Acquire) {
            return Mark(0);
        }
        Mark(self.place(url).load(Ordering::Acquire))
    }

    /// Whether an answer that was asked for at this time may be older than what happened to its URL.
    pub(crate) fn doubts(&self, url: &Url, asked_at: SystemTime) -> bool {
        microseconds(asked_at) < self.mark(url).0
    }

    fn place(&self, url: &Url) -> &AtomicU64 {
        let mut hasher = DefaultHasher::new();
        url[..Position::BeforeUsername].hash(&mut hasher);
        url[Position::BeforeHost..Position::AfterQuery].hash(&mut hasher);
        // The remainder is less than the number of places.
        let index = usize::try_from(hasher.finish() % Self::PLACES as u64).unwrap_or_default();
        &self.places[index]
    }
}

fn microseconds(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn only_methods_that_are_known_to_be_safe_are() {
        for (method, safe) in [
            ("GET", true),
            ("HEAD", true),
            ("OPTIONS", true),
            ("TRACE", true),
            ("POST", false),
            ("PUT", false),
            ("PATCH", false),
            ("DELETE", false),
            ("M-SEARCH", false),
            ("get", false),
        ] {
            assert_eq!(is_safe(&method.parse().unwrap()), safe, "{method}");
        }
    }

    #[test]
    fn what_the_answer_names_of_the_same_origin_has_changed_too() {
        let asked = url("https://a.test/items");
        let after = |status: u16, lines: &[(HeaderName, &str)]| -> Vec<String> {
            let answer = lines
                .iter()
                .map(|(name, value)| (name.clone(), value.parse().unwrap()));
            let status = StatusCode::from_u16(status).unwrap();
            let changed = changed(&asked, status, &answer.collect());
            changed.into_iter().map(String::from).collect()
        };
        assert_eq!(after(200, &[]), ["https://a.test/items"]);
        assert_eq!(after(303, &[]), ["https://a.test/items"]);
        for status in [400, 404, 500, 503] {
            assert!(after(status, &[]).is_empty(), "{status}");
        }
        let named = [(LOCATION, "/items/7"), (CONTENT_LOCATION, "items/8?a")];
        let expected = [
            "https://a.test/items",
            "https://a.test/items/7",
            "https://a.test/items/8?a",
        ];
        assert_eq!(after(201, &named), expected);
        for elsewhere in [
            "https://b.test/x",
            "http://a.test/x",
            "https://a.test:8443/x",
            "//b.test/",
        ] {
            assert_eq!(after(201, &[(LOCATION, elsewhere)]).len(), 1, "{elsewhere}");
        }
    }

    #[test]
    fn an_answer_from_before_the_change_is_doubted() {
        let marks = Marks::new();
        let changed = url("https://a.test/x?y");
        assert!(!marks.doubts(&changed, at(0)));
        marks.set(&changed, at(10));
        assert!(marks.doubts(&changed, at(9)));
        assert!(!marks.doubts(&changed, at(10)));
        assert!(marks.doubts(&url("https://u:p@a.test/x?y#z"), at(9)));
        assert!(
            !marks.doubts(&url("https://a.test/x"), at(9)),
            "another place, as it happens"
        );
    }

    #[test]
    fn each_change_leaves_another_mark_even_within_one_moment() {
        let marks = Marks::new();
        let changed = url("https://a.test/");
        let before = marks.mark(&changed);
        marks.set(&changed, at(10));
        let first = marks.mark(&changed);
        marks.set(&changed, at(10));
        assert_ne!(first, before);
        assert_ne!(marks.mark(&changed), first);
    }
}
