//! Paging by the number of the page.

use crate::{Next, Page, PageRequest, PagingErrorKind, Parameter, Place, Pointer, Reading, Style};

/// Paging by the number of the page.
///
/// ```
/// use paginate::PageNumber;
///
/// let users = PageNumber::new("/users")
///     .parameter("p") // default: page
///     .first_page(0) // default: 1
///     .page_size("size", 100)
///     .total_pages("/pages"); // or total, else an empty page is the end
/// ```
///
/// # Guarantee
///
/// That of [`Offset`](crate::Offset): each item once and in order while nothing changes; for each item that is removed
/// before the place where the stream is, at most one other is not yielded, for each that is inserted, at most one is yielded
/// again.
#[derive(Clone, Debug)]
#[must_use]
pub struct PageNumber {
    items: Pointer,
    parameter: Parameter,
    first: PageRequest,
    first_page: u64,
    size_parameter: Option<Parameter>,
    stops_at_short_page: bool,
    total: Option<Place>,
    total_pages: Option<Place>,
}

impl PageNumber {
    /// The items are the list at this place of the body. The number is sent in the parameter `page`, from 1.
    pub fn new(items: impl Into<Pointer>) -> Self {
        Self {
            items: items.into(),
            parameter: "page".into(),
            first: PageRequest::new(),
            first_page: 1,
            size_parameter: None,
            stops_at_short_page: false,
            total: None,
            total_pages: None,
        }
    }

    /// What the number is sent in: a parameter of the query, a header, or a place in the JSON body. Default: the parameter
    /// `page`.
    pub fn parameter(mut self, parameter: impl Into<Parameter>) -> Self {
        self.parameter = parameter.into();
        self
    }

    /// The number of the first page, whatever the caller's request says. Default: 1.
    pub fn first_page(mut self, number: u64) -> Self {
        self.first_page = number;
        self
    }

    /// Asks for pages of this many items, in this parameter. Default: the server's size, or what the caller's request says.
    ///
    /// A stream that is [resumed](crate::Pager::resume) keeps the size that it began with, since the number of a page means
    /// nothing with another.
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

    /// Where the server says how many items there are. It is believed: when so many have arrived, it was the last page.
    /// Default: nowhere.
    pub fn total(mut self, place: impl Into<Place>) -> Self {
        self.total = Some(place.into());
        self
    }

    /// Where the server says how many pages there are. It is believed. Default: nowhere.
    pub fn total_pages(mut self, place: impl Into<Place>) -> Self {
        self.total_pages = Some(place.into());
        self
    }

    /// That page, of as many items as this request asks for.
    fn request(&self, request: PageRequest, number: u64) -> PageRequest {
        self.parameter.set_number(request, number)
    }

    /// How many items this request asks for.
    fn size(&self, request: &PageRequest) -> Option<u64> {
        self.size_parameter.as_ref()?.number(request)
    }
}

impl Style for PageNumber {
    fn name(&self) -> &'static str {
        "page-number"
    }

    fn first(&self) -> PageRequest {
        self.request(self.first.clone(), self.first_page)
    }

    fn read(&self, request: &PageRequest, page: &Page) -> Result<Reading, PagingErrorKind> {
        let list = page.list(&self.items)?;
        let count = |place: &Option<Place>| place.as_ref().and_then(|place| place.count(page));
        let total = count(&self.total);
        let number = self.parameter.number(request);
        let next = number.unwrap_or(self.first_page).saturating_add(1);

        let items = list.len() as u64;
        let arrived = request.items_before().saturating_add(items);
        let walked = next.saturating_sub(self.first_page);
        let is_short = self.size(request).is_some_and(|size| items < size);
        let is_last = items == 0
            || total.is_some_and(|total| arrived >= total)
            || count(&self.total_pages).is_some_and(|pages| walked >= pages)
            || (self.stops_at_short_page && is_short);
        let next = if is_last {
            Next::End
        } else {
            Next::Request(self.request(request.clone(), next))
        };
        Ok(Reading::new(list, Ok(next)).with_total(total))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::styles::reads::{Read, page, read, read_after};

    fn asked(style: &PageNumber, number: u64, items_before: u64) -> PageRequest {
        let request = style.first().with_query("page", number.to_string());
        request.for_page(number, items_before, 1024)
    }

    #[test]
    fn pages_are_counted_until_one_is_empty() {
        let style = PageNumber::new("").page_size("per_page", 2);
        assert_eq!(style.first().query("page"), Some("1"));
        assert_eq!(read(&style, &page("[1]")), Read::query("per_page=2&page=2"));
        let found = read_after(&style, &asked(&style, 2, 2), &page("[3]"));
        assert_eq!(found, Read::query("per_page=2&page=3"));
        assert_eq!(
            read_after(&style, &asked(&style, 3, 3), &page("[]")),
            Read::End
        );
    }

    #[test]
    fn a_total_ends_the_walk_when_so_many_have_arrived() {
        // The server sends fewer than it was asked for.
        let style = PageNumber::new("/data")
            .page_size("size", 100)
            .total("/total");
        let page = page(r#"{"data": [1, 2], "total": 5}"#);
        assert_eq!(
            read_after(&style, &asked(&style, 1, 0), &page),
            Read::query("size=100&page=2")
        );
        assert_eq!(
            read_after(&style, &asked(&style, 2, 2), &page),
            Read::query("size=100&page=3")
        );
        assert_eq!(read_after(&style, &asked(&style, 3, 4), &page), Read::End);
    }

    #[test]
    fn a_number_of_pages_counts_from_the_first() {
        let page = page(r#"{"data": [1], "pages": 2}"#);
        let from_one = PageNumber::new("/data").total_pages("/pages");
        assert_eq!(
            read_after(&from_one, &asked(&from_one, 1, 0), &page),
            Read::query("page=2")
        );
        assert_eq!(
            read_after(&from_one, &asked(&from_one, 2, 1), &page),
            Read::End
        );
        let from_zero = from_one.first_page(0);
        assert_eq!(
            read_after(&from_zero, &asked(&from_zero, 0, 0), &page),
            Read::query("page=1")
        );
        assert_eq!(
            read_after(&from_zero, &asked(&from_zero, 1, 1), &page),
            Read::End
        );
    }

    #[test]
    fn a_short_page_is_the_last_one_where_that_is_said() {
        let style = PageNumber::new("")
            .page_size("size", 2)
            .stop_at_short_page(true);
        assert_eq!(read(&style, &page("[1]")), Read::End);
        assert_eq!(read(&style, &page("[1, 2]")), Read::query("size=2&page=2"));
    }
}
