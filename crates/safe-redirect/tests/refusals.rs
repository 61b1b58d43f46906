//! Redirects that are not followed.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use http::Method;
use safe_redirect::{RedirectMiddleware, RedirectRefusal};
use support::{HERE, THERE, client, reason, redirect, redirects, refused, request, sent, with};
use testkit::ScriptedTransport;

#[tokio::test]
async fn plain_http_after_https_is_refused_unless_allowed() {
    let plain = "http://a.test/x";
    let transport = redirects([(302, plain)]);
    let outcome = client(&transport).get(HERE).send().await;
    assert_eq!(reason(outcome), RedirectRefusal::Insecure);
    transport.assert_count(1);

    let transport = redirects([(302, plain)]);
    let lax = RedirectMiddleware::new().allow_insecure(true);
    let call = with(&transport, lax)
        .get(HERE)
        .header("x-api-key", "hunter2");
    call.send().await.unwrap();
    let second = &transport.requests()[1];
    assert_eq!(second.url().as_str(), plain);
    assert_eq!(second.header("x-api-key"), None, "it is another origin");
}

#[tokio::test]
async fn schemes_that_are_not_http_are_refused() {
    for location in [
        "ftp://a.test/x",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "data:,x",
    ] {
        let transport = redirects([(302, location)]);
        let outcome = client(&transport).get(HERE).send().await;
        assert_eq!(reason(outcome), RedirectRefusal::Scheme, "{location}");
        transport.assert_count(1);
    }
}

#[tokio::test]
async fn a_loop_is_found_when_it_closes() {
    let transport = redirects([(302, "/x")]);
    assert_eq!(
        reason(client(&transport).get(HERE).send().await),
        RedirectRefusal::Loop
    );
    transport.assert_count(1);

    let transport = redirects([(302, "/y"), (302, THERE), (302, "https://a.test/y#again")]);
    let refusal = refused(client(&transport).get(HERE).send().await);
    assert_eq!(refusal.reason(), RedirectRefusal::Loop);
    assert_eq!(refusal.hops().len(), 3);
    transport.assert_count(3);
}

#[tokio::test]
async fn the_same_url_with_another_method_or_without_the_body_is_no_loop() {
    let transport = redirects([(303, HERE)]);
    client(&transport)
        .execute(request(Method::POST, "body"))
        .await
        .unwrap();
    assert_eq!(sent(&transport)[1], "GET https://a.test/x");

    let transport = redirects([(307, "/y"), (303, HERE)]);
    client(&transport)
        .execute(request(Method::GET, "body"))
        .await
        .unwrap();
    let expected = [
        "GET https://a.test/x body",
        "GET https://a.test/y body",
        "GET https://a.test/x",
    ];
    assert_eq!(sent(&transport), expected);
}

/// Sites set a cookie and ask to come again; a cookie store makes the second request another.
#[tokio::test]
async fn the_same_request_after_a_cookie_is_no_loop() {
    let transport = redirects([]);
    transport.push(redirect(302, "/y"));
    transport.push(redirect(302, HERE).header("set-cookie", "seen=1"));
    // What came before the cookie doesn't count any more.
    transport.push(redirect(302, "/y"));
    let response = client(&transport).get(HERE).send().await.unwrap();
    assert_eq!(response.url().path(), "/y");
    transport.assert_count(4);

    let endless = ScriptedTransport::new()
        .respond_with(|_| redirect(302, HERE).header("set-cookie", "seen=1"));
    let outcome = client(&endless).get(HERE).send().await;
    assert_eq!(reason(outcome), RedirectRefusal::TooMany { limit: 10 });
}

#[tokio::test]
async fn a_refusal_names_no_secret() {
    let transport = redirects([(302, "http://ada:hunter2@b.test/?key=hunter2")]);
    let url = "https://eve:hunter2@a.test/x?key=hunter2";
    let error = client(&transport).get(url).send().await.unwrap_err();
    assert!(
        !format!("{error} {error:?}").contains("hunter2"),
        "{error:?}"
    );
}
