//! The shapes in which servers hand out a list.

use http::HeaderName;
use paginate::{
    Cursor, HeaderToken, Keyset, LinkHeader, NextUrl, Offset, Page, PageNumber, Pointer, Style,
};
use serde::{Deserialize, Serialize};

use super::Asked;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Item {
    pub id: u64,
}

/// The shape in which a server hands out a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Cursor,
    CursorInHeader,
    /// A cursor that is an object.
    CursorInBody,
    HeaderToken,
    Link,
    NextUrl,
    Offset,
    OffsetWithTotal,
    PageNumber,
    PageNumberWithTotal,
    PageNumberWithPages,
    PageNumberInBody,
    Keyset,
    KeysetWithMore,
    /// A cursor that names an item, not a place.
    CursorOfItem,
}

pub const ALL: [Shape; 15] = [
    Shape::Cursor,
    Shape::CursorInHeader,
    Shape::CursorInBody,
    Shape::HeaderToken,
    Shape::Link,
    Shape::NextUrl,
    Shape::Offset,
    Shape::OffsetWithTotal,
    Shape::PageNumber,
    Shape::PageNumberWithTotal,
    Shape::PageNumberWithPages,
    Shape::PageNumberInBody,
    Shape::Keyset,
    Shape::KeysetWithMore,
    Shape::CursorOfItem,
];

impl Shape {
    /// The style by which it is read.
    pub fn style(self) -> Box<dyn Style> {
        let header = HeaderName::from_static("x-next");
        match self {
            Self::Cursor | Self::CursorOfItem => Box::new(Cursor::new("/data", "/next")),
            Self::CursorInHeader => Box::new(Cursor::new("/data", header)),
            Self::CursorInBody => {
                let cursor = Cursor::new("/data", "/next");
                Box::new(cursor.parameter(Pointer::from("/page/after")))
            }
            Self::HeaderToken => Box::new(HeaderToken::new("/data", header)),
            Self::Link => Box::new(LinkHeader::new("/data")),
            Self::NextUrl => Box::new(NextUrl::new("/data", "/next")),
            Self::Offset => Box::new(Offset::new("/data")),
            Self::OffsetWithTotal => Box::new(Offset::new("/data").total("/total")),
            Self::PageNumber => Box::new(PageNumber::new("/data")),
            Self::PageNumberWithTotal => Box::new(PageNumber::new("/data").total("/total")),
            Self::PageNumberWithPages => Box::new(PageNumber::new("/data").total_pages("/pages")),
            Self::PageNumberInBody => {
                Box::new(PageNumber::new("/data").parameter(Pointer::from("/page")))
            }
            Self::Keyset => Box::new(Keyset::new("/data", "/id")),
            Self::KeysetWithMore => Box::new(Keyset::new("/data", "/id").has_more("/more")),
        }
    }

    /// Whether the server goes by what the items are, and not by how many come before.
    pub fn goes_by_items(self) -> bool {
        matches!(
            self,
            Self::Keyset | Self::KeysetWithMore | Self::CursorOfItem
        )
    }

    /// What a server of this shape answers.
    pub fn answer(self, list: &[u64], size: usize, asked: &Asked) -> Page {
        let begin = self.begin(list, size, asked).min(list.len());
        let end = (begin + size).min(list.len());
        let ids: Vec<_> = list[begin..end].iter().map(|id| Item { id: *id }).collect();
        let data = serde_json::to_string(&ids).unwrap();
        let more = end < list.len();
        let key = list[begin..end].last().copied().unwrap_or_default();
        let body = |rest: String| asked.page(format!(r#"{{"data": {data}{rest}}}"#));
        let alone = || format!(r#"{{"data": {data}}}"#);
        let next = |next: String| if more { next } else { "null".to_owned() };
        match self {
            Self::Cursor => body(format!(r#", "next": {}"#, next(end.to_string()))),
            Self::CursorInBody => {
                let cursor = format!("{{\"at\": {end}}}");
                body(format!(r#", "next": {}"#, next(cursor)))
            }
            Self::CursorOfItem => body(format!(r#", "next": {}"#, next(format!("\"{key}\"")))),
            Self::CursorInHeader | Self::HeaderToken if more => {
                asked.page_with("x-next", &end.to_string(), alone())
            }
            Self::Link if more => {
                let link = format!(r#"</list?at=0>; rel="first", <?at={end}>; rel="next""#);
                asked.page_with("link", &link, alone())
            }
            Self::NextUrl => {
                let link = format!("\"https://api.test/list?at={end}\"");
                body(format!(r#", "next": {}"#, next(link)))
            }
            Self::OffsetWithTotal | Self::PageNumberWithTotal => {
                body(format!(r#", "total": {}"#, list.len()))
            }
            Self::PageNumberWithPages => {
                body(format!(r#", "pages": {}"#, list.len().div_ceil(size)))
            }
            Self::KeysetWithMore => body(format!(r#", "more": {more}"#)),
            _ => asked.page(alone()),
        }
    }

    /// Where in the list the page begins that is asked for.
    fn begin(self, list: &[u64], size: usize, asked: &Asked) -> usize {
        let number = |name: &str| usize::try_from(asked.number(name, 0)).unwrap();
        let after = |name: &str| match asked.query(name) {
            Some(id) => list.partition_point(|other| *other <= id.parse().unwrap()),
            None => 0,
        };
        let in_body = |pointer: &str, otherwise: u64| {
            let number = asked.body.pointer(pointer);
            let number = number.map_or(otherwise, |number| number.as_u64().unwrap());
            usize::try_from(number).unwrap()
        };
        match self {
            Self::Cursor | Self::CursorInHeader => number("cursor"),
            Self::HeaderToken => {
                let token = asked.headers.get("x-next");
                token.map_or(0, |token| token.parse().unwrap())
            }
            Self::Link | Self::NextUrl => {
                // The link replaces the caller's query.
                assert_eq!(asked.query("q").is_some(), asked.query("at").is_none());
                number("at")
            }
            Self::Offset | Self::OffsetWithTotal => number("offset"),
            Self::PageNumber | Self::PageNumberWithTotal | Self::PageNumberWithPages => {
                (number("page") - 1) * size
            }
            Self::CursorInBody => in_body("/page/after/at", 0),
            Self::PageNumberInBody => (in_body("/page", 1) - 1) * size,
            Self::Keyset | Self::KeysetWithMore => after("after"),
            Self::CursorOfItem => after("cursor"),
        }
    }
}
