//! Where a redirect must not lead, and where it never ends.

use super::*;

#[test]
fn schemes_that_are_not_http_are_refused() {
    for to in [
        "ftp://a.test/x",
        "file:///etc/passwd",
        "data:,x",
        "javascript:x",
        "mailto:a@b.test",
    ] {
        let refused = Case {
            to: Some(to),
            ..GET
        }
        .refusal();
        assert_eq!(refused, Some(RedirectRefusal::Scheme), "{to}");
    }
}

#[test]
fn from_https_to_http_is_refused_unless_allowed() {
    let (plain, other) = ("http://a.test/x", "http://b.test/x");
    for (from, to, allow_insecure, refusal) in [
        (HERE, plain, false, Some(RedirectRefusal::Insecure)),
        (HERE, plain, true, None),
        (plain, HERE, false, None),
        (plain, other, false, None),
    ] {
        let case = Case {
            from,
            to: Some(to),
            allow_insecure,
            ..GET
        };
        assert_eq!(case.refusal(), refusal, "{from} to {to}");
    }
}

#[test]
fn a_request_that_was_made_before_is_a_loop() {
    let there: &[&str] = &["http://a.test/", THERE];
    for (case, is_loop) in [
        (
            Case {
                been_to: there,
                ..GET
            },
            true,
        ),
        (
            Case {
                been_to: &["https://b.test/y#part"],
                ..GET
            },
            true,
        ),
        (
            Case {
                been_to: &["https://b.test/y?z"],
                ..GET
            },
            false,
        ),
        (
            Case {
                been_to: &["http://b.test/y"],
                from: "http://b.test/z",
                ..GET
            },
            false,
        ),
        (Case { from: THERE, ..GET }, true),
        // Another method, or no body any more.
        (
            Case {
                been_to: there,
                method: Method::HEAD,
                ..GET
            },
            false,
        ),
        (
            Case {
                from: THERE,
                method: Method::POST,
                ..GET
            },
            false,
        ),
        (
            Case {
                from: THERE,
                status: 303,
                body: RequestBody::Repeatable,
                ..GET
            },
            false,
        ),
        // Another cookie.
        (
            Case {
                from: THERE,
                sets_cookie: true,
                ..GET
            },
            false,
        ),
        (
            Case {
                been_to: there,
                settled: 1,
                ..GET
            },
            true,
        ),
        (
            Case {
                been_to: there,
                settled: 2,
                ..GET
            },
            false,
        ),
    ] {
        let case = Case {
            to: Some(THERE),
            ..case
        };
        let expected = is_loop.then_some(RedirectRefusal::Loop);
        assert_eq!(case.refusal(), expected, "{:?} {}", case.been_to, case.from);
    }
}

#[test]
fn what_can_differ_settles_the_requests_before() {
    assert!(!GET.step().settles);
    assert!(!Case { status: 307, ..PUT }.step().settles);
    assert!(
        Case {
            sets_cookie: true,
            ..GET
        }
        .step()
        .settles
    );
    assert!(Case { status: 303, ..PUT }.step().settles);
}

#[test]
fn there_are_as_many_as_the_limit_says() {
    let been_to: &[&str] = &["https://a.test/1", "https://a.test/2"];
    for (limit, refusal) in [
        (3, None),
        (2, Some(RedirectRefusal::TooMany { limit: 2 })),
        (0, Some(RedirectRefusal::TooMany { limit: 0 })),
    ] {
        assert_eq!(
            Case {
                been_to,
                limit,
                ..GET
            }
            .refusal(),
            refusal,
            "{limit}"
        );
    }
}
