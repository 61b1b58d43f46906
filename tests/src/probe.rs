//! A middleware that writes down what passes it.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use facade::ApiError;
use http::Extensions;
use http::header::AUTHORIZATION;
use reqwest::{Request, Response};
use reqwest_middleware::{Error, Middleware, Next, Result};
use tokio::sync::watch;

/// What several probes have seen, in the order in which they saw it. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Log(Arc<watch::Sender<Vec<String>>>);

impl Log {
    /// A middleware that writes to this log under this name: `name > credential` when a request comes down,
    /// `name < outcome` when its answer goes up, and `name dropped` when it never came.
    pub fn probe(&self, name: &'static str) -> Probe {
        Probe {
            name,
            log: self.clone(),
        }
    }

    /// All lines so far.
    pub fn lines(&self) -> Vec<String> {
        self.0.borrow().clone()
    }

    /// All lines so far, which are then forgotten.
    pub fn take(&self) -> Vec<String> {
        let mut taken = Vec::new();
        self.0.send_modify(|lines| taken = std::mem::take(lines));
        taken
    }

    /// Waits until there are this many lines.
    pub async fn wait_for(&self, lines: usize) {
        let mut log = self.0.subscribe();
        let reached = log.wait_for(|written| written.len() >= lines).await;
        reached.expect("the sender lives in self");
    }

    fn write(&self, line: impl fmt::Display) {
        self.0.send_modify(|lines| lines.push(line.to_string()));
    }
}

/// A middleware that writes down what passes it, see [`Log::probe`].
#[derive(Debug)]
pub struct Probe {
    name: &'static str,
    log: Log,
}

#[async_trait]
impl Middleware for Probe {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        let name = self.name;
        let credential = request.headers().get(AUTHORIZATION);
        let credential = credential.map_or("nothing", |value| value.to_str().unwrap());
        self.log.write(format_args!("{name} > {credential}"));
        let mut passing = Passing {
            probe: self,
            over: false,
        };
        let outcome = next.run(request, extensions).await;
        passing.over = true;
        self.log
            .write(format_args!("{name} < {}", summary(&outcome)));
        outcome
    }
}

/// What a middleware at this place can tell of an outcome.
fn summary(outcome: &Result<Response>) -> String {
    match outcome {
        Ok(response) => response.status().as_u16().to_string(),
        Err(Error::Reqwest(_)) => "reqwest's error".to_owned(),
        Err(Error::Middleware(error)) => match error.downcast_ref::<ApiError>() {
            Some(error) => format!("{:?}", error.kind()),
            None => error.to_string(),
        },
    }
}

struct Passing<'a> {
    probe: &'a Probe,
    over: bool,
}

impl Drop for Passing<'_> {
    fn drop(&mut self) {
        if !self.over {
            let Probe { name, log } = self.probe;
            log.write(format_args!("{name} dropped"));
        }
    }
}
