//! The process whose work is counted: it makes some calls and then so many more, one after the other on one connection.

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

/// The function between whose two calls instructions are counted, as callgrind names it.
pub(crate) const MARK: &str = "overhead::client::mark";

/// How many calls are made before any is counted: enough for every buffer, pool and table to have its final size.
const WARM_UP: u32 = 100;

/// Marks where the counted calls begin, and where they end.
#[inline(never)]
fn mark() {
    black_box(());
}

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

/// Takes blocks of many sizes and gives some of them back, so that what comes later lies elsewhere in each layout.
fn lay_out_heap(layout: u64) -> Vec<Vec<u8>> {
    let mut state = layout;
    // SplitMix64: as good as any, and the same everywhere.
    let mut random = |below: u64| {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % below
    };
    let mut taken: Vec<Vec<u8>> = (0..64)
        .filter_map(|_| usize::try_from(random(16 * 1024)).ok())
        .map(|bytes| black_box(Vec::with_capacity(bytes)))
        .collect();
    taken.retain(|_| random(2) == 0);
    taken
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
        self.make_some(WARM_UP, &get).await?;
        mark();
        self.make_some(self.count, &get).await?;
        mark();
        Ok(())
    }

    async fn make_some<E: Into<BoxError>>(
        &self,
        count: u32,
        get: &impl AsyncFn() -> Result<Bytes, E>,
    ) -> Result<(), BoxError> {
        for _ in 0..count {
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
