//! What is sent after a redirect, and what the caller sees of the way.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use http::{Extensions, Method, Version};
use reqwest::{Request, Response};
use reqwest_middleware::{Middleware, Next, Result};
use safe_redirect::{Call, Hops, RedirectMiddleware, RedirectRefusal, Redirects, ReplayableBody};
use support::{HERE, client, reason, redirect, redirects, request, sent, stream_body, with};
use testkit::{Reply, ScriptedTransport};

#[tokio::test]
async fn each_status_sends_its_method_and_body() {
    for (status, method, follows) in [
        (301, Method::GET, "GET https://a.test/y"),
        (301, Method::POST, "GET https://a.test/y"),
        (301, Method::PUT, "PUT https://a.test/y body"),
        (302, Method::POST, "GET https://a.test/y"),
        (302, Method::PATCH, "PATCH https://a.test/y body"),
        (303, Method::POST, "GET https://a.test/y"),
        (303, Method::PUT, "GET https://a.test/y"),
        (303, Method::HEAD, "HEAD https://a.test/y"),
        (307, Method::POST, "POST https://a.test/y body"),
        (308, Method::POST, "POST https://a.test/y body"),
        (308, Method::DELETE, "DELETE https://a.test/y body"),
    ] {
        let transport = redirects([(status, "/y")]);
        let body = if [Method::GET, Method::HEAD].contains(&method) {
            ""
        } else {
            "body"
        };
        let first = request(method.clone(), body);
        client(&transport).execute(first).await.unwrap();
        assert_eq!(sent(&transport)[1], follows, "{status} {method}");
        let repeats = follows.ends_with(" body");
        let second = &transport.requests()[1];
        assert_eq!(
            second.header("content-type").is_some(),
            repeats,
            "{status} {method}"
        );
    }
}

#[tokio::test]
async fn the_callers_headers_stay_within_the_origin() {
    let transport = redirects([(302, "/y"), (307, "z")]);
    let call = client(&transport).get(HERE);
    let call = call
        .header("authorization", "Basic eDp5")
        .header("x-api-key", "k")
        .header("host", "vhost");
    call.send().await.unwrap();
    assert_eq!(transport.requests().len(), 3);
    for sent in transport.requests() {
        assert_eq!(sent.header("authorization"), Some("Basic eDp5"));
        assert_eq!(sent.header("x-api-key"), Some("k"));
        assert_eq!(sent.header("host"), Some("vhost"));
        assert_eq!(sent.header("referer"), None);
    }
}

/// A layer that notes the HTTP version which each request asks for.
struct Versions(Arc<Mutex<Vec<Version>>>);

#[async_trait]
impl Middleware for Versions {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        self.0.lock().unwrap().push(request.version());
        next.run(request, extensions).await
    }
}

#[tokio::test]
async fn each_hop_asks_for_the_http_version_that_the_caller_asked_for() {
    let versions = Arc::new(Mutex::new(Vec::new()));
    let transport = redirects([(307, "/y"), (303, "/z")]);
    let client = transport.client_with(|chain| {
        let chain = chain.with(RedirectMiddleware::new());
        chain.with(Versions(Arc::clone(&versions)))
    });
    let call = client.post(HERE).version(Version::HTTP_10).body("x");
    call.send().await.unwrap();
    assert_eq!(*versions.lock().unwrap(), [Version::HTTP_10; 3]);
}

#[tokio::test]
async fn an_idempotency_key_goes_with_the_request_that_it_names() {
    let transport = redirects([(307, "/y"), (303, "/z")]);
    let call = client(&transport).post(HERE).header("idempotency-key", "1");
    call.body("pay").send().await.unwrap();
    let keys: Vec<_> = transport
        .requests()
        .iter()
        .map(|sent| sent.header("idempotency-key").map(str::to_owned))
        .collect();
    assert_eq!(keys, [Some("1".to_owned()), Some("1".to_owned()), None]);
}

#[tokio::test]
async fn a_stream_is_followed_where_its_body_is_not_wanted_and_made_again_where_it_is() {
    let transport = redirects([(303, "/y")]);
    let outcome = client(&transport)
        .post(HERE)
        .body(stream_body())
        .send()
        .await;
    assert_eq!(outcome.unwrap().status(), 200);
    assert_eq!(sent(&transport)[1], "GET https://a.test/y");

    let transport = redirects([(307, "/y")]);
    let outcome = client(&transport)
        .post(HERE)
        .body(stream_body())
        .send()
        .await;
    assert_eq!(reason(outcome), RedirectRefusal::BodySentOnce);

    let transport = redirects([(307, "/y"), (308, "/z")]);
    let again = ReplayableBody::new(|request| {
        *request.body_mut() = Some("again".into());
        Ok(())
    });
    let call = client(&transport).post(HERE).body(stream_body());
    call.with_extension(again).send().await.unwrap();
    let expected = [
        "POST https://a.test/x once",
        "POST https://a.test/y again",
        "POST https://a.test/z again",
    ];
    assert_eq!(sent(&transport), expected);
}

/// Making a body may cost something, or take something away.
#[tokio::test]
async fn a_body_that_is_not_wanted_is_not_made_again() {
    let transport = redirects([(303, "/y")]);
    let again = ReplayableBody::new(|_| panic!("it is not wanted"));
    let call = client(&transport).post(HERE).body(stream_body());
    call.with_extension(again).send().await.unwrap();
    transport.assert_count(2);
}

#[tokio::test]
async fn a_body_that_cannot_be_made_again_says_why() {
    let transport = redirects([(307, "/y")]);
    let again = ReplayableBody::new(|_| Err("the file is gone".into()));
    let call = client(&transport).post(HERE).body(stream_body());
    let error = call.with_extension(again).send().await.unwrap_err();
    assert!(
        matches!(error, reqwest_middleware::Error::Middleware(error) if error.is::<safe_redirect::ReplayError>())
    );
    transport.assert_count(1);
}

#[tokio::test]
async fn the_way_can_be_read_in_the_answer_and_in_the_call() {
    let transport = redirects([(302, "/y?page=2"), (303, "https://b.test/z")]);
    let first = request(Method::POST, "body");
    let mut extensions = Extensions::new();
    let outcome = client(&transport)
        .execute_with_extensions(first, &mut extensions)
        .await;
    let response = outcome.unwrap();
    assert_eq!(response.url().as_str(), "https://b.test/z");
    let hops = response.extensions().get::<Hops>().unwrap();
    let way: Vec<_> = hops
        .iter()
        .map(|hop| {
            format!(
                "{} {} {} {}",
                hop.status().as_u16(),
                hop.method(),
                hop.url(),
                hop.next_method()
            )
        })
        .collect();
    assert_eq!(
        way,
        [
            "302 POST https://a.test/x GET",
            "303 GET https://a.test/y?page=2 GET"
        ]
    );
    let call = Call::find(&extensions).unwrap();
    assert_eq!((&call.hops(), call.attempts()), (hops, 3));
}

#[tokio::test]
async fn an_answer_that_came_by_no_redirect_tells_of_none() {
    let transport = redirects([]);
    let response = client(&transport).get(HERE).send().await.unwrap();
    assert!(response.extensions().get::<Hops>().is_none());
}

#[tokio::test]
async fn an_answer_that_leads_nowhere_is_returned_with_its_body() {
    let untouched = [
        Reply::status(300).header("location", "/y"),
        Reply::status(304).header("location", "/y"),
        Reply::status(305).header("location", "/y"),
        Reply::status(302),
        Reply::status(307).header("location", "https://[::/"),
        Reply::status(307)
            .header("location", "/y")
            .header("location", "/z"),
    ];
    for reply in untouched {
        let transport = ScriptedTransport::new().reply(reply.body("read me"));
        let response = client(&transport).get(HERE).send().await.unwrap();
        assert_eq!(response.text().await.unwrap(), "read me");
    }
}

#[tokio::test]
async fn a_fragment_is_inherited_and_not_lost() {
    let transport = redirects([(302, "/y")]);
    let url = format!("{HERE}#part");
    let response = client(&transport).get(url).send().await.unwrap();
    assert_eq!(response.url().as_str(), "https://a.test/y#part");
}

#[tokio::test]
async fn redirects_are_returned_for_a_client_or_for_one_request() {
    let returning = RedirectMiddleware::new().return_redirects(true);
    let transport = redirects([(302, "/y"), (302, "/y"), (302, "/z")]);
    let returned = with(&transport, returning.clone())
        .get(HERE)
        .send()
        .await
        .unwrap();
    assert_eq!(
        (returned.status().as_u16(), &returned.headers()["location"]),
        (302, &"/y".parse().unwrap())
    );

    let call = client(&transport)
        .get(HERE)
        .with_extension(Redirects::returned());
    assert_eq!(call.send().await.unwrap().status(), 302);

    let call = with(&transport, returning)
        .get(HERE)
        .with_extension(Redirects::up_to(1));
    assert_eq!(call.send().await.unwrap().url().path(), "/z");
    transport.assert_count(4);
}

#[tokio::test]
async fn as_many_are_followed_as_the_client_or_the_request_says() {
    let endless = || {
        ScriptedTransport::new().respond_with(|sent| {
            let next = sent.path()[1..].parse::<u32>().unwrap_or(0) + 1;
            redirect(302, &format!("/{next}"))
        })
    };
    let transport = endless();
    let too_many = |limit| RedirectRefusal::TooMany { limit };
    assert_eq!(
        reason(client(&transport).get(HERE).send().await),
        too_many(10)
    );
    transport.assert_count(11);

    let transport = endless();
    let few = with(&transport, RedirectMiddleware::new().max_redirects(2));
    assert_eq!(reason(few.get(HERE).send().await), too_many(2));
    transport.assert_count(3);

    let none = few.get(HERE).with_extension(Redirects::up_to(0));
    assert_eq!(reason(none.send().await), too_many(0));
    transport.assert_count(4);
}
