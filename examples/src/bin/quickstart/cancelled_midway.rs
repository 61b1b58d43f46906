//! A call that is cancelled while the server works on it.

use std::time::Duration;

use examples::demo_api::Stats;
use facade::{ApiError, CancellationToken, ErrorKind};
use tokio::time::{Instant, sleep};

use crate::story::{Story, say};
use crate::visitor::Visitor;

const PATIENCE: Duration = Duration::from_secs(5);

pub(crate) async fn tell(story: &mut Story, visitor: &Visitor) -> Result<(), ApiError> {
    story.chapter("A call cancelled midway");
    let before = visitor.stats().await?;
    let token = CancellationToken::new();
    let slow = visitor
        .client
        .get("/slow")
        .query(&[("ms", 60_000)])
        .cancel(&token);
    let call = tokio::spawn(slow.send());

    let begun = wait_until(visitor, &before, |since| since.slow_started == 1).await?;
    story.check("the server works on it", begun, true);
    if !begun {
        call.abort();
        return Ok(());
    }
    let cancelled_at = Instant::now();
    token.cancel();
    let kind = match call.await {
        Ok(Err(error)) => Some(error.kind()),
        _ => None,
    };
    say(&format!(
        "The server would have taken 60 s. The call ended {} ms after it was cancelled.",
        cancelled_at.elapsed().as_millis()
    ));
    story.check("the error says Cancelled", kind, Some(ErrorKind::Cancelled));
    let abandoned = wait_until(visitor, &before, |since| since.slow_abandoned == 1).await?;
    story.check("the server saw it go", abandoned, true);
    Ok(())
}

/// Watches the server's counters, which may lie in another process, until they say so.
async fn wait_until(
    visitor: &Visitor,
    before: &Stats,
    says_so: impl Fn(&Stats) -> bool,
) -> Result<bool, ApiError> {
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        if says_so(&visitor.stats().await?.since(before)) {
            return Ok(true);
        }
        sleep(Duration::from_millis(10)).await;
    }
    Ok(false)
}
