//! Calls with a session.

use examples::demo_api::{DemoApi, DemoServer, Stats};
use futures_util::future::join_all;
use reqwest::{Method, StatusCode};
use testkit::{Behaviour, FaultServer, Reply};

use crate::running::{Running, client, problem, soon};
use crate::token_file::{TokenFile, log_in};

/// A demo API, and the session of its user.
pub(crate) struct Scene {
    pub(crate) server: DemoServer,
    pub(crate) tokens: TokenFile,
}

impl Scene {
    pub(crate) async fn start() -> Self {
        let server = DemoApi::builder().build().start().await.unwrap();
        let tokens = TokenFile::signed_in(server.url()).await;
        Self { server, tokens }
    }

    pub(crate) async fn gateway(&self) -> Running {
        let token_url = format!("{}/oauth/token", self.server.url());
        Running::with(self.server.url(), self.tokens.arguments(&token_url)).await
    }

    pub(crate) async fn control(&self, path: &str) {
        let request = client().post(format!("{}{path}", self.server.url()));
        assert_eq!(request.send().await.unwrap().status(), 200);
    }

    pub(crate) async fn stats(&self) -> Stats {
        let request = client().get(format!("{}/stats", self.server.url()));
        request.send().await.unwrap().json().await.unwrap()
    }
}

#[tokio::test]
async fn calls_are_authenticated_before_and_after_the_token_expires() {
    let scene = Scene::start().await;
    let gateway = scene.gateway().await;
    for refreshes in 0..3 {
        for _ in 0..2 {
            let me = gateway.get("/me").await;
            assert_eq!(me.status(), 200);
            assert!(me.text().await.unwrap().contains(r#""username":"ada""#));
        }
        assert_eq!(scene.stats().await.refreshes, refreshes);
        scene.control("/admin/expire").await;
    }
}

#[tokio::test]
async fn two_hundred_calls_on_an_expired_token_cost_one_refresh() {
    let scene = Scene::start().await;
    let gateway = scene.gateway().await;
    scene.control("/admin/expire").await;
    let answers = join_all((0..200).map(|_| gateway.get("/me"))).await;
    assert!(answers.iter().all(|answer| answer.status() == 200));
    let stats = scene.stats().await;
    assert_eq!((stats.refreshes, stats.refreshes_rejected), (1, 0));
}

#[tokio::test]
async fn two_gateways_that_share_a_token_file_cost_one_refresh() {
    let scene = Scene::start().await;
    let gateways = [scene.gateway().await, scene.gateway().await];
    for expiries in 1..=3 {
        scene.control("/admin/expire").await;
        let calls = (0..100).map(|number| gateways[number % 2].get("/me"));
        let answers = join_all(calls).await;
        assert!(answers.iter().all(|answer| answer.status() == 200));
        let stats = scene.stats().await;
        assert_eq!((stats.refreshes, stats.refreshes_rejected), (expiries, 0));
    }
}

#[tokio::test]
async fn a_session_that_ended_is_a_401_that_says_so_until_someone_signs_in_again() {
    let scene = Scene::start().await;
    let gateway = scene.gateway().await;
    assert_eq!(gateway.get("/me").await.status(), 200);
    scene.control("/admin/revoke").await;
    for _ in 0..2 {
        let ended = gateway.get("/me").await;
        assert!(ended.headers().contains_key("www-authenticate"));
        assert_eq!(problem(ended).await, (401, "session_ended".into()));
    }
    // The refused one, and the refresh that told.
    assert_eq!(scene.stats().await.unauthorized, 1);
    assert_eq!(scene.stats().await.refreshes_rejected, 1);

    let (access, refresh) = log_in(scene.server.url()).await;
    scene.tokens.save(&access, &refresh).await;
    assert_eq!(gateway.get("/me").await.status(), 200);
}

/// An upstream that wants the token `a2`, and a token endpoint that has it.
struct Renewing {
    server: FaultServer,
    tokens: TokenFile,
}

impl Renewing {
    async fn start() -> Self {
        let server = FaultServer::start().await.unwrap();
        let granted = r#"{"access_token":"a2","refresh_token":"r2","token_type":"Bearer"}"#;
        server
            .on("/oauth/token", Reply::json(200, granted))
            .otherwise(Behaviour::until_authorized(Reply::status(200)))
            .accept_token("a2");
        let tokens = TokenFile::new("a1", "r1").await;
        Self { server, tokens }
    }

    async fn gateway(&self) -> Running {
        let token_url = self.server.url_of("/oauth/token");
        let more = self.tokens.arguments(token_url.as_str());
        Running::with(self.server.url(), more).await
    }

    async fn upload(&self, gateway: &Running, bytes: usize) -> StatusCode {
        let upload = gateway.request(Method::PUT, "/upload");
        let sent = upload.body(vec![b'x'; bytes]).send();
        soon(sent).await.unwrap().status()
    }
}

#[tokio::test]
async fn a_body_up_to_the_replay_limit_is_sent_again_after_a_401() {
    let scene = Renewing::start().await;
    let gateway = scene.gateway().await;
    let limit = 256 * 1024;
    assert_eq!(scene.upload(&gateway, limit).await, 200);
    let uploads: Vec<_> = scene.server.requests();
    let sent: Vec<_> = uploads.iter().map(|sent| sent.body().len()).collect();
    assert_eq!(sent[0], limit);
    assert_eq!(sent[2], limit);
    assert_eq!(sent.len(), 3, "refused, refresh, again");
    assert_eq!(uploads[2].header("authorization"), Some("Bearer a2"));
}

#[tokio::test]
async fn of_a_longer_body_the_caller_gets_the_401_and_the_next_call_the_new_token() {
    let scene = Renewing::start().await;
    let gateway = scene.gateway().await;
    let beyond = 256 * 1024 + 1;
    assert_eq!(scene.upload(&gateway, beyond).await, 401);
    assert_eq!(scene.upload(&gateway, beyond).await, 200);
    assert_eq!(scene.server.count_of("/upload"), 2);
    assert_eq!(scene.server.count_of("/oauth/token"), 1);
}

#[tokio::test]
async fn an_authorization_of_the_callers_own_is_none_of_the_sessions_business() {
    let scene = Renewing::start().await;
    let gateway = scene.gateway().await;
    let own = gateway.request(Method::GET, "/own").bearer_auth("own");
    assert_eq!(soon(own.send()).await.unwrap().status(), 401);
    let [sent] = &scene.server.requests()[..] else {
        panic!("one request");
    };
    assert_eq!(sent.header("authorization"), Some("Bearer own"));
}

#[tokio::test]
async fn a_login_redirect_goes_to_the_caller_and_the_token_nowhere() {
    let scene = Renewing::start().await;
    let elsewhere = FaultServer::start().await.unwrap();
    let login = elsewhere.url_of("/login?next=me");
    let redirect = Reply::status(302).header("location", login.as_str());
    scene.server.accept_token("a1").on("/me", redirect);
    let gateway = scene.gateway().await;
    let answer = gateway.get("/me").await;
    assert_eq!(answer.status(), 302);
    assert_eq!(answer.headers()["location"], login.as_str());
    assert_eq!(elsewhere.request_count(), 0);
    assert_eq!(scene.server.request_count(), 1);
}

#[tokio::test]
async fn a_token_endpoint_that_is_down_costs_nobody_the_session() {
    let scene = Renewing::start().await;
    scene.server.on("/oauth/token", Reply::status(500));
    let gateway = scene.gateway().await;
    let unavailable = problem(gateway.get("/me").await).await;
    assert_eq!(unavailable, (503, "credential_unavailable".into()));
    assert_eq!(scene.tokens.access().await.as_deref(), Some("a1"));
}

/// A server sends a `TRACE` back as it came, with all that a caller may not see (RFC 9110 §9.3.8).
#[tokio::test]
async fn a_trace_does_not_show_the_token() {
    let server = FaultServer::start().await.unwrap();
    server.accept_token("hunter2");
    let tokens = TokenFile::new("hunter2", "hunter2").await;
    let token_url = server.url_of("/oauth/token");
    let gateway = Running::with(server.url(), tokens.arguments(token_url.as_str())).await;
    for (method, shown) in [(Method::TRACE, None), (Method::GET, Some("Bearer hunter2"))] {
        let sent = gateway.request(method, "/").send();
        assert_eq!(soon(sent).await.unwrap().status(), 200);
        let received = server.requests();
        assert_eq!(received.last().unwrap().header("authorization"), shown);
    }
}
