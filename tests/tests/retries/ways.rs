//! The ways in which a caller may ask, and what becomes of each.

use std::time::Duration;

use facade::{ApiError, Client, Request, Retry};
use futures_util::future::join_all;
use reqwest::Url;
use serde_json::Value;
use stack_tests::builder;
use testkit::{Behaviour, FaultServer};
use tokio::time::{Instant, timeout};

use crate::policy::retries;

/// A busy machine may be this slow beyond all limits of a call.
const SLACK: Duration = Duration::from_secs(20);

/// One way to ask.
pub(crate) struct Way {
    pub(crate) name: &'static str,
    request: fn(&Clients, Url) -> Request,
    /// `fetch` reads the body within the attempt; otherwise the caller reads it.
    fetches: bool,
    /// Whether the request may be sent more than once.
    repeats: bool,
}

pub(crate) const WAYS: [Way; 9] = [
    way("GET", |to, url| to.plain.get(url), false, true),
    way("GET, fetched", |to, url| to.plain.get(url), true, true),
    way("POST", |to, url| pay(&to.plain, url), false, false),
    way("POST, fetched", |to, url| pay(&to.plain, url), true, false),
    way("POST with a key", keyed, false, true),
    way("POST with a key, fetched", keyed, true, true),
    way(
        "POST, keys made",
        |to, url| pay(&to.keyed, url),
        false,
        true,
    ),
    way(
        "POST, keys made, fetched",
        |to, url| pay(&to.keyed, url),
        true,
        true,
    ),
    way("POST that does no harm", harmless, false, true),
];

const fn way(
    name: &'static str,
    request: fn(&Clients, Url) -> Request,
    fetches: bool,
    repeats: bool,
) -> Way {
    Way {
        name,
        request,
        fetches,
        repeats,
    }
}

fn pay(client: &Client, url: Url) -> Request {
    client.post(url).body("one coffee")
}

fn keyed(clients: &Clients, url: Url) -> Request {
    pay(&clients.plain, url).idempotency_key("\"order-1\"")
}

fn harmless(clients: &Clients, url: Url) -> Request {
    pay(&clients.plain, url).retry(Retry::always())
}

impl Way {
    /// The error of a call that fails, in its headers or in its body.
    async fn error(&self, request: Request) -> ApiError {
        if self.fetches {
            return request.fetch::<Value>().await.unwrap_err();
        }
        match request.send().await {
            Ok(response) => response.bytes().await.unwrap_err(),
            Err(error) => error,
        }
    }
}

/// Clients that retry twice, for servers anywhere.
pub(crate) struct Clients {
    read_timeout: Duration,
    plain: Client,
    /// It makes idempotency keys.
    keyed: Client,
}

impl Clients {
    pub(crate) fn new(read_timeout: Duration) -> Self {
        let client = |retry| {
            let client = builder("http://api.test").read_timeout(read_timeout);
            client.retry(retry).build().unwrap()
        };
        Self {
            read_timeout,
            plain: client(retries(2)),
            keyed: client(retries(2).idempotency_keys(true)),
        }
    }
}

/// How often a call should be sent that may be sent up to three times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Attempts {
    /// If the caller reads the body.
    pub(crate) read: usize,
    /// If the body is read within the attempt.
    pub(crate) fetched: usize,
}

/// What became of a call.
pub(crate) struct Outcome {
    pub(crate) name: &'static str,
    pub(crate) error: ApiError,
    pub(crate) expected: usize,
    pub(crate) elapsed: Duration,
    pub(crate) server: FaultServer,
}

/// Asks in each way at once, each a server of its own that does this to every request.
pub(crate) async fn ask_in_each_way(
    clients: &Clients,
    behaviour: &Behaviour,
    attempts: Attempts,
) -> Vec<Outcome> {
    let asked = WAYS.iter().map(async |way| {
        let server = FaultServer::start().await.unwrap();
        server.otherwise(behaviour.clone());
        let expected = match way {
            Way { repeats: false, .. } => 1,
            Way { fetches: true, .. } => attempts.fetched,
            Way { fetches: false, .. } => attempts.read,
        };
        let limit = clients.read_timeout * u32::try_from(expected).unwrap() + SLACK;
        let begun = Instant::now();
        let call = way.error((way.request)(clients, server.url_of("/pay")));
        let error = timeout(limit, call).await;
        Outcome {
            name: way.name,
            error: error.unwrap_or_else(|_| panic!("{}: {behaviour:?}", way.name)),
            expected,
            elapsed: begun.elapsed(),
            server,
        }
    });
    join_all(asked).await
}

impl Outcome {
    /// Fails unless the call was sent so often as it should, and says so itself.
    #[track_caller]
    pub(crate) fn assert_attempts(&self, arrived: usize) {
        let Self {
            name,
            error,
            expected,
            ..
        } = self;
        assert_eq!(arrived, *expected, "{name}: {error:?}");
        assert_eq!(error.attempts() as usize, *expected, "{name}: {error:?}");
        let least = Duration::from_millis(*expected as u64 - 1);
        assert!(error.waited() >= least, "{name}: {error:?}");
        assert_eq!(
            error.waited().is_zero(),
            *expected == 1,
            "{name}: {error:?}"
        );
    }
}
