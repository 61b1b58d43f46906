use std::time::UNIX_EPOCH;

use bytes::Bytes;
use http::{StatusCode, Version};
use httpdate::{fmt_http_date, parse_http_date};
use proptest::prelude::*;

use super::*;

/// When the answers of these tests arrive.
fn arrival() -> SystemTime {
    parse_http_date("Thu, 01 Jan 2026 00:00:00 GMT").unwrap()
}

fn after(seconds: u64) -> SystemTime {
    arrival() + Duration::from_secs(seconds)
}

fn parts(lines: &[(&'static str, &str)]) -> EntryParts {
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        headers.append(*name, value.parse().unwrap());
    }
    EntryParts {
        url: "https://a.test/".parse().unwrap(),
        status: StatusCode::OK,
        version: Version::HTTP_11,
        headers,
        body: Bytes::new(),
        varied: Vec::new(),
        request_time: arrival(),
        response_time: arrival(),
        fresh_for: None,
    }
}

fn policy(cache_control: &str) -> Policy {
    Policy::of(&parts(&[("cache-control", cache_control)]))
}

fn wish(cache_control: &str) -> Wish {
    let mut headers = HeaderMap::new();
    headers.insert("cache-control", cache_control.parse().unwrap());
    Wish {
        directives: RequestDirectives::of(&headers),
        word: Word::Default,
    }
}

fn word(word: Word) -> Wish {
    Wish {
        word,
        ..Wish::default()
    }
}

#[test]
fn an_answer_is_as_old_as_its_age_its_date_and_its_stay_say() {
    let age = |lines: &[(&'static str, &str)]| Policy::of(&parts(lines)).age(after(10)).as_secs();
    assert_eq!(age(&[]), 10);
    assert_eq!(age(&[("age", "30")]), 40);
    assert_eq!(age(&[("date", "Wed, 31 Dec 2025 23:59:00 GMT")]), 70);
    assert_eq!(
        age(&[("date", "Wed, 31 Dec 2025 23:59:00 GMT"), ("age", "90")]),
        100
    );
    assert_eq!(
        age(&[("date", "Thu, 01 Jan 2026 00:10:00 GMT")]),
        10,
        "a clock that is ahead"
    );
    assert_eq!(age(&[("age", "18446744073709551615")]), (1 << 31) + 10);
    let mut slow = parts(&[("age", "30")]);
    slow.request_time = arrival() - Duration::from_secs(4);
    assert_eq!(
        Policy::of(&slow).age(after(10)).as_secs(),
        44,
        "it may have waited on the way"
    );
}

#[test]
fn an_age_that_is_no_number_makes_an_answer_stale() {
    for line in ["abc", "-7200", "7200.0", "7200,0", "0, 0", "0;foo=bar", ""] {
        let policy = Policy::of(&parts(&[("cache-control", "max-age=3600"), ("age", line)]));
        assert!(policy.remaining(arrival()).is_err(), "{line}");
    }
    let two = parts(&[
        ("cache-control", "max-age=3600"),
        ("age", "0"),
        ("age", "0"),
    ]);
    assert!(Policy::of(&two).remaining(arrival()).is_err());
    let one = parts(&[("cache-control", "max-age=3600"), ("age", " 1 ")]);
    assert!(Policy::of(&one).remaining(arrival()).is_ok());
}

#[test]
fn an_answer_is_fresh_for_less_than_its_lifetime() {
    let policy = policy("max-age=10");
    assert_eq!(policy.remaining(after(9)), Ok(Duration::from_secs(1)));
    assert_eq!(policy.remaining(after(10)), Err(Duration::ZERO));
    assert_eq!(policy.remaining(after(12)), Err(Duration::from_secs(2)));
}

#[test]
fn an_answer_from_the_future_is_not_fresh() {
    let policy = policy("max-age=10");
    let before = |seconds| arrival() - Duration::from_secs(seconds);
    assert!(
        policy.remaining(before(1)).is_ok(),
        "clocks are not that exact"
    );
    assert!(policy.remaining(before(2)).is_err());
    assert_eq!(
        policy.reuse(&Wish::default(), false, UNIX_EPOCH),
        Reuse::Validate
    );
}

#[test]
fn a_callers_lifetime_counts_where_the_server_names_none() {
    let lifetime = |status: u16, lines: &[(&'static str, &str)]| {
        let mut parts = parts(lines);
        parts.status = StatusCode::from_u16(status).unwrap();
        parts.fresh_for = Some(Duration::from_secs(60));
        Policy::of(&parts)
            .remaining(arrival())
            .map(|left| left.as_secs())
            .unwrap_or_default()
    };
    let modified = ("last-modified", "Wed, 31 Dec 2025 00:00:00 GMT");
    assert_eq!(lifetime(200, &[]), 60);
    assert_eq!(lifetime(200, &[modified]), 60);
    assert_eq!(lifetime(200, &[("cache-control", "private")]), 60);
    assert_eq!(lifetime(200, &[("cache-control", "max-age=5")]), 5);
    assert_eq!(lifetime(200, &[("cache-control", "max-age=0")]), 0);
    assert_eq!(lifetime(200, &[("expires", "0")]), 0);
    assert_eq!(lifetime(404, &[]), 0);
    assert_eq!(lifetime(500, &[]), 0);
}

/// Everything that a request and an answer can say about reuse, one line each: the answer, the request, the answer's age.
#[test]
fn each_directive_says_what_may_be_done() {
    for (answer, request, age, expected) in [
        ("max-age=10", "", 5, Reuse::Fresh),
        ("max-age=10", "", 15, Reuse::Validate),
        ("max-age=10, must-revalidate", "", 5, Reuse::Fresh),
        ("max-age=10, no-cache", "", 5, Reuse::Validate),
        ("max-age=10, no-cache=\"x\"", "", 5, Reuse::Fresh),
        ("max-age=10, immutable", "", 15, Reuse::Validate),
        ("", "", 0, Reuse::Validate),
        // What the request wants.
        ("max-age=10", "no-cache", 5, Reuse::Validate),
        ("max-age=10", "max-age=0", 0, Reuse::Validate),
        ("max-age=10", "max-age=5", 5, Reuse::Fresh),
        ("max-age=10", "max-age=4", 5, Reuse::Validate),
        ("max-age=10, immutable", "max-age=0", 5, Reuse::Fresh),
        ("max-age=10, immutable", "max-age=0", 15, Reuse::Validate),
        ("max-age=10, immutable", "no-cache", 5, Reuse::Validate),
        ("max-age=10", "min-fresh=5", 5, Reuse::Fresh),
        ("max-age=10", "min-fresh=6", 5, Reuse::Validate),
        ("max-age=10", "min-fresh=1", 15, Reuse::Validate),
        ("max-age=10", "max-stale", 999, Reuse::Stale),
        ("max-age=10", "max-stale=5", 15, Reuse::Stale),
        ("max-age=10", "max-stale=4", 15, Reuse::Validate),
        ("max-age=10", "max-stale=5", 5, Reuse::Fresh),
        (
            "max-age=10, must-revalidate",
            "max-stale",
            15,
            Reuse::Validate,
        ),
        ("max-age=10, no-cache", "max-stale", 5, Reuse::Validate),
        ("max-age=10", "max-age=12, max-stale", 15, Reuse::Validate),
        // Stale while it is asked for again.
        ("max-age=10, stale-while-revalidate=5", "", 5, Reuse::Fresh),
        (
            "max-age=10, stale-while-revalidate=5",
            "",
            15,
            Reuse::WhileRevalidating,
        ),
        (
            "max-age=10, stale-while-revalidate=4",
            "",
            15,
            Reuse::Validate,
        ),
        (
            "max-age=10, stale-while-revalidate=5, must-revalidate",
            "",
            15,
            Reuse::Validate,
        ),
        (
            "max-age=10, stale-while-revalidate=5, no-cache",
            "",
            15,
            Reuse::Validate,
        ),
        (
            "max-age=10, stale-while-revalidate=5",
            "max-age=60",
            15,
            Reuse::Validate,
        ),
        (
            "max-age=10, stale-while-revalidate=5",
            "no-cache",
            15,
            Reuse::Validate,
        ),
        (
            "max-age=10, stale-while-revalidate=5",
            "max-stale=5",
            15,
            Reuse::Stale,
        ),
        ("max-age=10, stale-if-error=5", "", 15, Reuse::Validate),
    ] {
        let reuse = policy(answer).reuse(&wish(request), false, after(age));
        assert_eq!(reuse, expected, "{answer} / {request} / {age}");
    }
}

#[test]
fn the_callers_word_goes_before_the_servers() {
    for (mode, answer, age, expected) in [
        (Word::Reload, "max-age=10", 5, Reuse::Validate),
        (Word::NoCache, "max-age=10, immutable", 5, Reuse::Validate),
        (Word::ForceCache, "max-age=10", 5, Reuse::Fresh),
        (
            Word::ForceCache,
            "max-age=10, must-revalidate",
            15,
            Reuse::Stale,
        ),
        (Word::ForceCache, "no-cache", 5, Reuse::Stale),
        (Word::OnlyIfCached, "max-age=10", 15, Reuse::Stale),
    ] {
        let reuse = policy(answer).reuse(&word(mode), false, after(age));
        assert_eq!(reuse, expected, "{mode:?} / {answer}");
    }
}

#[test]
fn what_has_changed_is_asked_for_whatever_anyone_says() {
    let fresh = policy("max-age=10, immutable, stale-while-revalidate=99");
    for word in [Word::Default, Word::ForceCache, Word::OnlyIfCached] {
        let wish = Wish {
            word,
            ..wish("max-stale")
        };
        assert_eq!(fresh.reuse(&wish, true, after(5)), Reuse::Validate);
        assert!(!fresh.stands_in(&wish, Some(Duration::MAX), true, after(5)));
    }
}

/// The answer, the request, what the client allows, by how much the answer is stale.
#[test]
fn a_stale_answer_stands_in_within_the_bounds_that_were_set() {
    for (answer, request, allowed, staleness, expected) in [
        ("max-age=10", "", None, 0, false),
        ("max-age=10", "", Some(5), 5, true),
        ("max-age=10", "", Some(5), 6, false),
        ("max-age=10, stale-if-error=5", "", None, 5, true),
        ("max-age=10, stale-if-error=5", "", None, 6, false),
        ("max-age=10, stale-if-error=5", "", Some(7), 7, true),
        ("max-age=10, stale-if-error=7", "", Some(5), 7, true),
        ("max-age=10", "stale-if-error=5", None, 5, true),
        ("max-age=10", "stale-if-error=5", None, 6, false),
        (
            "max-age=10, must-revalidate, stale-if-error=5",
            "",
            Some(99),
            1,
            false,
        ),
        ("no-cache, stale-if-error=5", "", Some(99), 1, false),
        (
            "max-age=10, stale-if-error=5",
            "no-cache",
            Some(99),
            1,
            false,
        ),
        (
            "max-age=10, stale-if-error=5",
            "max-age=5",
            Some(99),
            1,
            false,
        ),
        (
            "max-age=10, stale-if-error=5",
            "min-fresh=5",
            Some(99),
            1,
            false,
        ),
        ("max-age=10", "no-cache, stale-if-error=5", None, 1, true),
    ] {
        let policy = policy(answer);
        let allowed = allowed.map(Duration::from_secs);
        let stands_in = policy.stands_in(&wish(request), allowed, false, after(10 + staleness));
        assert_eq!(stands_in, expected, "{answer} / {request} / {staleness}");
    }
    let policy = policy("max-age=10, stale-if-error=5");
    for mode in [Word::NoCache, Word::Reload] {
        assert!(!policy.stands_in(&word(mode), Some(Duration::MAX), false, after(11)));
    }
}

proptest! {
    #[test]
    fn no_header_makes_the_arithmetic_fail(
        age in "[0-9]{0,25}",
        date in 0_u64..253_402_300_799,
        max_age in "[0-9]{1,25}",
        arrived in 0_u64..253_402_300_799,
        now in 0_u64..253_402_300_799,
    ) {
        let at = |seconds| UNIX_EPOCH + Duration::from_secs(seconds);
        let max_age = format!("max-age={max_age}, stale-while-revalidate={max_age}");
        let mut parts = parts(&[("age", &age), ("date", &fmt_http_date(at(date))), ("cache-control", &max_age)]);
        parts.response_time = at(arrived);
        parts.request_time = at(now);
        let policy = Policy::of(&parts);
        policy.age(at(now));
        policy.reuse(&wish("max-age=5, min-fresh=7, max-stale"), false, at(now));
    }

    /// An answer that is fresh at some time was fresh at any time since it arrived.
    #[test]
    fn nothing_becomes_fresh_again_by_waiting(max_age in 0_u64..100, first in 0_u64..200, wait in 0_u64..200) {
        let policy = policy(&format!("max-age={max_age}"));
        let is_fresh = |at| policy.reuse(&Wish::default(), false, after(at)) == Reuse::Fresh;
        prop_assert!(is_fresh(first) || !is_fresh(first + wait));
    }
}
