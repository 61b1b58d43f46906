//! One hop after the other, until an answer is no redirect or one is not followed.

use std::time::Duration;

use http::Extensions;
use http::header::{AUTHORIZATION, SET_COOKIE};
use request_context::{Call, Hop, Hops, RedirectRefused, WithoutAuth, drain};
use reqwest::Response;
use reqwest_middleware::{Error, Next, Result};
use tokio::time::timeout;

use crate::RedirectMiddleware;
use crate::decision::{Decision, Facts, Reach, Step, decide};
use crate::kept::Kept;
use crate::location::location;

/// The rest of a redirect's body is on its way, and reading it costs less than another connection.
const GRACE: Duration = Duration::from_millis(100);

impl RedirectMiddleware {
    /// Goes where this answer leads, and on from there.
    pub(crate) async fn follow(
        &self,
        mut response: Response,
        mut kept: Kept,
        limit: usize,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        let call = Call::of(extensions);
        let mut way = Way::new(limit);
        while let Some(step) = way.step_from(&response, &kept, self)? {
            let hop = way.take(&step, &response, &kept);
            // Whether it comes to its end makes no difference to anyone.
            let _ = timeout(GRACE, drain(response)).await;
            let next_request = kept.into_next(&step, &self.credential_headers);
            let mut request = next_request.map_err(Error::middleware)?;
            if way.goes_without_auth(&step) {
                extensions.insert(WithoutAuth);
            }
            call.begin_hop(hop);
            call.stamp(&mut request).map_err(Error::middleware)?;
            kept = Kept::of(&mut request, extensions);
            response = next.clone().run(request, extensions).await?;
        }
        if !way.hops.is_empty() {
            response.extensions_mut().insert(way.hops);
        }
        Ok(response)
    }
}

/// The way that a call has come.
struct Way {
    limit: usize,
    hops: Hops,
    /// How many hops a later request can't repeat.
    settled: usize,
    /// Whether it has left an origin for one that isn't allowed.
    has_left: bool,
    /// Whether an `Authorization` of the caller's own was left behind.
    has_lost_authorization: bool,
}

impl Way {
    fn new(limit: usize) -> Self {
        Self {
            limit,
            hops: Hops::default(),
            settled: 0,
            has_left: false,
            has_lost_authorization: false,
        }
    }

    /// Where to go from this answer, if anywhere.
    fn step_from(
        &self,
        response: &Response,
        kept: &Kept,
        layer: &RedirectMiddleware,
    ) -> Result<Option<Step>> {
        let request = kept.request();
        let facts = Facts {
            status: response.status(),
            sets_cookie: response.headers().contains_key(SET_COOKIE),
            method: request.method(),
            url: request.url(),
            body: kept.body,
            hops: &self.hops,
            settled_hops: self.settled,
            limit: self.limit,
            allow_insecure: layer.allow_insecure,
            origins: &layer.origins,
        };
        match decide(&facts, location(response.headers(), request.url())) {
            Decision::Return => Ok(None),
            Decision::Follow(step) => Ok(Some(step)),
            Decision::Refuse(reason, step) => {
                let mut hops = self.hops.clone();
                hops.push(hop(&step, response, kept));
                let refused = RedirectRefused::new(reason).to(step.url).after(hops);
                Err(Error::middleware(refused))
            }
        }
    }

    fn take(&mut self, step: &Step, response: &Response, kept: &Kept) -> Hop {
        let hop = hop(step, response, kept);
        self.hops.push(hop.clone());
        if step.settles {
            self.settled = self.hops.len();
        }
        if step.reach == Reach::Beyond {
            self.has_left = true;
            self.has_lost_authorization |= kept.request().headers().contains_key(AUTHORIZATION);
        }
        hop
    }

    /// Whether no layer below should put a credential on: another origin has asked for a change, which is not made in the
    /// caller's name, or the caller had given a credential of its own, which none should take the place of.
    fn goes_without_auth(&self, step: &Step) -> bool {
        self.has_lost_authorization || (self.has_left && !step.method.is_safe())
    }
}

fn hop(step: &Step, response: &Response, kept: &Kept) -> Hop {
    let request = kept.request();
    let (method, url) = (request.method().clone(), request.url().clone());
    Hop::new(response.status(), method, url, step.method.clone())
}
