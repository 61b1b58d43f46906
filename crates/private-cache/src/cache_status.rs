//! Where an answer came from.

use reqwest::Response;

/// Where an answer came from: an extension of the response.
///
/// ```
/// # async fn example(client: reqwest_middleware::ClientWithMiddleware) -> reqwest_middleware::Result<()> {
/// use private_cache::CacheStatus;
///
/// let answer = client.get("https://api.example.com/countries").send().await?;
/// if CacheStatus::of(&answer) == CacheStatus::Hit {
///     println!("no request was sent");
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CacheStatus {
    /// From what is stored, fresh. Nothing was sent.
    Hit,
    /// From the origin.
    Miss,
    /// From what is stored, since the origin said that it still holds.
    Revalidated,
    /// From what is stored, stale: since the caller or the server allows it, or since the origin failed to answer.
    Stale,
    /// From below, without the cache having a part in it.
    #[default]
    Bypassed,
}

impl CacheStatus {
    /// Where this answer came from.
    pub fn of(response: &Response) -> Self {
        response.extensions().get().copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_no_cache_has_touched_says_so() {
        let plain = Response::from(http::Response::new(""));
        assert_eq!(CacheStatus::of(&plain), CacheStatus::Bypassed);
    }
}
