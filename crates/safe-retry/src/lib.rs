//! Retries that never repeat a payment.

mod attempts;
mod buffered;
mod decision;
mod event;
mod headers_timeout;
mod idempotency;
mod middleware;
mod parking;
mod prefixed;
mod retry;
mod retry_after;
mod retry_budget;
mod strategy;
mod upstreams;

pub use buffered::Buffered;
pub use event::RetryEvent;
pub use headers_timeout::{HeadersTimeout, HeadersTimeoutMiddleware};
pub use middleware::RetryMiddleware;
pub use retry::Retry;
pub use retry_budget::RetryBudget;
pub use strategy::TransientFailures;
