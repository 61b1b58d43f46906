//! The order of the layers, written once. `docs/order.md` says why each stands where it does.

use std::sync::Arc;

use reqwest_middleware::Middleware;

/// Where a middleware of your own goes. See `docs/order.md` for what lies between.
///
/// ```
/// use facade::reqwest::{Request, Response};
/// use facade::reqwest_middleware::{Middleware, Next, Result};
/// use facade::{Client, Place};
///
/// /// Prints the HTTP version of each answer.
/// struct Versions;
///
/// #[async_trait::async_trait]
/// impl Middleware for Versions {
///     async fn handle(&self, request: Request, extensions: &mut http::Extensions, next: Next<'_>) -> Result<Response> {
///         let response = next.run(request, extensions).await?;
///         println!("{:?}", response.version());
///         Ok(response)
///     }
/// }
///
/// # fn main() -> std::result::Result<(), facade::ApiError> {
/// let client = Client::builder("https://api.example.com").middleware(Place::Attempt, Versions).build()?;
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Place {
    /// Once per call, above the error map: sees an [`ApiError`](crate::ApiError) where the answer was an error.
    Outcome,
    /// Once per call, below the error map: sees raw answers, after the last attempt and the last redirect.
    Call,
    /// Once per attempt, of each redirect's target too, and for the replay after a refused credential: sees each request
    /// as it leaves, its credential included, and each raw answer. What adds a secret here must look at the URL first: it
    /// may be another origin's. [`credential`](crate::ClientBuilder::credential) does that.
    Attempt,
}

/// A place in the order, ours or one for a middleware of the caller's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layer {
    Cancel,
    RequestId,
    Own(Place),
    ErrorMap,
    Redirect,
    Cache,
    Retry,
    RefreshQueue,
    Auth,
    WireLog,
    ConcurrencyLimit,
    HeadersTimeout,
}

/// From the caller down to the network.
pub(crate) const ORDER: [Layer; 14] = [
    Layer::Cancel,
    Layer::RequestId,
    Layer::Own(Place::Outcome),
    Layer::ErrorMap,
    Layer::Own(Place::Call),
    Layer::Redirect,
    Layer::Cache,
    Layer::Retry,
    Layer::RefreshQueue,
    Layer::Auth,
    Layer::Own(Place::Attempt),
    Layer::WireLog,
    Layer::ConcurrencyLimit,
    Layer::HeadersTimeout,
];

/// The layers of one client, each with its place.
#[derive(Clone, Default)]
pub(crate) struct Layers(Vec<(Layer, Arc<dyn Middleware>)>);

impl Layers {
    pub(crate) fn add(&mut self, place: Layer, middleware: impl Middleware) {
        self.add_arc(place, Arc::new(middleware));
    }

    pub(crate) fn add_arc(&mut self, place: Layer, middleware: Arc<dyn Middleware>) {
        self.0.push((place, middleware));
    }

    /// Those whose place is below this one.
    pub(crate) fn below(&self, layer: Layer) -> Self {
        let place = |layer: Layer| ORDER.iter().position(|place| *place == layer);
        let below = self
            .0
            .iter()
            .filter(|(other, _)| place(*other) > place(layer));
        Self(below.cloned().collect())
    }

    /// Sorts them into the one order. Several at one place keep the order in which they were added.
    pub(crate) fn in_order(mut self) -> Vec<(Layer, Arc<dyn Middleware>)> {
        self.0
            .sort_by_key(|(layer, _)| ORDER.iter().position(|place| place == layer));
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documentation_shows_this_order() {
        let page = include_str!("../../../docs/order.md");
        let documented: Vec<_> = page
            .lines()
            .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
            .collect();
        let coded = ORDER.map(|layer| match layer {
            Layer::Cancel => "cancel",
            Layer::RequestId => "request id",
            Layer::Own(Place::Outcome) => "Place::Outcome",
            Layer::ErrorMap => "error-map",
            Layer::Own(Place::Call) => "Place::Call",
            Layer::Redirect => "safe-redirect",
            Layer::Cache => "private-cache",
            Layer::Retry => "safe-retry",
            Layer::RefreshQueue => "refresh-queue",
            Layer::Auth => "auth-middleware",
            Layer::Own(Place::Attempt) => "Place::Attempt",
            Layer::WireLog => "wire-log",
            Layer::ConcurrencyLimit => "concurrency limit",
            Layer::HeadersTimeout => "headers timeout",
        });
        assert_eq!(documented, coded);
    }
}
