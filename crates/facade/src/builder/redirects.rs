//! How a client follows redirects.

use http::HeaderName;

use crate::ClientBuilder;

impl ClientBuilder {
    /// How many redirects of one call are followed; one more is an error of kind
    /// [`Redirect`](crate::ErrorKind::Redirect). Default: 10. [`Request::redirects`](crate::Request::redirects) sets it for
    /// one request.
    pub fn max_redirects(mut self, redirects: usize) -> Self {
        self.redirect = self.redirect.max_redirects(redirects);
        self
    }

    /// Whether an answer that is a redirect is returned as it is, and none followed. Default: no.
    pub fn return_redirects(mut self, returned: bool) -> Self {
        self.redirect = self.redirect.return_redirects(returned);
        self
    }

    /// Whether a redirect from `https` to plain `http` is followed. Default: no.
    pub fn allow_insecure_redirects(mut self, allowed: bool) -> Self {
        self.redirect = self.redirect.allow_insecure(allowed);
        self
    }

    /// Names a header that is a credential, so that no redirect takes it to an origin that isn't allowed, marked sensitive
    /// or not. `Authorization`, `Cookie` and [what sounds like a credential](safe_redirect#what-stays-behind) are known.
    pub fn credential_header<N>(mut self, name: N) -> Self
    where
        N: TryInto<HeaderName, Error: Into<http::Error>>,
    {
        match name.try_into() {
            Ok(name) => self.redirect = self.redirect.credential_header(name),
            Err(error) => return self.fail(error.into()),
        }
        self
    }
}
