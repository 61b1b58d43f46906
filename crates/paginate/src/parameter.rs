//! What a request says in a parameter of its query, or in a header.

use http::{HeaderName, HeaderValue};

use crate::{PageRequest, PagingErrorKind};

/// Where a request says which page it wants: a text is the name of a parameter of its query, a [`HeaderName`] a header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter(Kind);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Query(String),
    Header(HeaderName),
}

impl From<&str> for Parameter {
    fn from(name: &str) -> Self {
        Self(Kind::Query(name.to_owned()))
    }
}

impl From<String> for Parameter {
    fn from(name: String) -> Self {
        Self(Kind::Query(name))
    }
}

impl From<HeaderName> for Parameter {
    fn from(name: HeaderName) -> Self {
        Self(Kind::Header(name))
    }
}

impl Parameter {
    /// Says this in the request.
    pub(crate) fn set(
        &self,
        request: PageRequest,
        value: String,
    ) -> Result<PageRequest, PagingErrorKind> {
        match &self.0 {
            Kind::Query(name) => Ok(request.with_query(name, value)),
            Kind::Header(name) => {
                // What holds a line break or another control character can't be sent.
                let value = HeaderValue::try_from(value).ok();
                let value = value.filter(|value| value.to_str().is_ok());
                let value = value.ok_or(PagingErrorKind::InvalidNext)?;
                Ok(request.with_header(name.clone(), value))
            }
        }
    }
}
