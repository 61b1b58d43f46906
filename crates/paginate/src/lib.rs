//! Any paged API as a stream of items, safe against hostile and sloppy servers.

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
