//! A guard against pages that lead in a circle.

use std::collections::HashSet;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::mem::swap;

use url::Url;

use crate::PageRequest;

/// How many pages back a repetition is noticed at once.
const RECENT: usize = 1024;

/// Notices when a page is asked for that was asked for before, in memory that doesn't grow.
///
/// At least the last 1,024 requests are known. Of those before, one is kept and changed at each power of two (Brent's way of
/// finding cycles): so a longer circle is noticed too, before three times as many requests are made as there are different
/// ones. A longer way to the circle counts there: the milestone moves on only after as many requests again.
///
/// A request is known by a hash of 64 bits, whose key no server knows.
#[derive(Debug)]
pub(crate) struct LoopGuard {
    key: RandomState,
    /// The last requests, up to 1,024.
    recent: HashSet<u64>,
    /// The 1,024 before those, once there were so many. Whole sets change places: one from which single entries are taken
    /// grows for a while.
    earlier: HashSet<u64>,
    milestone: Option<u64>,
    since_milestone: u64,
    until_next: u64,
}

impl LoopGuard {
    pub(crate) fn new() -> Self {
        Self {
            key: RandomState::new(),
            recent: HashSet::new(),
            earlier: HashSet::new(),
            milestone: None,
            since_milestone: 0,
            until_next: 1,
        }
    }

    /// Whether this request is a new one. It is known from now on.
    pub(crate) fn admits(&mut self, request: &PageRequest, callers: &Url) -> bool {
        let url = request.url(callers);
        let headers: Vec<_> = request.headers().collect();
        let print = self.key.hash_one((url.as_str(), headers, request.json()));
        let is_known = self.recent.contains(&print) || self.earlier.contains(&print);
        if is_known || self.milestone == Some(print) {
            return false;
        }
        if self.recent.len() == RECENT {
            swap(&mut self.recent, &mut self.earlier);
            self.recent.clear();
        }
        self.recent.insert(print);
        self.since_milestone += 1;
        if self.since_milestone == self.until_next {
            self.milestone = Some(print);
            self.since_milestone = 0;
            self.until_next = self.until_next.saturating_mul(2);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;

    fn callers() -> Url {
        "https://a.test/x?cursor=0".parse().unwrap()
    }

    fn page(number: usize) -> PageRequest {
        PageRequest::new().with_query("cursor", number.to_string())
    }

    /// After how many pages a circle of this length, which begins after so many others, is noticed.
    fn noticed_after(before: usize, circle: usize) -> usize {
        let mut guard = LoopGuard::new();
        for step in 0.. {
            let number = if step < before {
                step
            } else {
                before + (step - before) % circle
            };
            if !guard.admits(&page(number), &callers()) {
                return step;
            }
        }
        unreachable!()
    }

    #[test]
    fn a_circle_of_up_to_1024_pages_is_noticed_at_the_first_page_that_comes_again() {
        for (before, circle) in [(0, 1), (0, 2), (5, 1), (3, 7), (0, 1024), (3000, 1024)] {
            assert_eq!(noticed_after(before, circle), before + circle);
        }
    }

    #[test]
    fn a_longer_circle_is_noticed_before_three_times_as_many_pages_are_read_as_there_are() {
        for (before, circle) in [(0, 1025), (0, 2048), (0, 5000), (4095, 4097), (8192, 2100)] {
            let noticed = noticed_after(before, circle);
            assert!(
                noticed < 3 * (before + circle),
                "{before} {circle}: {noticed}"
            );
        }
    }

    #[test]
    fn memory_does_not_grow() {
        let mut guard = LoopGuard::new();
        for number in 0..10_000 {
            assert!(guard.admits(&page(number), &callers()));
        }
        assert!(guard.recent.len() <= RECENT);
        assert_eq!(guard.earlier.len(), RECENT);
    }

    #[test]
    fn the_callers_own_request_is_known_by_its_url() {
        let mut guard = LoopGuard::new();
        assert!(guard.admits(&PageRequest::new(), &callers()));
        assert!(!guard.admits(&page(0), &callers()));
        let link = PageRequest::to_link(callers(), false);
        assert!(!guard.admits(&link, &callers()));
    }

    #[test]
    fn requests_that_differ_in_a_header_differ() {
        let mut guard = LoopGuard::new();
        for (value, is_new) in [("a", true), ("b", true), ("a", false)] {
            let name = HeaderName::from_static("x-token");
            let request = PageRequest::new().with_header(name, HeaderValue::from_static(value));
            assert_eq!(guard.admits(&request, &callers()), is_new);
        }
    }
}
