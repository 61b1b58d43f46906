//! What layers fail with.

use facade::{
    ApiError, Cancelled, CredentialUnavailable, DeadlineExceeded, ErrorKind, HeadersTimedOut,
    InvalidTarget, NextUrl, PagingError, Place, RedirectRefusal, RedirectRefused, SessionEnded,
    TimeoutPhase,
};
use reqwest_middleware::Error;
use stack_tests::builder;
use testkit::{Reply, ScriptedTransport};

use super::ways::{Call, Way};
use super::{Situation, from, from_nothing};

#[derive(Debug, thiserror::Error)]
#[error("the caller's own")]
struct Own;

type Fail = fn() -> Error;

#[rustfmt::skip]
pub(super) async fn situations() -> Vec<Situation> {
    let fails = |fail: Fail| Call::to("http://api.test/x").failing(fail);
    let cancelled = fails(|| Error::middleware(Cancelled::because("the screen was left")));
    let deadline = fails(|| Error::middleware(DeadlineExceeded::new()));
    let headers = fails(|| Error::middleware(HeadersTimedOut::new()));
    let ended = fails(|| Error::middleware(SessionEnded::signed_out()));
    let unavailable = fails(|| Error::middleware(CredentialUnavailable::new(Own)));
    let refused = fails(|| Error::middleware(RedirectRefused::new(RedirectRefusal::Insecure)));
    let nested = fails(|| Error::middleware(ApiError::new(ErrorKind::Gone)));
    let own = fails(|| Error::middleware(Own));
    let timeout = ErrorKind::Timeout;
    vec![
        cancelled.is("cancelled", ErrorKind::Cancelled, "cancelled", false, from::<Cancelled>).await,
        deadline.is("a layer that waits until the deadline", timeout(TimeoutPhase::Deadline),
            "the deadline of the call passed", true, from::<DeadlineExceeded>).await,
        headers.is("headers that take too long", timeout(TimeoutPhase::Headers),
            "the headers took too long", true, from::<HeadersTimedOut>).await,
        ended.is("a session that has ended", ErrorKind::SessionEnded,
            "the session has ended", false, from::<SessionEnded>).await,
        unavailable.is("no credential", ErrorKind::CredentialUnavailable,
            "no credential is available", true, from::<Own>).await,
        refused.is("a redirect that is refused", ErrorKind::Redirect,
            "the redirect was not followed", false, from::<RedirectRefused>).await,
        nested.is("an error that a client within a layer made", ErrorKind::Gone, "gone", false, from_nothing).await,
        own.is("an error of the caller's own layer", ErrorKind::Other, "the request failed", false, from::<Own>).await,
        no_request().await,
        no_next_page().await,
    ]
}

async fn no_request() -> Situation {
    let client = builder("http://api.test").build().unwrap();
    let error = client.get("users").header("x", "a\nb").send().await;
    let is_invalid = client.get("a/../b").send().await.unwrap_err();
    assert!(from::<InvalidTarget>(&is_invalid));
    Situation {
        name: "a request that can't be made",
        kind: ErrorKind::Builder,
        text: "the request could not be made",
        is_transient: false,
        has_source: from::<http::Error>,
        told: vec![(Way::Facade, error.unwrap_err())],
    }
}

async fn no_next_page() -> Situation {
    let page = Reply::json(200, r#"{"data": [], "next": "?key=hunter2"}"#);
    let client = builder("http://api.test")
        .middleware(Place::Attempt, ScriptedTransport::new().reply(page))
        .build()
        .unwrap();
    let users = client.get("users?key=hunter2");
    let mut users = users.paginate(NextUrl::new("/data", "/next")).items::<u8>();
    Situation {
        name: "a next link that leads in a circle",
        kind: ErrorKind::Paging,
        text: "there is no way to the next page",
        is_transient: false,
        has_source: from::<PagingError>,
        told: vec![(Way::Facade, users.next_item().await.unwrap_err())],
    }
}
