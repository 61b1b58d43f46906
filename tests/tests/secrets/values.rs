//! Values that hold secrets.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use auth_middleware::{ApiKey, AuthMiddleware, Basic, Bearer, Custom};
use cancel::{CancelMiddleware, CancelOn, Deadline};
use error_map::ErrorMapMiddleware;
use facade::{BearerTokens, CallOptions, CancellationToken, Place, RefreshError, RefreshQueue};
use http::Extensions;
use refresh_queue::RefreshMiddleware;
use request_context::{
    Call, Credential, Origin, OriginAllowList, Principal, Replay, WithCredential,
};
use reqwest::{Method, Request, Response};
use reqwest_middleware::{Middleware, Next, Result};
use stack_tests::{builder, soon};
use token_store::{MemoryStore, TokenSet};

use crate::planted::{Planted, reply, tokens};
use crate::shown::Shown;

#[tokio::test]
async fn no_part_of_a_call_shows_a_secret() {
    let planted = Planted::start().await;
    planted.server.on("/user", reply(200));
    let client = planted.client();
    let mut shown = Shown::default();
    shown.value("builder", &planted.builder());
    shown.value("client", &client);
    shown.value("chain", client.inner());
    let request = Planted::request(&client, "user");
    shown.value("request", &request);
    let response = soon(request.send()).await.unwrap();
    assert_eq!(
        response.url().query(),
        Some("first=hunter2-first&key=hunter2-query")
    );
    shown.value("response", &response);
    let derived = CallOptions::new().sensitive_header("x-other", "hunter2");
    shown.value("options", &derived);
    shown.value("derived", &client.with(derived).unwrap());
    shown.assert_no_leak();
}

#[test]
fn no_options_show_the_secrets_of_their_base_url() {
    let mut shown = Shown::default();
    let url = "https://ada:hunter2-password@api.test/v1?key=hunter2-query";
    shown.value("options", &CallOptions::new().base_url(url));
    shown.assert_no_leak();
}

#[test]
fn no_options_show_a_default_credential() {
    let mut shown = Shown::default();
    for name in ["authorization", "cookie", "proxy-authorization"] {
        let options = CallOptions::new().default_header(name, "hunter2");
        shown.value(name, &options);
    }
    shown.assert_no_leak();
}

#[tokio::test]
async fn no_token_in_the_programs_hands_is_shown() {
    let planted = Planted::start().await;
    let mut shown = Shown::default();
    let set = tokens().renewed("hunter2-renewed");
    let bearer = Bearer::new("hunter2-bearer").unwrap();
    shown.value("token set", &set);
    shown.value("access token", set.access());
    shown.value("refresh token", &set.refresh());
    shown.value("bearer", &bearer);
    shown.value("its header", &bearer.header().unwrap());
    shown.value("bearer tokens", &BearerTokens::new(set.clone()).unwrap());
    shown.error("bearer", &Bearer::new("hunter2\n").unwrap_err());
    let line_break = TokenSet::new("hunter2\n");
    shown.error("bearer tokens", &BearerTokens::new(line_break).unwrap_err());
    shown.value("queue", &planted.queue);
    shown.value("current", &planted.queue.current());
    shown.value("versioned", &planted.queue.credential().await.unwrap());
    shown.value("store", &MemoryStore::from(set));
    shown.value("principal", &Principal::new("hunter2@api.test"));
    let refresher = async |_: Option<BearerTokens>| Err(RefreshError::failed("down"));
    let builder = RefreshQueue::builder(refresher);
    let current = planted.queue.current().unwrap();
    shown.value("queue builder", &builder.credential(current));
    shown.assert_no_leak();
}

#[test]
fn no_credential_that_never_changes_is_shown() {
    let mut shown = Shown::default();
    let origin: Origin = "https://api.test".parse().unwrap();
    let basic = Basic::new("ada", "hunter2-password").unwrap();
    shown.value("basic", &basic);
    shown.value("its header", &basic.header().unwrap());
    shown.value("basic layer", &AuthMiddleware::fixed(basic, origin.clone()));
    let key = ApiKey::header("x-api-key", "hunter2-key").unwrap();
    shown.value("key", &key);
    shown.value("its header", &key.header().unwrap());
    shown.value("key layer", &AuthMiddleware::fixed(key, origin.clone()));
    let query = ApiKey::query("key", "hunter2-key");
    shown.value("query key", &query);
    shown.value("query layer", &AuthMiddleware::fixed(query, origin));
    let secret = "hunter2-secret".to_owned();
    let signing = Custom::new(move |request| {
        let value = secret.as_str().try_into()?;
        request.headers_mut().insert("x-signature", value);
        Ok(())
    });
    shown.value("custom", &signing);
    shown.value("with", &WithCredential::new(signing));
    let colon = Basic::new("hunter2:", "hunter2-password").unwrap_err();
    shown.error("basic", &colon);
    shown.error(
        "key",
        &ApiKey::header("x-api-key", "hunter2\n").unwrap_err(),
    );
    shown.error("key", &ApiKey::header("hunter2 hunter2", "1").unwrap_err());
    shown.assert_no_leak();
}

#[tokio::test]
async fn no_middleware_shows_a_secret() {
    let planted = Planted::start().await;
    let origin: Origin = "https://ada:hunter2@api.test/?key=hunter2".parse().unwrap();
    let origins = OriginAllowList::from(origin.clone());
    let token = CancellationToken::new();
    let mut shown = Shown::default();
    let refresh = RefreshMiddleware::new(planted.queue.clone(), origins.clone());
    shown.value("refresh", &refresh);
    let fixed = Bearer::new("hunter2").unwrap();
    shown.value("fixed", &AuthMiddleware::fixed(fixed, origins.clone()));
    let store = MemoryStore::from(tokens());
    shown.value("store", &AuthMiddleware::from_store(store, origins.clone()));
    shown.value("handed down", &AuthMiddleware::handed_down(origins.clone()));
    shown.value("cancel", &CancelMiddleware::new());
    shown.value("cancel on", &CancelOn::new(&token));
    shown.value("deadline", &Deadline::within(std::time::Duration::ZERO));
    shown.value("error map", &ErrorMapMiddleware::new());
    shown.value("origin", &origin);
    shown.value("origins", &origins);
    shown.assert_no_leak();
}

/// A middleware that shows what travels with a request.
#[derive(Clone, Default)]
struct Onlooker(Arc<Mutex<Shown>>);

#[async_trait]
impl Middleware for Onlooker {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        let call = Call::of(extensions);
        let credential = request.headers().get("authorization").cloned();
        let response = next.run(request, extensions).await;
        let mut shown = self.0.lock().unwrap();
        shown.value("call", &call);
        shown.value("credential", &call.credential());
        shown.value("header", &credential);
        shown.value("key", &call.sent_principal());
        response
    }
}

#[tokio::test]
async fn nothing_that_layers_tell_each_other_shows_a_secret() {
    let planted = Planted::start().await;
    let onlooker = Onlooker::default();
    let client = planted.builder();
    let client = client.middleware(Place::Attempt, onlooker.clone());
    let client = client.build().unwrap();
    let refused = Planted::request(&client, "refused").send();
    assert_eq!(soon(refused).await.unwrap_err().attempts(), 2);
    onlooker.0.lock().unwrap().assert_no_leak();
}

#[test]
fn no_replay_shows_a_secret() {
    let url = "https://ada:hunter2@api.test/x?key=hunter2"
        .parse()
        .unwrap();
    let mut request = Request::new(Method::POST, url);
    let own = "hunter2-own".parse().unwrap();
    request.headers_mut().insert("x-own", own);
    *request.body_mut() = Some("hunter2-body".into());
    let mut shown = Shown::default();
    let replay = Replay::of(&mut request, &Extensions::new());
    shown.value("replay", &replay.unwrap());
    shown.assert_no_leak();
}

#[test]
fn a_client_builder_shows_nothing_at_all() {
    let url = "https://ada:hunter2@api.test/?key=hunter2";
    let shown = format!("{:?}", builder(url).default_header("x", "hunter2"));
    assert_eq!(shown, "ClientBuilder { .. }");
}
