//! An error that may mean more than one thing.

use std::fmt;

use http::StatusCode;

use crate::{ApiError, ErrorKind};

/// An outcome whose error may mean more than one thing to a domain: [`MapApiError::mapping`](crate::MapApiError::mapping)
/// begins one. Of what is said, the first that is meant counts.
#[must_use = "it is an outcome when it is finished"]
pub struct ErrorMapping<T, E>(pub(super) Result<T, Meaning<E>>);

pub(super) enum Meaning<E> {
    Unknown(ApiError),
    Of(E),
}

impl<T, E> ErrorMapping<T, E> {
    /// What an error of this kind means.
    pub fn kind(self, kind: ErrorKind, domain: impl FnOnce(ApiError) -> E) -> Self {
        self.when(|error| error.kind() == kind, domain)
    }

    /// What an answer with this status means.
    pub fn status(self, status: StatusCode, domain: impl FnOnce(ApiError) -> E) -> Self {
        self.when(|error| error.is_status(status), domain)
    }

    /// What an error with this [`code`](ApiError::code) means.
    pub fn code(self, code: &str, domain: impl FnOnce(ApiError) -> E) -> Self {
        self.when(|error| error.code() == Some(code), domain)
    }

    /// What an error means for which this is true.
    pub fn when(
        self,
        is_meant: impl FnOnce(&ApiError) -> bool,
        domain: impl FnOnce(ApiError) -> E,
    ) -> Self {
        Self(self.0.map_err(|meaning| match meaning {
            Meaning::Unknown(error) if is_meant(&error) => Meaning::Of(domain(error)),
            other => other,
        }))
    }

    /// The outcome, with any other error converted by `E::from`.
    ///
    /// # Errors
    ///
    /// The error of the domain.
    pub fn finish(self) -> Result<T, E>
    where
        E: From<ApiError>,
    {
        self.or_else(E::from)
    }

    /// The outcome, with any other error mapped by `domain`.
    ///
    /// # Errors
    ///
    /// The error of the domain.
    pub fn or_else(self, domain: impl FnOnce(ApiError) -> E) -> Result<T, E> {
        self.0.map_err(|meaning| match meaning {
            Meaning::Unknown(error) => domain(error),
            Meaning::Of(error) => error,
        })
    }
}

impl<T, E> fmt::Debug for ErrorMapping<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Ok(_) => "ErrorMapping(no error)",
            Err(Meaning::Unknown(_)) => "ErrorMapping(not mapped yet)",
            Err(Meaning::Of(_)) => "ErrorMapping(mapped)",
        })
    }
}
