//! What an API says of an error, whatever its shape was.

use std::fmt;

/// What an API says of an error, whatever its shape was: [`ApiError::message`](crate::ApiError::message) and the like read
/// from it, and a closure for [`extract_with`](crate::ErrorMapMiddleware::extract_with) makes one.
///
/// `Debug` shows how much there is, and no word of it.
///
/// ```
/// use error_map::{ErrorDetails, FieldError};
///
/// let details = ErrorDetails::new()
///     .with_message("the order is not valid")
///     .with_code("order_invalid")
///     .with_field_error(FieldError::new("quantity").with_message("must be positive"));
/// assert_eq!(details.field_errors()[0].field(), "quantity");
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
#[must_use]
pub struct ErrorDetails {
    message: Option<String>,
    code: Option<String>,
    field_errors: Vec<FieldError>,
}

impl ErrorDetails {
    /// Nothing said so far.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets what people should read.
    pub fn with_message(mut self, message: impl Into<String>) -> Self {
        self.message = Some(message.into());
        self
    }

    /// Sets what programs should match.
    pub fn with_code(mut self, code: impl Into<String>) -> Self {
        self.code = Some(code.into());
        self
    }

    /// Adds what is wrong with one field.
    pub fn with_field_error(mut self, error: FieldError) -> Self {
        self.field_errors.push(error);
        self
    }

    /// Takes from `other` what isn't said here.
    pub fn or(self, other: Self) -> Self {
        Self {
            message: self.message.or(other.message),
            code: self.code.or(other.code),
            field_errors: if self.field_errors.is_empty() {
                other.field_errors
            } else {
                self.field_errors
            },
        }
    }

    /// What people should read.
    pub fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }

    /// What programs should match.
    pub fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }

    /// What is wrong with single fields.
    pub fn field_errors(&self) -> &[FieldError] {
        &self.field_errors
    }
}

impl fmt::Debug for ErrorDetails {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ErrorDetails")
            .field("message_bytes", &self.message().map(str::len))
            .field("code_bytes", &self.code().map(str::len))
            .field("field_errors", &self.field_errors.len())
            .finish_non_exhaustive()
    }
}

/// What is wrong with one field of a request. `Debug` shows no word of it.
#[derive(Clone, PartialEq, Eq)]
#[must_use]
pub struct FieldError {
    field: String,
    message: Option<String>,
    code: Option<String>,
}

impl FieldError {
    /// Something is wrong with this field.
    pub fn new(field: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            message: None,
            code: None,
        }
    }

    /// Sets what people should read.
    pub fn with_message(mut self, message: impl Into<String>) -> Self {
        self.message = Some(message.into());
        self
    }

    /// Sets what programs should match.
    pub fn with_code(mut self, code: impl Into<String>) -> Self {
        self.code = Some(code.into());
        self
    }

    /// The field, in the API's own notation: `email`, `address.zip`, `#/age` or `/data/attributes/title`. A path that came
    /// as a list, or as objects within objects, is joined by dots: `body.users.0.age`.
    pub fn field(&self) -> &str {
        &self.field
    }

    /// What people should read.
    pub fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }

    /// What programs should match.
    pub fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }
}

impl fmt::Debug for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FieldError")
            .field("field_bytes", &self.field.len())
            .field("message_bytes", &self.message().map(str::len))
            .field("code_bytes", &self.code().map(str::len))
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn details() -> ErrorDetails {
        let field = FieldError::new("hunter2")
            .with_message("hunter2")
            .with_code("hunter2");
        let details = ErrorDetails::new()
            .with_message("hunter2")
            .with_code("hunter2");
        details.with_field_error(field)
    }

    #[test]
    fn no_word_is_shown() {
        let details = details();
        let shown = format!("{details:?} {details:#?} {:?}", details.field_errors());
        assert!(!shown.contains("hunter2"), "{shown}");
        assert!(shown.contains("message_bytes: Some(7)"), "{shown}");
    }

    #[test]
    fn what_is_said_stays_and_the_rest_is_taken() {
        let own = ErrorDetails::new().with_code("own").or(details());
        assert_eq!((own.code(), own.message()), (Some("own"), Some("hunter2")));
        assert_eq!(own.field_errors().len(), 1);
        let one = ErrorDetails::new().with_field_error(FieldError::new("a"));
        assert_eq!(one.or(details()).field_errors(), [FieldError::new("a")]);
    }
}
