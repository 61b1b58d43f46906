//! Where a server says something: at a place in the body, or in a header.

use http::{HeaderName, HeaderValue};
use serde_json::value::RawValue;

use crate::{Page, PagingErrorKind, Pointer};

/// Where a page says something: a text is a JSON pointer into its body, a [`HeaderName`] one of its headers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place(Kind);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Body(Pointer),
    Header(HeaderName),
}

impl From<&str> for Place {
    fn from(pointer: &str) -> Self {
        Self(Kind::Body(pointer.into()))
    }
}

impl From<String> for Place {
    fn from(pointer: String) -> Self {
        Self(Kind::Body(pointer.into()))
    }
}

impl From<Pointer> for Place {
    fn from(pointer: Pointer) -> Self {
        Self(Kind::Body(pointer))
    }
}

impl From<HeaderName> for Place {
    fn from(name: HeaderName) -> Self {
        Self(Kind::Header(name))
    }
}

impl Place {
    /// What stands there.
    pub(crate) fn said<'p>(&self, page: &'p Page) -> Result<Said<'p>, PagingErrorKind> {
        let headers = page.headers();
        Ok(match &self.0 {
            Kind::Body(pointer) => page.find(pointer)?.map_or(Said::Nothing, Said::Json),
            Kind::Header(name) => headers.get(name).map_or(Said::Nothing, Said::Header),
        })
    }

    /// Whether it says yes: `true` or 1, or no: `false` or 0, if it says anything.
    pub(crate) fn flag(&self, page: &Page) -> Result<Option<bool>, PagingErrorKind> {
        match self.said(page)?.scalar() {
            Scalar::Absent => Ok(None),
            Scalar::Flag(flag) => Ok(Some(flag)),
            Scalar::Text(text) if text.eq_ignore_ascii_case("true") || text == "1" => {
                Ok(Some(true))
            }
            Scalar::Text(text) if text.eq_ignore_ascii_case("false") || text == "0" => {
                Ok(Some(false))
            }
            Scalar::Text(_) | Scalar::Other => Err(PagingErrorKind::InvalidNext),
        }
    }

    /// The count that stands there. What is no count is none: it is told to callers, and no page is refused for it.
    pub(crate) fn count(&self, page: &Page) -> Option<u64> {
        match self.said(page).ok()?.scalar() {
            Scalar::Text(text) => text.trim().parse().ok(),
            _ => None,
        }
    }
}

/// What a page says somewhere.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Said<'p> {
    Nothing,
    Json(&'p RawValue),
    Header(&'p HeaderValue),
}

impl Said<'_> {
    /// The text or number. `null`, an empty text and nothing at all are none.
    pub(crate) fn text(self) -> Result<Option<String>, PagingErrorKind> {
        match self.scalar() {
            Scalar::Absent => Ok(None),
            Scalar::Text(text) => Ok(Some(text)),
            Scalar::Flag(_) | Scalar::Other => Err(PagingErrorKind::InvalidNext),
        }
    }

    /// The JSON of it, lists and objects included. None is what is no text either.
    pub(crate) fn json(self) -> Result<Option<String>, PagingErrorKind> {
        match (self.scalar(), self) {
            (Scalar::Absent, _) => Ok(None),
            (Scalar::Text(_) | Scalar::Other, Self::Json(value)) => {
                Ok(Some(value.get().to_owned()))
            }
            (Scalar::Text(text), _) => Ok(Some(serde_json::Value::from(text).to_string())),
            (Scalar::Flag(_) | Scalar::Other, _) => Err(PagingErrorKind::InvalidNext),
        }
    }

    fn scalar(self) -> Scalar {
        match self {
            Self::Nothing => Scalar::Absent,
            Self::Json(value) => Scalar::of(value),
            Self::Header(value) => match value.to_str() {
                Ok("") => Scalar::Absent,
                Ok(text) => Scalar::Text(text.to_owned()),
                Err(_) => Scalar::Other,
            },
        }
    }
}

/// What a JSON value or a header may say.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Scalar {
    Absent,
    /// A text, or a number as it is written: none is too large or too exact.
    Text(String),
    Flag(bool),
    Other,
}

impl Scalar {
    pub(crate) fn of(value: &RawValue) -> Self {
        let json = value.get();
        match json.as_bytes() {
            b"null" => Self::Absent,
            b"true" => Self::Flag(true),
            b"false" => Self::Flag(false),
            [b'"', ..] => match serde_json::from_str::<String>(json) {
                Ok(text) if text.is_empty() => Self::Absent,
                Ok(text) => Self::Text(text),
                // An escape that is half a character.
                Err(_) => Self::Other,
            },
            [b'-' | b'0'..=b'9', ..] => Self::Text(json.to_owned()),
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::*;

    fn page(body: &str, header: Option<&'static str>) -> Page {
        let header = header.map(HeaderValue::from_static);
        let headers: HeaderMap = header
            .map(|value| (HeaderName::from_static("x-next"), value))
            .into_iter()
            .collect();
        Page::new("https://a.test/".parse().unwrap(), headers, body.to_owned())
    }

    #[test]
    fn a_value_is_read_for_what_it_is() {
        use Scalar::{Absent, Flag, Other, Text};
        for (json, scalar) in [
            ("null", Absent),
            ("\"\"", Absent),
            ("\"a\\u0062\"", Text("ab".into())),
            ("7", Text("7".into())),
            ("-1.50e3", Text("-1.50e3".into())),
            (
                "123456789012345678901234567890",
                Text("123456789012345678901234567890".into()),
            ),
            ("true", Flag(true)),
            ("false", Flag(false)),
            ("[]", Other),
            ("{}", Other),
            ("\"\\ud800\"", Other),
        ] {
            let value: &RawValue = serde_json::from_str(json).unwrap();
            assert_eq!(Scalar::of(value), scalar, "{json}");
        }
    }

    #[test]
    fn a_header_is_read_like_a_text() {
        let place = Place::from(HeaderName::from_static("x-next"));
        for (header, text) in [(None, None), (Some(""), None), (Some("abc"), Some("abc"))] {
            let page = page("no json", header);
            let found = place.said(&page).unwrap().text().unwrap();
            assert_eq!(found.as_deref(), text);
        }
    }

    #[test]
    fn a_flag_is_read_leniently_and_anything_else_refused() {
        let place = Place::from("/more");
        for (json, flag) in [
            ("true", Some(true)),
            ("\"True\"", Some(true)),
            ("1", Some(true)),
            ("false", Some(false)),
            ("\"false\"", Some(false)),
            ("0", Some(false)),
            ("null", None),
        ] {
            let page = page(&format!(r#"{{"more": {json}}}"#), None);
            assert_eq!(place.flag(&page).unwrap(), flag, "{json}");
        }
        for json in ["\"yes\"", "2", "[]", "{}"] {
            let page = page(&format!(r#"{{"more": {json}}}"#), None);
            assert!(place.flag(&page).is_err(), "{json}");
        }
    }

    #[test]
    fn what_is_no_count_is_none() {
        let place = Place::from("/total");
        for (json, count) in [
            ("12", Some(12)),
            ("\"12\"", Some(12)),
            ("-1", None),
            ("1.5", None),
            ("\"many\"", None),
            ("null", None),
            ("[]", None),
        ] {
            let page = page(&format!(r#"{{"total": {json}}}"#), None);
            assert_eq!(place.count(&page), count, "{json}");
        }
    }
}
