//! Paging by a token in a header.

use http::HeaderName;

use crate::{Cursor, Page, PageRequest, PagingErrorKind, Parameter, Pointer, Reading, Style};

/// Paging by a token that the answer has in a header, and the next request in the same one.
///
/// ```
/// use http::HeaderName;
/// use paginate::HeaderToken;
///
/// let documents = HeaderToken::new("/Documents", HeaderName::from_static("x-ms-continuation"));
/// ```
///
/// Without the header, or with an empty one, it was the last page.
///
/// # Guarantee
///
/// That of [`Cursor`].
#[derive(Clone, Debug)]
#[must_use]
pub struct HeaderToken {
    cursor: Cursor,
}

impl HeaderToken {
    /// The items are the list at this place of the body, the token is in that header.
    pub fn new(items: impl Into<Pointer>, header: HeaderName) -> Self {
        let cursor = Cursor::new(items, header.clone()).parameter(header);
        Self { cursor }
    }

    /// What the token is sent in, if not in the header that it came in: another one, a parameter of the query, or a place in
    /// the JSON body.
    pub fn parameter(mut self, parameter: impl Into<Parameter>) -> Self {
        self.cursor = self.cursor.parameter(parameter);
        self
    }

    /// Asks for pages of this many items, in this parameter. Default: the server's size, or what the caller's request says.
    pub fn page_size(mut self, parameter: impl Into<Parameter>, items: u32) -> Self {
        self.cursor = self.cursor.page_size(parameter, items);
        self
    }
}

impl Style for HeaderToken {
    fn name(&self) -> &'static str {
        "header-token"
    }

    fn first(&self) -> PageRequest {
        self.cursor.first()
    }

    fn read(&self, request: &PageRequest, page: &Page) -> Result<Reading, PagingErrorKind> {
        self.cursor.read(request, page)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::styles::reads::{Read, page, read};

    #[test]
    fn a_token_goes_back_in_the_header_that_it_came_in_or_where_it_should() {
        let name = HeaderName::from_static("x-ms-continuation");
        let answer = || page("[1]").with_header("x-ms-continuation", "t1");
        let style = HeaderToken::new("", name);
        assert_eq!(
            read(&style, &answer()),
            Read::header("x-ms-continuation: t1")
        );
        assert_eq!(read(&style, &page("[1]")), Read::End);
        let style = style.parameter("continuation").page_size("top", 2);
        assert_eq!(
            read(&style, &answer()),
            Read::query("top=2&continuation=t1")
        );
    }
}
