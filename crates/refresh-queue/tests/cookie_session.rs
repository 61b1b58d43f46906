//! A session that is no bearer token: a cookie, renewed by signing in again with the password.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::sync::{Arc, OnceLock};

use http::{HeaderName, HeaderValue, header};
use refresh_queue::{RefreshError, RefreshMiddleware, RefreshQueue, Renewable};
use request_context::{Credential, SessionEnded, WithoutAuth};
use reqwest::{Response, StatusCode};
use reqwest_middleware::ClientWithMiddleware;
use support::scripted::{URL, origin, typed};
use testkit::{Reply, ScriptedTransport};

const LOGIN: &str = "http://localhost/login";

#[derive(Clone)]
struct SessionCookie(HeaderValue);

impl Credential for SessionCookie {
    fn header(&self) -> Option<(&HeaderName, &HeaderValue)> {
        Some((&header::COOKIE, &self.0))
    }
}

impl Renewable for SessionCookie {
    fn credential(&self) -> Arc<dyn Credential> {
        Arc::new(self.clone())
    }
}

/// Signs in, whether or not there was a session before: the password is what lasts.
async fn sign_in(
    client: ClientWithMiddleware,
    password: &str,
) -> Result<SessionCookie, RefreshError> {
    let request = client.post(LOGIN).body(format!("password={password}"));
    let answer = request.with_extension(WithoutAuth).send().await;
    let answer = answer.map_err(RefreshError::failed)?;
    match answer.status() {
        StatusCode::SEE_OTHER => {
            cookie_of(&answer).ok_or_else(|| RefreshError::failed("no cookie"))
        }
        StatusCode::FORBIDDEN => Err(RefreshError::rejected("wrong password")),
        status => Err(RefreshError::failed(format!("status {status}"))),
    }
}

/// The name and the value, without the attributes (RFC 6265 §4.1.1).
fn cookie_of(answer: &Response) -> Option<SessionCookie> {
    let cookie = answer.headers().get(header::SET_COOKIE)?.to_str().ok()?;
    let (pair, _) = cookie.split_once(';').unwrap_or((cookie, ""));
    let mut cookie = HeaderValue::from_str(pair).ok()?;
    cookie.set_sensitive(true);
    Some(SessionCookie(cookie))
}

/// A site of pages and forms, which sends whoever isn't signed in to its login page. Each sign-in gets the next session; the
/// first one has ended already.
fn site() -> ScriptedTransport {
    let sign_ins = std::sync::atomic::AtomicUsize::new(0);
    ScriptedTransport::new().respond_with(move |request| {
        match (request.path(), request.header("cookie")) {
            ("/login", None) if request.body() == "password=right" => {
                let session = 1 + sign_ins.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                Reply::status(303)
                    .header("location", "/me")
                    .header("set-cookie", format!("sid={session}; Path=/; HttpOnly"))
            }
            ("/login", None) => Reply::status(403),
            (_, Some("sid=2" | "sid=3")) => Reply::status(200),
            _ => Reply::status(302).header("location", LOGIN),
        }
    })
}

/// Where this site says that the session is over.
fn goes_to_login(answer: &Response) -> bool {
    let location = answer.headers().get(header::LOCATION);
    answer.status() == StatusCode::FOUND && location.is_some_and(|to| to == LOGIN)
}

fn client(site: &ScriptedTransport, password: &'static str) -> ClientWithMiddleware {
    let own: Arc<OnceLock<ClientWithMiddleware>> = Arc::default();
    let queue = RefreshQueue::new({
        let own = Arc::clone(&own);
        move |_ended: Option<SessionCookie>| sign_in(own.get().unwrap().clone(), password)
    });
    let layer = RefreshMiddleware::new(queue, origin())
        .apply_credential(true)
        .refused_when(goes_to_login);
    let client = site.client_with(|chain| chain.with(layer));
    own.get_or_init(|| client).clone()
}

/// What was sent: the path, and the cookie.
fn sent(site: &ScriptedTransport) -> Vec<String> {
    let requests = site.requests();
    let line = |sent: &testkit::SentRequest| {
        format!(
            "{} {}",
            sent.path(),
            sent.header("cookie").unwrap_or("no cookie")
        )
    };
    requests.iter().map(line).collect()
}

#[tokio::test(start_paused = true)]
async fn a_cookie_session_that_ends_is_renewed_by_signing_in_again() {
    let site = site();
    let client = client(&site, "right");
    let answer = client.post(URL).body("form=1").send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(
        sent(&site),
        [
            "/login no cookie",
            "/me sid=1",
            "/login no cookie",
            "/me sid=2"
        ]
    );
    let requests = site.requests();
    assert_eq!(
        (requests[1].body(), requests[3].body()),
        ("form=1".into(), "form=1".into())
    );
}

#[tokio::test(start_paused = true)]
async fn a_hundred_callers_sign_in_once() {
    let site = site();
    let client = client(&site, "right");
    client.get(URL).send().await.unwrap();
    let calls: Vec<_> = (0..100)
        .map(|_| tokio::spawn(client.get(URL).send()))
        .collect();
    for call in calls {
        assert_eq!(call.await.unwrap().unwrap().status(), 200);
    }
    let sign_ins = sent(&site)
        .iter()
        .filter(|line| line.starts_with("/login"))
        .count();
    assert_eq!((sign_ins, site.count()), (2, 4 + 100));
}

#[tokio::test(start_paused = true)]
async fn a_wrong_password_ends_the_session_and_is_not_tried_again() {
    let site = site();
    let client = client(&site, "wrong");
    for _ in 0..3 {
        let error = client.get(URL).send().await.unwrap_err();
        let ended = typed::<SessionEnded>(&error);
        let reason = std::error::Error::source(ended).unwrap();
        assert_eq!(reason.to_string(), "wrong password");
    }
    assert_eq!(sent(&site), ["/login no cookie"]);
}

#[tokio::test(start_paused = true)]
async fn another_redirect_is_no_end_of_the_session() {
    let site = ScriptedTransport::new()
        .reply(Reply::status(303).header("set-cookie", "sid=2"))
        .reply(Reply::status(302).header("location", "/elsewhere"));
    let answer = client(&site, "right").get(URL).send().await.unwrap();
    assert_eq!(answer.status(), 302);
    assert_eq!(sent(&site), ["/login no cookie", "/me sid=2"]);
}
