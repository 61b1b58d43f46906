//! Ten thousand calls at once whose token has expired, against a server in another process.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test fails by panicking, and this one prints what it counted"
)]

use std::process::Stdio;
use std::time::{Duration, SystemTime};

use examples::demo_api::Stats;
use facade::{
    BearerTokens, Client, ExposeSecret, RefreshError, RefreshQueue, SessionStatus, TokenSet,
};
use futures_util::future::join_all;
use serde::Deserialize;
use serde_json::json;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

const CALLERS: usize = 10_000;

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_calls_with_an_expired_token_make_one_refresh_and_ten_thousand_answers() {
    let api = Api::start().await;
    let session = api.sign_in().await;
    let client = Client::builder(&api.url).session(session.clone());
    // A busy machine takes longer than a caller would wait.
    let patience = Duration::from_secs(600);
    let client = client
        .connect_timeout(patience)
        .read_timeout(patience)
        .reqwest(reqwest::ClientBuilder::no_proxy)
        .build()
        .unwrap();

    // The server has ended the token early: nobody knows before a 401 says so.
    let user = json!({"username": "ada"});
    api.plain
        .post("admin/expire")
        .json(&user)
        .send()
        .await
        .unwrap();
    let told_by_401 = api.storm(&client, "told by a 401").await;
    assert_eq!(told_by_401.refreshes, 1);

    // The token's time is over: everyone waits, and nothing goes out that would be refused.
    session.set(expired(&session.current().unwrap()));
    let told_by_clock = api.storm(&client, "told by the clock").await;
    assert_eq!(
        (told_by_clock.refreshes, told_by_clock.unauthorized),
        (1, 0)
    );
    assert!(matches!(
        session.subscribe().status(),
        SessionStatus::SignedIn { .. }
    ));
}

/// One of the messages that the demo API begins with.
fn wanted_by(caller: usize) -> usize {
    1 + caller % 100
}

fn expired(current: &BearerTokens) -> BearerTokens {
    let tokens = current.tokens().clone().expires_at(SystemTime::UNIX_EPOCH);
    BearerTokens::new(tokens).unwrap()
}

/// The demo API in a process of its own.
struct Api {
    url: String,
    plain: Client,
    _process: Child,
}

impl Api {
    async fn start() -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_demo-api"))
            .args(["--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let line = lines.next_line().await.unwrap().unwrap();
        let url = line.strip_prefix("demo-api listens on ").unwrap();
        let plain = Client::builder(url).reqwest(reqwest::ClientBuilder::no_proxy);
        Self {
            url: url.to_owned(),
            plain: plain.build().unwrap(),
            _process: process,
        }
    }

    async fn sign_in(&self) -> RefreshQueue<BearerTokens> {
        let login = json!({"username": "ada", "password": "lovelace"});
        let login = self.plain.post("login").json(&login);
        let grant: Grant = login.fetch().await.unwrap();
        let plain = self.plain.clone();
        let queue = RefreshQueue::new(move |stale: Option<BearerTokens>| {
            let plain = plain.clone();
            async move {
                let stale = stale.ok_or_else(|| RefreshError::rejected("nobody is signed in"))?;
                let refresh_token = stale.tokens().refresh().unwrap().expose_secret();
                let form = [
                    ("grant_type", "refresh_token"),
                    ("refresh_token", refresh_token),
                ];
                let request = plain.post("oauth/token").form(&form);
                let grant: Grant = request.fetch().await.map_err(RefreshError::failed)?;
                Ok(grant.put_into(stale.tokens().renewed(grant.access_token.as_str())))
            }
        });
        queue.set(grant.put_into(TokenSet::new(grant.access_token.as_str())));
        queue
    }

    /// Lets all callers go at once. Each gets its own answer.
    async fn storm(&self, client: &Client, told: &str) -> Stats {
        let before: Stats = self.plain.get("stats").fetch().await.unwrap();
        let calls = (0..CALLERS).map(|caller| {
            let request = client.get(["messages", &wanted_by(caller).to_string()]);
            tokio::spawn(request.fetch::<Message>())
        });
        let answers = join_all(calls).await;
        let own = answers.into_iter().enumerate().filter(|(caller, answer)| {
            let message = answer.as_ref().unwrap();
            message
                .as_ref()
                .is_ok_and(|message| message.id == wanted_by(*caller))
        });
        let own = own.count();
        let after: Stats = self.plain.get("stats").fetch().await.unwrap();
        let since = after.since(&before);
        println!(
            "{told}: {CALLERS} calls, {own} answers, {} refreshes, {} refused at first, {} connections",
            since.refreshes, since.unauthorized, since.connections
        );
        assert_eq!(own, CALLERS);
        assert_eq!(since.reuse_detected, 0);
        since
    }
}

#[derive(Deserialize)]
struct Message {
    id: usize,
}

#[derive(Deserialize)]
struct Grant {
    access_token: String,
    refresh_token: String,
    expires_in: u64,
}

impl Grant {
    fn put_into(&self, tokens: TokenSet) -> BearerTokens {
        let expires_at = SystemTime::now() + Duration::from_secs(self.expires_in);
        let tokens = tokens.refresh_token(self.refresh_token.as_str());
        BearerTokens::new(tokens.expires_at(expires_at)).unwrap()
    }
}
