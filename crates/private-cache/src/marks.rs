//! When something last happened to a URL.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use url::Url;

use crate::key::name_of_resource;

/// When something last happened to each URL, for any number of them in 64 KiB.
///
/// Several URLs share a place, which knows the one that was marked last by name. Of the others it knows when the last of them was
/// marked, and that is then believed of all. It costs a question to the origin, and never a wrong answer.
pub(crate) struct Marks {
    /// None until something happens: most programs change little.
    places: OnceLock<Box<[Place]>>,
}

/// Times are in microseconds since 1970.
#[derive(Default)]
struct Place {
    /// When a URL was marked, and which one it was, in the lowest bits. It only grows.
    latest: AtomicU64,
    /// When the last of those was marked that this one has taken the place of.
    displaced: AtomicU64,
}

/// What is noted of a URL at some time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark(u64);

const PLACES: u64 = 4096;
/// How many bits name a URL within its place. The others are enough until the year 2112.
const NAME_BITS: u32 = 12;
const NAME: u64 = (1 << NAME_BITS) - 1;

impl Marks {
    pub(crate) fn new() -> Self {
        Self {
            places: OnceLock::new(),
        }
    }

    /// Notes that what this URL names has changed.
    pub(crate) fn set(&self, url: &Url, now: SystemTime) {
        let places = self.places.get_or_init(|| {
            let places = (0..PLACES).map(|_| Place::default());
            places.collect()
        });
        let (place, name) = place(places, url);
        let mut latest = place.latest.load(Ordering::Acquire);
        loop {
            if latest & NAME != name {
                // Before it goes, so that nobody misses it in between.
                let displaced = latest >> NAME_BITS;
                place.displaced.fetch_max(displaced, Ordering::AcqRel);
            }
            let moment = microseconds(now).max((latest >> NAME_BITS) + 1);
            let exchanged = place.latest.compare_exchange_weak(
                latest,
                moment << NAME_BITS | name,
                Ordering::AcqRel,
                Ordering::Acquire,
            );
            match exchanged {
                Ok(_) => return,
                Err(other) => latest = other,
            }
        }
    }

    /// What is noted of this URL, to see later whether something happened since.
    pub(crate) fn mark(&self, url: &Url) -> Mark {
        let Some(places) = self.places.get() else {
            return Mark(0);
        };
        let (place, name) = place(places, url);
        let latest = place.latest.load(Ordering::Acquire);
        if latest & NAME == name {
            return Mark(latest >> NAME_BITS);
        }
        Mark(place.displaced.load(Ordering::Acquire))
    }

    /// Whether an answer that was asked for at this time may be older than what happened to its URL.
    pub(crate) fn doubts(&self, url: &Url, asked_at: SystemTime) -> bool {
        microseconds(asked_at) < self.mark(url).0
    }
}

/// Where a URL is noted, and by which name.
fn place<'a>(places: &'a [Place], url: &Url) -> (&'a Place, u64) {
    let mut hasher = DefaultHasher::new();
    name_of_resource(url).hash(&mut hasher);
    let hash = hasher.finish();
    // The remainder is less than the number of places.
    let index = usize::try_from(hash % PLACES).unwrap_or_default();
    (&places[index], hash >> (u64::BITS - NAME_BITS))
}

fn microseconds(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    let most = u64::MAX >> NAME_BITS;
    u64::try_from(since.as_micros()).map_or(most, |since| since.min(most))
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    fn numbered(number: u64) -> Url {
        url(&format!("https://a.test/{number}"))
    }

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    /// The numbers of URLs that share the place of the first.
    fn neighbours() -> [u64; 3] {
        static FOUND: OnceLock<[u64; 3]> = OnceLock::new();
        *FOUND.get_or_init(find_neighbours)
    }

    fn find_neighbours() -> [u64; 3] {
        let places: Vec<_> = (0..PLACES).map(|_| Place::default()).collect();
        let (first, _) = place(&places, &numbered(0));
        let mut neighbours = (0..).filter(|n| std::ptr::eq(first, place(&places, &numbered(*n)).0));
        [(); 3].map(|()| neighbours.next().unwrap())
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
        assert!(!marks.doubts(&url("https://a.test/x"), at(9)));
    }

    #[test]
    fn what_happens_to_one_neighbour_leaves_the_others_alone_what_happens_to_two_does_not() {
        let marks = Marks::new();
        let [one, other, third] = neighbours().map(numbered);
        marks.set(&one, at(10));
        assert!(marks.doubts(&one, at(9)));
        assert!(!marks.doubts(&other, at(9)));
        marks.set(&other, at(20));
        assert!(marks.doubts(&one, at(9)));
        assert!(!marks.doubts(&one, at(10)));
        assert!(marks.doubts(&other, at(19)));
        assert!(
            marks.doubts(&third, at(9)),
            "it may be the one that was displaced"
        );
        assert!(!marks.doubts(&third, at(10)));
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

    #[test]
    fn a_thousand_changes_leave_nearly_all_others_alone() {
        let marks = Marks::new();
        for number in 0..1000 {
            marks.set(&numbered(number), at(10));
        }
        let doubted = (1000..11_000).filter(|n| marks.doubts(&numbered(*n), at(9)));
        // In two or three places of a hundred two have met. The hash is the standard library's to choose.
        assert!(doubted.count() < 400);
    }

    proptest! {
        /// Few URLs in few places, so that they meet: the same in every order, nothing that happened is ever missed.
        #[test]
        fn nothing_that_happened_is_missed(changes: Vec<(prop::sample::Index, u16)>) {
            let marks = Marks::new();
            let neighbours = neighbours();
            let mut last = HashMap::new();
            for (index, seconds) in changes {
                let number = neighbours[index.index(3)];
                let before = marks.mark(&numbered(number));
                marks.set(&numbered(number), at(seconds.into()));
                prop_assert_ne!(marks.mark(&numbered(number)), before);
                let latest = last.entry(number).or_insert(seconds);
                *latest = seconds.max(*latest);
            }
            for (number, seconds) in last.into_iter().filter(|(_, seconds)| *seconds > 0) {
                let before = at(u64::from(seconds) - 1);
                prop_assert!(marks.doubts(&numbered(number), before));
            }
        }
    }
}
