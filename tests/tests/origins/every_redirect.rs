//! What arrives of a request after each redirect, at home and elsewhere, with a secret of every kind.

use facade::{ApiKey, Bearer, ErrorKind, RedirectRefusal, RedirectRefused, Request};
use http::{HeaderValue, Method};
use stack_tests::soon;
use testkit::{ReceivedRequest, Reply};

use crate::two_servers::TwoServers;

const BODY: &str = "one coffee";

/// Status, method and whether there is a body; then what follows at home, and what elsewhere, where it is followed.
const TABLE: [(u16, &str, bool, &str, Option<&str>); 28] = [
    (301, "GET", false, "GET", Some("GET")),
    (301, "HEAD", false, "HEAD", Some("HEAD")),
    (301, "POST", true, "GET", Some("GET")),
    (301, "PUT", true, "PUT one coffee", None),
    (301, "DELETE", false, "DELETE", Some("DELETE")),
    (302, "GET", false, "GET", Some("GET")),
    (302, "HEAD", false, "HEAD", Some("HEAD")),
    (302, "POST", true, "GET", Some("GET")),
    (302, "POST", false, "GET", Some("GET")),
    (302, "PUT", true, "PUT one coffee", None),
    (302, "PATCH", true, "PATCH one coffee", None),
    (302, "DELETE", false, "DELETE", Some("DELETE")),
    (303, "GET", false, "GET", Some("GET")),
    (303, "HEAD", false, "HEAD", Some("HEAD")),
    (303, "POST", true, "GET", Some("GET")),
    (303, "PUT", true, "GET", Some("GET")),
    (303, "DELETE", false, "GET", Some("GET")),
    (307, "GET", false, "GET", Some("GET")),
    (307, "HEAD", false, "HEAD", Some("HEAD")),
    (307, "POST", true, "POST one coffee", None),
    (307, "POST", false, "POST", Some("POST")),
    (307, "PUT", true, "PUT one coffee", None),
    (307, "DELETE", false, "DELETE", Some("DELETE")),
    (308, "GET", false, "GET", Some("GET")),
    (308, "HEAD", false, "HEAD", Some("HEAD")),
    (308, "POST", true, "POST one coffee", None),
    (308, "PATCH", true, "PATCH one coffee", None),
    (308, "DELETE", false, "DELETE", Some("DELETE")),
];

/// The ways in which a request can carry a credential in `Authorization` or in a place of its own.
fn with_credential(request: Request, way: &str) -> Request {
    match way {
        "session" => request,
        "own" => request.header("authorization", "Basic hunter2"),
        "bearer" => request.credential(Bearer::new("hunter2").unwrap()),
        "key" => request.credential(ApiKey::header("x-own-key", "hunter2").unwrap()),
        "query" => request.credential(ApiKey::query("key", "hunter2")),
        _ => unreachable!(),
    }
}

/// A secret in every header that is known for one, in one that is marked, and headers that are none.
fn request(servers: &TwoServers, method: &str, has_body: bool) -> Request {
    let mut marked = HeaderValue::from_static("hunter2");
    marked.set_sensitive(true);
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    let client = servers.here.builder();
    let client = client.sensitive_header("x-tenant-secret", "hunter2");
    let client = client.credential_header("x-acme-login").build().unwrap();
    let mut request = client
        .request(method, "go")
        .header("cookie", "session=hunter2")
        .header("proxy-authorization", "Basic hunter2")
        .header("x-api-key", "hunter2")
        .header("x-auth-token", "hunter2")
        .header("x-acme-login", "hunter2")
        .header("x-marked", marked)
        .idempotency_key("hunter2")
        .header("accept-language", "de");
    if has_body {
        request = request.body(BODY).header("content-type", "text/plain");
    }
    request
}

fn summary(sent: &ReceivedRequest) -> String {
    let body = String::from_utf8_lossy(sent.body()).into_owned();
    format!("{} {body}", sent.method()).trim_end().to_owned()
}

fn assert_plain_headers(sent: &ReceivedRequest) {
    assert_eq!(sent.header("accept-language"), Some("de"));
    assert_eq!(sent.header("referer"), None);
    let has_body = !sent.body().is_empty();
    assert_eq!(sent.header("content-type").is_some(), has_body, "{sent:?}");
}

#[tokio::test]
async fn at_home_the_method_the_body_and_all_secrets_arrive() {
    let servers = TwoServers::start().await;
    for (status, method, has_body, follows, _) in TABLE {
        let name = format!("{status} {method} {has_body}");
        let within = Reply::status(status).header("location", "/there");
        servers.here.server.on("/go", within);
        soon(request(&servers, method, has_body).send())
            .await
            .unwrap();
        let sent = servers.here.server.requests().pop().unwrap();
        assert_eq!(
            (summary(&sent).as_str(), sent.path()),
            (follows, "/there"),
            "{name}"
        );
        assert_plain_headers(&sent);
        assert_eq!(sent.header("authorization"), Some("Bearer a1"), "{name}");
        let secrets = [
            "cookie",
            "proxy-authorization",
            "x-api-key",
            "x-auth-token",
            "x-acme-login",
            "x-marked",
            "x-tenant-secret",
        ];
        for secret in secrets {
            assert!(sent.headers().contains_key(secret), "{name} {secret}");
        }
        // The key names the request, and goes where that is repeated.
        let repeats = follows.starts_with(method) && (status != 303);
        let is_kept = repeats || (status == 303 && ["GET", "HEAD"].contains(&method));
        assert_eq!(
            sent.headers().contains_key("idempotency-key"),
            is_kept,
            "{name}"
        );
    }
}

#[tokio::test]
async fn elsewhere_no_secret_arrives_and_no_body() {
    for way in ["session", "own", "bearer", "key", "query"] {
        let servers = TwoServers::start().await;
        for (status, method, has_body, _, follows) in TABLE {
            let name = format!("{way} {status} {method} {has_body}");
            servers.redirect(status, "/go");
            let request = with_credential(request(&servers, method, has_body), way);
            let before = servers.there.request_count();
            let outcome = soon(request.send()).await;
            let home = servers.here.server.requests().pop().unwrap();
            assert!(
                format!("{home:?}").contains("hunter2"),
                "{name}: it was sent"
            );
            let Some(follows) = follows else {
                let error = outcome.unwrap_err();
                let refused = error.find_source::<RedirectRefused>().unwrap();
                assert_eq!(error.kind(), ErrorKind::Redirect, "{name}");
                assert_eq!(
                    refused.reason(),
                    RedirectRefusal::BodyLeavesOrigin,
                    "{name}"
                );
                assert_eq!(refused.location(), Some(&servers.there.url_of("/away")));
                assert_eq!(servers.there.request_count(), before, "{name}");
                continue;
            };
            outcome.unwrap();
            assert_eq!(servers.there.request_count(), before + 1, "{name}");
            let sent = servers.there.requests().pop().unwrap();
            assert_eq!(summary(&sent), follows, "{name}");
            assert_plain_headers(&sent);
            let shown = format!("{sent:?}");
            assert!(
                !shown.contains("hunter2") && !shown.contains("Bearer"),
                "{name}: {shown}"
            );
            let host = servers.there.address().to_string();
            assert_eq!(sent.header("host"), Some(host.as_str()));
        }
    }
}

/// Between two origins that are both allowed, it is all the same API.
#[tokio::test]
async fn at_an_allowed_origin_all_of_it_arrives() {
    let servers = TwoServers::start().await;
    for (status, method, has_body, follows, _) in TABLE {
        let name = format!("{status} {method} {has_body}");
        servers.redirect(status, "/go");
        let client = servers.here.builder().allow_origin(servers.there.url());
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = client.build().unwrap().request(method, "go");
        if has_body {
            request = request.body(BODY);
        }
        soon(request.header("x-api-key", "mine").send())
            .await
            .unwrap();
        let sent = servers.there.requests().pop().unwrap();
        assert_eq!(summary(&sent), follows, "{name}");
        assert_eq!(sent.header("authorization"), Some("Bearer a1"), "{name}");
        assert_eq!(sent.header("x-api-key"), Some("mine"), "{name}");
    }
}

/// A stream is sent once, unless it can be made again; nothing of it is lost where it isn't wanted.
#[tokio::test]
async fn a_stream_is_repeated_only_if_it_can_be_made_again() {
    let servers = TwoServers::start().await;
    let stream = || {
        let pieces = [Ok::<_, std::io::Error>("one "), Ok("coffee")];
        reqwest::Body::wrap_stream(futures_util::stream::iter(pieces))
    };
    let client = servers.here.client();
    for (status, follows) in [(303, Some("GET")), (307, None)] {
        let within = Reply::status(status).header("location", "/there");
        servers.here.server.on("/go", within);
        let outcome = soon(client.post("go").body(stream()).send()).await;
        let last = servers.here.server.requests().pop().unwrap();
        if let Some(follows) = follows {
            assert_eq!(summary(&last), follows);
            continue;
        }
        let error = outcome.unwrap_err();
        let refused = error.find_source::<RedirectRefused>().unwrap();
        assert_eq!(refused.reason(), RedirectRefusal::BodySentOnce);
        assert_eq!(last.path(), "/go");
    }
    let again = client.post("go").replayable_body(move || Ok(stream()));
    soon(again.send()).await.unwrap();
    let last = servers.here.server.requests().pop().unwrap();
    assert_eq!(
        (summary(&last).as_str(), last.path()),
        ("POST one coffee", "/there")
    );
}
