//! What is told of a refresh on its way, for whoever must know how far it has come.

use std::fmt;

use tracing::field::{Field, Visit};
use tracing::instrument::WithSubscriber;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

use super::scripted::{World, failed};
use super::{good, over, refresh};

/// Writes each step into the log.
struct Steps(World);

impl Subscriber for Steps {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "auth_middleware" && *metadata.level() == Level::TRACE
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        event.record(&mut Line(&self.0));
    }
}

struct Line<'a>(&'a World);

impl Visit for Line<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.log(format!("{}={value}", field.name()));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.log(format!("{}={value:?}", field.name()));
    }
}

#[tokio::test]
async fn each_step_is_told_just_before_or_just_after() {
    let world = World::with(&over(1)).answer(good(2));
    let refresher = world.refresher();
    let told = refresh(&refresher, None).with_subscriber(Steps(world.clone()));
    told.await.unwrap();
    assert_eq!(
        world.happened(),
        [
            "load",
            "step=locking",
            "lock",
            "step=locked",
            "load again",
            "mark",
            "step=exchanging",
            "exchange a1 r1",
            "step=answered",
            "save a2 r2",
            "step=saved",
            "unlock",
        ]
    );
}

#[tokio::test]
async fn a_failed_exchange_is_answered_and_not_saved() {
    let world = World::with(&over(1)).fail(failed());
    let refresher = world.refresher();
    let told = refresh(&refresher, None).with_subscriber(Steps(world.clone()));
    told.await.unwrap_err();
    let log = world.happened();
    assert_eq!(log[7..], ["exchange a1 r1", "step=answered", "unlock"]);
}
