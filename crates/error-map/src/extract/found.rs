//! What has been found about fields, within limits: a server's words decide neither how much is kept nor how long a name is.

use http::StatusCode;

use crate::{ErrorDetails, FieldError};

/// How many errors of fields are kept.
pub(super) const FIELDS: usize = 256;
/// How many bytes of a field's name, or of its path, are kept.
pub(super) const NAME: usize = 256;

/// What has been found about fields so far.
pub(super) struct Found {
    pub(super) status: StatusCode,
    errors: Vec<FieldError>,
    /// What is said of no field, but of all of them.
    whole: Vec<String>,
}

impl Found {
    pub(super) fn new(status: StatusCode) -> Self {
        Self {
            status,
            errors: Vec::new(),
            whole: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, field: &str, message: Option<String>, code: Option<String>) {
        let message = message.filter(|message| !message.is_empty());
        if field.is_empty() {
            self.whole.extend(message);
            return;
        }
        if self.is_full() {
            return;
        }
        let mut error = FieldError::new(cut(field));
        if let Some(message) = message {
            error = error.with_message(message);
        }
        if let Some(code) = code {
            error = error.with_code(code);
        }
        self.errors.push(error);
    }

    pub(super) fn add_whole(&mut self, message: String) {
        self.whole.push(message);
    }

    pub(super) fn is_full(&self) -> bool {
        self.errors.len() >= FIELDS
    }

    pub(super) fn len(&self) -> usize {
        self.errors.len() + self.whole.len()
    }

    pub(super) fn into_details(self) -> ErrorDetails {
        let details = match self.whole.join("; ") {
            whole if whole.is_empty() => ErrorDetails::new(),
            whole => ErrorDetails::new().with_message(whole),
        };
        let errors = self.errors.into_iter();
        errors.fold(details, ErrorDetails::with_field_error)
    }
}

/// The path to a field within another.
pub(super) fn join(outer: &str, inner: &str) -> String {
    let inner = cut(inner);
    match outer {
        "" => inner.to_owned(),
        outer => cut(&format!("{outer}.{inner}")).to_owned(),
    }
}

fn cut(name: &str) -> &str {
    let mut end = name.len().min(NAME);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    &name[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_cut_between_two_characters() {
        assert_eq!(cut("age"), "age");
        assert_eq!(cut(&"ü".repeat(200)), "ü".repeat(NAME / 2));
        assert_eq!(cut(&format!("x{}", "ü".repeat(200))).len(), NAME - 1);
        assert_eq!(join("", "a"), "a");
        assert_eq!(join(&"a".repeat(NAME), "b"), "a".repeat(NAME));
    }

    #[test]
    fn what_is_said_of_no_field_is_said_of_the_whole() {
        let mut found = Found::new(StatusCode::BAD_REQUEST);
        found.add("", Some("a".to_owned()), None);
        found.add("", None, None);
        found.add_whole("b".to_owned());
        let details = found.into_details();
        assert_eq!(details.message(), Some("a; b"));
        assert!(details.field_errors().is_empty());
    }

    #[test]
    fn no_more_than_a_number_of_them_is_kept() {
        let mut found = Found::new(StatusCode::BAD_REQUEST);
        for index in 0..FIELDS * 2 {
            found.add(&index.to_string(), None, None);
        }
        assert!(found.is_full());
        let details = found.into_details();
        assert_eq!(details.field_errors().len(), FIELDS);
        assert_eq!(details.field_errors()[FIELDS - 1].field(), "255");
    }
}
