//! The table of RFC 9110 §15.4, and the cases beside it.

mod refusals;

use request_context::Hop;

use super::*;

const HERE: &str = "https://a.test/x";
const THERE: &str = "https://b.test/y";

fn url(text: &str) -> Url {
    text.parse().unwrap()
}

struct Case {
    status: u16,
    method: Method,
    body: RequestBody,
    from: &'static str,
    to: Option<&'static str>,
    sets_cookie: bool,
    been_to: &'static [&'static str],
    settled: usize,
    limit: usize,
    allow_insecure: bool,
    allowed: &'static [&'static str],
}

/// A GET that is sent on within its origin.
const GET: Case = Case {
    status: 302,
    method: Method::GET,
    body: RequestBody::Absent,
    from: HERE,
    to: Some("https://a.test/y"),
    sets_cookie: false,
    been_to: &[],
    settled: 0,
    limit: 10,
    allow_insecure: false,
    allowed: &[],
};

impl Case {
    fn decide(&self) -> Decision {
        let hop = |text: &&str| Hop::new(StatusCode::FOUND, Method::GET, url(text), Method::GET);
        let origin = |text: &&str| text.parse::<Origin>().unwrap();
        let facts = Facts {
            status: StatusCode::from_u16(self.status).unwrap(),
            sets_cookie: self.sets_cookie,
            method: &self.method,
            url: &url(self.from),
            body: self.body,
            hops: &self.been_to.iter().map(hop).collect(),
            settled_hops: self.settled,
            limit: self.limit,
            allow_insecure: self.allow_insecure,
            origins: &self.allowed.iter().map(origin).collect(),
        };
        decide(&facts, self.to.map(url))
    }

    fn step(&self) -> Step {
        match self.decide() {
            Decision::Follow(step) => step,
            other => panic!("{other:?}"),
        }
    }

    fn refusal(&self) -> Option<RedirectRefusal> {
        match self.decide() {
            Decision::Refuse(reason, step) => {
                assert_eq!(Some(step.url), self.to.map(url));
                Some(reason)
            }
            Decision::Follow(_) => None,
            Decision::Return => panic!("it is no redirect"),
        }
    }
}

#[test]
fn each_status_leads_to_its_method_and_body() {
    use RequestBody::{Absent, Repeatable};
    let (get, head, post, put) = (Method::GET, Method::HEAD, Method::POST, Method::PUT);
    let (patch, delete) = (Method::PATCH, Method::DELETE);
    // Status, method and body, and what becomes of them.
    let table = [
        (301, &get, Absent, &get, true),
        (301, &head, Absent, &head, true),
        (301, &post, Absent, &get, false),
        (301, &post, Repeatable, &get, false),
        (301, &put, Repeatable, &put, true),
        (302, &get, Absent, &get, true),
        (302, &head, Absent, &head, true),
        (302, &post, Repeatable, &get, false),
        (302, &put, Repeatable, &put, true),
        (302, &patch, Repeatable, &patch, true),
        (302, &delete, Absent, &delete, true),
        (303, &get, Absent, &get, true),
        (303, &get, Repeatable, &get, false),
        (303, &head, Absent, &head, true),
        (303, &head, Repeatable, &head, false),
        (303, &post, Repeatable, &get, false),
        (303, &put, Repeatable, &get, false),
        (303, &delete, Absent, &get, false),
        (307, &get, Absent, &get, true),
        (307, &head, Absent, &head, true),
        (307, &post, Repeatable, &post, true),
        (307, &put, Repeatable, &put, true),
        (308, &get, Absent, &get, true),
        (308, &post, Repeatable, &post, true),
        (308, &patch, Repeatable, &patch, true),
    ];
    for (status, method, body, next, repeats) in table {
        let method = method.clone();
        let name = format!("{status} {method} {body:?}");
        let case = Case {
            status,
            method,
            body,
            ..GET
        };
        let step = case.step();
        assert_eq!((&step.method, step.repeats), (next, repeats), "{name}");
        assert_eq!(step.url, url("https://a.test/y"));
    }
}

#[test]
fn other_statuses_go_up_as_they_are() {
    for status in [200, 201, 204, 300, 304, 305, 306, 309, 399, 401, 503] {
        assert_eq!(
            Case { status, ..GET }.decide(),
            Decision::Return,
            "{status}"
        );
    }
}

#[test]
fn a_redirect_that_leads_nowhere_goes_up_as_it_is() {
    assert_eq!(Case { to: None, ..GET }.decide(), Decision::Return);
}

#[test]
fn an_origin_is_scheme_host_and_port() {
    for (from, to, reach) in [
        (HERE, "https://a.test/y", Reach::Within),
        (HERE, "https://a.test:443/y", Reach::Within),
        (HERE, "https://a.test:444/y", Reach::Beyond),
        (HERE, "https://a.test./y", Reach::Beyond),
        (HERE, "https://sub.a.test/y", Reach::Beyond),
        (HERE, THERE, Reach::Beyond),
        ("http://a.test/x", HERE, Reach::Beyond),
    ] {
        let step = Case {
            from,
            to: Some(to),
            ..GET
        }
        .step();
        assert_eq!(step.reach, reach, "{from} to {to}");
    }
}

/// What was meant for an origin that nobody listed doesn't go to one that is listed.
#[test]
fn both_ends_must_be_allowed() {
    let cases: [(&[&str], Reach); 4] = [
        (&[HERE, THERE], Reach::Allowed),
        (&[HERE], Reach::Beyond),
        (&[THERE], Reach::Beyond),
        (&[], Reach::Beyond),
    ];
    for (allowed, reach) in cases {
        let step = Case {
            to: Some(THERE),
            allowed,
            ..GET
        }
        .step();
        assert_eq!(step.reach, reach, "{allowed:?}");
    }
}

const PUT: Case = Case {
    method: Method::PUT,
    body: RequestBody::Repeatable,
    ..GET
};

#[test]
fn a_body_goes_to_another_origin_by_no_status_unless_both_are_allowed() {
    for status in [301, 302, 307, 308] {
        for body in [RequestBody::Repeatable, RequestBody::Once] {
            let refused = Case {
                status,
                body,
                to: Some(THERE),
                ..PUT
            }
            .refusal();
            assert_eq!(refused, Some(RedirectRefusal::BodyLeavesOrigin), "{status}");
        }
    }
    let dropped = Case {
        status: 303,
        to: Some(THERE),
        ..PUT
    };
    assert_eq!(dropped.step().method, Method::GET);
    let allowed = Case {
        to: Some(THERE),
        allowed: &[HERE, THERE],
        ..PUT
    };
    assert!(allowed.step().repeats);
}

#[test]
fn a_body_that_is_gone_is_missed_only_where_it_is_wanted() {
    let wanted = [
        (301, false),
        (302, false),
        (303, false),
        (307, true),
        (308, true),
    ];
    for (status, is_wanted) in wanted {
        let (method, body) = (Method::POST, RequestBody::Once);
        let refused = Case {
            status,
            method,
            body,
            ..GET
        }
        .refusal();
        let expected = is_wanted.then_some(RedirectRefusal::BodySentOnce);
        assert_eq!(refused, expected, "{status}");
    }
}
