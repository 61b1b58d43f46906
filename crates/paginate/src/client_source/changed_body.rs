//! The body of a page's request, where the page is asked for in it.

use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{Extensions, HeaderValue};
use request_context::ReplayableBody;
use reqwest::{Body, Request};

use crate::{PageRequest, PagingError};

/// Changes the body of the caller's request, if the page is asked for in it.
pub(super) fn apply(
    page: &PageRequest,
    request: &mut Request,
    extensions: &mut Extensions,
) -> Result<(), PagingError> {
    let callers = request.body().map_or(Some([].as_slice()), Body::as_bytes);
    if let Some(body) = page.change_body(callers)? {
        *request.body_mut() = Some(body.into());
        let json = HeaderValue::from_static("application/json");
        let headers = request.headers_mut();
        headers.entry(CONTENT_TYPE).or_insert(json);
        headers.remove(CONTENT_LENGTH);
        // It would make the caller's body again.
        extensions.remove::<ReplayableBody>();
    }
    Ok(())
}
