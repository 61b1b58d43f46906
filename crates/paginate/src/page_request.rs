//! What the request for a page has that the first one has not.

mod changed_body;
mod header_pairs;
mod replaced_query;

use std::fmt;

use http::{HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{PagingErrorKind, Pointer};

/// What the request for one page has that the caller's request has not: parameters of the query, headers, values in a JSON
/// body, or another URL altogether.
///
/// A [`Style`](crate::Style) makes it, a [`PageSource`](crate::PageSource) obeys it. A URL of its own comes from a next link
/// only, after that was judged.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageRequest {
    #[serde(default)]
    url: Option<Url>,
    #[serde(default)]
    without_credentials: bool,
    #[serde(default)]
    query: Vec<(String, String)>,
    #[serde(default, with = "header_pairs")]
    headers: Vec<(HeaderName, HeaderValue)>,
    /// What stands where in the body, as it is written.
    #[serde(default)]
    json: Vec<(Pointer, String)>,
    #[serde(skip)]
    page: u64,
    #[serde(skip)]
    items_before: u64,
    #[serde(skip)]
    max_bytes: usize,
}

impl PageRequest {
    /// The caller's request as it is.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a parameter of the query. It replaces all of that name.
    #[must_use]
    pub fn with_query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let name = name.into();
        self.query.retain(|(other, _)| *other != name);
        self.query.push((name, value.into()));
        self
    }

    /// Sets a header. It replaces all of that name.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, mut value: HeaderValue) -> Self {
        self.headers.retain(|(other, _)| *other != name);
        value.set_sensitive(true);
        self.headers.push((name, value));
        self
    }

    /// Sets the value at a place of the JSON body. Sources do it by [`change_body`](Self::change_body).
    ///
    /// # Errors
    ///
    /// [`InvalidNext`](PagingErrorKind::InvalidNext) if JSON can't say it.
    pub fn with_json(
        self,
        place: impl Into<Pointer>,
        value: &(impl Serialize + ?Sized),
    ) -> Result<Self, PagingErrorKind> {
        let json = serde_json::to_string(value).map_err(|_| PagingErrorKind::InvalidNext)?;
        Ok(self.with_json_text(place.into(), json))
    }

    pub(crate) fn with_json_text(mut self, place: Pointer, json: String) -> Self {
        self.json.retain(|(other, _)| *other != place);
        self.json.push((place, json));
        self
    }

    /// The request that a next link leads to: nothing of the caller's query is left.
    pub(crate) fn to_link(url: Url, without_credentials: bool) -> Self {
        Self {
            url: Some(url),
            without_credentials,
            ..Self::default()
        }
    }

    pub(crate) fn without_credentials(mut self) -> Self {
        self.without_credentials = true;
        self
    }

    pub(crate) fn for_page(mut self, page: u64, items_before: u64, max_bytes: usize) -> Self {
        self.page = page;
        self.items_before = items_before;
        self.max_bytes = max_bytes;
        self
    }

    /// The URL to ask, where the caller's is this one. If a next link led here, nothing is left of the caller's query;
    /// otherwise all is left that isn't replaced.
    pub fn url(&self, callers: &Url) -> Url {
        let mut url = self.url.as_ref().unwrap_or(callers).clone();
        replaced_query::replace(&mut url, &self.query);
        url
    }

    /// The URL that a next link gave.
    pub(crate) fn link(&self) -> Option<&Url> {
        self.url.as_ref()
    }

    /// How many bytes it takes to say what this request asks for.
    pub(crate) fn len(&self) -> usize {
        let url = self.url.as_ref().map_or(0, |url| url.as_str().len());
        let query = self
            .query
            .iter()
            .map(|(name, value)| name.len() + value.len());
        let headers = self.headers.iter().map(|(_, value)| value.len());
        let json = self.json.iter().map(|(_, json)| json.len());
        url + query.sum::<usize>() + headers.sum::<usize>() + json.sum::<usize>()
    }

    /// The value of a parameter that this request sets.
    pub fn query(&self, name: &str) -> Option<&str> {
        let mut query = self.query.iter();
        let (_, value) = query.find(|(other, _)| other == name)?;
        Some(value)
    }

    /// The headers that this request sets. They replace those of the same name.
    pub fn headers(&self) -> impl Iterator<Item = (&HeaderName, &HeaderValue)> {
        self.headers.iter().map(|(name, value)| (name, value))
    }

    /// The values that this request sets in the JSON body, as they are written there.
    pub(crate) fn json(&self) -> &[(Pointer, String)] {
        &self.json
    }

    /// Whether the request leads to another origin, so that no credential, no sensitive header and no body may go along.
    pub fn goes_without_credentials(&self) -> bool {
        self.without_credentials
    }

    /// Which page this is, counted from 1.
    pub fn page(&self) -> u64 {
        self.page
    }

    /// How many items the pages before this one have, those before a checkpoint included.
    pub fn items_before(&self) -> u64 {
        self.items_before
    }

    /// How many bytes of body the page may have.
    pub fn max_bytes(&self) -> usize {
        self.max_bytes
    }
}

/// Shows neither values nor queries: a cursor may be a secret.
impl fmt::Debug for PageRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let origin = |url: &Url| url.origin().ascii_serialization();
        let names = |pairs: &[(String, String)]| -> Vec<String> {
            pairs.iter().map(|(name, _)| name.clone()).collect()
        };
        f.debug_struct("PageRequest")
            .field("page", &self.page)
            .field("origin", &self.url.as_ref().map(origin))
            .field("path", &self.url.as_ref().map(Url::path))
            .field("without_credentials", &self.without_credentials)
            .field("query", &names(&self.query))
            .field("headers", &self.headers)
            .field(
                "json",
                &self.json.iter().map(|(place, _)| place).collect::<Vec<_>>(),
            )
            .finish_non_exhaustive()
    }
}
