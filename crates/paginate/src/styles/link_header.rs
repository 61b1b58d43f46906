//! Paging by the `Link` header.

use crate::{
    Link, Links, Next, Page, PageRequest, PagingErrorKind, Parameter, Place, Pointer, Reading,
    Style,
};

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
    end: Option<(String, String)>,
    first: PageRequest,
    total: Option<Place>,
}

impl LinkHeader {
    /// The items are the list at this place of the body.
    pub fn new(items: impl Into<Pointer>) -> Self {
        Self {
            items: items.into(),
            relation: "next".to_owned(),
            end: None,
            first: PageRequest::new(),
            total: None,
        }
    }

    /// The relation of the link to follow, such as `prev` to go backwards. Default: `next`.
    pub fn relation(mut self, relation: impl Into<String>) -> Self {
        self.relation = relation.into();
        self
    }

    /// What a link says of itself where nothing comes after it, for servers that link to an empty page at the end:
    /// `results="false"`. Default: nothing, the link is followed.
    pub fn end(mut self, parameter: impl Into<String>, value: impl Into<String>) -> Self {
        self.end = Some((parameter.into(), value.into()));
        self
    }

    /// Asks for pages of this many items, in this parameter of the first request; the links keep it or don't. Default: the
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
        let links = Links::of(page.headers());
        let link = links.find(&self.relation, page.url())?;
        let link = link.filter(|link| !self.is_end(link));
        Ok(link.map_or(Next::End, |link| Next::Link(link.target().to_owned())))
    }

    fn is_end(&self, link: &Link) -> bool {
        let end = self.end.as_ref();
        end.is_some_and(|(name, value)| link.parameter(name) == Some(value))
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
    fn a_link_that_says_so_is_the_end() {
        let link = r#"</?cursor=0:0:1>; rel="previous"; results="false", </?cursor=0:100:0>; rel="next"; results="#;
        let ending = LinkHeader::new("").end("results", "false");
        for (results, next) in [
            ("\"true\"", Read::link("/?cursor=0:100:0")),
            ("\"false\"", Read::End),
            ("false", Read::End),
        ] {
            let link = format!("{link}{results}").leak();
            let answer = page("[1]").with_header("link", link);
            assert_eq!(read(&ending, &answer), next, "{results}");
            let following = read(&LinkHeader::new(""), &answer);
            assert_eq!(following, Read::link("/?cursor=0:100:0"), "{results}");
        }
    }

    #[test]
    fn a_link_that_may_have_been_missed_is_no_end() {
        let answer = page("[1]").with_header("link", r#"</3; rel="next""#);
        assert_eq!(read(&LinkHeader::new(""), &answer), Read::OtherError);
    }
}
