//! Why a refresher has not come to rest.

use token_store::StoreError;

/// Why a [`TokenRefresher`](crate::TokenRefresher) has not [settled](crate::TokenRefresher::settled).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Unsettled {
    /// A refresh is still under way. It goes on for as long as the runtime lets it.
    #[error("a refresh is still under way")]
    Running,
    /// New tokens are in memory alone: the store could not keep them.
    #[error("the new tokens could not be saved")]
    Unsaved(#[source] StoreError),
}
