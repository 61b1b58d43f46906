//! Calls that are ended from outside: by a token, a deadline, a timeout.

use std::time::Duration;

use cancel::{CancelMiddleware, CancelOn, Deadline};
use error_map::ErrorMapMiddleware;
use facade::{
    ApiError, CancellationToken, Cancelled, Client, DeadlineExceeded, ErrorKind, HeadersTimedOut,
    TimeoutPhase,
};
use futures_util::future::join_all;
use reqwest_middleware::{ClientWithMiddleware, RequestBuilder};
use safe_retry::{HeadersTimeout, HeadersTimeoutMiddleware, RetryMiddleware};
use stack_tests::builder;
use testkit::{Behaviour, FaultServer, Reply};

use super::ways::{Way, full};
use super::{Situation, from};

const SHORT: Duration = Duration::from_millis(100);
/// Long enough for headers to arrive on a busy machine.
const LONGER: Duration = Duration::from_secs(2);

struct World {
    server: FaultServer,
    facades: [(Way, Client); 2],
    chains: [(Way, ClientWithMiddleware); 2],
}

impl World {
    async fn start() -> Self {
        let server = FaultServer::start().await.unwrap();
        let stalls = Reply::status(200).chunk("first").then_stall();
        server
            .on("/slow", Behaviour::HangBeforeHeaders)
            .on("/feed", stalls);
        let reqwest = reqwest::Client::builder().no_proxy().build().unwrap();
        let chain = || {
            let chain = reqwest_middleware::ClientBuilder::new(reqwest.clone());
            chain
                .with(CancelMiddleware::new())
                .with(ErrorMapMiddleware::new())
        };
        let facade = || builder(server.url());
        let retry = chain()
            .with(RetryMiddleware::new().max_retries(0))
            .with(HeadersTimeoutMiddleware::default());
        Self {
            facades: [
                (Way::Facade, facade().retry(None).build().unwrap()),
                (Way::Full, full(facade()).build().unwrap()),
            ],
            chains: [(Way::Cancel, chain().build()), (Way::Retry, retry.build())],
            server,
        }
    }

    /// What comes of a GET for this path, through the facade and through chains that know of the limit.
    async fn told(
        &self,
        path: &str,
        facade: impl Fn(facade::Request) -> facade::Request,
        chain: impl Fn(RequestBuilder) -> RequestBuilder,
    ) -> Vec<(Way, ApiError)> {
        let facades = self.facades.iter().map(async |(way, client)| {
            let error = match facade(client.get(path)).send().await {
                Ok(response) => response.bytes().await.unwrap_err(),
                Err(error) => error,
            };
            (*way, error)
        });
        let chains = self.chains.iter().map(async |(way, client)| {
            let request = chain(client.get(self.server.url_of(path)));
            let error = match request.send().await {
                Ok(response) => response.bytes().await.unwrap_err().into(),
                Err(error) => error.into(),
            };
            (*way, error)
        });
        let (facades, chains) = tokio::join!(join_all(facades), join_all(chains));
        facades.into_iter().chain(chains).collect()
    }
}

#[rustfmt::skip]
pub(super) async fn situations() -> Vec<Situation> {
    let world = World::start().await;
    let timeout = ErrorKind::Timeout;
    vec![
        Situation {
            name: "a token that is cancelled beforehand",
            kind: ErrorKind::Cancelled,
            text: "cancelled",
            is_transient: false,
            has_source: from::<Cancelled>,
            told: cancelled(&world).await,
        },
        Situation {
            name: "a deadline that passes before the headers",
            kind: timeout(TimeoutPhase::Deadline),
            text: "the deadline of the call passed",
            is_transient: true,
            has_source: from::<DeadlineExceeded>,
            told: world.told("/slow", |request| request.deadline(SHORT),
                |request| request.with_extension(Deadline::within(SHORT))).await,
        },
        Situation {
            name: "a timeout of the attempt before the headers",
            kind: timeout(TimeoutPhase::Attempt),
            text: "the answer took too long",
            is_transient: true,
            has_source: from::<reqwest::Error>,
            told: world.told("/slow", |request| request.timeout(SHORT), |request| request.timeout(SHORT)).await,
        },
        Situation {
            name: "a timeout of the attempt in the body",
            kind: timeout(TimeoutPhase::Attempt),
            text: "the answer took too long",
            is_transient: true,
            has_source: from::<reqwest::Error>,
            told: world.told("/feed", |request| request.timeout(LONGER), |request| request.timeout(LONGER)).await,
        },
        Situation {
            name: "a limit of its own for the headers",
            kind: timeout(TimeoutPhase::Headers),
            text: "the headers took too long",
            is_transient: true,
            has_source: from::<HeadersTimedOut>,
            told: headers(&world).await,
        },
    ]
}

async fn cancelled(world: &World) -> Vec<(Way, ApiError)> {
    let token = CancellationToken::new();
    token.cancel();
    let told = world.told(
        "/slow",
        |request| request.cancel(&token),
        |request| request.with_extension(CancelOn::new(&token)),
    );
    told.await
}

async fn headers(world: &World) -> Vec<(Way, ApiError)> {
    let told = world.told(
        "/slow",
        |request| request.headers_timeout(SHORT),
        // The first chain has no such layer.
        |request| {
            let request = request.with_extension(HeadersTimeout::within(SHORT));
            request.timeout(LONGER)
        },
    );
    let told = told.await.into_iter();
    told.filter(|(way, _)| *way != Way::Cancel).collect()
}
