//! What does not go to another origin.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use http::{HeaderName, HeaderValue, Method};
use request_context::{Origin, OriginAllowList};
use reqwest::Request;
use safe_redirect::{RedirectMiddleware, RedirectRefusal};
use support::{HERE, THERE, client, reason, redirects, refused, request, sent, with};
use testkit::ScriptedTransport;

const SECRETS: [&str; 6] = [
    "authorization",
    "cookie",
    "proxy-authorization",
    "x-api-key",
    "x-marked",
    "idempotency-key",
];

/// A request with a secret of each kind, and one header that is none.
fn with_secrets(method: Method) -> Request {
    let mut request = request(method, "");
    for name in SECRETS {
        let mut value = HeaderValue::from_static("hunter2");
        value.set_sensitive(name == "x-marked");
        request.headers_mut().insert(name, value);
    }
    let plain = [
        ("accept-language", "de"),
        ("host", "vhost"),
        ("referer", "https://a.test/?key=hunter2"),
    ];
    for (name, value) in plain {
        let value = HeaderValue::from_static(value);
        request.headers_mut().insert(name, value);
    }
    request
}

/// How many secrets each request carried. The other header must be on all of them.
fn secrets(transport: &ScriptedTransport) -> Vec<usize> {
    let requests = transport.requests();
    let count = |sent: &testkit::SentRequest| {
        assert_eq!(sent.header("accept-language"), Some("de"));
        SECRETS
            .iter()
            .filter(|name| sent.headers().contains_key(**name))
            .count()
    };
    requests.iter().map(count).collect()
}

#[tokio::test]
async fn no_secret_goes_to_another_origin_by_any_status_or_method() {
    for status in [301, 302, 303, 307, 308] {
        for method in [Method::GET, Method::HEAD, Method::POST, Method::DELETE] {
            let transport = redirects([(status, THERE)]);
            client(&transport)
                .execute(with_secrets(method))
                .await
                .unwrap();
            assert_eq!(secrets(&transport), [6, 0], "{status}");
            let away = &transport.requests()[1];
            assert!(!format!("{away:?}").contains("hunter2"), "{away:?}");
            assert_eq!(away.header("host"), None);
        }
    }
}

#[tokio::test]
async fn what_stayed_behind_does_not_come_back() {
    let transport = redirects([(302, "/y"), (302, THERE), (302, "/z"), (302, HERE)]);
    let url = "https://a.test/first".parse().unwrap();
    let mut first = with_secrets(Method::GET);
    *first.url_mut() = url;
    client(&transport).execute(first).await.unwrap();
    assert_eq!(secrets(&transport), [6, 6, 0, 0, 0]);
    assert_eq!(sent(&transport)[4], "GET https://a.test/x");
}

#[tokio::test]
async fn another_port_scheme_or_host_is_another_origin() {
    for location in [
        "https://a.test:444/x",
        "https://sub.a.test/x",
        "//a.test.evil.test/",
        "https://a.test@evil.test/",
    ] {
        let transport = redirects([(302, location)]);
        client(&transport)
            .execute(with_secrets(Method::GET))
            .await
            .unwrap();
        assert_eq!(secrets(&transport), [6, 0], "{location}");
        assert_eq!(transport.requests()[1].url().username(), "");
    }
}

fn allowed(urls: &[&str]) -> RedirectMiddleware {
    let origins = urls.iter().map(|url| url.parse::<Origin>().unwrap());
    RedirectMiddleware::new().origins(origins.collect::<OriginAllowList>())
}

#[tokio::test]
async fn between_allowed_origins_all_goes_along_but_the_host() {
    let transport = redirects([(302, THERE), (302, HERE)]);
    let layer = allowed(&[HERE, THERE]);
    let mut first = with_secrets(Method::GET);
    *first.url_mut() = "https://a.test/first".parse().unwrap();
    with(&transport, layer).execute(first).await.unwrap();
    assert_eq!(secrets(&transport), [6, 6, 6]);
    let requests = transport.requests();
    let hosts: Vec<_> = requests.iter().map(|sent| sent.header("host")).collect();
    assert_eq!(hosts, [Some("vhost"), None, None]);
}

/// What was meant for an origin off the list is not ours to hand to one on it.
#[tokio::test]
async fn nothing_goes_from_an_origin_that_is_not_allowed_to_one_that_is() {
    let transport = redirects([(302, THERE)]);
    with(&transport, allowed(&[THERE]))
        .execute(with_secrets(Method::GET))
        .await
        .unwrap();
    assert_eq!(secrets(&transport), [6, 0]);

    let transport = redirects([(307, THERE)]);
    let outcome = with(&transport, allowed(&[THERE]))
        .execute(request(Method::PUT, "body"))
        .await;
    assert_eq!(reason(outcome), RedirectRefusal::BodyLeavesOrigin);
}

#[tokio::test]
async fn a_body_goes_to_another_origin_only_if_both_are_allowed() {
    for status in [307, 308] {
        let transport = redirects([(status, "https://b.test/y?key=hunter2")]);
        let refusal = refused(
            client(&transport)
                .execute(request(Method::POST, "body"))
                .await,
        );
        assert_eq!(refusal.reason(), RedirectRefusal::BodyLeavesOrigin);
        assert_eq!(refusal.location().unwrap().query(), Some("key=hunter2"));
        let way: Vec<_> = refusal
            .hops()
            .iter()
            .map(|hop| hop.url().as_str())
            .collect();
        assert_eq!(way, [HERE]);
        assert!(!format!("{refusal} {refusal:?}").contains("hunter2"));
        transport.assert_count(1);

        let transport = redirects([(status, THERE)]);
        let both = with(&transport, allowed(&[HERE, THERE]));
        both.execute(request(Method::POST, "body")).await.unwrap();
        assert_eq!(sent(&transport)[1], "POST https://b.test/y body");
    }
    // Other methods keep their body by 301 and 302 too.
    let transport = redirects([(302, THERE)]);
    let outcome = client(&transport)
        .execute(request(Method::PUT, "body"))
        .await;
    assert_eq!(reason(outcome), RedirectRefusal::BodyLeavesOrigin);
    // A body with nothing in it gives nothing away.
    let transport = redirects([(307, THERE)]);
    client(&transport).post(HERE).body("").send().await.unwrap();
    assert_eq!(sent(&transport)[1], "POST https://b.test/y");
}

#[tokio::test]
async fn a_header_that_the_caller_names_is_a_credential_too() {
    let name = HeaderName::from_static("x-acme-door");
    for (layer, carried) in [
        (RedirectMiddleware::new(), true),
        (
            RedirectMiddleware::new().credential_header(name.clone()),
            false,
        ),
    ] {
        let transport = redirects([(302, THERE)]);
        let call = with(&transport, layer).get(HERE).header(&name, "k");
        call.send().await.unwrap();
        assert_eq!(
            transport.requests()[1].header("x-acme-door").is_some(),
            carried
        );
    }
}
