//! A token and a refresher whose runs can be counted, held and scripted.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "each test file uses a part, and a test fails by panicking"
)]

pub mod scripted;

use std::collections::VecDeque;
use std::error::Error;
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use async_trait::async_trait;
use http::{Extensions, HeaderName, HeaderValue, header::AUTHORIZATION};
use refresh_queue::{QueueError, Refresh, RefreshError, RefreshFailure, RefreshQueue, Renewable};
use request_context::{Call, Credential, Principal, SessionEnded, Versioned};
use reqwest::{Request, Response};
use reqwest_middleware::{Middleware, Next};
use testkit::Gate;
use tokio::sync::watch;
use tokio::task::JoinHandle;

#[derive(Clone, Debug)]
pub struct Token {
    header: HeaderName,
    value: HeaderValue,
    expires_at: Option<SystemTime>,
    user: Option<&'static str>,
}

impl Token {
    pub fn named(name: &str) -> Self {
        Self {
            header: AUTHORIZATION,
            value: format!("Bearer {name}").parse().unwrap(),
            expires_at: None,
            user: None,
        }
    }

    pub fn in_header(mut self, name: &'static str) -> Self {
        self.header = HeaderName::from_static(name);
        self
    }

    pub fn until(mut self, at: SystemTime) -> Self {
        self.expires_at = Some(at);
        self
    }

    pub fn of(mut self, user: &'static str) -> Self {
        self.user = Some(user);
        self
    }
}

impl Credential for Token {
    fn header(&self) -> Option<(&HeaderName, &HeaderValue)> {
        Some((&self.header, &self.value))
    }
}

impl Renewable for Token {
    fn credential(&self) -> Arc<dyn Credential> {
        Arc::new(self.clone())
    }
    fn expires_at(&self) -> Option<SystemTime> {
        self.expires_at
    }
    fn principal(&self) -> Option<Principal> {
        self.user.map(Principal::new)
    }
}

/// A caller in a task of its own.
pub fn ask(queue: &RefreshQueue<Token>) -> JoinHandle<Result<Versioned, QueueError>> {
    let queue = queue.clone();
    tokio::spawn(async move { queue.credential().await })
}

/// Lets every other task run until it waits for something. One yield is not enough for many tasks.
pub async fn others_wait() {
    for _ in 0..1_000 {
        tokio::task::yield_now().await;
    }
}

/// Why no credential is to be had, while the session may be fine.
#[track_caller]
pub fn failure(error: &QueueError) -> &RefreshFailure {
    assert!(matches!(error, QueueError::Unavailable(_)), "{error:?}");
    error.source().unwrap().downcast_ref().unwrap()
}

/// Why the session is over.
#[track_caller]
pub fn ended(error: QueueError) -> SessionEnded {
    match error {
        QueueError::SessionEnded(ended) => ended,
        other => panic!("the session should be over: {other:?}"),
    }
}

pub fn bearer(credential: &Versioned) -> &str {
    credential.header().unwrap().1.to_str().unwrap()
}

type Step = Box<dyn FnOnce() -> Result<Token, RefreshError> + Send>;

/// Brings `token-1`, `token-2` and so on, unless a step says otherwise.
#[derive(Clone)]
pub struct Refresher {
    gate: Gate,
    steps: Arc<Mutex<VecDeque<Step>>>,
    runs: Arc<watch::Sender<(usize, usize)>>,
}

impl Refresher {
    pub fn new() -> Self {
        let gate = Gate::new();
        gate.open();
        Self::held_at(&gate)
    }

    pub fn held_at(gate: &Gate) -> Self {
        Self {
            gate: gate.clone(),
            steps: Arc::default(),
            runs: Arc::new(watch::Sender::new((0, 0))),
        }
    }

    pub fn then(self, step: impl FnOnce() -> Result<Token, RefreshError> + Send + 'static) -> Self {
        self.steps.lock().unwrap().push_back(Box::new(step));
        self
    }

    pub fn runs(&self) -> usize {
        self.runs.borrow().0
    }

    pub async fn wait_for_finished(&self, runs: usize) {
        let mut seen = self.runs.subscribe();
        seen.wait_for(|(_, finished)| *finished >= runs)
            .await
            .unwrap();
    }
}

#[async_trait]
impl Refresh<Token> for Refresher {
    async fn refresh(&self, _stale: Option<&Token>) -> Result<Token, RefreshError> {
        self.runs.send_modify(|(begun, _)| *begun += 1);
        let run = self.runs();
        self.gate.pass().await;
        let step = self.steps.lock().unwrap().pop_front();
        let outcome = match step {
            Some(step) => step(),
            None => Ok(Token::named(&format!("token-{run}"))),
        };
        self.runs.send_modify(|(_, finished)| *finished += 1);
        outcome
    }
}

/// A layer that looks at the call, or writes into it, and sends the request on.
pub struct Layer(Box<dyn Fn(&Call) + Send + Sync>);

pub fn layer(touch: impl Fn(&Call) + Send + Sync + 'static) -> Layer {
    Layer(Box::new(touch))
}

#[async_trait]
impl Middleware for Layer {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> reqwest_middleware::Result<Response> {
        (self.0)(&Call::of(extensions));
        next.run(request, extensions).await
    }
}
