//! From a request to its answer.

use std::sync::Arc;

use cancel::CancelOn;
use error_map::MapApiError;
use futures_util::future::{Either, select};
use http::header::ACCEPT;
use http::{HeaderValue, StatusCode};
use request_context::{Call, Instant, WithCredential};
use safe_retry::Buffered;
use serde::de::DeserializeOwned;
use tracing::Instrument;

use super::Request;
use crate::response::ended;
use crate::{ApiError, Response, call_span, userinfo};

impl Request {
    /// Sends the request. Its answer is there when its headers are.
    ///
    /// # Errors
    ///
    /// An [`ApiError`] for whatever went wrong, a status of 400 or more included.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future stops the call. A token refresh that it needed goes on for the others.
    pub async fn send(self) -> Result<Response, ApiError> {
        let Self {
            client,
            inner,
            mut extensions,
            deadline,
            body_limit,
            is_told,
            page,
        } = self;
        let (shared, options) = (&client.shared, &client.options);
        let told = |error| {
            if is_told {
                options.hooks.error(error)
            } else {
                error
            }
        };
        let mut request = inner.map_err(told)?;
        options.hooks.request(&mut request).map_err(told)?;
        userinfo::remove(request.url_mut());
        options.add_headers(&mut request, &shared.origins);
        // After all that adds headers, since a page elsewhere may have none that are the first origin's.
        if let Some(page) = page {
            page.change_headers(request.headers_mut());
        }
        let method = request.method().clone();
        let url = request.url().clone();
        let timeout = request.timeout().map(|limit| (*limit, Instant::now()));
        let call = Call::of(&mut extensions);
        if let Some(at) = deadline.and_then(|deadline| deadline.instant(Instant::now())) {
            call.set_deadline(at);
        }

        if let Some(rim) = &shared.rim {
            let principal = match (rim(&request, &extensions), &shared.session) {
                (None, Some(session)) => {
                    let cancel = extensions.get::<CancelOn>().cloned();
                    let over = Box::pin(ended(cancel, call.deadline()));
                    // A call that is over meanwhile ends at its first layer, which says why.
                    match select(Box::pin(session.stored_principal()), over).await {
                        Either::Left((principal, _)) => principal,
                        Either::Right(_) => None,
                    }
                }
                (known, _) => known,
            };
            call.set_principal(principal);
        }
        let chain = match extensions.get::<WithCredential>() {
            None => &shared.chain,
            Some(_) => &shared.with_auth,
        };
        let span = call_span::open(&method, &url);
        let sent = chain.execute_with_extensions(request, &mut extensions);
        // Boxed, so that a call that nobody follows doesn't pay for the size of it.
        let answered = if span.is_disabled() {
            sent.await
        } else {
            Box::pin(sent.instrument(span.clone())).await
        };
        let outcome = match answered {
            Ok(response) => {
                let cancel = extensions.remove::<CancelOn>();
                let (call, hooks) = (Arc::clone(&call), &options.hooks);
                let options = Arc::clone(options);
                let response =
                    Response::new(response, method, call, cancel, timeout, options, body_limit);
                hooks.response(response)
            }
            Err(error) => {
                // The layer of the headers timeout is always there, and tells: if it hasn't, nothing has left.
                call.count_departures();
                let error = options.limits.name(ApiError::from(error), &call, timeout);
                let error = options.keep_broken(error, &call);
                Err(error.in_call(&call, &method, &url))
            }
        };
        call_span::end(&span, &call, &outcome);
        outcome.map_err(told)
    }

    /// Sends the request and decodes the JSON of its answer. Asks for JSON unless `Accept` is set already. An empty body
    /// counts as `null`. A body that breaks off is asked for again, as [`buffered`](Self::buffered) says.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send) and [`Response::json`].
    ///
    /// # Cancel safety
    ///
    /// As [`send`](Self::send).
    pub async fn fetch<T>(self) -> Result<T, ApiError>
    where
        T: DeserializeOwned + Send + 'static,
    {
        self.accepting_json().send().await?.json().await
    }

    /// As [`fetch`](Self::fetch), for what need not be there: none if the answer is a 404 or a 410, or if its body is empty or
    /// `null`.
    ///
    /// A 404 also comes of a path that is wrong. Where that should not go unnoticed, use [`fetch`](Self::fetch) with an
    /// `Option`.
    ///
    /// ```
    /// # #[derive(serde::Deserialize)] struct User { name: String }
    /// # async fn example(client: facade::Client) -> Result<(), facade::ApiError> {
    /// let user: Option<User> = client.get(["users", "7"]).fetch_optional().await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`fetch`](Self::fetch), save for those two.
    ///
    /// # Cancel safety
    ///
    /// As [`send`](Self::send).
    pub async fn fetch_optional<T>(self) -> Result<Option<T>, ApiError>
    where
        T: DeserializeOwned + Send + 'static,
    {
        let options = Arc::clone(&self.client.options);
        let sent = self.accepting_json().untold().send().await;
        match sent.optional() {
            Ok(Some(response)) if is_there(response.status()) => response.json_optional().await,
            Ok(_) => Ok(None),
            Err(error) => Err(options.hooks.error(error)),
        }
    }

    /// Leaves it to whoever sends it to tell the hooks of an error, since not every one ends the call.
    fn untold(self) -> Self {
        Self {
            is_told: false,
            ..self
        }
    }

    pub(super) fn accepting_json(self) -> Self {
        let buffered = Buffered::up_to(self.body_limit);
        self.extension(buffered).change(|request| {
            let headers = request.headers_mut();
            headers
                .entry(ACCEPT)
                .or_insert(HeaderValue::from_static("application/json"));
            Ok(())
        })
    }
}

/// Whether an answer is about something that is there, also for whom no status is an error.
fn is_there(status: StatusCode) -> bool {
    !matches!(status, StatusCode::NOT_FOUND | StatusCode::GONE)
}
