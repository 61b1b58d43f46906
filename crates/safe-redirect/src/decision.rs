//! Whether a redirect is followed, and how: a pure function.

use http::{Method, StatusCode};
use request_context::{Hops, Origin, OriginAllowList, RedirectRefusal};
use url::{Position, Url};

/// What is known of an answer that may be a redirect.
pub(crate) struct Facts<'a> {
    pub(crate) status: StatusCode,
    /// Whether the answer sets a cookie.
    pub(crate) sets_cookie: bool,
    /// The request that it answers.
    pub(crate) method: &'a Method,
    pub(crate) url: &'a Url,
    pub(crate) body: RequestBody,
    /// The redirects before it.
    pub(crate) hops: &'a Hops,
    /// How many of them a later request can't repeat.
    pub(crate) settled_hops: usize,
    pub(crate) limit: usize,
    pub(crate) allow_insecure: bool,
    /// The origins between which secrets and bodies may go.
    pub(crate) origins: &'a OriginAllowList,
}

/// What is known of a request's body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RequestBody {
    Absent,
    /// It can be sent again.
    Repeatable,
    /// It was sent, and is gone.
    Once,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// The answer goes up as it is.
    Return,
    Refuse(RedirectRefusal, Step),
    Follow(Step),
}

/// The request that follows a redirect.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) method: Method,
    pub(crate) url: Url,
    /// Whether it is the same request again, with its body.
    pub(crate) repeats: bool,
    pub(crate) reach: Reach,
    /// Whether neither it nor a later one can be the same as an earlier one: there is a cookie more, or a body less.
    pub(crate) settles: bool,
}

/// How far a redirect leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Within the origin.
    Within,
    /// To another origin, where both are allowed.
    Allowed,
    /// To any other.
    Beyond,
}

/// Whether this status asks to be followed. 300 leaves a choice, 304 is no redirect, 305 and 306 are history (RFC 9110
/// §15.4).
pub(crate) fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

/// Whether an answer is followed to where it leads, and how.
pub(crate) fn decide(facts: &Facts<'_>, location: Option<Url>) -> Decision {
    let Some(url) = location.filter(|_| is_redirect(facts.status)) else {
        return Decision::Return;
    };
    let (method, repeats) = rewrite(facts.status, facts.method, facts.body);
    let step = Step {
        reach: facts.reach(&url),
        settles: facts.sets_cookie || (!repeats && facts.body != RequestBody::Absent),
        method,
        url,
        repeats,
    };
    let refusal = facts
        .leads_astray(&step)
        .or_else(|| facts.body_stays(&step))
        .or_else(|| facts.goes_on_forever(&step));
    match refusal {
        Some(reason) => Decision::Refuse(reason, step),
        None => Decision::Follow(step),
    }
}

/// The method that the status leads to, and whether the request is repeated with its body (RFC 9110 §15.4).
fn rewrite(status: StatusCode, method: &Method, body: RequestBody) -> (Method, bool) {
    match status.as_u16() {
        // As browsers do it, which the RFC allows.
        301 | 302 if *method == Method::POST => (Method::GET, false),
        303 if *method == Method::HEAD => (Method::HEAD, body == RequestBody::Absent),
        303 => {
            let is_the_same = *method == Method::GET && body == RequestBody::Absent;
            (Method::GET, is_the_same)
        }
        _ => (method.clone(), true),
    }
}

impl Facts<'_> {
    fn reach(&self, target: &Url) -> Reach {
        if Origin::of(self.url).is_some_and(|origin| origin.matches(target)) {
            Reach::Within
        } else if self.origins.allows(self.url) && self.origins.allows(target) {
            Reach::Allowed
        } else {
            Reach::Beyond
        }
    }

    fn leads_astray(&self, step: &Step) -> Option<RedirectRefusal> {
        match step.url.scheme() {
            "https" => None,
            "http" if self.url.scheme() != "https" || self.allow_insecure => None,
            "http" => Some(RedirectRefusal::Insecure),
            _ => Some(RedirectRefusal::Scheme),
        }
    }

    fn body_stays(&self, step: &Step) -> Option<RedirectRefusal> {
        if !step.repeats || self.body == RequestBody::Absent {
            return None;
        }
        if step.reach == Reach::Beyond {
            return Some(RedirectRefusal::BodyLeavesOrigin);
        }
        (self.body == RequestBody::Once).then_some(RedirectRefusal::BodySentOnce)
    }

    fn goes_on_forever(&self, step: &Step) -> Option<RedirectRefusal> {
        let is_next = |method: &Method, url: &Url| step.method == method && is_same(&step.url, url);
        let mut earlier = self.hops.iter().skip(self.settled_hops);
        let was_made =
            is_next(self.method, self.url) || earlier.any(|hop| is_next(hop.method(), hop.url()));
        if was_made && !step.settles {
            return Some(RedirectRefusal::Loop);
        }
        let limit = self.limit;
        (self.hops.len() >= limit).then_some(RedirectRefusal::TooMany { limit })
    }
}

/// Whether a server can't tell the two apart: they differ in fragment or userinfo at the most.
fn is_same(one: &Url, other: &Url) -> bool {
    one.scheme() == other.scheme()
        && one[Position::BeforeHost..Position::AfterQuery]
            == other[Position::BeforeHost..Position::AfterQuery]
}

#[cfg(test)]
mod tests;
