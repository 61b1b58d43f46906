//! What one request wants of retries.

use std::fmt;
use std::sync::Arc;

use http::StatusCode;
use reqwest_retry::RetryPolicy;

use crate::middleware::exponential_backoff;

/// What one request wants of retries, where it differs from its client: put it into the request's extensions.
///
/// ```
/// # async fn example(client: reqwest_middleware::ClientWithMiddleware) -> reqwest_middleware::Result<()> {
/// use http::StatusCode;
/// use safe_retry::Retry;
///
/// // This search is a POST, but asking twice does no harm.
/// let found = client
///     .post("https://api.example.com/search")
///     .with_extension(Retry::always().also_on(StatusCode::CONFLICT))
///     .send()
///     .await?;
/// # Ok(()) }
/// ```
#[derive(Clone, Default)]
#[must_use]
pub struct Retry {
    gate: Gate,
    policy: Option<Arc<dyn RetryPolicy + Send + Sync>>,
    more_statuses: Vec<StatusCode>,
}

/// Whether a request may be sent again at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Gate {
    #[default]
    IfIdempotent,
    Never,
    Always,
}

impl Retry {
    /// Retries if the request is idempotent, as the client does.
    pub fn if_idempotent() -> Self {
        Self::default()
    }

    /// Sends the request once.
    pub fn never() -> Self {
        Self::gated(Gate::Never)
    }

    /// Retries whatever the method is: the caller knows that sending it twice does no harm. A body that can't be sent
    /// twice still isn't.
    pub fn always() -> Self {
        Self::gated(Gate::Always)
    }

    /// Retries up to this often, as [`RetryMiddleware::max_retries`](crate::RetryMiddleware::max_retries) does, in place of the
    /// client's policy. It doesn't make the request one that may be sent twice.
    pub fn max_retries(self, retries: u32) -> Self {
        self.policy(exponential_backoff(retries))
    }

    /// Takes this policy in place of the client's. It doesn't make the request one that may be sent twice.
    pub fn policy(mut self, policy: impl RetryPolicy + Send + Sync + 'static) -> Self {
        self.policy = Some(Arc::new(policy));
        self
    }

    /// Tries again on this status too, beside those of the client.
    pub fn also_on(mut self, status: StatusCode) -> Self {
        self.more_statuses.push(status);
        self
    }

    /// Takes from `other` what is not said here: its policy, and its statuses beside these. Whether the request may be sent
    /// twice is what this one says.
    pub fn or(mut self, other: Self) -> Self {
        self.policy = self.policy.or(other.policy);
        self.more_statuses.extend(other.more_statuses);
        self
    }

    fn gated(gate: Gate) -> Self {
        Self {
            gate,
            ..Self::default()
        }
    }

    /// Whether a request may be sent again, given whether it is idempotent.
    pub(crate) fn allows(&self, idempotent: bool) -> bool {
        match self.gate {
            Gate::IfIdempotent => idempotent,
            Gate::Never => false,
            Gate::Always => true,
        }
    }

    pub(crate) fn own_policy(&self) -> Option<&Arc<dyn RetryPolicy + Send + Sync>> {
        self.policy.as_ref()
    }

    pub(crate) fn more_statuses(&self) -> &[StatusCode] {
        &self.more_statuses
    }
}

impl fmt::Debug for Retry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Retry")
            .field("gate", &self.gate)
            .field("more_statuses", &self.more_statuses)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use reqwest_retry::policies::ExponentialBackoff;

    use super::*;

    #[test]
    fn what_is_not_said_comes_from_the_other_and_the_gate_does_not() {
        let policy = ExponentialBackoff::builder().build_with_max_retries(1);
        let clients = Retry::never().policy(policy).also_on(StatusCode::CONFLICT);
        let own = Retry::always().also_on(StatusCode::GONE).or(clients);
        assert!(own.allows(false));
        assert!(own.own_policy().is_some());
        assert_eq!(
            own.more_statuses(),
            [StatusCode::GONE, StatusCode::CONFLICT]
        );
    }
}
