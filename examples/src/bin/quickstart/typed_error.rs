//! A 404 as a typed error.

use facade::ErrorKind;

use crate::story::{Story, say};
use crate::visitor::Visitor;

pub(crate) async fn tell(story: &mut Story, visitor: &Visitor) {
    story.chapter("A resource that isn't there, as a typed error");
    let missing = visitor
        .client
        .get(["messages", "1000000"])
        .query(&[("key", "secret")]);
    let outcome = missing.fetch::<serde_json::Value>().await;
    let Some(error) = outcome.err() else {
        story.check("an error", "an answer", "an error");
        return;
    };
    say(&format!("The error says: {error}"));
    story.check("its kind is NotFound", error.kind(), ErrorKind::NotFound);
    story.check(
        "the problem document is at hand",
        error.text().contains("message_not_found"),
        true,
    );
    story.check(
        "its text shows no query",
        error.to_string().contains("secret"),
        false,
    );
}
