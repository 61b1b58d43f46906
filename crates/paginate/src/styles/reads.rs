//! What a style makes of a page, for the tests of styles.

use http::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

use crate::{Next, Page, PageRequest, PagingErrorKind, Style};

/// What a style makes of a page.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Read {
    End,
    Query(String),
    Header(String),
    Link(String),
    InvalidNext,
    MissingNext,
    OtherError,
    /// The page itself is refused.
    Refused,
}

impl Read {
    pub(super) fn query(query: &str) -> Self {
        Self::Query(query.to_owned())
    }

    pub(super) fn header(header: &str) -> Self {
        Self::Header(header.to_owned())
    }

    pub(super) fn link(link: &str) -> Self {
        Self::Link(link.to_owned())
    }
}

pub(super) fn read(style: &impl Style, page: &Page) -> Read {
    read_after(style, &style.first(), page)
}

pub(super) fn read_after(style: &impl Style, request: &PageRequest, page: &Page) -> Read {
    let Ok(reading) = style.read(request, page) else {
        return Read::Refused;
    };
    match reading.next {
        Ok(Next::End) => Read::End,
        Ok(Next::Link(link)) => Read::Link(link),
        Ok(Next::Request(request)) => shown(&request),
        Err(PagingErrorKind::InvalidNext) => Read::InvalidNext,
        Err(PagingErrorKind::MissingNext) => Read::MissingNext,
        Err(_) => Read::OtherError,
    }
}

fn shown(request: &PageRequest) -> Read {
    if let Some((name, value)) = request.headers().next() {
        return Read::Header(format!("{name}: {}", value.to_str().unwrap()));
    }
    let url: Url = "https://a.test/".parse().unwrap();
    Read::query(request.url(&url).query().unwrap_or_default())
}

pub(super) fn page(body: &str) -> Page {
    let url = "https://a.test/".parse().unwrap();
    Page::new(url, HeaderMap::new(), body.to_owned())
}

impl Page {
    pub(super) fn with_header(self, name: &'static str, value: &'static str) -> Self {
        let mut headers = self.headers().clone();
        let name = HeaderName::from_static(name);
        headers.append(name, HeaderValue::from_static(value));
        Self::new(self.url().clone(), headers, self.body().clone())
    }
}
