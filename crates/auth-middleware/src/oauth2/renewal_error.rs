//! Why tokens were not renewed, where no server said so.

use std::error::Error;

use crate::InvalidToken;

/// Why tokens were not renewed, where it was not the server alone who said so. It is the source of the
/// [`RefreshError`](refresh_queue::RefreshError), beside [`StoreError`](token_store::StoreError) and what the grant reports.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RenewalError {
    /// The store holds no tokens: nobody has signed in, or somebody has signed out. The refresh is rejected.
    #[error("nobody is signed in")]
    NotSignedIn,
    /// The access token is over, and there is no refresh token to buy another with. The refresh is rejected; or failed, while
    /// the access token has less than a minute left, so that it serves until then.
    #[error("there is no refresh token")]
    NoRefreshToken,
    /// The access token is over, and it is for somebody else to renew it, who has not done so yet. The refresh failed.
    #[error("the tokens are renewed elsewhere, and have not been yet")]
    RenewedElsewhere,
    /// An earlier refresh was cut off after it may have spent the refresh token, and now the server takes that token no more;
    /// the source says how. The refresh is rejected.
    #[error("an earlier refresh was cut off, and the refresh token is spent")]
    CutOff(#[source] Box<dyn Error + Send + Sync>),
    /// The access token can't go on a request, or is of another type than `bearer` (RFC 6749 §7.1). The refresh failed. What the
    /// server answered is in the store, and the next refresh exchanges the refresh token in it.
    #[error("the access token can't go on a request")]
    InvalidToken(#[from] InvalidToken),
    /// The grant took longer than [`exchange_timeout`](crate::TokenRefresher::exchange_timeout). The refresh failed.
    #[error("the exchange took longer than its limit")]
    TimedOut,
}
