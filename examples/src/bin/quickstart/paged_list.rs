//! A list of many pages, read as one stream, while its token expires on the way.

use facade::{ApiError, Cursor};
use serde::Deserialize;

use crate::story::{Story, say};
use crate::visitor::Visitor;

const PAGE: u32 = 50;

#[derive(Deserialize)]
struct Message {
    id: u64,
}

pub(crate) async fn tell(story: &mut Story, visitor: &Visitor) -> Result<(), ApiError> {
    story.chapter("A list of many pages, read as one stream");
    let before = visitor.stats().await?;
    let by_cursor = Cursor::new("/data", "/meta/next_cursor").page_size("limit", PAGE);
    let messages = visitor.client.get("/messages").paginate(by_cursor);
    let mut messages = messages.items::<Message>();
    let mut ids = Vec::new();
    while let Some(message) = messages.next_item().await? {
        ids.push(message.id);
        if message.id == u64::from(PAGE) {
            visitor.expire_tokens().await?;
        }
    }
    let since = visitor.stats().await?.since(&before);
    let pages = ids.len().div_ceil(PAGE as usize) as u64;
    say(&format!(
        "{} messages came on {pages} pages. The access token expired after the first.",
        ids.len()
    ));
    let there_are = ids.last().copied().unwrap_or_default();
    let in_order: Vec<u64> = (1..=there_are).collect();
    story.check("250 messages at least", there_are >= 250, true);
    story.check("each message once, in order", ids == in_order, true);
    let requests = since.requests_by_route.get("GET /messages");
    story.check(
        "1 request for each page, 1 refused",
        requests.copied(),
        Some(pages + 1),
    );
    story.check("1 refresh", since.refreshes, 1);
    Ok(())
}
