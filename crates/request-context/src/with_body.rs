//! A response with another body.

use reqwest::{Body, Response};

use crate::with_url::extension_of;

/// Gives a response the body that this closure makes of its own. Status, version, headers, URL and the address that
/// answered stay.
///
/// The way through [`http::Response`] alone would lose the URL.
#[must_use]
pub fn with_body(response: Response, change: impl FnOnce(Body) -> Body) -> Response {
    let url = response.url().clone();
    let mut response = http::Response::from(response).map(change);
    response.extensions_mut().extend(extension_of(url));
    Response::from(response)
}

#[cfg(test)]
mod tests {
    use reqwest::{ResponseBuilderExt, Url};

    use super::*;

    #[tokio::test]
    async fn everything_but_the_body_stays() {
        let url: Url = "http://localhost/a?b#c".parse().unwrap();
        let builder = http::Response::builder().status(206).url(url.clone());
        let first = builder
            .header("x-kept", "yes")
            .extension("kept")
            .body("first")
            .unwrap();
        let other = with_body(Response::from(first), |body| {
            assert_eq!(body.as_bytes(), None);
            Body::from("other")
        });
        assert_eq!(other.status(), 206);
        assert_eq!(other.url(), &url);
        assert_eq!(other.headers()["x-kept"], "yes");
        assert_eq!(other.extensions().get(), Some(&"kept"));
        assert_eq!(other.content_length(), Some(5));
        assert_eq!(other.bytes().await.unwrap(), "other");
    }
}
