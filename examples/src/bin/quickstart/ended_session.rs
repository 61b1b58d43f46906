//! A session that the server has revoked.

use facade::{ApiError, ErrorKind};
use futures_util::future::join_all;

use crate::story::{Story, say};
use crate::visitor::Visitor;

const CALLS: usize = 10;

pub(crate) async fn tell(story: &mut Story, visitor: &Visitor) -> Result<(), ApiError> {
    story.chapter("A session revoked on the server");
    visitor.revoke_sessions().await?;
    let before = visitor.stats().await?;
    let outcomes = join_all((0..CALLS).map(|_| visitor.client.get("/me").send())).await;
    let ended = outcomes
        .iter()
        .filter(|outcome| matches!(outcome, Err(error) if error.kind() == ErrorKind::SessionEnded))
        .count();
    say(&format!(
        "{CALLS} calls left at once. Nobody asks for a refresh again and again."
    ));
    story.check(&format!("{CALLS} calls end as SessionEnded"), ended, CALLS);
    let since = visitor.stats().await?.since(&before);
    story.check(
        "1 refresh was tried and rejected",
        since.refreshes_rejected,
        1,
    );

    let public = visitor
        .client
        .get("/blob")
        .query(&[("bytes", 3)])
        .without_auth();
    let answer = public
        .send()
        .await
        .map(|answer| answer.status().as_u16())
        .ok();
    story.check(
        "a call that needs no session still works",
        answer,
        Some(200),
    );
    Ok(())
}
