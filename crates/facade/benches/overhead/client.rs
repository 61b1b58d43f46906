//! The process whose work is counted: it makes so many calls, one after the other on one connection, and ends.

use std::hint::black_box;

use async_trait::async_trait;
use bytes::Bytes;
use facade::Client;
use http::{Extensions, Method};
use reqwest::{Request, Response, Url};
use reqwest_middleware::{ClientWithMiddleware, Middleware, Next};

use crate::server::{BODY, kept_path};
use crate::{BoxError, scenario};

/// The argument that makes this program the client.
pub(crate) const ROLE: &str = "--call";

/// Runs one scenario, all in this thread, so that it runs the same way each time.
pub(crate) fn run(scenario: &str, port: &str, calls: &str, layout: &str) -> Result<(), BoxError> {
    let heap = lay_out_heap(layout.parse()?);
    let base = format!("http://127.0.0.1:{port}/v1");
    let calls = Calls {
        url: format!("{base}/users/7").parse()?,
        length: BODY.len(),
        count: calls.parse()?,
    };
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(scenario::run(scenario, &base, &calls))?;
    drop(heap);
    Ok(())
}

/// Takes blocks of many sizes and gives every other one back, so that what comes later lies elsewhere.
fn lay_out_heap(blocks: usize) -> Vec<Vec<u8>> {
    let size = |block: usize| 700 + 900 * (block * 7 % 11);
    let taken: Vec<Vec<u8>> = (0..blocks)
        .map(|block| black_box(Vec::with_capacity(size(block))))
        .collect();
    taken.into_iter().step_by(2).collect()
}

/// The calls to make, in the ways that scenarios share.
pub(crate) struct Calls {
    pub(crate) url: Url,
    /// How many bytes each answer has.
    length: usize,
    count: u32,
}

impl Calls {
    /// Makes the calls, each as `get` makes one.
    pub(crate) async fn make<E: Into<BoxError>>(
        &self,
        get: impl AsyncFn() -> Result<Bytes, E>,
    ) -> Result<(), BoxError> {
        for _ in 0..self.count {
            let body = get().await.map_err(Into::into)?;
            if body.len() != self.length {
                return Err("the server's answer did not arrive".into());
            }
        }
        Ok(())
    }

    /// The same calls of an answer of this length that may be kept.
    pub(crate) fn kept(&self, bytes: usize) -> Result<Self, BoxError> {
        Ok(Self {
            url: self.url.join(&format!("../{}", kept_path(bytes)))?,
            length: bytes,
            count: self.count,
        })
    }

    /// A request whose URL was parsed once, for all calls.
    pub(crate) fn request(&self) -> Request {
        Request::new(Method::GET, self.url.clone())
    }

    /// Makes the calls through a chain of layers, with what `prepare` puts into each call's extensions.
    pub(crate) async fn through(
        &self,
        chain: &ClientWithMiddleware,
        prepare: impl Fn(&mut Extensions),
    ) -> Result<(), BoxError> {
        self.make(async || -> Result<Bytes, BoxError> {
            let mut extensions = Extensions::new();
            prepare(&mut extensions);
            let sent = chain.execute_with_extensions(self.request(), &mut extensions);
            Ok(sent.await?.bytes().await?)
        })
        .await
    }

    /// Makes the calls through the facade, which appends the path to its base URL.
    pub(crate) async fn paved(&self, client: &Client) -> Result<(), BoxError> {
        let path = self.url.path().trim_start_matches("/v1/");
        self.make(async || client.get(path).send().await?.bytes().await)
            .await
    }
}

/// What a layer costs that does nothing.
pub(crate) struct NoOp;

#[async_trait]
impl Middleware for NoOp {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> reqwest_middleware::Result<Response> {
        next.run(request, extensions).await
    }
}
