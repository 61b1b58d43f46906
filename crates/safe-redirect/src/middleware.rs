//! Middleware that follows redirects, and takes along only what may go there.

use std::fmt;

use http::{Extensions, HeaderName};
use request_context::{Handling, OriginAllowList};
use reqwest::{Request, Response};
use reqwest_middleware::{Middleware, Next};

use crate::Redirects;
use crate::decision::is_redirect;
use crate::kept::Kept;

/// Middleware that follows redirects (RFC 9110 §15.4), and takes along only what may go there. The client below must follow
/// none itself.
///
/// For what one request wants otherwise, see [`Redirects`]. The redirects by which an answer came are its extension
/// [`Hops`](crate::Hops).
///
/// # Errors
///
/// [`RedirectRefused`](crate::RedirectRefused) for a redirect that is not followed: it says why, where it led, and by which
/// redirects the call had come. [`DeadlineExceeded`](crate::DeadlineExceeded) if the call's deadline passes between two hops,
/// [`ReplayError`](crate::ReplayError) if a body can't be made again. All other errors pass as they are.
///
/// # Cancel safety
///
/// Dropping the call's future sends nothing more.
#[derive(Clone)]
#[must_use]
pub struct RedirectMiddleware {
    pub(crate) max_redirects: usize,
    pub(crate) returns: bool,
    pub(crate) allow_insecure: bool,
    pub(crate) origins: OriginAllowList,
    pub(crate) credential_headers: Vec<HeaderName>,
}

impl RedirectMiddleware {
    /// A layer that follows up to 10 redirects, and takes no secret and no body from one origin to another.
    pub fn new() -> Self {
        Self {
            max_redirects: 10,
            returns: false,
            allow_insecure: false,
            origins: OriginAllowList::new(),
            credential_headers: Vec::new(),
        }
    }

    /// How many redirects of one call are followed; one more is an error. Default: 10.
    pub fn max_redirects(mut self, redirects: usize) -> Self {
        self.max_redirects = redirects;
        self
    }

    /// Whether an answer that is a redirect is returned as it is, and none followed. Default: no.
    pub fn return_redirects(mut self, returned: bool) -> Self {
        self.returns = returned;
        self
    }

    /// Whether a redirect from `https` to plain `http` is followed. Default: no. Anyone on the way can read and change what
    /// comes after.
    pub fn allow_insecure(mut self, allowed: bool) -> Self {
        self.allow_insecure = allowed;
        self
    }

    /// The origins between which redirects take everything along: from one of these to another of these, the caller's
    /// credentials and the request's body. Default: none. A layer below that puts a credential on decides by a list of its
    /// own.
    pub fn origins(mut self, origins: impl Into<OriginAllowList>) -> Self {
        self.origins = origins.into();
        self
    }

    /// A header that is a credential, beside those that are known for one: it stays in its origin, marked sensitive or not.
    pub fn credential_header(mut self, name: HeaderName) -> Self {
        self.credential_headers.push(name);
        self
    }

    /// How many redirects this request may follow; none if they are returned.
    fn limit(&self, extensions: &Extensions) -> Option<usize> {
        match extensions.get::<Redirects>() {
            Some(own) => own.limit(),
            None => (!self.returns).then_some(self.max_redirects),
        }
    }
}

/// Written out, without `#[async_trait]`: in its future each argument has a place twice, and every request pays for the size.
impl Middleware for RedirectMiddleware {
    fn handle<'a, 'b, 'c, 'handling>(
        &'a self,
        mut request: Request,
        extensions: &'b mut Extensions,
        next: Next<'c>,
    ) -> Handling<'handling>
    where
        Self: 'handling,
        'a: 'handling,
        'b: 'handling,
        'c: 'handling,
    {
        let Some(limit) = self.limit(extensions) else {
            return next.run(request, extensions);
        };
        let kept = Kept::of(&mut request, extensions);
        Box::pin(async move {
            let outcome = next.clone().run(request, extensions).await;
            let is_redirect = |response: &Response| is_redirect(response.status());
            if !outcome.as_ref().is_ok_and(is_redirect) {
                return outcome;
            }
            // Boxed, like all that is rare.
            Box::pin(self.follow(outcome, kept, limit, extensions, next)).await
        })
    }
}

impl Default for RedirectMiddleware {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for RedirectMiddleware {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedirectMiddleware")
            .field("max_redirects", &self.max_redirects)
            .field("return_redirects", &self.returns)
            .field("allow_insecure", &self.allow_insecure)
            .field("origins", &self.origins)
            .finish_non_exhaustive()
    }
}
