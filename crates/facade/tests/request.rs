//! What leaves the client: URL, headers, body and options, over a scripted transport.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::error::Error;
use std::time::Duration;

use facade::policies::ExponentialBackoff;
use facade::{
    CallOptions, Client, ClientBuilder, ErrorKind, InvalidTarget, Place, Retry, RetryMiddleware,
};
use http::{HeaderMap, StatusCode};
use serde_json::json;
use testkit::{FaultServer, Reply, ScriptedTransport, SentRequest};

const BASE: &str = "https://api.test/v1";

fn transport() -> ScriptedTransport {
    ScriptedTransport::new().otherwise(Reply::json(200, "{}"))
}

fn builder(transport: &ScriptedTransport) -> ClientBuilder {
    Client::builder(BASE).middleware(Place::Attempt, transport.clone())
}

async fn sent(request: impl FnOnce(&Client) -> facade::Request) -> SentRequest {
    let transport = transport();
    let client = builder(&transport).build().unwrap();
    request(&client).send().await.unwrap();
    transport.last().unwrap()
}

#[tokio::test]
async fn each_verb_sends_its_method_to_the_joined_url() {
    let transport = transport();
    let client = builder(&transport).build().unwrap();
    let verbs = [
        client.get("users"),
        client.post("/users"),
        client.put(["users", "7"]),
        client.patch("users/7?full=true"),
        client.delete(["users", "../7"]),
        client.head(""),
        client.request("QUERY".parse().unwrap(), "https://other.test/x"),
    ];
    for verb in verbs {
        verb.send().await.unwrap();
    }
    let sent: Vec<_> = transport
        .requests()
        .iter()
        .map(|sent| format!("{} {}", sent.method(), sent.url()))
        .collect();
    assert_eq!(
        sent,
        [
            "GET https://api.test/v1/users",
            "POST https://api.test/v1/users",
            "PUT https://api.test/v1/users/7",
            "PATCH https://api.test/v1/users/7?full=true",
            "DELETE https://api.test/v1/users/..%2F7",
            "HEAD https://api.test/v1",
            "QUERY https://other.test/x",
        ]
    );
}

#[tokio::test]
async fn a_query_of_the_base_url_is_not_part_of_the_base() {
    let transport = transport();
    let client = Client::builder("https://api.test/v1?key=base#top");
    let client = client
        .middleware(Place::Attempt, transport.clone())
        .build()
        .unwrap();
    for (request, url) in [
        (client.get("a"), "https://api.test/v1/a"),
        (client.get(["a", "b"]), "https://api.test/v1/a/b"),
        (client.get("?c=d"), "https://api.test/v1?c=d"),
    ] {
        request.send().await.unwrap();
        assert_eq!(transport.last().unwrap().url().as_str(), url);
    }
}

#[tokio::test]
async fn a_target_that_is_not_valid_is_an_error_when_sent_and_nothing_leaves() {
    let transport = transport();
    let client = builder(&transport).build().unwrap();
    for (request, reason) in [
        (client.get(["users", ".."]), InvalidTarget::DotSegment),
        (client.get(["users", "."]), InvalidTarget::DotSegment),
        (client.delete(["users", ""]), InvalidTarget::EmptySegment),
        (client.get("../admin"), InvalidTarget::DotSegment),
        (client.get("https://"), InvalidTarget::NotAUrl),
    ] {
        let error = request.query(&[("a", "b")]).send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Builder);
        assert_eq!(error.source().unwrap().downcast_ref(), Some(&reason));
    }
    transport.assert_count(0);
}

#[tokio::test]
async fn query_parameters_are_added_and_escaped() {
    let request = sent(|client| {
        let request = client.get("search?page=1").query(&[("q", "a&b c")]);
        request.query(&json!({"sort": "name"}))
    });
    let query = request.await.url().query().unwrap().to_owned();
    assert_eq!(query, "page=1&q=a%26b+c&sort=name");

    let empty: [(&str, &str); 0] = [];
    let request = sent(|client| client.get("search").query(&empty)).await;
    assert_eq!(request.url().query(), None);
}

#[tokio::test]
async fn a_json_body_says_what_it_is_unless_the_caller_does() {
    let request = sent(|client| client.post("users").json(&json!({"name": "ada"}))).await;
    assert_eq!(request.header("content-type"), Some("application/json"));
    assert_eq!(request.body(), r#"{"name":"ada"}"#);

    let patch = "application/merge-patch+json";
    let request = sent(|client| {
        client
            .patch("users/7")
            .header("content-type", patch)
            .json(&json!({}))
    });
    assert_eq!(request.await.header("content-type"), Some(patch));
}

#[tokio::test]
async fn a_form_body_says_what_it_is() {
    let request = sent(|client| {
        client
            .post("login")
            .form(&[("user", "ada"), ("pass", "a&b")])
    })
    .await;
    let content_type = request.header("content-type");
    assert_eq!(content_type, Some("application/x-www-form-urlencoded"));
    assert_eq!(request.body(), "user=ada&pass=a%26b");
}

#[tokio::test]
async fn fetch_asks_for_json_unless_the_caller_does_otherwise() {
    let transport = transport();
    let client = builder(&transport).build().unwrap();
    client.get("a").fetch::<serde_json::Value>().await.unwrap();
    assert_eq!(
        transport.last().unwrap().header("accept"),
        Some("application/json")
    );
    let own = client.get("a").header("accept", "application/hal+json");
    own.fetch::<serde_json::Value>().await.unwrap();
    assert_eq!(
        transport.last().unwrap().header("accept"),
        Some("application/hal+json")
    );
}

#[tokio::test]
async fn a_header_that_is_not_valid_is_a_typed_error_that_does_not_show_it() {
    let transport = transport();
    let client = builder(&transport).build().unwrap();
    let error = client
        .get("a")
        .header("x-key", "hunter2\n")
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Builder);
    assert_eq!(error.url().unwrap().as_str(), "https://api.test/v1/a");
    assert!(!format!("{error:?} {error}").contains("hunter2"));
    transport.assert_count(0);
}

#[tokio::test]
async fn headers_of_several_values_are_sent_with_all_of_them_in_place_of_what_was_there() {
    let values = [("x-many", "1"), ("x-many", "2"), ("x-one", "3")];
    let headers: HeaderMap = values
        .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
        .into_iter()
        .collect();
    let request = |client: &Client| {
        let before = client.get("x").header("x-many", "0").header("x-kept", "4");
        before.headers(headers)
    };
    let sent = sent(request).await;
    let many: Vec<_> = sent.headers().get_all("x-many").iter().collect();
    assert_eq!(many, ["1", "2"]);
    assert_eq!(sent.headers()["x-one"], "3");
    assert_eq!(sent.headers()["x-kept"], "4");
}

#[tokio::test]
async fn default_headers_go_along_unless_the_request_has_its_own() {
    let transport = transport();
    let client = builder(&transport)
        .default_header("accept-language", "de")
        .default_header("x-tenant", "7")
        .build()
        .unwrap();
    client
        .get("a")
        .header("x-tenant", "8")
        .send()
        .await
        .unwrap();
    let last = transport.last().unwrap();
    assert_eq!(last.header("accept-language"), Some("de"));
    let tenants: Vec<_> = last.headers().get_all("x-tenant").iter().collect();
    assert_eq!(tenants, ["8"]);
}

#[tokio::test]
async fn the_user_agent_goes_along_unless_the_request_has_its_own() {
    let transport = transport();
    let client = builder(&transport).user_agent("reports/1.0");
    let client = client.build().unwrap();
    client.get("a").send().await.unwrap();
    let own = client.get("a").header("user-agent", "reports/2.0");
    own.send().await.unwrap();
    let requests = transport.requests();
    let sent = requests.iter().map(|sent| sent.header("user-agent"));
    assert!(sent.eq([Some("reports/1.0"), Some("reports/2.0")]));
}

#[tokio::test]
async fn a_default_header_that_is_marked_or_named_as_a_credential_goes_to_allowed_origins_only() {
    let transport = transport();
    let client = builder(&transport)
        .sensitive_header("x-acme-door", "hunter2")
        .default_header("x-api-key", "hunter2")
        .default_header("x-client", "reports")
        .allow_origin("https://files.test")
        .allow_subdomains_of("https://api.test")
        .build()
        .unwrap();
    for (target, key) in [
        ("a", Some("hunter2")),
        ("https://files.test/a", Some("hunter2")),
        ("https://eu.api.test/a", Some("hunter2")),
        ("https://evil.test/a", None),
        ("http://api.test/a", None),
        ("https://api.test:444/a", None),
    ] {
        client.get(target).send().await.unwrap();
        let last = transport.last().unwrap();
        assert_eq!(last.header("x-acme-door"), key, "{target}");
        assert_eq!(last.header("x-api-key"), key, "{target}");
        assert_eq!(last.header("x-client"), Some("reports"), "{target}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_derived_client_overrides_what_it_sets_and_keeps_the_rest() {
    let transport = transport();
    let client = builder(&transport)
        .default_header("accept-language", "de")
        .default_header("x-tenant", "7")
        .deadline(Duration::from_secs(30))
        .build()
        .unwrap();
    let derived = client
        .with(
            CallOptions::new()
                .base_url("https://api.test/v2")
                .default_header("x-tenant", "8")
                .deadline(Duration::from_secs(60)),
        )
        .unwrap();

    derived.get("a").send().await.unwrap();
    let last = transport.last().unwrap();
    assert_eq!(last.url().as_str(), "https://api.test/v2/a");
    assert_eq!(last.header("accept-language"), Some("de"));
    assert_eq!(last.header("x-tenant"), Some("8"));
    assert_eq!(last.timeout(), Some(Duration::from_secs(60)));

    client.get("a").send().await.unwrap();
    let last = transport.last().unwrap();
    assert_eq!(last.url().as_str(), "https://api.test/v1/a");
    assert_eq!(last.header("x-tenant"), Some("7"));
}

#[tokio::test(start_paused = true)]
async fn what_derived_clients_and_requests_say_of_retries_adds_up() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(409));
    let client = Client::builder(BASE).middleware(Place::Attempt, transport.clone());
    let client = client.build().unwrap();
    let on_conflict = Retry::if_idempotent().also_on(StatusCode::CONFLICT);
    let parent = client.with(CallOptions::new().retry(on_conflict)).unwrap();
    let once = ExponentialBackoff::builder().build_with_max_retries(1);
    let once = CallOptions::new().retry(Retry::if_idempotent().policy(once));
    let child = parent.with(once).unwrap();
    for (request, attempts) in [
        (client.get("a"), 1),
        (parent.get("a"), 4),
        (parent.post("a"), 1),
        (parent.post("a").retry(Retry::always()), 4),
        (parent.get("a").retry(Retry::never()), 1),
        (child.get("a"), 2),
        (child.post("a").retry(Retry::always()), 2),
    ] {
        assert_eq!(request.send().await.unwrap_err().attempts(), attempts);
    }
}

#[tokio::test(start_paused = true)]
async fn the_deadline_header_tells_what_is_left() {
    let transport = transport();
    let client = builder(&transport).deadline_header("x-time-left");
    let client = client.build().unwrap();
    client.get("a").send().await.unwrap();
    assert_eq!(transport.last().unwrap().header("x-time-left"), None);
    let limited = client.get("a").deadline(Duration::from_secs(5));
    limited.send().await.unwrap();
    let last = transport.last().unwrap();
    assert_eq!(last.header("x-time-left"), Some("5000"));
}

#[tokio::test]
async fn options_that_are_not_valid_are_typed_errors() {
    let client = Client::builder(BASE).build().unwrap();
    for options in [
        CallOptions::new().base_url("not a url"),
        CallOptions::new().base_url("ftp://api.test"),
        CallOptions::new().default_header("bad name", "x"),
        CallOptions::new().sensitive_header("x-key", "hunter2\n"),
    ] {
        let error = client.with(options).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Builder);
        assert!(!format!("{error:?}").contains("hunter2"));
    }
    for builder in [
        Client::builder("api.test/v1"),
        Client::builder("mailto:ada@api.test"),
        Client::builder(BASE).default_header("bad name", "x"),
        Client::builder(BASE).deadline_header("bad name"),
        Client::builder(BASE).allow_origin("api.test"),
        Client::builder(BASE).allow_subdomains_of("ftp://api.test"),
    ] {
        assert_eq!(builder.build().unwrap_err().kind(), ErrorKind::Builder);
    }
}

#[tokio::test(start_paused = true)]
async fn of_the_clients_deadline_and_the_requests_the_earlier_counts() {
    let transport = transport();
    let client = builder(&transport)
        .deadline(Duration::from_secs(30))
        .build()
        .unwrap();
    let soon = tokio::time::Instant::now() + Duration::from_secs(3);
    for (request, stamped) in [
        (client.get("a"), 30),
        (client.get("a").deadline(Duration::from_secs(5)), 5),
        (client.get("a").deadline(Duration::from_secs(50)), 30),
        (client.get("a").deadline(soon), 3),
        (
            client
                .get("a")
                .deadline(soon)
                .deadline(Duration::from_secs(1)),
            1,
        ),
        (client.get("a").timeout(Duration::from_secs(2)), 2),
    ] {
        request.send().await.unwrap();
        let timeout = transport.last().unwrap().timeout();
        assert_eq!(timeout, Some(Duration::from_secs(stamped)));
    }
}

#[tokio::test]
async fn nothing_is_stamped_when_nobody_set_a_limit() {
    assert_eq!(sent(|client| client.get("a")).await.timeout(), None);
}

#[tokio::test]
async fn no_limit_is_too_long_to_be_set() {
    let server = FaultServer::start().await.unwrap();
    server.otherwise(Reply::status(200).body("x"));
    let client = Client::builder(server.url())
        .connect_timeout(Duration::MAX)
        .read_timeout(Duration::MAX)
        .headers_timeout(Duration::MAX)
        .deadline(Duration::MAX)
        .retry(
            RetryMiddleware::new()
                .retry_after_cap(Duration::MAX)
                .park(true),
        )
        .reqwest(reqwest::ClientBuilder::no_proxy)
        .build()
        .unwrap();
    let text = client.get("a").send().await.unwrap().text().await;
    assert_eq!(text.unwrap(), "x");
}

#[test]
fn debug_shows_neither_query_nor_headers() {
    let client = Client::builder("https://ada:hunter2@api.test/v1?key=hunter2")
        .sensitive_header("x-api-key", "hunter2")
        .build()
        .unwrap();
    let request = client
        .get("a?token=hunter2")
        .header("x-token", "hunter2")
        .body("hunter2");
    assert!(!format!("{client:?} {request:?}").contains("hunter2"));
}

#[test]
fn a_client_can_be_shared_between_threads() {
    fn shared<T: Clone + Send + Sync + 'static>() {}
    fn sendable<T: Send + 'static>(_: T) {}
    shared::<Client>();
    let client = Client::builder(BASE).build().unwrap();
    sendable(client.get("a").send());
}
