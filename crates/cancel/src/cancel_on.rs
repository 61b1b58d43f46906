//! The token that a request listens to.

use tokio_util::sync::CancellationToken;

/// Makes one request end when this token is cancelled: put it into the request's extensions.
///
/// One token may end many requests. Holding it costs a request nothing once the request has ended.
#[derive(Clone, Debug)]
pub struct CancelOn(CancellationToken);

impl CancelOn {
    /// Ends the request when `token` is cancelled, or a token that it is a child of.
    pub fn new(token: &CancellationToken) -> Self {
        Self(token.clone())
    }

    pub(crate) fn token(&self) -> &CancellationToken {
        &self.0
    }
}

impl From<CancellationToken> for CancelOn {
    fn from(token: CancellationToken) -> Self {
        Self(token)
    }
}
