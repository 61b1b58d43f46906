//! Redirects that leave the origin.

use facade::{ApiError, ErrorKind, RedirectRefusal, RedirectRefused, Redirects};
use stack_tests::soon;
use testkit::{Behaviour, Reply};

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

/// Each hop is a request of its own to the layer that puts the token on. What the caller put on is gone for good.
#[tokio::test]
async fn a_redirect_there_and_back_carries_the_token_again_and_no_secret_of_the_callers() {
    let servers = TwoServers::start().await;
    there_and_back(&servers, 302);
    let request = servers.here.client().get("go");
    let response = soon(request.header("x-api-key", "mine").send()).await;
    assert_eq!(response.unwrap().hops().len(), 2);
    servers.assert_no_token_there(1);
    let requests = servers.here.server.requests();
    let sent = |name| [requests[0].header(name), requests[1].header(name)];
    assert_eq!(requests[1].path(), "/back");
    assert_eq!(sent("authorization"), [Some("Bearer a1"); 2]);
    assert_eq!(sent("x-api-key"), [Some("mine"), None]);
}

/// Whoever stands in between could otherwise choose what is deleted in our name.
#[tokio::test]
async fn a_change_that_comes_back_from_another_origin_carries_no_token() {
    let servers = TwoServers::start().await;
    there_and_back(&servers, 307);
    soon(servers.here.client().delete("go").send())
        .await
        .unwrap();
    let requests = servers.here.server.requests();
    assert_eq!(requests[1].path_and_query(), "/back");
    assert_eq!(requests[1].method(), "DELETE");
    assert_eq!(requests[1].header("authorization"), None);
}

fn there_and_back(servers: &TwoServers, status: u16) {
    servers.redirect(status, "/go");
    let back = servers.here.server.url_of("/back").to_string();
    let back = Reply::status(status).header("location", back);
    servers.there.on("/away", back);
    servers.here.server.on("/back", Reply::status(204));
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
    assert_eq!((servers.here.refreshes(), error.attempts()), (0, 2));
    assert_eq!(error.hops().len(), 1);
}

#[tokio::test]
async fn a_refusal_of_an_allowed_origin_behind_a_redirect_is_healed() {
    let servers = TwoServers::start().await;
    servers.redirect(302, "/go");
    let closed = Behaviour::until_authorized(Reply::status(200));
    servers.there.otherwise(closed).accept_token("a2");
    let client = servers.here.builder();
    let client = client.allow_origin(servers.there.url()).build().unwrap();
    let response = soon(client.get("go").send()).await.unwrap();
    assert_eq!((servers.here.refreshes(), response.attempts()), (1, 3));
    let sent = servers.there.requests();
    let tokens: Vec<_> = sent.iter().map(|one| one.header("authorization")).collect();
    assert_eq!(tokens, [Some("Bearer a1"), Some("Bearer a2")]);
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

/// The page that asks to sign in is anyone's: often another host, and its URL tells where the call wanted to go.
#[tokio::test]
async fn a_redirect_to_sign_in_leaks_no_token() {
    let servers = TwoServers::start().await;
    let login = servers.there.url_of("/login?next=/me").to_string();
    let login = Reply::status(302).header("location", login);
    servers.here.server.on("/me", login);
    let form = Reply::status(200).body("<form>");
    servers.there.otherwise(form);
    let response = soon(servers.here.client().get("me").send()).await.unwrap();
    assert_eq!(response.url(), &servers.there.url_of("/login?next=/me"));
    let from: Vec<_> = response
        .hops()
        .iter()
        .map(|hop| hop.url().clone())
        .collect();
    assert_eq!(from, [servers.here.server.url_of("/me")]);
    servers.assert_no_token_there(1);
    assert_eq!(servers.here.refreshes(), 0);
}

#[tokio::test]
async fn a_redirect_is_returned_or_limited_for_one_request_or_for_all() {
    let servers = TwoServers::start().await;
    servers.redirect(302, "/go");
    let returned = servers
        .here
        .client()
        .get("go")
        .redirects(Redirects::returned());
    assert_eq!(soon(returned.send()).await.unwrap().status(), 302);
    let all = servers
        .here
        .builder()
        .return_redirects(true)
        .build()
        .unwrap();
    assert_eq!(soon(all.get("go").send()).await.unwrap().status(), 302);
    assert_eq!(servers.there.connections(), 0);

    let none = servers.here.builder().max_redirects(0).build().unwrap();
    let limited = servers
        .here
        .client()
        .get("go")
        .redirects(Redirects::up_to(0));
    for request in [none.get("go"), limited] {
        let error = soon(request.send()).await.unwrap_err();
        assert_eq!(reason(&error), RedirectRefusal::TooMany { limit: 0 });
        assert_eq!(error.url().unwrap().path(), "/go");
    }
    let enough = none.get("go").redirects(Redirects::up_to(1));
    soon(enough.send()).await.unwrap();
    servers.assert_no_token_there(1);
}

#[tokio::test]
async fn a_loop_is_an_error_that_tells_the_way() {
    let servers = TwoServers::start().await;
    let leads = |to: &str| Reply::status(302).header("location", to);
    servers
        .here
        .server
        .on("/a", leads("/b"))
        .on("/b", leads("/a"));
    let error = soon(servers.here.client().get("a").send())
        .await
        .unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Redirect, 2));
    assert_eq!(reason(&error), RedirectRefusal::Loop);
    let refused = error.find_source::<RedirectRefused>().unwrap();
    let way: Vec<_> = refused.hops().iter().map(|hop| hop.url().path()).collect();
    assert_eq!(way, ["/a", "/b"]);
    assert_eq!(refused.location().unwrap().path(), "/a");
}

/// An error behind a redirect names the request that it answers.
#[tokio::test]
async fn an_error_behind_a_redirect_names_the_method_that_was_sent() {
    let servers = TwoServers::start().await;
    servers.redirect(303, "/go");
    servers.there.otherwise(Reply::status(404));
    let error = soon(servers.here.client().post("go").body("x").send()).await;
    let error = error.unwrap_err();
    let away = servers.there.url_of("/away");
    assert_eq!(error.to_string(), format!("not found (404): GET {away}"));
}

#[tokio::test]
async fn a_fragment_is_inherited_over_a_socket_too() {
    let servers = TwoServers::start().await;
    servers.redirect(302, "/go");
    let response = soon(servers.here.client().get("go#part").send()).await;
    assert_eq!(response.unwrap().url().fragment(), Some("part"));
}

fn reason(error: &ApiError) -> RedirectRefusal {
    error.find_source::<RedirectRefused>().unwrap().reason()
}
