//! One page.

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use url::Url;

use crate::{List, PagingError, PagingErrorKind, Pointer, invalid_item};

/// What reqwest makes up for an answer that was made without a URL, as layers do that answer themselves.
const MADE_UP: &str = "http://no.url.provided.local/";

/// One page: what a [`PageSource`](crate::PageSource) got, and what the [`Style`](crate::Style) read from it.
#[derive(Clone)]
pub struct Page {
    url: Url,
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    attempts: u32,
    number: u64,
    total: Option<u64>,
    /// How many items are looked for. One more than may be yielded tells that there are too many.
    most_items: usize,
    list: List,
}

impl Page {
    /// The answer with status 200 that came from this URL, redirects included, at the first attempt.
    pub fn new(url: Url, headers: HeaderMap, body: impl Into<Bytes>) -> Self {
        Self {
            url,
            status: StatusCode::OK,
            headers,
            body: body.into(),
            attempts: 1,
            number: 0,
            total: None,
            most_items: usize::MAX,
            list: List::empty(),
        }
    }

    /// Says which status the answer had.
    #[must_use]
    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// Says how often it was sent for.
    #[must_use]
    pub fn with_attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    /// Says which URL was asked, if nobody knows which one answered.
    pub(crate) fn asked_at(mut self, asked: impl FnOnce() -> Url) -> Self {
        if self.url.as_str() == MADE_UP {
            self.url = asked();
        }
        self
    }

    pub(crate) fn with_most_items(mut self, items: usize) -> Self {
        self.most_items = items;
        self
    }

    pub(crate) fn read(mut self, number: u64, total: Option<u64>, list: List) -> Self {
        self.number = number;
        self.total = total;
        self.list = list;
        self
    }

    /// The URL that answered.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Its status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Its headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Its body.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// How often it was sent for, retries, replays and redirects included.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Which page this is, counted from 1. A stream that was resumed counts on.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// How many items there are on all pages together, if the server says so.
    pub fn total(&self) -> Option<u64> {
        self.total
    }

    /// How many items there are on this page. On the first page of a resumed stream those that were yielded before don't
    /// count.
    pub fn len(&self) -> usize {
        self.list.left()
    }

    /// Whether there are no items on this page.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Decodes the items, each by itself: one that can't be decoded doesn't cost the others.
    ///
    /// # Errors
    ///
    /// An item is [`InvalidItem`](PagingErrorKind::InvalidItem) if it can't be decoded.
    pub fn items<T: DeserializeOwned>(&self) -> impl Iterator<Item = Result<T, PagingError>> {
        (self.list.start()..self.list.len()).filter_map(|index| self.item(index))
    }

    /// Decodes the item at this place of the page.
    pub(crate) fn item<T: DeserializeOwned>(&self, index: usize) -> Option<Result<T, PagingError>> {
        let json = self.body.get(self.list.place(index)?)?;
        Some(invalid_item::decode(json).map_err(|source| {
            let kind = PagingErrorKind::InvalidItem { index, source };
            PagingError::new(self.number, kind)
        }))
    }

    pub(crate) fn list_read(&self) -> &List {
        &self.list
    }

    /// Finds the items for a [`Style`](crate::Style): the elements of the array at this place of the JSON body. `null` is an
    /// empty one, and so is the body of a 204, which has none. Of those that the [limit](crate::Pager::max_items) leaves no
    /// room for, one is found, and the stream ends there.
    ///
    /// # Errors
    ///
    /// [`InvalidJson`](PagingErrorKind::InvalidJson), [`MissingItems`](PagingErrorKind::MissingItems) or
    /// [`ItemsNotAList`](PagingErrorKind::ItemsNotAList).
    pub fn list(&self, pointer: &Pointer) -> Result<List, PagingErrorKind> {
        self.list_if_any(pointer)?
            .ok_or(PagingErrorKind::MissingItems)
    }

    /// As [`list`](Self::list), where nothing at all may stand there.
    pub(crate) fn list_if_any(&self, pointer: &Pointer) -> Result<Option<List>, PagingErrorKind> {
        if self.has_no_content() {
            return Ok(Some(List::empty()));
        }
        let found = self.find(pointer)?;
        let list = |array| List::of(array, &self.body, self.most_items);
        found.map(list).transpose()
    }

    /// Decodes the value at this place of the JSON body, for a [`Style`](crate::Style). Nothing and `null` are none.
    ///
    /// # Errors
    ///
    /// [`InvalidJson`](PagingErrorKind::InvalidJson), or [`InvalidNext`](PagingErrorKind::InvalidNext) if the value is of
    /// another type.
    pub fn value<'a, T: Deserialize<'a>>(
        &'a self,
        pointer: &Pointer,
    ) -> Result<Option<T>, PagingErrorKind> {
        let Some(value) = self.find(pointer)? else {
            return Ok(None);
        };
        serde_json::from_str(value.get()).map_err(|_| PagingErrorKind::InvalidNext)
    }

    pub(crate) fn find(&self, pointer: &Pointer) -> Result<Option<&RawValue>, PagingErrorKind> {
        if self.has_no_content() {
            return Ok(None);
        }
        let found = pointer.find(&self.body);
        found.map_err(|error| PagingErrorKind::invalid_json(&error))
    }

    /// The value at this place of an item.
    pub(crate) fn find_in_item(
        &self,
        list: &List,
        index: usize,
        pointer: &Pointer,
    ) -> Option<&RawValue> {
        let json = self.body.get(list.place(index)?)?;
        pointer.find(json).ok()?
    }

    fn has_no_content(&self) -> bool {
        self.status == StatusCode::NO_CONTENT && self.body.is_empty()
    }
}

/// Shows no body, no query and no header's value.
impl fmt::Debug for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Page")
            .field("number", &self.number)
            .field("origin", &self.url.origin().ascii_serialization())
            .field("path", &self.url.path())
            .field("status", &self.status)
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .field("bytes", &self.body.len())
            .field("attempts", &self.attempts)
            .field("items", &self.len())
            .field("total", &self.total)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(body: &str) -> Page {
        let url = "https://ada:hunter2@a.test/x?cursor=hunter2"
            .parse()
            .unwrap();
        Page::new(url, HeaderMap::new(), body.to_owned())
    }

    fn listed(body: &str, pointer: &str) -> Page {
        let page = page(body);
        let list = page.list(&pointer.into()).unwrap();
        page.read(1, None, list)
    }

    #[test]
    fn items_are_decoded_each_by_itself() {
        let page = listed(r#" {"data": [1, "two" , 3]} "#, "/data");
        assert_eq!(page.len(), 3);
        let items: Vec<Result<u8, _>> = page.items().collect();
        assert_eq!(*items[0].as_ref().unwrap(), 1);
        assert_eq!(*items[2].as_ref().unwrap(), 3);
        let error = items[1].as_ref().unwrap_err();
        assert_eq!(error.to_string(), "page 1: item 1 can't be decoded");
    }

    #[test]
    fn an_item_loses_nothing_on_its_way() {
        let page = listed("[340282366920938463463374607431768211455, 1]", "");
        let items: Vec<u128> = page.items().map(Result::unwrap).collect();
        assert_eq!(items, [u128::MAX, 1]);
    }

    #[test]
    fn null_is_no_items_and_a_204_has_none() {
        assert!(listed(r#"{"data": null}"#, "/data").is_empty());
        let gone = page("").with_status(StatusCode::NO_CONTENT);
        assert!(gone.list(&"/data".into()).unwrap().is_empty());
        assert!(page("").list(&"/data".into()).is_err());
    }

    #[test]
    fn items_that_are_missing_or_no_list_are_told_apart() {
        let kind = |body: &str| page(body).list(&"/data".into()).unwrap_err();
        assert!(matches!(kind("{}"), PagingErrorKind::MissingItems));
        assert!(matches!(kind("[]"), PagingErrorKind::MissingItems));
        for data in ["{}", "1", "\"[]\"", "true"] {
            let kind = kind(&format!(r#"{{"data": {data}}}"#));
            assert!(matches!(kind, PagingErrorKind::ItemsNotAList), "{data}");
        }
        for body in ["", "<html>", r#"{"data": [1"#, r#"{"data": [1 2]}"#] {
            let kind = kind(body);
            assert!(
                matches!(kind, PagingErrorKind::InvalidJson { .. }),
                "{body}"
            );
        }
    }

    #[test]
    fn debug_shows_neither_query_nor_body() {
        let page = listed(r#"["hunter2"]"#, "");
        assert!(!format!("{page:?}").contains("hunter2"));
    }
}
