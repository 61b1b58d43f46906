//! The way that one call has come, and where it goes from here.

use http::header::SET_COOKIE;
use request_context::{Hop, Hops, RedirectRefused};
use reqwest::Response;
use reqwest_middleware::{Error, Result};

use crate::RedirectMiddleware;
use crate::decision::{Decision, Facts, Reach, Step, decide};
use crate::kept::Kept;
use crate::location::location;

pub(crate) struct Way<'a> {
    layer: &'a RedirectMiddleware,
    limit: usize,
    hops: Hops,
    /// How many hops a later request can't repeat.
    settled_hops: usize,
    /// Whether it has left for an origin that isn't allowed.
    has_left: bool,
    /// Whether an `Authorization` of the caller's own stayed behind.
    has_lost_authorization: bool,
}

impl<'a> Way<'a> {
    pub(crate) fn new(layer: &'a RedirectMiddleware, limit: usize) -> Self {
        Self {
            layer,
            limit,
            hops: Hops::default(),
            settled_hops: 0,
            has_left: false,
            has_lost_authorization: false,
        }
    }

    pub(crate) fn hops(&self) -> &Hops {
        &self.hops
    }

    pub(crate) fn into_hops(self) -> Hops {
        self.hops
    }

    /// Goes on to where this answer to that request leads, if anywhere.
    pub(crate) fn lead(&mut self, response: &Response, kept: &Kept) -> Result<Option<(Hop, Step)>> {
        let Some(url) = kept.url() else {
            return Ok(None);
        };
        let facts = Facts {
            status: response.status(),
            sets_cookie: response.headers().contains_key(SET_COOKIE),
            method: &kept.method,
            url: &url,
            body: kept.body(),
            hops: &self.hops,
            settled_hops: self.settled_hops,
            limit: self.limit,
            allow_insecure: self.layer.allow_insecure,
            origins: &self.layer.origins,
        };
        let (refusal, step) = match decide(&facts, location(response.headers(), &url)) {
            Decision::Return => return Ok(None),
            Decision::Follow(step) => (None, step),
            Decision::Refuse(reason, step) => (Some(reason), step),
        };
        let method = kept.method.clone();
        let hop = Hop::new(response.status(), method, url, step.method.clone())
            .leading_to(step.url.clone());
        self.hops.push(hop.clone());
        if let Some(reason) = refusal {
            let hops = self.hops.clone();
            let refused = RedirectRefused::new(reason).to(step.url).after(hops);
            return Err(Error::middleware(refused));
        }
        if step.settles {
            self.settled_hops = self.hops.len();
        }
        if step.reach == Reach::Beyond {
            self.has_left = true;
            self.has_lost_authorization |= kept.has_authorization();
        }
        Ok(Some((hop, step)))
    }

    /// Whether no layer below may put a credential on. Another origin may have asked for a change, which is not made in the
    /// caller's name; or the caller gave a credential of its own, and none may take its place.
    pub(crate) fn goes_without_auth(&self, step: &Step) -> bool {
        self.has_lost_authorization || (self.has_left && !step.method.is_safe())
    }
}
