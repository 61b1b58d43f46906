//! The token of one server on the way to another.

use std::sync::Arc;

use facade::{CallOptions, ErrorKind, RefreshError, RefreshQueue, Renewable};
use http::{HeaderName, HeaderValue};
use request_context::Credential;
use stack_tests::{Session, builder, soon};
use testkit::{Behaviour, Reply};

use crate::two_servers::TwoServers;

#[tokio::test]
async fn no_absolute_url_takes_the_token_along() {
    let servers = TwoServers::start().await;
    let client = servers.here.client();
    let url = servers.there.url_of("/x?y=z");
    let upper_case = url.as_str().replace("http://", "HTTP://");
    for request in [
        client.get(&url),
        client.get(url.clone()),
        client.get(url.as_str()),
        client.post(upper_case).body("mine"),
    ] {
        assert_eq!(soon(request.send()).await.unwrap().attempts(), 1);
    }
    servers.assert_no_token_there(4);
    assert_eq!(servers.here.server.request_count(), 0);
}

#[tokio::test]
async fn no_userinfo_makes_another_origin_look_like_ours() {
    let servers = TwoServers::start().await;
    let client = servers.here.client();
    let (ours, theirs) = (servers.here.server.address(), servers.there.address());
    for url in [
        format!("http://{ours}@{theirs}/"),
        format!("http://{}@{theirs}/", ours.ip()),
        format!("http://ada:hunter2@{theirs}/"),
        format!("http://{theirs}/@{ours}/"),
        format!("http://{theirs}/?@{ours}/"),
        format!("http://{theirs}#@{ours}/"),
        format!("http://{theirs}\\@{ours}/"),
    ] {
        soon(client.get(url).send()).await.unwrap();
    }
    servers.assert_no_token_there(7);
    assert_eq!(servers.here.server.request_count(), 0);
}

#[tokio::test]
async fn no_path_leads_to_another_origin() {
    let servers = TwoServers::start().await;
    let client = servers.here.client();
    let theirs = servers.there.address();
    let paths = [
        format!("//{theirs}/x"),
        format!("///{theirs}/x"),
        format!("\\\\{theirs}\\x"),
        format!("/\\{theirs}/x"),
        format!("@{theirs}/x"),
        format!(":@{theirs}/x"),
        format!(" http://{theirs}/x"),
        format!("\thttp://{theirs}/x"),
        format!("ht\ntp://{theirs}/x"),
        format!("http:/{theirs}/x"),
        format!("http:\\\\{theirs}/x"),
        format!("?next=http://{theirs}/x"),
    ];
    for path in &paths {
        let response = soon(client.get(path).send()).await;
        assert_eq!(
            response.unwrap().url().port(),
            servers.here.server.url().port(),
            "{path:?}"
        );
    }
    let segments = ["http:", "", &theirs.to_string()];
    let error = soon(client.get(segments).send()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Builder);
    assert_eq!(servers.here.server.request_count(), paths.len());
    assert_eq!(servers.there.connections(), 0);
}

#[tokio::test]
async fn another_name_of_the_same_machine_is_another_origin() {
    let session = Session::fresh().await;
    let port = session.server.address().port();
    let url = format!("http://localhost:{port}/me");
    let error = soon(session.client().get(url).send()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
    assert_eq!(session.server.requests()[0].header("authorization"), None);
    assert_eq!(session.refreshes(), 0);
}

#[tokio::test]
async fn no_derived_client_takes_the_token_to_a_base_url_of_its_own() {
    let servers = TwoServers::start().await;
    let options = CallOptions::new().base_url(servers.there.url());
    let derived = servers.here.client().with(options).unwrap();
    soon(derived.get("x").send()).await.unwrap();
    servers.assert_no_token_there(1);
}

#[tokio::test]
async fn the_chain_below_keeps_the_token_at_home_too() {
    let servers = TwoServers::start().await;
    let client = servers.here.client();
    let away = client.inner().get(servers.there.url()).send();
    soon(away).await.unwrap();
    servers.assert_no_token_there(1);
    let home = client.inner().get(servers.here.server.url()).send();
    soon(home).await.unwrap();
    assert_eq!(servers.here.sent_with("a1"), 1);
}

#[tokio::test]
async fn a_call_to_another_origin_neither_waits_for_the_session_nor_disturbs_it() {
    let servers = TwoServers {
        here: Session::stale().await,
        ..TwoServers::start().await
    };
    let held = servers.here.hold_refresh();
    let client = servers.here.client();
    let call = tokio::spawn(client.get("me").send());
    soon(held.wait_for(1)).await;

    servers
        .there
        .on("/closed", Behaviour::until_authorized(Reply::status(200)));
    soon(client.get(servers.there.url()).send()).await.unwrap();
    let closed = servers.there.url_of("/closed");
    let error = soon(client.get(&closed).send()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.attempts()),
        (ErrorKind::Unauthorized, 1)
    );
    held.open();
    soon(call).await.unwrap().unwrap();

    servers.here.queue.clear();
    soon(client.get(servers.there.url()).send()).await.unwrap();
    servers.assert_no_token_there(3);
    assert_eq!(servers.here.refreshes(), 1);
}

#[tokio::test]
async fn a_call_that_wants_no_credential_gets_none_at_home_either() {
    let session = Session::stale().await;
    let request = session.client().get("me").without_auth();
    let error = soon(request.send()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.attempts()),
        (ErrorKind::Unauthorized, 1)
    );
    assert_eq!(session.server.requests()[0].header("authorization"), None);
    assert_eq!(session.refreshes(), 0);
}

#[tokio::test]
async fn an_authorization_of_the_callers_own_stays_and_its_refusal_is_not_healed() {
    let session = Session::stale().await;
    let own = session
        .client()
        .get("me")
        .header("authorization", "Basic eDp5");
    let error = soon(own.send()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.attempts()),
        (ErrorKind::Unauthorized, 1)
    );
    let requests = session.server.requests();
    assert_eq!(requests[0].header("authorization"), Some("Basic eDp5"));
    assert_eq!(session.refreshes(), 0);
}

#[tokio::test]
async fn an_authorization_of_the_callers_own_goes_where_the_caller_sends_it() {
    let servers = TwoServers::start().await;
    let request = servers.here.client().get(servers.there.url());
    let own = request.header("authorization", "Basic eDp5");
    soon(own.send()).await.unwrap();
    let sent = servers.only_request_there();
    assert_eq!(sent.header("authorization"), Some("Basic eDp5"));
}

#[tokio::test]
async fn a_token_travels_in_the_clear_to_this_machine_only() {
    let session = Session::fresh().await;
    let address = session.server.address();
    let named = |insecure| {
        let base = format!("http://api.test:{}", address.port());
        let client = builder(base).session(session.queue.clone());
        let client = client.reqwest(move |reqwest| reqwest.resolve("api.test", address));
        client.allow_insecure_credentials(insecure).build().unwrap()
    };
    let error = soon(named(false).get("me").send()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
    assert_eq!(session.sent_with("a1"), 0);

    soon(named(true).get("me").send()).await.unwrap();
    assert_eq!(session.sent_with("a1"), 1);
}

/// A session whose credential is a header of its own.
#[derive(Clone)]
struct SessionKey(HeaderValue);

impl Renewable for SessionKey {
    fn credential(&self) -> Arc<dyn Credential> {
        Arc::new(self.clone())
    }
}

impl Credential for SessionKey {
    fn header(&self) -> Option<(&HeaderName, &HeaderValue)> {
        static NAME: HeaderName = HeaderName::from_static("x-session");
        Some((&NAME, &self.0))
    }
}

#[tokio::test]
async fn a_credential_that_is_no_authorization_stays_at_home_too() {
    let servers = TwoServers::start().await;
    servers.redirect(307, "/go");
    let home = servers.here.server.url();
    servers.here.server.on("/", Reply::status(204));
    let mut key = HeaderValue::from_static("session-1");
    key.set_sensitive(true);
    let queue = RefreshQueue::builder(async |_: Option<SessionKey>| {
        Err(RefreshError::rejected("it is not renewed here"))
    });
    let client = builder(home).session(queue.credential(SessionKey(key)).build());
    let client = client.build().unwrap();
    soon(client.get("").send()).await.unwrap();
    let requests = servers.here.server.requests();
    assert_eq!(requests[0].header("x-session"), Some("session-1"));

    soon(client.get(servers.there.url()).send()).await.unwrap();
    assert_eq!(servers.only_request_there().header("x-session"), None);
    soon(client.get("go").send()).await.unwrap();
    let requests = servers.there.requests();
    assert_eq!((requests.len(), requests[1].header("x-session")), (2, None));
}
