//! Paging by an offset.

use crate::{Next, Page, PageRequest, PagingErrorKind, Parameter, Place, Pointer, Reading, Style};

/// Paging by an offset: how many items come before the page.
///
/// ```
/// use paginate::Offset;
///
/// let users = Offset::new("/users")
///     .parameter("skip") // default: offset
///     .page_size("limit", 100)
///     .total("/total"); // else an empty page is the end
/// ```
///
/// The offset grows by the number of items that arrived, so that a server which sends fewer than it was asked for costs
/// none. The end is where the total is reached, and an empty page.
///
/// # Guarantee
///
/// While nothing changes, each item is yielded once and in order. The offset counts items that it doesn't know: for each
/// item that is removed before the place where the stream is, at most one other is not yielded; for each that is inserted
/// there, at most one is yielded again. Where that matters, page by a key or a cursor.
#[derive(Clone, Debug)]
#[must_use]
pub struct Offset {
    items: Pointer,
    parameter: Parameter,
    first: PageRequest,
    start: u64,
    size_parameter: Option<Parameter>,
    stops_at_short_page: bool,
    total: Option<Place>,
}

impl Offset {
    /// The items are the list at this place of the body. The offset is sent in the parameter `offset`, from 0.
    pub fn new(items: impl Into<Pointer>) -> Self {
        Self {
            items: items.into(),
            parameter: "offset".into(),
            first: PageRequest::new(),
            start: 0,
            size_parameter: None,
            stops_at_short_page: false,
            total: None,
        }
    }

    /// What the offset is sent in: a parameter of the query, a header, or a place in the JSON body. Default: the parameter
    /// `offset`.
    pub fn parameter(mut self, parameter: impl Into<Parameter>) -> Self {
        self.parameter = parameter.into();
        self
    }

    /// How many items at the beginning of the list are passed over, whatever offset the caller's request says. Default: 0.
    pub fn start(mut self, offset: u64) -> Self {
        self.start = offset;
        self
    }

    /// Asks for pages of this many items, in this parameter. Default: the server's size, or what the caller's request says.
    pub fn page_size(mut self, parameter: impl Into<Parameter>, items: u32) -> Self {
        let parameter = parameter.into();
        self.first = parameter.set_number(self.first, items.into());
        self.size_parameter = Some(parameter);
        self
    }

    /// Whether a page with fewer items than the [`page_size`](Self::page_size) is taken for the last one. It saves the
    /// empty page at the end, and loses the rest of the list where a server sends fewer than it was asked for. Default: no.
    pub fn stop_at_short_page(mut self, stops: bool) -> Self {
        self.stops_at_short_page = stops;
        self
    }

    /// Where the server says how many items there are. It is believed. Default: nowhere, and pages are asked for until one
    /// is empty.
    pub fn total(mut self, place: impl Into<Place>) -> Self {
        self.total = Some(place.into());
        self
    }

    fn request(&self, offset: u64) -> PageRequest {
        self.parameter.set_number(self.first.clone(), offset)
    }

    /// How many items this request asks for: of a stream that was resumed, not always as many as the next one does.
    fn size(&self, request: &PageRequest) -> Option<u64> {
        self.size_parameter.as_ref()?.number(request)
    }
}

impl Style for Offset {
    fn name(&self) -> &'static str {
        "offset"
    }

    fn first(&self) -> PageRequest {
        self.request(self.start)
    }

    fn read(&self, request: &PageRequest, page: &Page) -> Result<Reading, PagingErrorKind> {
        let list = page.list(&self.items)?;
        let total = self.total.as_ref().and_then(|place| place.count(page));
        let offset = self.parameter.number(request);
        let items = list.len() as u64;
        let reached = offset.unwrap_or(self.start).saturating_add(items);

        let is_short = self.size(request).is_some_and(|size| items < size);
        let is_last = items == 0
            || total.is_some_and(|total| reached >= total)
            || (self.stops_at_short_page && is_short);
        let next = if is_last {
            Next::End
        } else {
            Next::Request(self.request(reached))
        };
        Ok(Reading::new(list, Ok(next)).with_total(total))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::styles::reads::{Read, page, read, read_after};

    #[test]
    fn the_offset_grows_by_what_arrived() {
        let style = Offset::new("").page_size("limit", 10);
        assert_eq!(style.first().query("offset"), Some("0"));
        assert_eq!(
            read(&style, &page("[1, 2, 3]")),
            Read::query("limit=10&offset=3")
        );
        let third = PageRequest::new().with_query("offset", "3");
        let found = read_after(&style, &third, &page("[4, 5]"));
        assert_eq!(found, Read::query("limit=10&offset=5"));
        assert_eq!(read_after(&style, &third, &page("[]")), Read::End);
    }

    #[test]
    fn a_total_is_believed_if_it_is_one() {
        let style = Offset::new("/data").total("/total");
        for (total, next) in [
            ("3", Read::query("offset=2")),
            ("2", Read::End),
            ("1", Read::End),
            ("\"2\"", Read::End),
            ("-1", Read::query("offset=2")),
            ("null", Read::query("offset=2")),
        ] {
            let body = format!(r#"{{"data": [1, 2], "total": {total}}}"#);
            assert_eq!(read(&style, &page(&body)), next, "{total}");
        }
    }

    #[test]
    fn a_short_page_is_the_last_one_where_that_is_said() {
        let style = Offset::new("")
            .page_size("limit", 2)
            .stop_at_short_page(true);
        assert_eq!(read(&style, &page("[1]")), Read::End);
        assert_eq!(
            read(&style, &page("[1, 2]")),
            Read::query("limit=2&offset=2")
        );
    }

    #[test]
    fn a_list_may_be_entered_in_its_middle() {
        let style = Offset::new("").start(40).parameter("skip");
        assert_eq!(style.first().query("skip"), Some("40"));
        assert_eq!(read(&style, &page("[1]")), Read::query("skip=41"));
    }
}
