//! Which answers are errors.

use std::fmt;
use std::sync::Arc;

use http::StatusCode;

/// Which answers to one request are errors, where it differs from what the
/// [`ErrorMapMiddleware`](crate::ErrorMapMiddleware) says: put it into the request's extensions.
///
/// ```
/// use error_map::ErrorFor;
/// use http::StatusCode;
///
/// # async fn example(client: reqwest_middleware::ClientWithMiddleware) -> reqwest_middleware::Result<()> {
/// // Every answer as it is, to look at it oneself.
/// let response = client.get("https://api.example.com/health").with_extension(ErrorFor::none()).send().await?;
///
/// // A 404 is an answer like any other.
/// let but_not_found = ErrorFor::statuses(|status| status.as_u16() >= 400 && status != StatusCode::NOT_FOUND);
/// let response = client.get("https://api.example.com/users/7").with_extension(but_not_found).send().await?;
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct ErrorFor(Option<Predicate>);

type Predicate = Arc<dyn Fn(StatusCode) -> bool + Send + Sync>;

impl ErrorFor {
    /// Answers with these statuses are errors, all others are not. The default is 400 and above.
    pub fn statuses(is_error: impl Fn(StatusCode) -> bool + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(is_error)))
    }

    /// No answer is an error: each comes as it is, with its body unread.
    pub fn none() -> Self {
        Self(None)
    }

    pub(crate) fn covers(&self, status: StatusCode) -> bool {
        self.0.as_ref().is_some_and(|is_error| is_error(status))
    }
}

impl fmt::Debug for ErrorFor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Some(_) => "ErrorFor(..)",
            None => "ErrorFor(none)",
        })
    }
}
