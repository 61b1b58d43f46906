//! Paging by the last item's key.

use crate::place::Said;
use crate::{
    List, Next, Page, PageRequest, PagingErrorKind, Parameter, Place, Pointer, Reading, Style,
};

/// Paging by a key: the next page is what comes after the last item's, such as its id or the time it was made.
///
/// ```
/// use paginate::Keyset;
///
/// let charges = Keyset::new("/data", "/id")
///     .parameter("starting_after") // default: after
///     .has_more("/has_more") // else an empty page is the end
///     .page_size("limit", 100);
/// ```
///
/// A key is a text or a number, and in a JSON body it may be a list or an object, too. If the last item has none, that is [`InvalidNext`](PagingErrorKind::InvalidNext).
///
/// # Guarantee
///
/// If the list is sorted by the key, and no two items have the same one, each item that is there all the while is yielded
/// once and in order, whatever is inserted or removed meanwhile. What is inserted is yielded if it comes after the place
/// where the stream is. Where two items may have one key, items are lost if those of one key fall on two pages: have the
/// server sort by something unique.
#[derive(Clone, Debug)]
#[must_use]
pub struct Keyset {
    items: Pointer,
    key: Pointer,
    parameter: Parameter,
    first: PageRequest,
    has_more: Option<Place>,
    total: Option<Place>,
}

impl Keyset {
    /// The items are the list at this place of the body, each one's key stands at that place of the item. It is sent in the
    /// parameter `after`.
    pub fn new(items: impl Into<Pointer>, key: impl Into<Pointer>) -> Self {
        Self {
            items: items.into(),
            key: key.into(),
            parameter: "after".into(),
            first: PageRequest::new(),
            has_more: None,
            total: None,
        }
    }

    /// What the key is sent in: a parameter of the query, a header, or a place in the JSON body. Default: the parameter `after`.
    pub fn parameter(mut self, parameter: impl Into<Parameter>) -> Self {
        self.parameter = parameter.into();
        self
    }

    /// Asks for pages of this many items, in this parameter. Default: the server's size, or what the caller's request says.
    pub fn page_size(mut self, parameter: impl Into<Parameter>, items: u32) -> Self {
        self.first = parameter.into().set_number(self.first, items.into());
        self
    }

    /// Where the server says whether there is more. Default: nowhere, and pages are asked for until one is empty.
    pub fn has_more(mut self, place: impl Into<Place>) -> Self {
        self.has_more = Some(place.into());
        self
    }

    /// Where the server says how many items there are. Default: nowhere.
    pub fn total(mut self, place: impl Into<Place>) -> Self {
        self.total = Some(place.into());
        self
    }

    fn next(&self, page: &Page, list: &List) -> Result<Next, PagingErrorKind> {
        let more = match &self.has_more {
            Some(place) => place.flag(page)?,
            None => None,
        };
        if more == Some(false) {
            return Ok(Next::End);
        }
        let Some(index) = list.len().checked_sub(1) else {
            return match more {
                Some(true) => Err(PagingErrorKind::MissingNext),
                _ => Ok(Next::End),
            };
        };
        let key = page.find_in_item(list, index, &self.key);
        let key = key.map_or(Said::Nothing, Said::Json);
        let request = self.parameter.set(self.first.clone(), key)?;
        let request = request.ok_or(PagingErrorKind::InvalidNext)?;
        Ok(Next::Request(request))
    }
}

impl Style for Keyset {
    fn name(&self) -> &'static str {
        "keyset"
    }

    fn first(&self) -> PageRequest {
        self.first.clone()
    }

    fn read(&self, _: &PageRequest, page: &Page) -> Result<Reading, PagingErrorKind> {
        let list = page.list(&self.items)?;
        let next = self.next(page, &list);
        let total = self.total.as_ref().and_then(|place| place.count(page));
        Ok(Reading::new(list, next).with_total(total))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::styles::reads::{Read, page, read};

    #[test]
    fn the_last_items_key_asks_for_the_next_page() {
        let style = Keyset::new("/data", "/id");
        for (data, next) in [
            (r#"[{"id": "a"}, {"id": "b"}]"#, Read::query("after=b")),
            (r#"[{"id": 1}, {"id": 2}]"#, Read::query("after=2")),
            ("[]", Read::End),
            (r#"[{"id": "a"}, {}]"#, Read::InvalidNext),
            (r#"[{"id": null}]"#, Read::InvalidNext),
            (r#"[{"id": true}]"#, Read::InvalidNext),
            ("[7]", Read::InvalidNext),
        ] {
            let body = format!(r#"{{"data": {data}}}"#);
            assert_eq!(read(&style, &page(&body)), next, "{data}");
        }
    }

    #[test]
    fn an_item_may_be_its_own_key() {
        assert_eq!(
            read(&Keyset::new("", ""), &page("[3, 5]")),
            Read::query("after=5")
        );
    }

    #[test]
    fn has_more_goes_before_the_key() {
        let style = Keyset::new("/data", "/id").has_more("/more");
        for (more, data, next) in [
            ("false", r#"[{"id": 1}]"#, Read::End),
            ("false", "[]", Read::End),
            ("true", r#"[{"id": 1}]"#, Read::query("after=1")),
            ("true", "[]", Read::MissingNext),
            ("null", "[]", Read::End),
        ] {
            let body = format!(r#"{{"data": {data}, "more": {more}}}"#);
            assert_eq!(read(&style, &page(&body)), next, "{more} {data}");
        }
    }
}
