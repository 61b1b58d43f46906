//! The `Link` header: where a page says what comes next (RFC 8288).

mod parser;

use std::fmt;

use http::HeaderMap;
use http::header::LINK;
use url::{Position, Url};

use parser::Parser;

/// The links of an answer, in the order in which the server wrote them.
///
/// Reading never fails. What can't be read is left out and does no harm to its neighbours, and [`find`](Self::find) tells
/// when that may be what was looked for. Read beyond the letter of RFC 8288 are links without a comma or with a semicolon
/// between them, parameters without a semicolon between them, and relations in single quotes. The headers are read up to
/// 64 KiB, and no more than 128 links of them.
///
/// ```
/// use http::{HeaderMap, header::LINK};
/// use paginate::Links;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut headers = HeaderMap::new();
/// headers.insert(LINK, r#"</users?page=9>; rel="last", </users?page=3&ids=1,2>; rel="next""#.parse()?);
/// let links = Links::of(&headers);
/// assert_eq!(links.iter().count(), 2);
///
/// let page = "https://api.example.com/users?page=2".parse()?;
/// let next = links.find("next", &page)?;
/// assert_eq!(next.map(|link| link.target()), Some("/users?page=3&ids=1,2"));
/// # Ok(()) }
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Links {
    all: Vec<Link>,
    /// What could not be read.
    left_out: Vec<u8>,
    /// Whether there is more than is read.
    is_cut: bool,
}

impl Links {
    /// Reads the `Link` headers of an answer. Several headers are read as one list (RFC 9110 §5.3).
    pub fn of(headers: &HeaderMap) -> Self {
        let mut parser = Parser::default();
        for value in headers.get_all(LINK) {
            parser.read(value.as_bytes());
        }
        parser.into_links()
    }

    /// Each link in turn.
    pub fn iter(&self) -> std::slice::Iter<'_, Link> {
        self.all.iter()
    }

    /// The first link of this relation that is about this page: one whose `anchor` names another context isn't (RFC 8288
    /// §3.2), nor is one that is about a fragment of the page.
    ///
    /// # Errors
    ///
    /// [`UnreadableLinks`] if there is none among the links that could be read, but may be one among the others: what was
    /// left out mentions the relation, or the headers go beyond the limits.
    pub fn find(&self, relation: &str, page: &Url) -> Result<Option<&Link>, UnreadableLinks> {
        let mut links = self.iter();
        match links.find(|link| link.has_relation(relation) && link.is_about(page)) {
            None if self.may_lack(relation) => Err(UnreadableLinks {}),
            found => Ok(found),
        }
    }

    fn may_lack(&self, relation: &str) -> bool {
        let is_mentioned = |text: &[u8]| text.eq_ignore_ascii_case(relation.as_bytes());
        self.is_cut
            || self
                .left_out
                .windows(relation.len().max(1))
                .any(is_mentioned)
    }
}

impl<'a> IntoIterator for &'a Links {
    type Item = &'a Link;
    type IntoIter = std::slice::Iter<'a, Link>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Debug for Links {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Links")
            .field("all", &self.all)
            .field("bytes_left_out", &self.left_out.len())
            .field("is_cut", &self.is_cut)
            .finish()
    }
}

/// One link: where it leads, and what is said about that.
///
/// `Debug` shows names and no values: a target may hold a signed cursor.
#[derive(Clone, PartialEq, Eq)]
pub struct Link {
    target: Box<str>,
    parameters: Vec<(Box<str>, Box<str>)>,
}

impl Link {
    /// Where it leads, as the server wrote it: a URI reference, relative ones included.
    pub fn target(&self) -> &str {
        &self.target
    }

    /// What it leads to, such as `next`. Only the first `rel` counts (RFC 8288 §3.3).
    pub fn relations(&self) -> impl Iterator<Item = &str> {
        let relations = self.parameter("rel").unwrap_or_default();
        relations
            .split_ascii_whitespace()
            .map(|relation| relation.trim_matches('\''))
    }

    /// Whether it is of this relation. Relations have no case (RFC 8288 §2.1).
    pub fn has_relation(&self, relation: &str) -> bool {
        self.relations()
            .any(|own| own.eq_ignore_ascii_case(relation))
    }

    /// Whether it leads from this page, and not from what its `anchor` names in place of that.
    pub fn is_about(&self, page: &Url) -> bool {
        let Some(anchor) = self.parameter("anchor") else {
            return true;
        };
        page.join(anchor).is_ok_and(|context| {
            let fragment = context.fragment().unwrap_or_default();
            let (context, page) = (resource(&context), resource(page));
            fragment.is_empty() && context == page
        })
    }

    /// The value of the first parameter of this name, without its quotation marks; empty if it has none. Names have no case.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters()
            .find(|(own, _)| own.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// Each parameter in turn, its name and its value. One with an asterisk, such as `title*`, is as the server encoded it
    /// (RFC 8187).
    pub fn parameters(&self) -> impl Iterator<Item = (&str, &str)> {
        self.parameters
            .iter()
            .map(|(name, value)| (&**name, &**value))
    }
}

/// What a server tells apart: neither fragment nor userinfo.
fn resource(url: &Url) -> (&str, &str) {
    (
        url.scheme(),
        &url[Position::BeforeHost..Position::AfterQuery],
    )
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.parameters().map(|(name, _)| name).collect();
        f.debug_struct("Link")
            .field("parameters", &names)
            .finish_non_exhaustive()
    }
}

/// The `Link` headers can't be read well enough to tell whether a link is there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the link headers can't be read")]
#[non_exhaustive]
pub struct UnreadableLinks {}

#[cfg(test)]
mod tests;
