//! `GET /messages`: one page, and where the next one is.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::header::LINK;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::bearer::Caller;
use super::message_routes::private;
use super::messages::{Cursor, Message};
use super::problem::Problem;
use super::state::Shared;

const USUAL: usize = 20;
const LARGEST: usize = 100;

#[derive(Deserialize)]
pub(super) struct PageQuery {
    cursor: Option<String>,
    limit: Option<usize>,
}

#[derive(Serialize)]
struct PageAnswer<'a> {
    data: &'a [Message],
    meta: Meta,
}

#[derive(Serialize)]
struct Meta {
    next_cursor: Option<String>,
}

/// One page, oldest messages first, with the next page in `meta.next_cursor` and in `Link` (RFC 8288).
pub(super) async fn page(
    State(shared): State<Shared>,
    _caller: Caller,
    query: Result<Query<PageQuery>, QueryRejection>,
) -> Result<Response, Problem> {
    let Query(query) = query?;
    let limit = query.limit.unwrap_or(USUAL);
    if limit == 0 || limit > LARGEST {
        return Err(Problem::bad_request(
            "invalid_query",
            format!("limit is 1 to {LARGEST}"),
        ));
    }
    let cursor = query
        .cursor
        .as_deref()
        .map_or(Some(Cursor::default()), Cursor::decode);
    let Some(cursor) = cursor else {
        return Err(Problem::bad_request(
            "invalid_cursor",
            "the cursor is not one of this API",
        ));
    };
    let messages = shared.messages();
    let page = messages.page(cursor, limit);
    let next_cursor = page.next.map(Cursor::encode);
    let next = |cursor: &String| {
        [(
            LINK,
            format!("</messages?cursor={cursor}&limit={limit}>; rel=\"next\""),
        )]
    };
    let link = next_cursor.as_ref().map(next);
    let answer = PageAnswer {
        data: page.messages,
        meta: Meta { next_cursor },
    };
    Ok((private(), link, Json(answer)).into_response())
}
