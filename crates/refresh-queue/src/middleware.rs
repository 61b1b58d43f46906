//! Middleware that holds requests while a refresh runs, and heals a refused credential once.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use http::{Extensions, StatusCode};
use request_context::{
    Call, DeadlineExceeded, Instant, Origin, OriginAllowList, Replay, Verdict, Versioned,
    WithCredential, drain,
};
use reqwest::{Request, Response};
use reqwest_middleware::{Error, Middleware, Next, Result};
use tokio::time::{sleep_until, timeout_at};

use crate::decision::Need;
use crate::{RefreshQueue, Renewable};

/// Middleware that hands each request a fresh credential, and heals a refused one: it refreshes once and sends the
/// request once more.
///
/// It passes untouched what isn't its business: requests marked [`WithoutAuth`](request_context::WithoutAuth), requests
/// with an `Authorization` header or a [`WithCredential`] of their own, and requests to origins that are not on the list.
///
/// A body that can't be sent again costs the caller the 401, after the refresh; where the refresh fails, its error takes
/// the 401's place, since it says more.
///
/// A credential that was obtained just now may come too early for a server whose clock is behind. Where the layer below
/// says so ([`Verdict::NotYetValid`]), the request is sent once more shortly, and nothing is refreshed.
///
/// # Order
///
/// Above the layer that applies the credential and judges answers, such as `auth-middleware`; below everything
/// that counts attempts or caches. Without such a layer, see
/// [`apply_credential`](Self::apply_credential).
#[derive(Clone)]
#[must_use]
pub struct RefreshMiddleware<C: Renewable> {
    queues: Queues<C>,
    origins: OriginAllowList,
    applies: bool,
    refusal: Option<Arc<Refusal>>,
}

#[derive(Clone)]
enum Queues<C: Renewable> {
    One(RefreshQueue<C>),
    Chosen(Arc<Choose<C>>),
}

type Choose<C> = dyn Fn(&Request, &Extensions) -> Option<RefreshQueue<C>> + Send + Sync;
type Refusal = dyn Fn(&Response) -> bool + Send + Sync;

impl<C: Renewable> RefreshMiddleware<C> {
    /// Serves requests to these origins from this queue.
    pub fn new(queue: RefreshQueue<C>, origins: impl Into<OriginAllowList>) -> Self {
        Self::from_queues(Queues::One(queue), origins.into())
    }

    /// Serves each request to these origins from the queue that this closure chooses for it, from a
    /// [`SessionMap`](crate::SessionMap) for example. A request for which it chooses none passes untouched.
    pub fn choosing(
        origins: impl Into<OriginAllowList>,
        choose: impl Fn(&Request, &Extensions) -> Option<RefreshQueue<C>> + Send + Sync + 'static,
    ) -> Self {
        Self::from_queues(Queues::Chosen(Arc::new(choose)), origins.into())
    }

    /// Takes each answer for which this is true as a refusal of the credential, where no layer below has judged it.
    /// Default: a 401, if the layer [applies the credential](Self::apply_credential) itself.
    ///
    /// For sessions whose end looks otherwise: a redirect to a login page, a 419, a header.
    pub fn refused_when(
        mut self,
        refusal: impl Fn(&Response) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.refusal = Some(Arc::new(refusal));
        self
    }

    /// Whether the layer puts the credential on the request itself and takes each 401 as a refusal. Default: no,
    /// an auth layer below does both. With neither, no credential goes out.
    ///
    /// A header of the caller's own stays, as far as it is the credential's. Where that is another than `Authorization`, it is
    /// known only from the credential, so such a request still waits for a refresh, and fails with the session.
    pub fn apply_credential(mut self, applies: bool) -> Self {
        self.applies = applies;
        self
    }

    fn from_queues(queues: Queues<C>, origins: OriginAllowList) -> Self {
        Self {
            queues,
            origins,
            applies: false,
            refusal: None,
        }
    }

    /// Refreshes the credential that was refused, and sends the request once more if that can be done.
    async fn heal(
        &self,
        queue: &RefreshQueue<C>,
        refusal: Response,
        sent: Versioned,
        replay: Option<Box<Replay>>,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        let call = Call::of(extensions);
        let Some(replay) = replay else {
            // The refresh is for those who come after; this caller gets the answer that it has.
            obtain(queue, Need::NewerThan(sent), &call).await?;
            return Ok(refusal);
        };
        drain(refusal).await;
        let newer = obtain(queue, Need::NewerThan(sent), &call).await?;
        let mut request = replay.into_request().map_err(Error::middleware)?;
        let again = Replay::of(&mut request, extensions).map(Box::new);
        let response = self
            .resend(request, &newer, extensions, next.clone())
            .await?;
        self.wait_out(queue, response, newer, again, extensions, next)
            .await
    }

    /// If the answer says that the credential, issued just now, is not valid yet for a server whose clock is behind: waits
    /// until it is, and sends the request once more. Another credential would be no better. If the deadline comes first, the
    /// refusal goes up. The session may end meanwhile, or become somebody else's.
    async fn wait_out(
        &self,
        queue: &RefreshQueue<C>,
        answer: Response,
        sent: Versioned,
        replay: Option<Box<Replay>>,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        let call = Call::of(extensions);
        let (Some(Verdict::NotYetValid { retry_after }), Some(replay)) = (call.verdict(), replay)
        else {
            return Ok(answer);
        };
        let until = Instant::now().checked_add(retry_after);
        let in_time = |until: &Instant| call.deadline().is_none_or(|deadline| *until < deadline);
        let Some(until) = until.filter(in_time) else {
            return Ok(answer);
        };
        drain(answer).await;
        sleep_until(until).await;
        call.add_wait(retry_after);
        let current = obtain(queue, Need::Usable, &call).await?;
        let current = Need::NewerThan(sent).settle(current)?;
        let request = replay.into_request().map_err(Error::middleware)?;
        self.resend(request, &current, extensions, next).await
    }

    async fn resend(
        &self,
        mut request: Request,
        credential: &Versioned,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        let call = Call::of(extensions);
        call.begin_replay();
        call.stamp(&mut request).map_err(Error::middleware)?;
        if self.applies {
            apply(credential, &mut request, &call).await?;
        } else {
            call.hand_down(credential.clone());
        }
        next.run(request, extensions).await
    }

    /// Whether the answer, to a request to this origin, refuses the credential.
    fn is_refused(
        &self,
        verdict: Option<&Verdict>,
        origin: Option<&Origin>,
        response: &Response,
    ) -> bool {
        if let Some(verdict) = verdict {
            return *verdict == Verdict::InvalidToken;
        }
        let is_refusal = match &self.refusal {
            Some(refusal) => refusal(response),
            None => self.applies && response.status() == StatusCode::UNAUTHORIZED,
        };
        // A redirect that reqwest followed has left the credential behind.
        is_refusal && origin.is_some_and(|origin| origin.matches(response.url()))
    }

    /// Whether the layer itself may have to tell a refusal.
    fn judges(&self) -> bool {
        self.applies || self.refusal.is_some()
    }
}

/// Puts the credential on the request. What is no prebuilt header is boxed, like all that is rare: every request pays for
/// the size of the future.
async fn apply(credential: &Versioned, request: &mut Request, call: &Call) -> Result<()> {
    if !credential.apply_header(request) {
        let applied = Box::pin(credential.apply(request)).await;
        applied.map_err(Error::middleware)?;
    }
    call.set_sent_principal(credential.principal().cloned());
    Ok(())
}

/// Waits for the queue, no longer than the call has left.
async fn obtain<C: Renewable>(
    queue: &RefreshQueue<C>,
    need: Need,
    call: &Call,
) -> Result<Versioned> {
    let outcome = match call.deadline() {
        None => queue.obtain(need).await,
        Some(at) => timeout_at(at, queue.obtain(need))
            .await
            .map_err(|_| Error::middleware(DeadlineExceeded::new()))?,
    };
    outcome.map_err(Error::from)
}

#[cfg_attr(not(target_arch = "wasm32"), async_trait)]
#[cfg_attr(target_arch = "wasm32", async_trait(?Send))]
impl<C: Renewable> Middleware for RefreshMiddleware<C> {
    async fn handle(
        &self,
        mut request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        if !self.origins.admits(&request, extensions) {
            return next.run(request, extensions).await;
        }
        if let Some(own) = extensions.get::<WithCredential>() {
            // Whatever an answer says of it, the session has no part in that.
            let own = own.credential().clone();
            if self.applies && !own.is_set_already(&request) {
                apply(&own, &mut request, &Call::of(extensions)).await?;
            }
            return next.run(request, extensions).await;
        }
        let chosen;
        let queue = match &self.queues {
            Queues::One(queue) => queue,
            Queues::Chosen(choose) => {
                chosen = choose(&request, extensions);
                let Some(queue) = &chosen else {
                    // An earlier attempt may have had a credential.
                    Call::of(extensions).hand_down(None);
                    return next.run(request, extensions).await;
                };
                queue
            }
        };
        let call = Call::of(extensions);
        let sent = if let Some(credential) = queue.at_hand() {
            credential
        } else {
            // Boxed, like all that is rare: every request pays for the size of this future.
            let credential = Box::pin(obtain(queue, Need::Usable, &call)).await?;
            call.stamp(&mut request).map_err(Error::middleware)?;
            credential
        };
        if self.applies && sent.is_set_already(&request) {
            return next.run(request, extensions).await;
        }
        let replay = Replay::of(&mut request, extensions).map(Box::new);
        let origin = self.judges().then(|| Origin::of(request.url())).flatten();
        if self.applies {
            apply(&sent, &mut request, &call).await?;
        } else {
            call.hand_down(sent.clone());
        }
        let response = next.clone().run(request, extensions).await?;
        let verdict = call.verdict();
        if matches!(verdict, Some(Verdict::NotYetValid { .. })) {
            let wait_out = self.wait_out(queue, response, sent, replay, extensions, next);
            return Box::pin(wait_out).await;
        }
        if !self.is_refused(verdict.as_ref(), origin.as_ref(), &response) {
            return Ok(response);
        }
        Box::pin(self.heal(queue, response, sent, replay, extensions, next)).await
    }
}

impl<C: Renewable> fmt::Debug for RefreshMiddleware<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RefreshMiddleware")
            .field("origins", &self.origins)
            .field("apply_credential", &self.applies)
            .finish_non_exhaustive()
    }
}
