//! The usual ways to page.

mod cursor;
mod header_token;
mod keyset;
mod link_header;
mod next_url;
mod offset;
mod page_number;
pub mod presets;
#[cfg(test)]
mod reads;

pub use cursor::Cursor;
pub use header_token::HeaderToken;
pub use keyset::Keyset;
pub use link_header::LinkHeader;
pub use next_url::NextUrl;
pub use offset::Offset;
pub use page_number::PageNumber;
