//! A response that tells another URL.

use reqwest::{Response, ResponseBuilderExt, Url};

/// Has a response tell this URL as its own. All else about it stays.
///
/// For layers that put a secret into the URL which nobody above should see.
#[must_use]
pub fn with_url(response: Response, url: Url) -> Response {
    let mut response = http::Response::from(response);
    response.extensions_mut().extend(extension_of(url));
    Response::from(response)
}

/// What tells reqwest the URL of a response: an extension that only its builder can make.
pub(crate) fn extension_of(url: Url) -> http::Extensions {
    let builder = http::Response::builder().url(url);
    builder.body(()).map_or_else(
        |_| http::Extensions::new(),
        |marked| marked.into_parts().0.extensions,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn everything_but_the_url_stays() {
        let first = http::Response::builder()
            .status(206)
            .url("http://localhost/?key=hunter2".parse().unwrap())
            .header("x-kept", "yes")
            .extension("kept")
            .body("body")
            .unwrap();
        let url: Url = "http://localhost/".parse().unwrap();
        let other = with_url(Response::from(first), url.clone());
        assert_eq!(other.url(), &url);
        assert_eq!(other.status(), 206);
        assert_eq!(other.headers()["x-kept"], "yes");
        assert_eq!(other.extensions().get(), Some(&"kept"));
        assert_eq!(other.content_length(), Some(4));
        assert!(!format!("{other:?}").contains("hunter2"));
        assert_eq!(other.bytes().await.unwrap(), "body");
    }
}
