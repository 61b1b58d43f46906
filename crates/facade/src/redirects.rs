//! What reqwest's own redirects may carry to another origin.
//!
//! reqwest follows redirects below all layers. It drops `Authorization` and cookies when a redirect leaves the origin,
//! and keeps every other header, an API key for example or an idempotency key, and with it the body of a payment. So a
//! request that carries such a secret is followed within its origin only.

use async_trait::async_trait;
use http::Extensions;
use request_context::{Origin, RedirectRefused};
use reqwest::redirect::{Attempt, Policy};
use reqwest::{Request, Response};
use reqwest_middleware::{Middleware, Next, Result};

use crate::credential_headers::is_credential;

tokio::task_local! {
    /// Set while a request is sent that carries a secret which reqwest would take along.
    static CARRIES_SECRET: ();
}

/// Follows up to `limit` redirects, and none to another origin with a secret that reqwest would take along.
pub(crate) fn policy(limit: usize) -> Policy {
    let follow = Policy::limited(limit);
    Policy::custom(move |attempt| {
        if leaves_origin(&attempt) && CARRIES_SECRET.try_with(|()| ()).is_ok() {
            attempt.error(RedirectRefused::new(
                "a header marked sensitive would leave its origin",
            ))
        } else {
            follow.redirect(attempt)
        }
    })
}

fn leaves_origin(attempt: &Attempt<'_>) -> bool {
    let previous = attempt.previous().last().and_then(Origin::of);
    previous.is_none_or(|origin| !origin.matches(attempt.url()))
}

/// Middleware that tells the policy which requests carry a secret.
pub(crate) struct RedirectGuard;

#[cfg_attr(not(target_arch = "wasm32"), async_trait)]
#[cfg_attr(target_arch = "wasm32", async_trait(?Send))]
impl Middleware for RedirectGuard {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        if carries_secret(&request) {
            CARRIES_SECRET
                .scope((), next.run(request, extensions))
                .await
        } else {
            next.run(request, extensions).await
        }
    }
}

fn carries_secret(request: &Request) -> bool {
    let mut headers = request.headers().iter();
    headers.any(|(name, value)| {
        let is_secret = value.is_sensitive() || name == "idempotency-key";
        is_secret && !is_credential(name)
    })
}
