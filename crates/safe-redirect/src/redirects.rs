//! What one request wants otherwise than its client.

/// How one request wants its redirects, where that differs from its client: put it into the request's extensions.
///
/// ```
/// # async fn example(client: reqwest_middleware::ClientWithMiddleware) -> reqwest_middleware::Result<()> {
/// use safe_redirect::Redirects;
///
/// // Where does it lead? The answer is the redirect itself.
/// let answer = client.get("https://api.example.com/latest").with_extension(Redirects::returned()).send().await?;
/// println!("{:?}", answer.headers().get("location"));
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Redirects {
    limit: Option<usize>,
}

impl Redirects {
    /// Follows up to this many. With 0, the first one is an error.
    pub const fn up_to(limit: usize) -> Self {
        Self { limit: Some(limit) }
    }

    /// Follows none: an answer that is a redirect is returned as it is.
    pub const fn returned() -> Self {
        Self { limit: None }
    }

    /// How many are followed; none if they are returned.
    pub(crate) fn limit(self) -> Option<usize> {
        self.limit
    }
}
