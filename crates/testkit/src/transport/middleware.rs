//! One request on its way through the scripted transport.

use http::Extensions;
use http_body_util::BodyExt;
use reqwest::{Request, Response};
use reqwest_middleware::{Error, Middleware, Next};
use tokio::time::Instant;

use super::ScriptedTransport;
use super::answer::Answer;
use super::log::Entry;
use super::offline;
use super::script::{Line, Script, ScriptExhausted};
use super::sent::SentRequest;

#[cfg_attr(not(target_arch = "wasm32"), async_trait::async_trait)]
#[cfg_attr(target_arch = "wasm32", async_trait::async_trait(?Send))]
impl Middleware for ScriptedTransport {
    async fn handle(
        &self,
        request: Request,
        _extensions: &mut Extensions,
        _next: Next<'_>,
    ) -> Result<Response, Error> {
        let arrived = Instant::now();
        let url = request.url().clone();
        let deadline = request
            .timeout()
            .and_then(|timeout| arrived.checked_add(*timeout));
        let exchange = self.exchange(request, arrived, deadline);
        let Some(deadline) = deadline else {
            return exchange.await;
        };
        match tokio::time::timeout_at(deadline, exchange).await {
            Ok(result) => result,
            Err(_) => Err(offline::timeout_error(url).await),
        }
    }
}

impl ScriptedTransport {
    async fn exchange(
        &self,
        request: Request,
        arrived: Instant,
        deadline: Option<Instant>,
    ) -> Result<Response, Error> {
        let url = request.url().clone();
        let (sent, body) = SentRequest::arrive(request, arrived);
        let entry = self.shared.log.arrive(sent);
        let outcome = match read(body, &entry).await {
            Ok(()) => {
                let answer = self.answer(&entry.sent(), entry.number());
                answer.play(url, deadline).await
            }
            // No whole request, no answer: the script stays as it is.
            Err(error) => Err(error.into()),
        };
        entry.answered();
        outcome
    }

    fn answer(&self, sent: &SentRequest, number: usize) -> Answer {
        match self.with_script(Script::advance) {
            Line::Answer(answer) => answer,
            Line::Respond(respond) => respond(sent),
            Line::Exhausted { answers } => Answer::fail(ScriptExhausted {
                answers,
                request: number,
                method: sent.method().clone(),
                path: sent.path().to_owned(),
            }),
        }
    }
}

async fn read(body: Option<reqwest::Body>, entry: &Entry<'_>) -> reqwest::Result<()> {
    let Some(mut body) = body else {
        return Ok(());
    };
    while let Some(frame) = body.frame().await {
        if let Ok(bytes) = frame?.into_data() {
            entry.push_body(bytes);
        }
    }
    entry.complete_body();
    Ok(())
}
