//! Posts a form to an authorization server, once.

use std::time::Duration;

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};
use reqwest::Response;
use tokio::time::{sleep, timeout};
use url::Url;

use super::answer::Answer;
use super::form::Form;
use super::token_endpoint::TokenEndpoint;
use super::token_endpoint_error::{TokenEndpointError, TokenEndpointErrorKind as Kind};

const FORM: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// How often a connection is tried for again.
const MORE_TRIES: u32 = 2;
const FIRST_PAUSE: Duration = Duration::from_millis(200);

impl TokenEndpoint {
    /// Posts a form to this endpoint of the server, with who the client is. It is sent at most once.
    pub(crate) async fn post(&self, url: &Url, form: Form) -> Result<Answer, TokenEndpointError> {
        self.post_within(self.setup().timeout, url, form).await
    }

    /// The same with another limit.
    pub(crate) async fn post_within(
        &self,
        limit: Duration,
        url: &Url,
        form: Form,
    ) -> Result<Answer, TokenEndpointError> {
        match timeout(limit, self.post_without_limit(url, form)).await {
            Ok(answer) => answer,
            Err(_) => Err(TokenEndpointError::new(Kind::TimedOut)),
        }
    }

    /// The same for whoever has a limit around it.
    pub(crate) async fn post_without_limit(
        &self,
        url: &Url,
        mut form: Form,
    ) -> Result<Answer, TokenEndpointError> {
        let setup = self.setup();
        form.extend(&setup.parameters);
        let authorization = setup.identity.put_on(&mut form);
        let post = Post {
            endpoint: self,
            url,
            authorization,
            body: form.encode(),
        };
        post.send().await
    }
}

struct Post<'a> {
    endpoint: &'a TokenEndpoint,
    url: &'a Url,
    authorization: Option<HeaderValue>,
    body: String,
}

impl Post<'_> {
    /// Tries again only where no connection could be had, since then nothing was sent. Whatever else went wrong, the
    /// server may have acted on it, and a refresh token that is sent twice may cost the session.
    async fn send(&self) -> Result<Answer, TokenEndpointError> {
        let mut tries = 0;
        loop {
            match self.send_once().await {
                Err(error) if error.is_connect() && tries < MORE_TRIES => {
                    sleep(pause(tries)).await;
                    tries += 1;
                }
                Err(error) => return Err(TokenEndpointError::from_reqwest(error)),
                Ok(answered) => return answered,
            }
        }
    }

    async fn send_once(&self) -> reqwest::Result<Result<Answer, TokenEndpointError>> {
        let setup = self.endpoint.setup();
        let mut request = setup
            .http
            .post(self.url.clone())
            .header(CONTENT_TYPE, FORM)
            .header(ACCEPT, JSON)
            .body(self.body.clone());
        if let Some(authorization) = &self.authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        let sent_at = (setup.clock)();
        let mut response = request.send().await?;
        let answered_at = (setup.clock)();
        let status = response.status();
        if status.is_redirection() || response.url() != self.url {
            return Ok(Err(
                TokenEndpointError::new(Kind::Redirected).with_status(status)
            ));
        }
        let body = match read(&mut response, setup.max_answer).await {
            Ok(body) => body,
            // The status says enough.
            Err(_) if says_enough(status) => Vec::new(),
            Err(error) => return Ok(Err(error.with_status(status))),
        };
        Ok(Ok(Answer {
            status,
            headers: std::mem::take(response.headers_mut()),
            body,
            sent_at,
            answered_at,
        }))
    }
}

fn says_enough(status: StatusCode) -> bool {
    status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS
}

/// Reads a body up to a limit.
async fn read(response: &mut Response, limit: usize) -> Result<Vec<u8>, TokenEndpointError> {
    let too_large = || TokenEndpointError::new(Kind::TooLarge);
    if response
        .content_length()
        .is_some_and(|length| length > limit as u64)
    {
        return Err(too_large());
    }
    let mut body = Vec::new();
    while let Some(bytes) = response
        .chunk()
        .await
        .map_err(TokenEndpointError::from_reqwest)?
    {
        if bytes.len() > limit - body.len() {
            return Err(too_large());
        }
        body.extend_from_slice(&bytes);
    }
    Ok(body)
}

/// Doubled with each try, and by chance up to a half shorter, so that clients which lost a server together don't come back
/// together.
fn pause(tries: u32) -> Duration {
    let random = f64::from(getrandom::u32().unwrap_or_default()) / f64::from(u32::MAX);
    (FIRST_PAUSE * 2_u32.pow(tries)).mul_f64(1.0 - random / 2.0)
}
