//! From the errors of the host crates to ours: what really happened, through whatever wraps it.

use crate::{ApiError, DecodeError, ErrorKind, classify};

/// Finds what really happened in a reqwest error: the typed errors of our layers come out of a body wrapped in it.
impl From<reqwest::Error> for ApiError {
    fn from(error: reqwest::Error) -> Self {
        // serde's own text quotes the value that it did not like.
        if let Some(json) = classify::json_error(&error) {
            return Self::with_source(ErrorKind::Decode, DecodeError::from(json));
        }
        Self::with_source(classify::transport(&error), error)
    }
}

/// Finds what really happened in an error that came up a chain. An [`ApiError`] in it comes out as it is.
impl From<reqwest_middleware::Error> for ApiError {
    fn from(error: reqwest_middleware::Error) -> Self {
        let error = match error {
            reqwest_middleware::Error::Reqwest(error) => return error.into(),
            reqwest_middleware::Error::Middleware(error) => error,
        };
        let error = match error.downcast::<Self>() {
            Ok(api) => return api,
            Err(other) => other,
        };
        let error = match error.downcast::<reqwest::Error>() {
            Ok(transport) => return transport.into(),
            Err(other) => other,
        };
        let kind = error
            .chain()
            .find_map(classify::known)
            .unwrap_or(ErrorKind::Other);
        // This way of unwrapping keeps the source's own type, so that a caller can still match it.
        Self::with_source(
            kind,
            error.reallocate_into_boxed_dyn_error_without_backtrace(),
        )
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use request_context::{Cancelled, SessionEnded};

    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("a layer of the caller's own")]
    struct Own;

    #[derive(Debug, thiserror::Error)]
    #[error("wrapped")]
    struct Wrapped(#[source] SessionEnded);

    fn convert(error: impl Error + Send + Sync + 'static) -> ApiError {
        reqwest_middleware::Error::middleware(error).into()
    }

    #[test]
    fn an_api_error_comes_out_as_it_is() {
        let error = convert(ApiError::new(ErrorKind::Conflict));
        assert_eq!(error.kind(), ErrorKind::Conflict);
        assert!(error.source().is_none());
    }

    #[test]
    fn a_typed_error_of_a_layer_is_recognised_and_stays_matchable() {
        let error = convert(Cancelled::new());
        assert_eq!(error.kind(), ErrorKind::Cancelled);
        assert!(error.source().unwrap().is::<Cancelled>());
    }

    #[test]
    fn a_typed_error_is_found_below_what_wraps_it() {
        let error = convert(Wrapped(SessionEnded::signed_out()));
        assert_eq!(error.kind(), ErrorKind::SessionEnded);
        assert!(error.source().unwrap().is::<Wrapped>());
    }

    #[test]
    fn an_error_of_the_callers_own_layer_stays_matchable() {
        let error = convert(Own);
        assert_eq!(error.kind(), ErrorKind::Other);
        assert!(error.source().unwrap().is::<Own>());
    }

    #[test]
    fn a_reqwest_error_is_recognised_wherever_it_is_and_loses_its_url() {
        let builder_error = || {
            let client = reqwest::Client::new();
            client
                .get("http://api.test/?key=hunter2")
                .header("bad name", "x")
                .build()
                .unwrap_err()
        };
        let url = "http://api.test/?key=hunter2".parse::<url::Url>().unwrap();
        let nested = convert(builder_error().with_url(url.clone()));
        let direct = ApiError::from(builder_error().with_url(url));
        for error in [nested, direct] {
            assert_eq!(error.kind(), ErrorKind::Builder);
            let source = error.source().unwrap();
            assert!(source.is::<reqwest::Error>());
            assert!(!format!("{source} {source:?}").contains("hunter2"));
        }
    }
}
