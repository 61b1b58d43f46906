//! An error and all that is below it, where `source` leads past it too.

use std::error::Error;
use std::io;
use std::iter::successors;

use crate::redacted::Redacted;

/// The error and all that is below it, outermost first.
///
/// `Error::source` isn't enough: that of a transparent wrapper, and of an `io::Error` around another error, is the source
/// of what it wraps, so the wrapped one is left out.
pub(crate) fn chain<'a>(
    error: &'a (dyn Error + 'static),
) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    successors(Some(error), |error| below(*error))
}

/// The first of them that has this type.
pub(crate) fn find<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    chain(error).find_map(|error| error.downcast_ref())
}

fn below<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    if let Some(host) = error.downcast_ref::<reqwest_middleware::Error>() {
        return Some(match host {
            reqwest_middleware::Error::Reqwest(error) => error,
            reqwest_middleware::Error::Middleware(error) => &**error,
        });
    }
    #[cfg(feature = "reqwest-retry")]
    if let Some(retry) = error.downcast_ref::<reqwest_retry::RetryError>() {
        let (reqwest_retry::RetryError::WithRetries { err, .. }
        | reqwest_retry::RetryError::Error(err)) = retry;
        return Some(err);
    }
    if let Some(redacted) = error.downcast_ref::<Redacted>() {
        return Some(redacted.inner());
    }
    if let Some(io) = error.downcast_ref::<io::Error>() {
        return io.get_ref().map(|inner| inner as &(dyn Error + 'static));
    }
    error.source()
}

#[cfg(test)]
mod tests {
    use request_context::Cancelled;

    use super::*;

    fn finds_cancelled(error: &(dyn Error + 'static)) -> bool {
        chain(error).any(<dyn Error>::is::<Cancelled>)
    }

    #[test]
    fn an_error_within_an_io_error_is_found() {
        let io = io::Error::other(io::Error::other(Cancelled::new()));
        assert!(io.source().is_none(), "its source leads past it");
        assert!(finds_cancelled(&io));
        assert!(!finds_cancelled(&io::Error::from(io::ErrorKind::Other)));
    }

    #[test]
    fn an_error_within_the_hosts_is_found() {
        let host = reqwest_middleware::Error::middleware(Cancelled::new());
        assert!(host.source().is_none(), "its source leads past it");
        assert!(finds_cancelled(&host));
        let twice = reqwest_middleware::Error::middleware(host);
        assert!(finds_cancelled(&twice));
    }
}
