//! Planted secrets, and everything that is logged at level TRACE.

use facade::{
    BearerTokens, CancellationToken, Client, Level, LogMiddleware, Redaction, RefreshQueue,
    TokenSet,
};
use http::HeaderName;
use serde_json::json;
use stack_tests::{TokenEndpoint, builder, soon};
use testkit::{Behaviour, FaultServer, Reply};

use crate::listener::Listener;

/// It is part of every secret that is planted.
const SECRET: &str = "hunter2";

/// A client whose every request carries secrets, against a server whose every answer does.
struct Planted {
    server: FaultServer,
    client: Client,
}

impl Planted {
    async fn start(log: LogMiddleware) -> Self {
        let log = log.level(Level::TRACE).bodies(true);
        let server = FaultServer::start().await.unwrap();
        let granted =
            r#"{"access_token":"hunter2-second","refresh_token":"hunter2-next","expires_in":60}"#;
        server.on("/oauth/token", Reply::json(200, granted));
        server.accept_token("hunter2-second");

        let refresher = TokenEndpoint::at(server.url_of("/oauth/token?client_secret=hunter2"));
        let own = builder(server.url()).log(log.clone()).build().unwrap();
        refresher.through(&own);
        let tokens = TokenSet::new("hunter2-first").refresh_token("hunter2-refresh");
        let tokens = BearerTokens::new(tokens).unwrap();
        let queue = RefreshQueue::builder(refresher).credential(tokens).build();

        let base = format!("http://ada:hunter2-password@{}/", server.address());
        let client = builder(base)
            .session(queue)
            .sensitive_header("x-api-key", "hunter2-key")
            .default_header("cookie", "session=hunter2-cookie")
            .log(log);
        Self {
            server,
            client: client.build().unwrap(),
        }
    }

    /// Calls of every kind. What is said of a secret is all that should be hidden.
    async fn call(&self) {
        let Self { server, client } = self;
        let retried = answer(503).header("retry-after", "0");
        server
            .on("/healed", Behaviour::until_authorized(answer(200)))
            .once_on("/retried", retried)
            .on("/retried", answer(200))
            .on("/login", answer(201))
            .on("/missing", answer(404))
            .on("/moved", answer(302))
            .on("/closed", Behaviour::CloseEarly)
            .on("/garbage", Behaviour::garbage())
            .on("/slow", Behaviour::HangBeforeHeaders)
            .on(
                "/cut",
                Behaviour::Truncate {
                    reply: answer(200),
                    sent: 40,
                },
            );

        for path in ["healed", "retried"] {
            soon(Self::request(client.put(target(path))).send())
                .await
                .unwrap()
                .text()
                .await
                .unwrap();
        }
        let login = client.post(target("login")).form(&[
            ("user", "ada"),
            ("password", "hunter2-form"),
            ("code", "hunter2-code"),
        ]);
        soon(login.send()).await.unwrap().text().await.unwrap();
        for path in ["missing", "moved", "closed", "garbage"] {
            let request = Self::request(client.post(target(path)));
            soon(request.send()).await.unwrap_err();
        }
        let cut = soon(Self::request(client.post(target("cut"))).send())
            .await
            .unwrap();
        soon(cut.bytes()).await.unwrap_err();

        let token = CancellationToken::new();
        let slow = Self::request(client.post(target("slow"))).cancel(&token);
        let seen = server.request_count();
        let slow = tokio::spawn(slow.send());
        soon(server.wait_for_requests(seen + 1)).await;
        token.cancel();
        soon(slow).await.unwrap().unwrap_err();

        let elsewhere = "http://ada:hunter2@127.0.0.1:1/?key=hunter2#hunter2";
        soon(Self::request(client.post(elsewhere)).send())
            .await
            .unwrap_err();
    }

    fn request(request: facade::Request) -> facade::Request {
        request.header("x-own", "hunter2-own").json(&json!({
            "name": "ada",
            "password": "hunter2-body",
            "nested": [{"accessToken": {"value": "hunter2-nested"}}],
            "link": "https://ada:hunter2@api.test/?key=hunter2",
            "note": "Bearer hunter2-note",
        }))
    }
}

fn target(path: &str) -> String {
    format!("{path}?key=hunter2-query&hunter2-bare#hunter2-fragment")
}

/// An answer with secrets in its headers and its body.
fn answer(status: u16) -> Reply {
    let body = r#"{"name":"ada","client_secret":"hunter2","tokens":["hunter2"],"card":{"number":"hunter2"}}"#;
    Reply::json(status, body)
        .header("set-cookie", "session=hunter2-cookie")
        .header("www-authenticate", r#"Basic realm="hunter2-realm""#)
        .header("x-answer", "hunter2-answer")
        .header(
            "location",
            "http://ada:hunter2@127.0.0.1:1/?code=hunter2-code#hunter2",
        )
}

#[tokio::test]
async fn no_secret_is_logged_at_any_level() {
    let planted = Planted::start(LogMiddleware::new()).await;
    let listener = Listener::to_everything();
    planted.call().await;

    let leaks = listener.lines(SECRET);
    assert!(leaks.is_empty(), "{leaks:#?}");
    // The log did tell of each of them, and of what surrounds the secrets.
    for path in [
        "healed",
        "retried",
        "login",
        "missing",
        "moved",
        "closed",
        "garbage",
        "slow",
        "cut",
        "oauth/token",
    ] {
        assert!(!listener.lines(&format!("/{path}?")).is_empty(), "{path}");
    }
    let shown = [
        "key=REDACTED&REDACTED",
        "x-own: REDACTED",
        "cookie: REDACTED",
        r#""password": "REDACTED""#,
    ];
    for shown in shown.into_iter().chain([
        "password=REDACTED",
        "refresh_token=REDACTED",
        r#""name": "ada""#,
    ]) {
        assert!(!listener.lines(shown).is_empty(), "{shown}");
    }
    for (message, least) in [
        ("request ", 12),
        ("response ", 8),
        ("no response", 3),
        ("request dropped", 1),
        ("response body", 6),
    ] {
        let told = listener.lines(&format!("wire_log: {message}")).len();
        assert!(told >= least, "{message}: {told}");
    }
}

/// Each list, opened for one thing: so the search sees what it lets through, and the test above would.
#[tokio::test]
async fn each_list_that_is_opened_lets_its_own_through() {
    let open = |redaction: Redaction| LogMiddleware::new().redaction(redaction);
    let header = HeaderName::from_static("x-own");
    for (log, secret) in [
        (open(Redaction::new().allow_header(header)), "hunter2-own"),
        (open(Redaction::new().allow_query("key")), "hunter2-query"),
        (open(Redaction::new().allow_key("password")), "hunter2-body"),
        (open(Redaction::new().allow_key("password")), "hunter2-form"),
        (
            open(Redaction::new().allow_key("access_token")),
            "hunter2-nested",
        ),
    ] {
        let planted = Planted::start(log).await;
        let listener = Listener::to_everything();
        planted.call().await;
        assert!(!listener.lines(secret).is_empty(), "{secret}");
    }
}
