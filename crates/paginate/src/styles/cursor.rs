//! Paging by a cursor.

use crate::{Next, Page, PageRequest, PagingErrorKind, Parameter, Place, Pointer, Reading, Style};

/// Paging by a cursor: each page holds what asks for the next one, which only the server understands.
///
/// ```
/// use http::HeaderName;
/// use paginate::{Cursor, Pointer};
///
/// let messages = Cursor::new("/data", "/meta/next_cursor");
///
/// let events = Cursor::new("/events", HeaderName::from_static("x-next-cursor")) // from a header
///     .parameter("page_token") // default: cursor
///     .page_size("limit", 100)
///     .has_more("/has_more")
///     .total("/total");
///
/// let found = Cursor::new("/results", "/next_cursor").parameter(Pointer::from("/start_cursor")); // into the JSON body
/// ```
///
/// A cursor is a text or a number, and in a JSON body it may be a list or an object, too. `null`, an empty text or none at all is the end, unless `has_more` says that there is more.
/// Anything else is [`InvalidNext`](PagingErrorKind::InvalidNext).
///
/// # Guarantee
///
/// Each cursor that the server gave is used once, in order, and each item of its pages is yielded once. What becomes of
/// items that are inserted or removed meanwhile is up to the server; where its cursors name an item, they do nothing to the
/// others.
#[derive(Clone, Debug)]
#[must_use]
pub struct Cursor {
    items: Pointer,
    next: Place,
    parameter: Parameter,
    first: PageRequest,
    has_more: Option<Place>,
    total: Option<Place>,
}

impl Cursor {
    /// The items are the list at this place of the body, the cursor stands at that place of the body or in that header. It
    /// is sent in the parameter `cursor`.
    pub fn new(items: impl Into<Pointer>, next: impl Into<Place>) -> Self {
        Self {
            items: items.into(),
            next: next.into(),
            parameter: "cursor".into(),
            first: PageRequest::new(),
            has_more: None,
            total: None,
        }
    }

    /// What the cursor is sent in: a parameter of the query, a header, or a place in the JSON body. Default: the parameter `cursor`.
    pub fn parameter(mut self, parameter: impl Into<Parameter>) -> Self {
        self.parameter = parameter.into();
        self
    }

    /// Asks for pages of this many items, in this parameter. Default: the server's size, or what the caller's request says.
    pub fn page_size(mut self, parameter: impl Into<Parameter>, items: u32) -> Self {
        self.first = parameter.into().set_number(self.first, items.into());
        self
    }

    /// Where the server says whether there is more. If it says no, a cursor counts for nothing; if it says yes and there is
    /// no cursor, that is an error. Default: nowhere, the cursor alone decides.
    pub fn has_more(mut self, place: impl Into<Place>) -> Self {
        self.has_more = Some(place.into());
        self
    }

    /// Where the server says how many items there are. Default: nowhere.
    pub fn total(mut self, place: impl Into<Place>) -> Self {
        self.total = Some(place.into());
        self
    }

    fn next(&self, page: &Page) -> Result<Next, PagingErrorKind> {
        let more = match &self.has_more {
            Some(place) => place.flag(page)?,
            None => None,
        };
        if more == Some(false) {
            return Ok(Next::End);
        }
        let cursor = self.next.said(page)?;
        match self.parameter.set(self.first.clone(), cursor)? {
            Some(request) => Ok(Next::Request(request)),
            None if more == Some(true) => Err(PagingErrorKind::MissingNext),
            None => Ok(Next::End),
        }
    }
}

impl Style for Cursor {
    fn name(&self) -> &'static str {
        "cursor"
    }

    fn first(&self) -> PageRequest {
        self.first.clone()
    }

    fn read(&self, _: &PageRequest, page: &Page) -> Result<Reading, PagingErrorKind> {
        let list = page.list(&self.items)?;
        let total = self.total.as_ref().and_then(|place| place.count(page));
        Ok(Reading::new(list, self.next(page)).with_total(total))
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderName;

    use super::*;
    use crate::styles::reads::{Read, page, read};

    #[test]
    fn a_cursor_is_text_or_number_and_its_absence_the_end() {
        for (json, next) in [
            ("\"b\"", Read::query("cursor=b")),
            ("\"b&c\"", Read::query("cursor=b%26c")),
            ("7", Read::query("cursor=7")),
            (
                "12345678901234567890123",
                Read::query("cursor=12345678901234567890123"),
            ),
            ("0", Read::query("cursor=0")),
            ("null", Read::End),
            ("\"\"", Read::End),
            ("true", Read::InvalidNext),
            ("false", Read::InvalidNext),
            ("[\"b\"]", Read::InvalidNext),
            ("{\"b\": 1}", Read::InvalidNext),
        ] {
            let body = format!(r#"{{"data": [1], "meta": {{"next": {json}}}}}"#);
            let found = read(&Cursor::new("/data", "/meta/next"), &page(&body));
            assert_eq!(found, next, "{json}");
        }
        let style = Cursor::new("/data", "/meta/next");
        for body in [r#"{"data": []}"#, r#"{"data": [], "meta": null}"#] {
            assert_eq!(read(&style, &page(body)), Read::End);
        }
    }

    #[test]
    fn has_more_goes_before_the_cursor() {
        let style = Cursor::new("/data", "/next").has_more("/more");
        for (more, next, found) in [
            ("true", "\"b\"", Read::query("cursor=b")),
            ("true", "null", Read::MissingNext),
            ("false", "\"b\"", Read::End),
            ("null", "\"b\"", Read::query("cursor=b")),
            ("null", "null", Read::End),
            ("\"maybe\"", "\"b\"", Read::InvalidNext),
        ] {
            let body = format!(r#"{{"data": [1], "more": {more}, "next": {next}}}"#);
            assert_eq!(read(&style, &page(&body)), found, "{more} {next}");
        }
    }

    #[test]
    fn a_cursor_comes_from_and_goes_into_the_header_that_is_named() {
        let name = HeaderName::from_static("x-next");
        let style = Cursor::new("", name.clone()).parameter(name);
        assert_eq!(
            read(&style, &page("[1]").with_header("x-next", "b")),
            Read::header("x-next: b")
        );
        assert_eq!(
            read(&style, &page("[1]").with_header("x-next", "")),
            Read::End
        );
        assert_eq!(read(&style, &page("[1]")), Read::End);
    }

    #[test]
    fn a_cursor_that_no_header_can_carry_is_refused() {
        let style = Cursor::new("/data", "/next").parameter(HeaderName::from_static("x-next"));
        for cursor in ["a\\nb: c", "a\\u0000", "caf\u{e9}"] {
            let body = format!(r#"{{"data": [1], "next": "{cursor}"}}"#);
            assert_eq!(read(&style, &page(&body)), Read::InvalidNext, "{cursor}");
        }
    }

    #[test]
    fn the_page_size_goes_with_each_request() {
        let style = Cursor::new("/data", "/next")
            .page_size("limit", 5)
            .parameter("after");
        assert_eq!(style.first().query("limit"), Some("5"));
        let found = read(&style, &page(r#"{"data": [1], "next": "b"}"#));
        assert_eq!(found, Read::query("limit=5&after=b"));
    }
}
