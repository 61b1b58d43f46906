//! What a request says in a parameter of its query, in a header, or in its JSON body.

use http::{HeaderName, HeaderValue};

use crate::place::Said;
use crate::{PageRequest, PagingErrorKind, Pointer};

/// Where a request says which page it wants: a text is the name of a parameter of its query, a [`HeaderName`] a header, a
/// [`Pointer`] a place in its JSON body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter(Kind);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Query(String),
    Header(HeaderName),
    Body(Pointer),
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

impl From<Pointer> for Parameter {
    fn from(place: Pointer) -> Self {
        Self(Kind::Body(place))
    }
}

impl Parameter {
    /// Says this in the request, if it is anything. A JSON body takes it as it was written, lists and objects included.
    pub(crate) fn set(
        &self,
        request: PageRequest,
        said: Said<'_>,
    ) -> Result<Option<PageRequest>, PagingErrorKind> {
        Ok(match &self.0 {
            Kind::Query(name) => said.text()?.map(|text| request.with_query(name, text)),
            Kind::Header(name) => match said.text()? {
                Some(text) => Some(request.with_header(name.clone(), header(text)?)),
                None => None,
            },
            Kind::Body(place) => {
                let json = said.json()?;
                json.map(|json| request.with_json_text(place.clone(), json))
            }
        })
    }

    /// Says this number in the request.
    pub(crate) fn set_number(&self, request: PageRequest, number: u64) -> PageRequest {
        match &self.0 {
            Kind::Query(name) => request.with_query(name, number.to_string()),
            Kind::Header(name) => request.with_header(name.clone(), number.into()),
            Kind::Body(place) => request.with_json_text(place.clone(), number.to_string()),
        }
    }

    /// The number that the request says.
    pub(crate) fn number(&self, request: &PageRequest) -> Option<u64> {
        let text = match &self.0 {
            Kind::Query(name) => request.query(name),
            Kind::Header(name) => {
                let mut headers = request.headers();
                let (_, value) = headers.find(|(other, _)| *other == name)?;
                value.to_str().ok()
            }
            Kind::Body(place) => {
                let mut json = request.json().iter();
                json.find(|(other, _)| other == place)
                    .map(|(_, json)| json.as_str())
            }
        };
        text?.parse().ok()
    }
}

/// What holds a line break or another control character can't be sent.
fn header(text: String) -> Result<HeaderValue, PagingErrorKind> {
    let value = HeaderValue::try_from(text).ok();
    let value = value.filter(|value| value.to_str().is_ok());
    value.ok_or(PagingErrorKind::InvalidNext)
}
