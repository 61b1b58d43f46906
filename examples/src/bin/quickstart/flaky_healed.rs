//! A flaky endpoint that is healed, and a payment that is not repeated.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use facade::{ApiError, ErrorKind, Request};

use crate::story::{Story, say};
use crate::visitor::Visitor;

pub(crate) async fn tell(story: &mut Story, visitor: &Visitor) -> Result<(), ApiError> {
    story.chapter("A flaky endpoint healed, a POST that isn't repeated");
    let run = new_run();
    let before = visitor.stats().await?;

    // It fails twice, and asks for a second of patience each time.
    let flaky = visitor.client.get(["flaky", &format!("get-{run}")]);
    let healed = flaky.query(&[("failures", 2)]).send().await;
    let waited = healed.as_ref().map(facade::Response::waited);
    say(&format!(
        "A GET found the endpoint down twice, and waited {} ms in all, as it was asked to.",
        waited.as_ref().map_or(0, Duration::as_millis)
    ));
    story.check("1 answer after 3 attempts", attempts(&healed), 3);
    let patient = waited.is_ok_and(|waited| waited >= Duration::from_secs(2));
    story.check("waited 2 s at least", patient, true);

    let payment = payment(visitor, &format!("post-{run}")).send().await;
    let kind = payment.as_ref().err().map(ApiError::kind);
    say("A POST without a key might pay twice: its failure is told at once.");
    story.check(
        "the error says Unavailable",
        kind,
        Some(ErrorKind::Unavailable),
    );
    story.check("1 attempt", attempts(&payment), 1);

    let payment = payment_with_key(visitor, &run).send().await;
    story.check("with an Idempotency-Key, 2 attempts", attempts(&payment), 2);

    let since = visitor.stats().await?.since(&before);
    let posts = since.requests_by_route.get("POST /flaky/{key}");
    story.check("the server saw 3 POSTs in all", posts.copied(), Some(3));
    Ok(())
}

fn payment(visitor: &Visitor, key: &str) -> Request {
    let payment = visitor.client.post(["flaky", key]);
    payment.json(&serde_json::json!({"amount": 42}))
}

fn payment_with_key(visitor: &Visitor, run: &str) -> Request {
    payment(visitor, &format!("key-{run}")).idempotency_key(format!("payment-{run}"))
}

fn attempts(outcome: &Result<facade::Response, ApiError>) -> u32 {
    match outcome {
        Ok(response) => response.attempts(),
        Err(error) => error.attempts(),
    }
}

/// A name that no earlier run used: the API may run longer than this program.
fn new_run() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.unwrap_or_default().as_nanos().to_string()
}
