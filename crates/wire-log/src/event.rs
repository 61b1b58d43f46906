//! tracing's macros with a level that is known only as the program runs.

use tracing::Level;

/// The target of all events.
pub(crate) const TARGET: &str = "wire_log";

/// An event of this level. Its fields are worked out only if somebody listens.
macro_rules! event {
    ($level:expr, $($fields:tt)+) => {
        match $level {
            tracing::Level::ERROR => tracing::event!(target: crate::event::TARGET, tracing::Level::ERROR, $($fields)+),
            tracing::Level::WARN => tracing::event!(target: crate::event::TARGET, tracing::Level::WARN, $($fields)+),
            tracing::Level::INFO => tracing::event!(target: crate::event::TARGET, tracing::Level::INFO, $($fields)+),
            tracing::Level::DEBUG => tracing::event!(target: crate::event::TARGET, tracing::Level::DEBUG, $($fields)+),
            tracing::Level::TRACE => tracing::event!(target: crate::event::TARGET, tracing::Level::TRACE, $($fields)+),
        }
    };
}
pub(crate) use event;

/// Whether anyone listens to this level.
pub(crate) fn is_enabled(level: Level) -> bool {
    match level {
        Level::ERROR => tracing::enabled!(target: TARGET, Level::ERROR),
        Level::WARN => tracing::enabled!(target: TARGET, Level::WARN),
        Level::INFO => tracing::enabled!(target: TARGET, Level::INFO),
        Level::DEBUG => tracing::enabled!(target: TARGET, Level::DEBUG),
        Level::TRACE => tracing::enabled!(target: TARGET, Level::TRACE),
    }
}
