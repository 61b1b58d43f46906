//! One hop after the other, until an answer is no redirect or one is not followed.

use std::time::Duration;

use http::Extensions;
use request_context::{Call, WithoutAuth, drain, with_url};
use reqwest::{Response, Url};
use reqwest_middleware::{Error, Next, Result};
use tokio::time::timeout;

use crate::RedirectMiddleware;
use crate::kept::Kept;
use crate::way::Way;

/// The rest of a redirect's body is on its way, and reading it costs less than another connection.
const GRACE: Duration = Duration::from_millis(100);

impl RedirectMiddleware {
    /// Goes where this answer leads, and on from there.
    pub(crate) async fn follow(
        &self,
        outcome: Result<Response>,
        mut kept: Kept,
        limit: usize,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        let mut response = outcome?;
        let call = Call::of(extensions);
        let mut way = Way::new(self, limit);
        while let Some((hop, step)) = way.lead(&response, &kept)? {
            // Whether it comes to its end makes no difference to anyone.
            let _ = timeout(GRACE, drain(response)).await;
            let request = kept.into_next(&step, &self.credential_headers);
            let mut request = request.map_err(Error::middleware)?;
            if way.goes_without_auth(&step) {
                extensions.insert(WithoutAuth);
            }
            call.begin_hop(hop);
            call.stamp(&mut request).map_err(Error::middleware)?;
            kept = Kept::of(&mut request, extensions);
            response = next.clone().run(request, extensions).await?;
        }
        if way.hops().is_empty() {
            return Ok(response);
        }
        let mut response = with_fragment(response, kept.url());
        response.extensions_mut().insert(way.into_hops());
        Ok(response)
    }
}

/// Gives the answer's URL the fragment of the one that was asked for, which reqwest's leave out.
fn with_fragment(response: Response, asked_for: Option<Url>) -> Response {
    let asked_for = asked_for.filter(|_| response.url().fragment().is_none());
    let Some(fragment) = asked_for.as_ref().and_then(Url::fragment) else {
        return response;
    };
    let mut url = response.url().clone();
    url.set_fragment(Some(fragment));
    with_url(response, url)
}
