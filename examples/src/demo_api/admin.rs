//! Control of a running demo API: `POST /admin/expire` and `POST /admin/revoke`. They ask for no credential.

use std::time::Instant;

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use serde::{Deserialize, Serialize};

use super::problem::Problem;
use super::state::Shared;

/// Whom it is about. No body, or no username, is everyone.
#[derive(Default, Deserialize)]
pub(super) struct Whom {
    username: Option<String>,
}

type Body = Result<Option<Json<Whom>>, JsonRejection>;

#[derive(Serialize)]
pub(super) struct Expired {
    expired_access_tokens: usize,
}

#[derive(Serialize)]
pub(super) struct Revoked {
    revoked_sessions: usize,
}

/// Ends access tokens now. Refresh tokens stay good.
pub(super) async fn expire(
    State(shared): State<Shared>,
    body: Body,
) -> Result<Json<Expired>, Problem> {
    let Json(whom) = body?.unwrap_or_default();
    let expired_access_tokens = shared
        .sessions()
        .expire(whom.username.as_deref(), Instant::now());
    Ok(Json(Expired {
        expired_access_tokens,
    }))
}

/// Ends sessions now, with all their tokens.
pub(super) async fn revoke(
    State(shared): State<Shared>,
    body: Body,
) -> Result<Json<Revoked>, Problem> {
    let Json(whom) = body?.unwrap_or_default();
    let revoked_sessions = shared.sessions().revoke(whom.username.as_deref());
    let ended = u64::try_from(revoked_sessions).unwrap_or(u64::MAX);
    shared.counters.sessions_ended.add(ended);
    Ok(Json(Revoked { revoked_sessions }))
}
