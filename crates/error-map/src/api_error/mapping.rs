//! From an `ApiError` to an error of the caller's own domain.

use http::StatusCode;

use super::meanings::{ErrorMapping, Meaning};
use crate::{ApiError, ErrorKind};

/// For a layer that turns results of calls into those of a domain of its own.
///
/// What every call may end with is said once, in `From<ApiError>`, and `?` does the rest. What an error means in one call
/// alone is said there, by one of these; where it is more than one thing, by `map_err` and a `match` on
/// [`kind`](ApiError::kind).
///
/// ```
/// use error_map::{ApiError, ErrorKind, MapApiError};
/// use http::StatusCode;
///
/// #[derive(Debug)]
/// enum UserError {
///     NameTaken,
///     SignedOut,
///     Failed(ApiError),
/// }
///
/// impl From<ApiError> for UserError {
///     fn from(error: ApiError) -> Self {
///         match error.kind() {
///             ErrorKind::SessionEnded | ErrorKind::Unauthorized => Self::SignedOut,
///             _ => Self::Failed(error),
///         }
///     }
/// }
///
/// # async fn get(_: &str) -> Result<String, ApiError> { Ok(String::new()) }
/// # async fn post(_: &str) -> Result<(), ApiError> { Ok(()) }
/// async fn find(id: &str) -> Result<Option<String>, UserError> {
///     Ok(get(id).await.optional()?)
/// }
///
/// async fn register(name: &str) -> Result<(), UserError> {
///     post(name).await.map_status(StatusCode::CONFLICT, |_| UserError::NameTaken)
/// }
/// ```
///
/// [`mapping`](Self::mapping) is for more than one meaning.
pub trait MapApiError<T>: sealed::Sealed {
    /// `None` where the server said that there is no such resource, or none any more: 404 and 410.
    ///
    /// # Errors
    ///
    /// Any other error.
    fn optional(self) -> Result<Option<T>, ApiError>;

    /// Begins to map the error where it may mean more than one thing; what was meant first counts.
    ///
    /// ```
    /// use error_map::{ApiError, MapApiError};
    /// use http::StatusCode;
    ///
    /// # enum UserError { NameTaken, NameTooLong, Failed(ApiError) }
    /// # impl From<ApiError> for UserError { fn from(error: ApiError) -> Self { Self::Failed(error) } }
    /// # async fn post(_: &str) -> Result<(), ApiError> { Ok(()) }
    /// async fn register(name: &str) -> Result<(), UserError> {
    ///     post(name)
    ///         .await
    ///         .mapping()
    ///         .code("name_too_long", |_| UserError::NameTooLong)
    ///         .status(StatusCode::CONFLICT, |_| UserError::NameTaken)
    ///         .finish()
    /// }
    /// ```
    fn mapping<E>(self) -> ErrorMapping<T, E>;

    /// Maps an error of this kind by `domain`, any other by `E::from`.
    ///
    /// # Errors
    ///
    /// The error of the domain.
    fn map_kind<E: From<ApiError>>(
        self,
        kind: ErrorKind,
        domain: impl FnOnce(ApiError) -> E,
    ) -> Result<T, E>;

    /// Maps an answer with this status by `domain`, any other error by `E::from`.
    ///
    /// # Errors
    ///
    /// The error of the domain.
    fn map_status<E: From<ApiError>>(
        self,
        status: StatusCode,
        domain: impl FnOnce(ApiError) -> E,
    ) -> Result<T, E>;

    /// Maps an error with this [`code`](ApiError::code) by `domain`, any other by `E::from`.
    ///
    /// # Errors
    ///
    /// The error of the domain.
    fn map_code<E: From<ApiError>>(
        self,
        code: &str,
        domain: impl FnOnce(ApiError) -> E,
    ) -> Result<T, E>;
}

impl<T> MapApiError<T> for Result<T, ApiError> {
    fn optional(self) -> Result<Option<T>, ApiError> {
        match self {
            Ok(found) => Ok(Some(found)),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Gone) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn mapping<E>(self) -> ErrorMapping<T, E> {
        ErrorMapping(self.map_err(Meaning::Unknown))
    }

    fn map_kind<E: From<ApiError>>(
        self,
        kind: ErrorKind,
        domain: impl FnOnce(ApiError) -> E,
    ) -> Result<T, E> {
        self.mapping().kind(kind, domain).finish()
    }

    fn map_status<E: From<ApiError>>(
        self,
        status: StatusCode,
        domain: impl FnOnce(ApiError) -> E,
    ) -> Result<T, E> {
        self.mapping().status(status, domain).finish()
    }

    fn map_code<E: From<ApiError>>(
        self,
        code: &str,
        domain: impl FnOnce(ApiError) -> E,
    ) -> Result<T, E> {
        self.mapping().code(code, domain).finish()
    }
}

mod sealed {
    pub trait Sealed {}
    impl<T> Sealed for Result<T, super::ApiError> {}
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::*;

    #[derive(Debug, PartialEq)]
    enum Domain {
        Taken(String),
        Failed(ErrorKind),
    }

    impl From<ApiError> for Domain {
        fn from(error: ApiError) -> Self {
            Self::Failed(error.kind())
        }
    }

    fn failed(code: u16) -> Result<u8, ApiError> {
        let status = StatusCode::from_u16(code).unwrap();
        let body = r#"{"code": "name_taken"}"#;
        Err(ApiError::from_answer(status, HeaderMap::new(), body))
    }

    #[allow(clippy::needless_pass_by_value, reason = "as the closures have it")]
    fn taken(error: ApiError) -> Domain {
        Domain::Taken(error.code().unwrap().to_owned())
    }

    #[test]
    fn what_is_meant_is_mapped_and_the_rest_converted() {
        let name_taken = || Err(Domain::Taken("name_taken".to_owned()));
        let other = |kind| Err(Domain::Failed(kind));
        assert_eq!(
            failed(409).map_status(StatusCode::CONFLICT, taken),
            name_taken()
        );
        assert_eq!(
            failed(404).map_status(StatusCode::CONFLICT, taken),
            other(ErrorKind::NotFound)
        );
        assert_eq!(
            failed(409).map_kind(ErrorKind::Conflict, taken),
            name_taken()
        );
        assert_eq!(
            failed(500).map_kind(ErrorKind::Conflict, taken),
            other(ErrorKind::Server)
        );
        assert_eq!(failed(400).map_code("name_taken", taken), name_taken());
        assert_eq!(
            failed(400).map_code("name", taken),
            other(ErrorKind::BadRequest)
        );
        assert_eq!(Ok(1).map_code("name", taken), Ok(1));
    }

    #[test]
    fn of_several_meanings_the_first_counts_and_the_rest_is_converted() {
        let map = |outcome: Result<u8, ApiError>| {
            let teapot = |error: &ApiError| error.is_status(StatusCode::IM_A_TEAPOT);
            let mapping = outcome.mapping();
            mapping
                .status(StatusCode::CONFLICT, taken)
                .kind(ErrorKind::Conflict, |_| Domain::Taken("never".to_owned()))
                .kind(ErrorKind::Gone, |_| Domain::Taken("gone".to_owned()))
                .when(teapot, |_| Domain::Taken("teapot".to_owned()))
                .finish()
        };
        let is = |name: &str| Err(Domain::Taken(name.to_owned()));
        assert_eq!(map(failed(409)), is("name_taken"));
        assert_eq!(map(failed(410)), is("gone"));
        assert_eq!(map(failed(418)), is("teapot"));
        assert_eq!(map(failed(500)), Err(Domain::Failed(ErrorKind::Server)));
        assert_eq!(map(Ok(1)), Ok(1));
        let by_code = failed(500).mapping().code("name_taken", taken);
        assert_eq!(by_code.finish(), is("name_taken"));
        let without_from = failed(500)
            .mapping()
            .status(StatusCode::CONFLICT, |_| "taken");
        assert_eq!(without_from.or_else(|_| "failed"), Err("failed"));
    }

    #[test]
    fn what_is_not_there_is_none() {
        assert_eq!(failed(404).optional().unwrap(), None);
        assert_eq!(failed(410).optional().unwrap(), None);
        assert_eq!(Ok(1).optional().unwrap(), Some(1));
        assert_eq!(
            failed(403).optional().unwrap_err().kind(),
            ErrorKind::Forbidden
        );
    }
}
