//! `GET /me`: who the access token belongs to.

use axum::Json;
use axum::http::header::CACHE_CONTROL;
use axum::response::IntoResponse;
use serde::Serialize;

use super::bearer::Caller;
use super::scope::Scope;

#[derive(Serialize)]
struct Me {
    username: String,
    scope: Scope,
}

pub(super) async fn show(caller: Caller) -> impl IntoResponse {
    (
        [(CACHE_CONTROL, "private, no-store")],
        Json(Me {
            username: caller.username,
            scope: caller.scope,
        }),
    )
}
