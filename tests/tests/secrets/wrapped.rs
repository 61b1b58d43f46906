//! Errors whose wrappers don't keep secrets: those of other people's middleware, of reqwest-retry, of bodies.

use std::error::Error as StdError;

use async_trait::async_trait;
use error_map::ErrorMapMiddleware;
use facade::{ApiError, Place};
use http::Extensions;
use reqwest::{Body, Request, Response, Url};
use reqwest_middleware::{Error, Middleware, Next, Result};
use reqwest_retry::RetryTransientMiddleware;
use reqwest_retry::policies::ExponentialBackoff;
use stack_tests::soon;
use testkit::FaultServer;

use crate::planted::Planted;
use crate::shown::{SECRET, Shown};

/// As `thiserror`'s documentation has it.
#[derive(Debug, thiserror::Error)]
#[error("a layer failed: {0}")]
struct Layer(#[source] Error);

/// It keeps the text alone.
#[derive(Debug, thiserror::Error)]
#[error("a layer failed")]
struct Text(String);

#[derive(Debug, thiserror::Error)]
#[error(transparent)]
struct Transparent(#[from] Error);

/// It hides the type of what it holds.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
struct Read(#[from] serde_json::Error);

type Wrap = fn(Error) -> Error;

struct Wraps(Wrap);

#[async_trait]
impl Middleware for Wraps {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        next.run(request, extensions).await.map_err(self.0)
    }
}

const WRAPS: [Wrap; 4] = [
    |error| Error::middleware(Layer(error)),
    |error| Error::middleware(Text(error.to_string())),
    |error| Error::middleware(Transparent(error)),
    |error| {
        Error::middleware(Layer(Error::middleware(std::io::Error::other(
            Transparent(error),
        ))))
    },
];

/// A URL with secrets, where nobody is.
async fn nowhere() -> Url {
    let server = FaultServer::start().await.unwrap();
    let address = server.address();
    server.stop().await;
    let url = format!("http://ada:hunter2@{address}/x?key=hunter2#hunter2");
    url.parse().unwrap()
}

/// Whether the source that a caller asks for by its type would show it, so that a leak would be found.
fn would_show<E: StdError + 'static>(error: &ApiError) -> bool {
    let source = error.find_source::<E>();
    source.is_some_and(|source| format!("{source:?}").contains(SECRET))
}

#[tokio::test]
async fn no_wrapper_shows_a_secret() {
    let planted = Planted::start().await;
    let url = nowhere().await;
    let mut shown = Shown::default();
    for place in [Place::Outcome, Place::Call, Place::Attempt] {
        for (index, wrap) in WRAPS.into_iter().enumerate() {
            let client = planted.builder().retry(None).middleware(place, Wraps(wrap));
            let client = client.build().unwrap();
            let what = format!("{place:?} {index}");
            let error = soon(client.get(url.clone()).send()).await.unwrap_err();
            shown.error(&what, &error);
            let finds = [
                would_show::<Layer>,
                would_show::<Text>,
                would_show::<Transparent>,
            ];
            assert!(finds.iter().any(|find| find(&error)), "{what}: {error:?}");
            let chain = soon(client.inner().get(url.clone()).send()).await;
            shown.error(&what, &ApiError::from(chain.unwrap_err()));
        }
    }
    shown.assert_no_leak();
}

#[tokio::test]
async fn no_retry_of_another_shows_a_secret() {
    let url = nowhere().await;
    let mut shown = Shown::default();
    for retries in [0, 1] {
        let policy = ExponentialBackoff::builder()
            .retry_bounds(std::time::Duration::ZERO, std::time::Duration::ZERO)
            .build_with_max_retries(retries);
        let reqwest = reqwest::Client::builder().no_proxy().build().unwrap();
        let chain = || reqwest_middleware::ClientBuilder::new(reqwest.clone());
        let stock = RetryTransientMiddleware::new_with_policy(policy);
        let own = chain().with(ErrorMapMiddleware::new()).with(stock).build();
        let error = soon(own.get(url.clone()).send()).await.unwrap_err();
        assert!(format!("{error:?}").contains(SECRET), "it would show it");
        shown.error(&format!("{retries} retries"), &ApiError::from(error));
        let wrapped = chain()
            .with(Wraps(WRAPS[0]))
            .with(RetryTransientMiddleware::new_with_policy(policy));
        let error = soon(wrapped.build().get(url.clone()).send())
            .await
            .unwrap_err();
        shown.error(
            &format!("{retries} retries, wrapped"),
            &ApiError::from(error),
        );
    }
    shown.assert_no_leak();
}

/// An upload that is another request's answer: the error of that one is the source of this one's.
#[tokio::test]
async fn no_error_of_an_upload_shows_the_secret_of_its_source() {
    let planted = Planted::start().await;
    let url = nowhere().await;
    let reqwest = reqwest::Client::builder().no_proxy().build().unwrap();
    let download = soon(reqwest.get(url).send()).await.unwrap_err();
    assert!(download.to_string().contains(SECRET));
    let pieces = [Ok("first"), Err(download)];
    let body = Body::wrap_stream(futures_util::stream::iter(pieces));
    let upload = planted.client().put("upload").body(body);
    let error = soon(upload.send()).await.unwrap_err();
    assert!(error.find_source::<reqwest::Error>().is_some(), "{error:?}");
    let mut shown = Shown::default();
    shown.error("upload", &error);
    shown.assert_no_leak();
}

/// serde's errors quote values.
#[test]
fn no_json_that_a_layer_could_not_read_is_shown() {
    let value = || serde_json::from_str::<u8>(r#""hunter2""#).unwrap_err();
    let reads: [fn(serde_json::Error) -> Error; 3] = [
        |value| Error::middleware(Layer(Error::middleware(value))),
        |value| Error::middleware(Read(value)),
        |value| Error::middleware(Layer(Error::middleware(Read(value)))),
    ];
    let mut shown = Shown::default();
    for read in reads {
        let error = ApiError::from(read(value()));
        let finds = [would_show::<Layer>, would_show::<Read>];
        assert!(finds.iter().any(|find| find(&error)), "{error:?}");
        shown.error("json", &error);
    }
    shown.assert_no_leak();
}

/// What a program that gives up prints.
#[tokio::test]
async fn no_panic_of_a_caller_who_unwraps_shows_a_secret() {
    let planted = Planted::start().await;
    let client = planted.builder().retry(None).build().unwrap();
    planted.server.on("/status", crate::planted::reply(500));
    let answered = soon(Planted::request(&client, "status").send()).await;
    let refused = soon(client.get(nowhere().await).send()).await;
    let wraps = planted
        .builder()
        .retry(None)
        .middleware(Place::Call, Wraps(WRAPS[0]));
    let wrapped = wraps.build().unwrap().get(nowhere().await).send();
    let mut shown = Shown::default();
    for outcome in [answered, refused, soon(wrapped).await] {
        let caller = tokio::spawn(async move { outcome.map(drop).expect("an answer") });
        let panic = caller.await.unwrap_err().into_panic();
        let message = panic.downcast::<String>().unwrap();
        assert!(message.starts_with("an answer: ApiError"), "{message}");
        shown.value("panic", message.as_str());
    }
    shown.assert_no_leak();
}
