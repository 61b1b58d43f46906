//! Paging by a URL in the body.

use serde_json::value::RawValue;

use crate::place::Scalar;
use crate::{Next, Page, PageRequest, PagingErrorKind, Parameter, Place, Pointer, Reading, Style};

/// Paging by a URL in the body, as in JSON:API, HAL and OData: a text, an object with `href`, or a list of one such object.
/// `null`, an empty text or list or none at all is the end.
///
/// ```
/// use paginate::NextUrl;
///
/// let articles = NextUrl::new("/data", "/links/next").page_size("page[size]", 50);
/// ```
///
/// The URL takes the place of the caller's: nothing of the caller's query is left but what it repeats. Where it leads to
/// another origin, [`OtherOrigins`](crate::OtherOrigins) decides.
///
/// # Guarantee
///
/// That of what stands in the URLs: a cursor, or an offset.
#[derive(Clone, Debug)]
#[must_use]
pub struct NextUrl {
    items: Pointer,
    next: Pointer,
    items_may_lack: bool,
    first: PageRequest,
    total: Option<Place>,
}

impl NextUrl {
    /// The items are the list at this place of the body, the URL stands at that one.
    pub fn new(items: impl Into<Pointer>, next: impl Into<Pointer>) -> Self {
        Self {
            items: items.into(),
            next: next.into(),
            items_may_lack: false,
            first: PageRequest::new(),
            total: None,
        }
    }

    /// Whether nothing where the items should be means that there are none. Default: no, it is an error.
    pub fn items_may_lack(mut self, may_lack: bool) -> Self {
        self.items_may_lack = may_lack;
        self
    }

    /// Asks for pages of this many items, in this parameter of the first request; the URLs keep it or don't. Default: the
    /// server's size, or what the caller's request says.
    pub fn page_size(mut self, parameter: impl Into<Parameter>, items: u32) -> Self {
        self.first = parameter.into().set_number(self.first, items.into());
        self
    }

    /// Where the server says how many items there are. Default: nowhere.
    pub fn total(mut self, place: impl Into<Place>) -> Self {
        self.total = Some(place.into());
        self
    }

    fn next(&self, page: &Page) -> Result<Next, PagingErrorKind> {
        let Some(value) = page.find(&self.next)? else {
            return Ok(Next::End);
        };
        let link = match value.get().as_bytes() {
            [b'{', ..] => href(value)?,
            [b'[', ..] => only_href(value)?,
            // A number is a reference to a path, by the letter. No server means that.
            [b'-' | b'0'..=b'9', ..] => Scalar::Other,
            _ => Scalar::of(value),
        };
        match link {
            Scalar::Absent => Ok(Next::End),
            Scalar::Text(link) => Ok(Next::Link(link)),
            Scalar::Flag(_) | Scalar::Other => Err(PagingErrorKind::InvalidNext),
        }
    }
}

/// A link object (JSON:API 1.1, HAL).
fn href(object: &RawValue) -> Result<Scalar, PagingErrorKind> {
    let href = below(object, "href")?;
    Ok(href.map_or(Scalar::Other, Scalar::of))
}

/// A list of one link object (HAL §4.1.1), or of none. Of several nothing says which to follow.
fn only_href(list: &RawValue) -> Result<Scalar, PagingErrorKind> {
    match (below(list, "0")?, below(list, "1")?) {
        (None, _) => Ok(Scalar::Absent),
        (Some(object), None) if object.get().starts_with('{') => href(object),
        _ => Ok(Scalar::Other),
    }
}

fn below<'v>(value: &'v RawValue, name: &str) -> Result<Option<&'v RawValue>, PagingErrorKind> {
    let found = Pointer::of([name]).find(value.get().as_bytes());
    found.map_err(|error| PagingErrorKind::invalid_json(&error))
}

impl Style for NextUrl {
    fn name(&self) -> &'static str {
        "next-url"
    }

    fn first(&self) -> PageRequest {
        self.first.clone()
    }

    fn read(&self, _: &PageRequest, page: &Page) -> Result<Reading, PagingErrorKind> {
        let list = if self.items_may_lack {
            page.list_if_any(&self.items)?.unwrap_or_default()
        } else {
            page.list(&self.items)?
        };
        let total = self.total.as_ref().and_then(|place| place.count(page));
        Ok(Reading::new(list, self.next(page)).with_total(total))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::styles::reads::{Read, page, read};

    #[test]
    fn a_link_is_a_text_or_an_object_with_href() {
        let style = NextUrl::new("/data", "/links/next");
        for (json, next) in [
            ("\"/3\"", Read::link("/3")),
            (r#"{"href": "/3", "meta": {}}"#, Read::link("/3")),
            (r#"{"href": null}"#, Read::End),
            ("null", Read::End),
            ("\"\"", Read::End),
            ("{}", Read::InvalidNext),
            ("3", Read::InvalidNext),
            ("false", Read::InvalidNext),
            (r#"[{"href": "/3"}]"#, Read::link("/3")),
            ("[]", Read::End),
            (r#"[{"href": "/3"}, {"href": "/4"}]"#, Read::InvalidNext),
            (r#"[[{"href": "/3"}]]"#, Read::InvalidNext),
            ("[\"/3\"]", Read::InvalidNext),
            ("[null]", Read::InvalidNext),
            (r#"{"href": ["/3"]}"#, Read::InvalidNext),
        ] {
            let body = format!(r#"{{"data": [1], "links": {{"next": {json}}}}}"#);
            assert_eq!(read(&style, &page(&body)), next, "{json}");
        }
        assert_eq!(read(&style, &page(r#"{"data": [1]}"#)), Read::End);
    }

    #[test]
    fn items_may_lack_where_that_is_said() {
        let style = NextUrl::new("/_embedded/orders", "/_links/next");
        let body = r#"{"_links": {"next": {"href": "/3"}}}"#;
        assert_eq!(read(&style, &page(body)), Read::Refused);
        assert_eq!(
            read(&style.items_may_lack(true), &page(body)),
            Read::link("/3")
        );
    }
}
