//! An expired session under load: one refresh for a hundred calls.

use facade::ApiError;
use futures_util::future::join_all;
use serde::Deserialize;

use crate::story::{Story, say};
use crate::visitor::Visitor;

const CALLS: usize = 100;

#[derive(Deserialize)]
struct Message {
    id: usize,
}

pub(crate) async fn tell(story: &mut Story, visitor: &Visitor) -> Result<(), ApiError> {
    story.chapter("An expired session under load, healed once");
    visitor.expire_tokens().await?;
    let before = visitor.stats().await?;

    let calls = (1..=CALLS).map(|id| async move {
        let message: Message = visitor
            .client
            .get(["messages", &id.to_string()])
            .fetch()
            .await?;
        Ok::<_, ApiError>(message.id == id)
    });
    let answers = join_all(calls).await;

    let since = visitor.stats().await?.since(&before);
    say(&format!(
        "The access token expired. {CALLS} calls left at once: {} were refused at first, {} requests in all.",
        since.unauthorized, since.requests,
    ));
    let right = answers
        .iter()
        .filter(|answer| matches!(answer, Ok(true)))
        .count();
    story.check(&format!("{CALLS} answers to {CALLS} calls"), right, CALLS);
    story.check("1 refresh", since.refreshes, 1);
    story.check("0 refreshes rejected", since.refreshes_rejected, 0);
    story.check("0 refresh tokens used twice", since.reuse_detected, 0);
    Ok(())
}
