//! What of a request and an answer may be shown.

mod body;
mod form;
mod headers;
mod json;
mod names;
mod query;
mod value;

use std::fmt;
use std::sync::Arc;

use http::HeaderName;

pub(crate) use body::{media_type, summary};
use names::Names;

/// What stands in the place of a secret.
pub(crate) const REDACTED: &str = "REDACTED";

type Path = dyn Fn(&str) -> String + Send + Sync;

/// What of a request and an answer may be shown, in logs and as [`curl`](Self::curl).
///
/// | | shown |
/// |---|---|
/// | scheme, host, port, path | yes; a [`path`](Self::path) as a function of yours makes it |
/// | userinfo, fragment | never |
/// | query | names; values of [allowed](Self::allow_query) ones: paging, sorting, filters' languages, API versions |
/// | headers | names; values of [allowed](Self::allow_header) ones, unless they are marked sensitive |
/// | JSON and forms | all but what is behind a [name](Self::redact_key) or a [pointer](Self::redact_pointer) of a secret, or looks like one: a token, a key, a document or a form within a text |
/// | text | its size and type, unless [allowed](Self::allow_text) |
/// | other bodies | their size and type |
///
/// What is not shown reads `REDACTED`.
///
/// ```
/// use wire_log::Redaction;
/// use http::HeaderName;
///
/// let redaction = Redaction::new()
///     .allow_header(HeaderName::from_static("x-tenant"))
///     .allow_query("status")
///     .redact_key("date of birth") // dateOfBirth and DATE_OF_BIRTH too
///     .redact_pointer("/users/*/name");
/// ```
#[derive(Clone)]
#[must_use]
pub struct Redaction {
    headers: Vec<HeaderName>,
    query: Vec<String>,
    path: Option<Arc<Path>>,
    names: Names,
    pointers: Vec<json::Pointer>,
    text: bool,
    body_limit: usize,
}

impl Redaction {
    /// The defaults above, and bodies up to 4 KiB.
    pub fn new() -> Self {
        Self {
            headers: headers::allowed(),
            query: query::allowed(),
            path: None,
            names: Names::default(),
            pointers: Vec::new(),
            text: false,
            body_limit: 4096,
        }
    }

    /// Shows the values of this header. One that is marked sensitive stays hidden even so.
    pub fn allow_header(mut self, name: HeaderName) -> Self {
        self.headers.push(name);
        self
    }

    /// Shows the values of this query parameter. Upper and lower case are the same.
    pub fn allow_query(mut self, name: impl Into<String>) -> Self {
        self.query.push(name.into());
        self
    }

    /// Shows of a path what this function makes of it, for paths with ids that are nobody's business. Default: the whole
    /// path.
    ///
    /// ```
    /// use wire_log::Redaction;
    ///
    /// let redaction = Redaction::new().path(|path| {
    ///     let hidden = |segment: &str| segment.starts_with("patient-");
    ///     let segments = path.split('/').map(|segment| if hidden(segment) { "{id}" } else { segment });
    ///     segments.collect::<Vec<_>>().join("/")
    /// });
    /// ```
    pub fn path(mut self, shown: impl Fn(&str) -> String + Send + Sync + 'static) -> Self {
        self.path = Some(Arc::new(shown));
        self
    }

    /// Hides what stands under this name in JSON and forms. Case and separators make no difference: `dateOfBirth` is
    /// `date_of_birth`.
    ///
    /// By default hidden: whatever has `password`, `secret`, `token`, `authorization`, `api_key`, `credential` or `cookie`
    /// in its name, with a few more words of the kind; and `pin`, `cvv`, `ssn`, `otp`, `card`, `iban` and others, where they
    /// are a word of the name.
    pub fn redact_key(mut self, name: impl AsRef<str>) -> Self {
        self.names.redact(name.as_ref());
        self
    }

    /// Shows what stands under this name in JSON and forms, though it sounds like a secret: `next_page_token`, for example.
    /// [`redact_key`](Self::redact_key) of the same name goes before it.
    pub fn allow_key(mut self, name: impl AsRef<str>) -> Self {
        self.names.allow(name.as_ref());
        self
    }

    /// Hides what is at this place in JSON (RFC 6901), whatever it is called. A segment `*` stands for any key or index.
    pub fn redact_pointer(mut self, pointer: impl AsRef<str>) -> Self {
        self.pointers.push(json::Pointer::new(pointer.as_ref()));
        self
    }

    /// Whether bodies of type `text/*`, XML and JavaScript are shown too. Default: no, since nothing can be hidden in them.
    pub fn allow_text(mut self, allowed: bool) -> Self {
        self.text = allowed;
        self
    }

    /// How many bytes of a body are shown, and of a response body kept for that. Default: 4096.
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// How many bytes of a body are worth keeping.
    pub(crate) fn kept_of_a_body(&self) -> usize {
        self.body_limit
    }
}

impl Default for Redaction {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Redaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redaction")
            .field("headers", &self.headers)
            .field("query", &self.query)
            .field("names", &self.names)
            .field("pointers", &self.pointers)
            .field("text", &self.text)
            .field("body_limit", &self.body_limit)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
