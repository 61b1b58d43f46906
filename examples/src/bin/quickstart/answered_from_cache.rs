//! Reference data that is asked for once.

use facade::{ApiError, Cache, CacheMode, CacheStatus, Client, Request};
use futures_util::future::join_all;

use crate::story::{Story, say};
use crate::visitor::Visitor;

const CALLS: usize = 100;

pub(crate) async fn tell(story: &mut Story, visitor: &Visitor) -> Result<(), ApiError> {
    story.chapter("Reference data, asked for once");
    let client = Client::builder(visitor.url())
        .cache(Cache::in_memory())
        .build()?;
    let before = visitor.stats().await?;

    let first = read(client.get("/countries")).await?;
    story.check("the first call is sent", first, CacheStatus::Miss);
    let again = join_all((0..CALLS).map(|_| read(client.get("/countries")))).await;
    let hits = again
        .iter()
        .filter(|from| matches!(from, Ok(CacheStatus::Hit)));
    say("The server said that its countries hold for an hour.");
    story.check(
        &format!("{CALLS} more are answered from memory"),
        hits.count(),
        CALLS,
    );
    let since = visitor.stats().await?.since(&before);
    let sent = since.requests_by_route.get("GET /countries");
    story.check("the server saw 1 request", sent.copied(), Some(1));

    let german = client.get("/countries").header("accept-language", "de");
    let german = read(german).await?;
    story.check("another language is sent for", german, CacheStatus::Miss);

    let sure = client.get("/countries").cache_mode(CacheMode::no_cache());
    let sure = read(sure).await?;
    say("Who wants to be sure asks whether anything has changed.");
    story.check("what is kept still holds", sure, CacheStatus::Revalidated);
    let since = visitor.stats().await?.since(&before);
    story.check("1 answer came without a body", since.not_modified, 1);
    Ok(())
}

/// Reads the answer, so that it is kept, and tells where it came from.
async fn read(request: Request) -> Result<CacheStatus, ApiError> {
    let answer = request.send().await?;
    let from = answer.cache_status();
    answer.bytes().await?;
    Ok(from)
}
