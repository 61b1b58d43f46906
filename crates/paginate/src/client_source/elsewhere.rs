//! The request for a page of another origin.

use http::Extensions;
use request_context::{ReplayableBody, WithCredential, WithoutAuth};
use reqwest::{Method, Request};

use crate::PageRequest;

/// The request for a page of another origin: nothing of the caller's goes along but what is harmless anywhere.
pub(super) fn request(
    callers: &Request,
    page: &PageRequest,
    extensions: &mut Extensions,
) -> Request {
    let mut request = Request::new(Method::GET, page.url(callers.url()));
    *request.timeout_mut() = callers.timeout().copied();
    *request.headers_mut() = callers.headers().clone();
    page.change_headers(request.headers_mut());
    extensions.remove::<WithCredential>();
    extensions.remove::<ReplayableBody>();
    extensions.insert(WithoutAuth);
    request
}
