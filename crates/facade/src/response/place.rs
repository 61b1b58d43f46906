//! Which request an error belongs to.

use std::sync::Arc;

use http::Method;
use request_context::{Call, Hop};
use url::Url;

use crate::ApiError;

/// The request that was sent last, and its call.
pub(crate) struct Place {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) call: Arc<Call>,
}

impl Place {
    /// Says which request the error belongs to.
    pub(crate) fn locate(&self, error: ApiError) -> ApiError {
        locate(error, &self.method, &self.url, &self.call)
    }
}

/// Says that the error belongs to this call, whose first request had this method and whose last has this URL. One that says
/// itself to which request it belongs came of another call, by a closure.
pub(super) fn locate(error: ApiError, method: &Method, url: &Url, call: &Call) -> ApiError {
    if error.method().is_some() {
        return error;
    }
    let hops = call.hops();
    let method = hops.last().map_or(method, Hop::next_method);
    error.for_request(method, url).in_call(call, method, url)
}
