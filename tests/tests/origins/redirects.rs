//! Redirects that leave the origin.

use facade::{ErrorKind, RedirectRefused};
use http::HeaderValue;
use stack_tests::{find, soon};
use testkit::Reply;

use crate::two_servers::TwoServers;

#[tokio::test]
async fn no_redirect_takes_the_token_along() {
    let servers = TwoServers::start().await;
    let client = servers.here.client();
    for status in [301, 302, 303, 307, 308] {
        servers.redirect(status, "/go");
        let response = soon(client.get("go").send()).await.unwrap();
        assert_eq!(response.url(), &servers.there.url_of("/away"), "{status}");
    }
    assert_eq!(servers.here.sent_with("a1"), 5);
    servers.assert_no_token_there(5);
    for request in servers.there.requests() {
        assert_eq!(request.header("referer"), None);
    }
}

#[tokio::test]
async fn no_redirect_by_way_of_home_takes_the_token_along() {
    let servers = TwoServers::start().await;
    servers.redirect(302, "/go");
    let first = Reply::status(307).header("location", "/go");
    servers.here.server.on("/first", first);
    soon(servers.here.client().get("first").send())
        .await
        .unwrap();
    assert_eq!(
        servers.here.sent_with("a1"),
        2,
        "it stays within the origin"
    );
    servers.assert_no_token_there(1);
}

#[tokio::test]
async fn a_redirect_there_and_back_has_lost_the_token() {
    let servers = TwoServers::start().await;
    servers.redirect(302, "/go");
    let back = servers.here.server.url_of("/back").to_string();
    let back = Reply::status(302).header("location", back);
    servers.there.on("/away", back);
    servers.here.server.on("/back", Reply::status(204));
    soon(servers.here.client().get("go").send()).await.unwrap();
    servers.assert_no_token_there(1);
    let requests = servers.here.server.requests();
    assert_eq!(requests[1].path(), "/back");
    assert_eq!(requests[1].header("authorization"), None);
}

#[tokio::test]
async fn a_redirect_to_a_host_in_userinfo_disguise_takes_no_token_along() {
    let servers = TwoServers::start().await;
    let (ours, theirs) = (servers.here.server.address(), servers.there.address());
    for location in [format!("//{theirs}/x"), format!("http://{ours}@{theirs}/x")] {
        let redirect = Reply::status(302).header("location", location);
        servers.here.server.on("/go", redirect);
        soon(servers.here.client().get("go").send()).await.unwrap();
    }
    servers.assert_no_token_there(2);
}

/// The other server knows nothing of the session, so its refusal says nothing about the token.
#[tokio::test]
async fn a_refusal_of_another_origin_behind_a_redirect_starts_no_refresh() {
    let servers = TwoServers::start().await;
    servers.redirect(302, "/go");
    servers.there.otherwise(Reply::status(401));
    let error = soon(servers.here.client().get("go").send())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
    assert_eq!(error.url().unwrap(), &servers.there.url_of("/away"));
    servers.assert_no_token_there(1);
    assert_eq!((servers.here.refreshes(), error.attempts()), (0, 1));
}

/// reqwest drops the token at every change of origin, allowed or not, so the refusal is not about it.
#[tokio::test]
async fn a_refusal_of_an_allowed_origin_behind_a_redirect_starts_no_refresh() {
    let servers = TwoServers::start().await;
    servers.redirect(302, "/go");
    servers.there.otherwise(Reply::status(401));
    let client = servers.here.builder();
    let client = client.allow_origin(servers.there.url()).build().unwrap();
    let error = soon(client.get("go").send()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
    servers.assert_no_token_there(1);
    assert_eq!((servers.here.refreshes(), error.attempts()), (0, 1));
}

#[tokio::test]
async fn an_authorization_of_the_callers_own_is_not_taken_along() {
    let servers = TwoServers::start().await;
    servers.redirect(307, "/go");
    let request = servers.here.client().get("go");
    let own = request.header("authorization", "Basic eDp5");
    soon(own.send()).await.unwrap();
    servers.assert_no_token_there(1);
}

#[tokio::test]
async fn a_request_with_a_sensitive_header_does_not_leave_its_origin() {
    let servers = TwoServers::start().await;
    let mut key = HeaderValue::from_static("key-1");
    key.set_sensitive(true);
    for status in [301, 302, 303, 307, 308] {
        servers.redirect(status, "/go");
        let request = servers.here.client().get("go");
        let keyed = request.header("x-api-key", key.clone());
        let error = soon(keyed.send()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Redirect, "{status}");
        assert!(find::<RedirectRefused>(&error).is_some(), "{error:?}");
        assert_eq!(error.url().unwrap().path(), "/go");
    }
    assert_eq!(servers.there.connections(), 0);
}
