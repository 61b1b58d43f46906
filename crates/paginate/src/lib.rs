//! Any paged API as a stream of items, safe against hostile and sloppy servers.
//!
#![cfg_attr(feature = "reqwest-middleware", doc = "```")]
#![cfg_attr(not(feature = "reqwest-middleware"), doc = "```ignore")]
//! use paginate::{Cursor, Paginate};
//!
//! #[derive(serde::Deserialize)]
//! struct Message { text: String }
//!
//! # async fn example(client: reqwest_middleware::ClientWithMiddleware) -> reqwest_middleware::Result<()> {
//! let request = client.get("https://api.example.com/messages");
//! let mut messages = request.paginate(Cursor::new("/data", "/meta/next_cursor"))?.items::<Message>();
//! while let Some(message) = messages.next_item().await? {
//!     println!("{}", message.text);
//! }
//! # Ok(()) }
//! ```
//!
//! That is with the feature `reqwest-middleware`. Without it pages come from a [`PageSource`] of your own, here a list in
//! memory, and each default has an option:
//!
//! ```
//! use std::time::Duration;
//! use http::HeaderMap;
//! use paginate::{Offset, Page, PageRequest, PageSource, Pager, PagingError};
//! use url::Url;
//!
//! struct Planets(Url);
//!
//! impl PageSource for Planets {
//!     type Error = PagingError; // nothing else can fail
//!
//!     fn url(&self) -> &Url {
//!         &self.0
//!     }
//!
//!     async fn fetch(&self, request: PageRequest) -> Result<Page, PagingError> {
//!         let planets = ["Mercury", "Venus", "Earth", "Mars", "Jupiter", "Saturn", "Uranus", "Neptune"];
//!         let offset = request.query("offset").and_then(|text| text.parse().ok()).unwrap_or(0);
//!         let page: Vec<_> = planets.iter().skip(offset).take(3).collect();
//!         let body = format!(r#"{{"planets": {page:?}, "total": 8}}"#);
//!         Ok(Page::new(request.url(&self.0), HeaderMap::new(), body))
//!     }
//!
//!     fn refuse(&self, error: PagingError) -> PagingError {
//!         error
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let pager = || -> Result<_, url::ParseError> {
//!     let source = Planets("https://api.example.com/planets".parse()?);
//!     Ok(Pager::new(source, Offset::new("/planets").total("/total"))
//!         .prefetch(1)
//!         .deadline(Duration::from_secs(60))
//!         .max_items(1_000))
//! };
//! let mut planets = pager()?.items::<String>();
//! for _ in 0..4 {
//!     planets.next_item().await?;
//! }
//! assert_eq!(planets.page().and_then(Page::total), Some(8));
//! let stored = serde_json::to_string(&planets.checkpoint())?;
//!
//! // Later, in another process.
//! let mut planets = pager()?.resume(serde_json::from_str(&stored)?)?.items::<String>();
//! assert_eq!(planets.next_item().await?.as_deref(), Some("Jupiter"));
//! # Ok(()) }
//! ```
//!
//! # Ways to page, and what they guarantee
//!
//! While nothing changes, each of them yields every item once, and in the server's order. While a stream is read, items may
//! be inserted into the list or removed from it:
//!
//! | way | leads on by | while the list changes |
//! |---|---|---|
//! | [`Cursor`], [`HeaderToken`] | what only the server understands | is up to the server; where its cursors name an item, as [`Keyset`] |
//! | [`LinkHeader`], [`NextUrl`] | a link | is up to what stands in the links |
//! | [`Keyset`] | the last item's key | every item that is there all the while is yielded once and in order, if keys are sorted and unique |
//! | [`Offset`], [`PageNumber`] | a count | each removal before the place loses at most one other item, each insertion there repeats at most one |
//! | a [`Style`] of your own | whatever you write | |
//!
//! [`presets`] has the shapes of well-known APIs. Where to find items, cursors, totals and flags is said by [`Place`]: a JSON
//! pointer (RFC 6901) or a header. Where a request says what it wants is said by [`Parameter`]: the query, a header, or a
//! place in its JSON body, for searches by `POST`:
//!
//! ```
//! use paginate::{Cursor, Keyset, Offset, Pointer};
//!
//! // As Notion does it.
//! let pages = Cursor::new("/results", "/next_cursor")
//!     .has_more("/has_more")
//!     .parameter(Pointer::from("/start_cursor"));
//!
//! // Connections of GraphQL, with a query whose `after` is a variable.
//! let issues = Cursor::new("/data/search/nodes", "/data/search/pageInfo/endCursor")
//!     .has_more("/data/search/pageInfo/hasNextPage")
//!     .parameter(Pointer::from("/variables/after"));
//!
//! // Elasticsearch, deep and shallow.
//! let hits = Keyset::new("/hits/hits", "/sort").parameter(Pointer::from("/search_after"));
//! let first_hits = Offset::new("/hits/hits")
//!     .parameter(Pointer::from("/from"))
//!     .page_size(Pointer::from("/size"), 100);
//! ```
//!
//! # What servers do wrong
//!
//! | | |
//! |---|---|
//! | a list without end | [`TooManyPages`](PagingErrorKind::TooManyPages) after 10,000 pages, [`TooManyItems`](PagingErrorKind::TooManyItems) after 1,000,000 items |
//! | a cursor or link that leads to a page that was there before, be it to say that this was the last ([build upon it](Style)) | [`Loop`](PagingErrorKind::Loop): at once if that was within the last 1,024 pages, otherwise before three times as many pages were read as there are different ones |
//! | empty pages that lead on | are passed, 32 in a row, then [`TooManyEmptyPages`](PagingErrorKind::TooManyEmptyPages) |
//! | a body that is too long | [`PageTooLarge`](PagingErrorKind::PageTooLarge) beyond 16 MiB, of which no more is read |
//! | a cursor or link that is too long | [`NextTooLong`](PagingErrorKind::NextTooLong) beyond 8 KiB |
//! | a next link to another origin, or any on a page to which a redirect to another origin led | [`LinkRefused`](PagingErrorKind::LinkRefused), or [followed without credentials](OtherOrigins) |
//! | a next link from `https` to `http`, or to another scheme | [`LinkRefused`](PagingErrorKind::LinkRefused) |
//! | userinfo in a next link | left out |
//! | a cursor that is neither text nor number, nor anything but a flag where it goes into a JSON body | [`InvalidNext`](PagingErrorKind::InvalidNext), after the page's items |
//! | `null` or an empty text as a cursor or link | is the end |
//! | it says that there is more, and not where | [`MissingNext`](PagingErrorKind::MissingNext) |
//! | no items, or items that are no list | [`MissingItems`](PagingErrorKind::MissingItems), [`ItemsNotAList`](PagingErrorKind::ItemsNotAList) |
//! | `null` as items, or a 204 | are no items |
//! | a total that is no number | is none |
//! | the same page for every offset or page number, or for those beyond the last | is yielded again, up to the limits, since a list may repeat itself. A total, or a number of pages, says where the end is |
//! | fewer items on a page than were asked for | cost none: the end is an empty page, or where the total is reached |
//!
//! Each limit is an option of [`Pager`].
//!
//! # Errors
//!
//! An error is an item of the stream, and what was yielded stays yielded. Polling again asks for the page again that could not
//! be had, up to 16 times in a row; [`Pager`](Pager#errors) lists what ends the stream. [`Items::checkpoint`] is right after an
//! error too.
//!
//! # Loading ahead
//!
//! [`Pager::prefetch`] loads so many pages ahead in one task, one after the other, that waits when there are enough. It begins
//! when the stream is polled first. Dropping the stream aborts it, and with it the request under way; so does cancelling the
//! stream, and its deadline. After an error the task waits until the stream is polled again. What it logs is in the span of
//! whoever polled the stream first.
//!
//! # Cancel safety
//!
//! [`Items::next_item`] and [`Pages::next_page`] can be dropped at any time: nothing is lost, and a page that was loading goes
//! on at the next call.
//!
//! # When to use
//!
//! Wherever a list comes in pages. For a few pages of a server that you know, a loop of your own does as well, as long as it
//! has a limit.

mod ahead;
mod checkpoint;
#[cfg(feature = "reqwest-middleware")]
mod client_source;
mod invalid_item;
mod items;
mod left_behind;
mod limits;
mod link_header;
mod list;
mod loader;
mod loop_guard;
mod next_link;
mod pace;
mod page;
mod page_request;
mod page_source;
mod pager;
mod pages;
mod paging_error;
mod parameter;
mod place;
mod pointer;
mod position;
mod stop;
mod style;
mod styles;
mod walk;

pub use checkpoint::{Checkpoint, CheckpointError};
#[cfg(feature = "reqwest-middleware")]
pub use client_source::{ClientSource, Paginate};
pub use invalid_item::InvalidItem;
pub use items::Items;
pub use link_header::{Link, Links, UnreadableLinks};
pub use list::List;
pub use next_link::{LinkRefusal, LinkRefused, OtherOrigins};
pub use page::Page;
pub use page_request::PageRequest;
pub use page_source::PageSource;
pub use pager::Pager;
pub use pages::Pages;
pub use paging_error::{PagingError, PagingErrorKind};
pub use parameter::Parameter;
pub use place::Place;
pub use pointer::Pointer;
pub use style::{Next, Reading, Style};
pub use styles::{Cursor, HeaderToken, Keyset, LinkHeader, NextUrl, Offset, PageNumber, presets};

#[cfg(all(doctest, feature = "reqwest-middleware"))]
#[doc = include_str!("../README.md")]
struct Readme;
