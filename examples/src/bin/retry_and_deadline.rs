//! Retries that do no harm, and one deadline for all of them.
//!
//! `cargo run -p examples --bin retry_and_deadline` starts a demo API of its own.
#![allow(clippy::print_stdout, reason = "it shows what happens")]

use std::error::Error;
use std::time::Duration;

use examples::demo_api::DemoApi;
use facade::{Client, Retry, RetryBudget, RetryEvent, RetryMiddleware};
use tokio::time::Instant;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let api = DemoApi::builder().build().start().await?;
    let retry = RetryMiddleware::new()
        .max_retries(5)
        .budget(RetryBudget::default().min_per_second(2))
        .on_retry(show);
    let client = Client::builder(api.url())
        .deadline(Duration::from_secs(20))
        .headers_timeout(Duration::from_secs(2))
        .retry(retry)
        .build()?;

    println!("A GET that finds the endpoint down twice:");
    let flaky = client.get("flaky/get").query(&[("failures", 2)]);
    let healed = flaky.send().await?;
    println!(
        "  {} after {} attempts, {:.0?} of waiting",
        healed.status(),
        healed.attempts(),
        healed.waited()
    );

    println!("A GET whose connection is closed before an answer:");
    let dropped = client.get("drop/get").send().await?;
    println!(
        "  {} after {} attempts",
        dropped.status(),
        dropped.attempts()
    );

    println!("A POST is sent once, unless its server can tell a repetition by its key:");
    let payment = || client.post("flaky/post").json("42 €");
    let error = payment().send().await.err().ok_or("a POST was repeated")?;
    println!("  {error}, after {} attempt", error.attempts());
    let other = client
        .post("flaky/key")
        .json("42 €")
        .idempotency_key("order-7");
    println!("  with a key: {} attempts", other.send().await?.attempts());

    println!("A search is a POST that does no harm:");
    let search = client
        .post("flaky/search")
        .json("facade")
        .retry(Retry::always());
    println!("  {} attempts", search.send().await?.attempts());

    println!("A deadline of 2 s, and a server that asks for 30 s of patience:");
    let begun = Instant::now();
    let patient = [("failures", 9), ("retry_after", 30)];
    let patient = client.get("flaky/patient").query(&patient);
    let error = patient.deadline(Duration::from_secs(2)).send().await;
    let error = error.err().ok_or("the endpoint is down")?;
    println!(
        "  {error}, at once: there is no point in waiting ({} ms)",
        begun.elapsed().as_millis()
    );

    println!("A deadline of 300 ms, and a server that takes a minute:");
    let slow = client.get("slow").query(&[("ms", 60_000)]);
    let error = slow.deadline(Duration::from_millis(300)).send().await;
    let error = error.err().ok_or("the endpoint is slow")?;
    println!("  {error}: {}", error.is_deadline());
    Ok(())
}

/// Called before each wait.
fn show(event: &RetryEvent<'_>) {
    let cause = match event.status() {
        Some(status) => status.to_string(),
        None => "no answer".to_owned(),
    };
    println!("  retry {}: {cause}, in {:?}", event.retry(), event.wait());
}
