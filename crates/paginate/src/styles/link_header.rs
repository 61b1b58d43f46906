//! Paging by the `Link` header.

use crate::{Links, Next, Page, PageRequest, PagingErrorKind, Place, Pointer, Reading, Style};

/// Paging by the `Link` header (RFC 8288): the link of relation `next` leads to the next page. Without one, it was the last.
///
/// ```
/// use paginate::LinkHeader;
///
/// let repositories = LinkHeader::new("").page_size("per_page", 100); // the body is the list
/// ```
///
/// The link takes the place of the caller's whole URL: nothing of the caller's query is left but what the link repeats.
/// Where it leads to another origin, [`OtherOrigins`](crate::OtherOrigins) decides.
///
/// # Guarantee
///
/// That of what stands in the links: a cursor, or an offset.
#[derive(Clone, Debug)]
#[must_use]
pub struct LinkHeader {
    items: Pointer,
    relation: String,
    first: PageRequest,
    total: Option<Place>,
}

impl LinkHeader {
    /// The items are the list at this place of the body.
    pub fn new(items: impl Into<Pointer>) -> Self {
        Self {
            items: items.into(),
            relation: "next".to_owned(),
            first: PageRequest::new(),
            total: None,
        }
    }

    /// The relation of the link to follow, such as `prev` to go backwards. Default: `next`.
    pub fn relation(mut self, relation: impl Into<String>) -> Self {
        self.relation = relation.into();
        self
    }

    /// Asks for pages of this many items, in this parameter of the first request; the links keep it or don't. Default: the
    /// server's size, or what the caller's query says.
    pub fn page_size(mut self, parameter: &str, items: u32) -> Self {
        self.first = self.first.with_query(parameter, items.to_string());
        self
    }

    /// Where the server says how many items there are. Default: nowhere.
    pub fn total(mut self, place: impl Into<Place>) -> Self {
        self.total = Some(place.into());
        self
    }

    fn next(&self, page: &Page) -> Result<Next, PagingErrorKind> {
        let links = Links::of(page.headers());
        let link = links.find(&self.relation, page.url())?;
        Ok(link.map_or(Next::End, |link| Next::Link(link.target().to_owned())))
    }
}

impl Style for LinkHeader {
    fn name(&self) -> &'static str {
        "link-header"
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
    use super::*;
    use crate::styles::reads::{Read, page, read};

    #[test]
    fn the_link_of_the_relation_leads_on() {
        let answer = || page("[1]").with_header("link", r#"</3>; rel="next", </1>; rel=prev"#);
        assert_eq!(read(&LinkHeader::new(""), &answer()), Read::link("/3"));
        let backwards = LinkHeader::new("").relation("prev");
        assert_eq!(read(&backwards, &answer()), Read::link("/1"));
        assert_eq!(read(&LinkHeader::new(""), &page("[1]")), Read::End);
    }

    #[test]
    fn a_link_that_may_have_been_missed_is_no_end() {
        let answer = page("[1]").with_header("link", r#"</3; rel="next""#);
        assert_eq!(read(&LinkHeader::new(""), &answer), Read::OtherError);
    }
}
