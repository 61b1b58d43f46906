//! `GET /slow`: waits before it answers, and notices a client that leaves.

use std::time::Duration;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::{Deserialize, Serialize};

use super::problem::Problem;
use super::state::Shared;

const LONGEST: u64 = 60_000;

#[derive(Deserialize)]
pub(super) struct Wait {
    ms: u64,
}

#[derive(Serialize)]
pub(super) struct Waited {
    waited_ms: u64,
}

pub(super) async fn wait(
    State(shared): State<Shared>,
    wait: Result<Query<Wait>, QueryRejection>,
) -> Result<Json<Waited>, Problem> {
    let Query(Wait { ms }) = wait?;
    if ms > LONGEST {
        return Err(Problem::bad_request(
            "invalid_query",
            format!("ms is at most {LONGEST}"),
        ));
    }
    let mut call = SlowCall::start(shared);
    tokio::time::sleep(Duration::from_millis(ms)).await;
    call.finished = true;
    Ok(Json(Waited { waited_ms: ms }))
}

/// Counts a call. The server drops a handler whose client has gone, so one dropped unfinished was abandoned.
struct SlowCall {
    shared: Shared,
    finished: bool,
}

impl SlowCall {
    fn start(shared: Shared) -> Self {
        shared.counters.slow_started.increment();
        Self {
            shared,
            finished: false,
        }
    }
}

impl Drop for SlowCall {
    fn drop(&mut self) {
        let counters = &self.shared.counters;
        let ended = if self.finished {
            &counters.slow_finished
        } else {
            &counters.slow_abandoned
        };
        ended.increment();
    }
}
