//! Policies with exact instants, and short ways to make and look at calls.
#![allow(dead_code, unreachable_pub, reason = "each test file uses a part")]

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use http::Extensions;
use request_context::{Call, Instant};
use reqwest::{Method, Request, Response, ResponseBuilderExt};
use reqwest_middleware::{ClientWithMiddleware, Error, Middleware, Next, Result};
use reqwest_retry::{RetryDecision, RetryPolicy};
use safe_retry::RetryMiddleware;
use testkit::ScriptedTransport;

pub const URL: &str = "http://api.test/orders?key=hunter2";

/// Tries again at these times, counted from when the call began.
#[derive(Clone, Debug)]
pub struct At(Vec<Duration>);

impl At {
    pub fn seconds<const N: usize>(times: [u64; N]) -> Self {
        Self(times.map(seconds).to_vec())
    }

    pub fn milliseconds<const N: usize>(times: [u64; N]) -> Self {
        Self(times.map(Duration::from_millis).to_vec())
    }
}

impl RetryPolicy for At {
    fn should_retry(&self, request_start_time: SystemTime, n_past_retries: u32) -> RetryDecision {
        let time = self.0.get(n_past_retries as usize);
        time.map_or(RetryDecision::DoNotRetry, |time| RetryDecision::Retry {
            execute_after: request_start_time + *time,
        })
    }
}

/// Tries again at once, this often.
#[derive(Clone, Copy, Debug)]
pub struct AtOnce(pub u32);

impl RetryPolicy for AtOnce {
    fn should_retry(&self, request_start_time: SystemTime, n_past_retries: u32) -> RetryDecision {
        if n_past_retries >= self.0 {
            return RetryDecision::DoNotRetry;
        }
        RetryDecision::Retry {
            execute_after: request_start_time,
        }
    }
}

/// A layer that retries after 1, 3 and 7 seconds from when the call began: it waits 1, 2 and 4.
pub fn retries() -> RetryMiddleware {
    RetryMiddleware::new().policy(At::seconds([1, 3, 7]))
}

pub fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

pub fn client(transport: &ScriptedTransport, layer: RetryMiddleware) -> ClientWithMiddleware {
    transport.client_with(|chain| chain.with(layer))
}

pub fn get() -> Request {
    request(Method::GET)
}

pub fn request(method: Method) -> Request {
    Request::new(method, URL.parse().unwrap())
}

/// When each request arrived, counted from then.
pub fn arrivals(transport: &ScriptedTransport, begun: Instant) -> Vec<Duration> {
    let requests = transport.requests();
    let arrived = requests.iter().map(|sent| sent.arrived() - begun);
    arrived.collect()
}

pub fn whole_seconds(times: impl IntoIterator<Item = u64>) -> Vec<Duration> {
    times.into_iter().map(seconds).collect()
}

pub fn status(outcome: &Result<Response>) -> u16 {
    outcome.as_ref().unwrap().status().as_u16()
}

pub fn is<T: std::error::Error + Send + Sync + 'static>(error: &Error) -> bool {
    matches!(error, Error::Middleware(error) if error.is::<T>())
}

/// Extensions with a call that has a deadline, as a layer above leaves them.
pub fn with_deadline(within: Duration) -> (Extensions, Arc<Call>) {
    let mut extensions = Extensions::new();
    let call = Call::of(&mut extensions);
    call.set_deadline(Instant::now() + within);
    (extensions, call)
}

/// Sends the request in a call with a deadline, stamped as the layer that sets it would.
pub async fn within(
    client: &ClientWithMiddleware,
    mut request: Request,
    limit: Duration,
) -> Result<Response> {
    let (mut extensions, call) = with_deadline(limit);
    call.stamp(&mut request).map_err(Error::middleware)?;
    client
        .execute_with_extensions(request, &mut extensions)
        .await
}

/// A layer that makes something of each attempt's call and outcome.
pub struct Layer<F>(pub F);

#[async_trait]
impl<F> Middleware for Layer<F>
where
    F: Fn(&Call, Result<Response>) -> Result<Response> + Send + Sync + 'static,
{
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        let call = Call::of(extensions);
        let outcome = next.run(request, extensions).await;
        (self.0)(&call, outcome)
    }
}

/// The same answer from elsewhere, as that to a request which reqwest has redirected.
pub fn answered_by(url: &str, answer: &Response) -> Response {
    let mut other = http::Response::builder()
        .url(url.parse().unwrap())
        .status(answer.status())
        .body("")
        .unwrap();
    *other.headers_mut() = answer.headers().clone();
    other.into()
}
