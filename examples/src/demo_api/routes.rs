//! Which handler answers what.

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{any, get, post};

use super::problem::Problem;
use super::state::Shared;
use super::{
    admin, blob, countries, faults, login, me, message_pages, message_routes, oauth, slow, stats,
    upload,
};

pub(super) fn router(shared: Shared) -> Router {
    let api = Router::new()
        .route("/login", post(login::log_in))
        .merge(oauth::routes())
        .route("/me", get(me::show))
        .route(
            "/messages",
            get(message_pages::page).post(message_routes::create),
        )
        .route("/messages/{id}", get(message_routes::one))
        .route("/flaky/{key}", any(faults::flaky))
        .route("/drop/{key}", any(faults::drop_connection))
        .route("/slow", get(slow::wait))
        .route("/upload", post(upload::receive).put(upload::receive))
        .route("/blob", get(blob::send))
        .route("/countries", get(countries::list).post(countries::add))
        .fallback(not_found)
        .layer(from_fn_with_state(shared.clone(), count));
    let control = Router::new()
        .route("/admin/expire", post(admin::expire))
        .route("/admin/revoke", post(admin::revoke))
        .route("/stats", get(stats::show));
    api.merge(control)
        .method_not_allowed_fallback(method_not_allowed)
        .with_state(shared)
}

/// Counts on arrival, so that requests without an answer count too.
async fn count(
    State(shared): State<Shared>,
    route: Option<MatchedPath>,
    request: Request,
    next: Next,
) -> Response {
    let route = route.map_or_else(
        || "unmatched".to_owned(),
        |path| format!("{} {}", request.method(), path.as_str()),
    );
    shared.counters.count_request(route);
    next.run(request).await
}

async fn not_found() -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        "no_such_resource",
        "there is no such resource",
    )
}

async fn method_not_allowed() -> Problem {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method_not_allowed",
        "the resource does not know this method",
    )
}
