//! Endpoints that fail a few times and then heal: `/flaky/{key}` and `/drop/{key}`.

use std::collections::HashMap;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Extension, Path, Query, State};
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use serde::{Deserialize, Serialize};

use super::problem::Problem;
use super::server::Connection;
use super::state::Shared;

/// How many requests have arrived for each key.
#[derive(Debug, Default)]
pub(super) struct Arrivals(HashMap<String, u64>);

impl Arrivals {
    /// Counts one more, and tells how many that makes.
    fn arrive(&mut self, key: &str) -> u64 {
        let arrivals = self.0.entry(key.to_owned()).or_default();
        *arrivals += 1;
        *arrivals
    }
}

#[derive(Deserialize)]
#[serde(default)]
pub(super) struct Fault {
    /// How many requests of the key fail.
    failures: u64,
    /// What the 503 says, in seconds.
    retry_after: u64,
}

impl Default for Fault {
    fn default() -> Self {
        Self {
            failures: 1,
            retry_after: 1,
        }
    }
}

#[derive(Serialize)]
pub(super) struct Healed {
    key: String,
    arrivals: u64,
}

/// Answers the first arrivals of a key with 503, whatever their method.
pub(super) async fn flaky(
    State(shared): State<Shared>,
    Path(key): Path<String>,
    fault: Result<Query<Fault>, QueryRejection>,
) -> Result<Json<Healed>, Problem> {
    let Query(fault) = fault?;
    let arrivals = shared.flaky().arrive(&key);
    if arrivals > fault.failures {
        return Ok(Json(Healed { key, arrivals }));
    }
    shared.counters.flaky_failures.increment();
    let detail = format!("failure {arrivals} of {}", fault.failures);
    let problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, "flaky", detail);
    Err(problem.header(RETRY_AFTER, HeaderValue::from(fault.retry_after)))
}

/// Closes the connection of the first arrivals of a key without an answer, whatever their method.
pub(super) async fn drop_connection(
    State(shared): State<Shared>,
    Path(key): Path<String>,
    Extension(connection): Extension<Connection>,
    fault: Result<Query<Fault>, QueryRejection>,
) -> Result<Json<Healed>, Problem> {
    let Query(fault) = fault?;
    let arrivals = shared.dropping().arrive(&key);
    if arrivals > fault.failures {
        return Ok(Json(Healed { key, arrivals }));
    }
    shared.counters.drops.increment();
    connection.close().await
}
