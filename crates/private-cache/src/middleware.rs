//! Moves requests and answers between the chain, the store and the rules.

use std::pin::Pin;
use std::sync::Arc;

use http::{Extensions, Method};
use request_context::{Call, drain};
use reqwest::{Request, Response};
use reqwest_middleware::{Error, Middleware, Next, Result};
use tokio::time::timeout_at;
use url::Url;

use crate::answer::{Form, can_be_cut, respond, unavailable};
use crate::asked::{Ask, Asked, wants_only_cached};
use crate::failure::{is_of_the_server, is_on_the_way};
use crate::invalidation::{changed, is_safe};
use crate::policy::{Reuse, Word};
use crate::spawn::spawn;
use crate::status_header::Because;
use crate::taking::Taken;
use crate::validators::{Own, add_conditions};
use crate::whose::sent;
use crate::{Cache, CacheMode, CacheStatus, Entry, Scope};

/// What `#[async_trait]` makes of an async function.
#[cfg(not(target_arch = "wasm32"))]
type Handling<'a> = Pin<Box<dyn Future<Output = Result<Response>> + Send + 'a>>;
#[cfg(target_arch = "wasm32")]
type Handling<'a> = Pin<Box<dyn Future<Output = Result<Response>> + 'a>>;

/// Written out, without `#[async_trait]`, so that what the cache has no part in pays for no future.
impl Middleware for Cache {
    fn handle<'a, 'b, 'c, 'handling>(
        &'a self,
        request: Request,
        extensions: &'b mut Extensions,
        next: Next<'c>,
    ) -> Handling<'handling>
    where
        Self: 'handling,
        'a: 'handling,
        'b: 'handling,
        'c: 'handling,
    {
        let mode = extensions.get::<CacheMode>();
        match way(request.method(), mode) {
            Way::Around if self.options.status_header => {
                Box::pin(self.go_around(request, extensions, next))
            }
            Way::Around => next.run(request, extensions),
            Way::Changing => Box::pin(self.follow_change(request, extensions, next)),
            Way::Through => {
                let mode = mode.cloned();
                Box::pin(self.look_up(request, mode, extensions, next))
            }
        }
    }
}

/// What the cache has to do with a request.
enum Way {
    Around,
    Changing,
    Through,
}

fn way(method: &Method, mode: Option<&CacheMode>) -> Way {
    if !is_safe(method) {
        return Way::Changing;
    }
    let is_cacheable = matches!(*method, Method::GET | Method::HEAD);
    match mode {
        Some(mode) if mode.word == Word::NoStore => Way::Around,
        _ if is_cacheable => Way::Through,
        _ => Way::Around,
    }
}

impl Cache {
    async fn go_around(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        let response = next.run(request, extensions).await?;
        Ok(self.passed(response, Because::Bypass, false))
    }

    /// Sends what may change something, and notes what it has changed.
    async fn follow_change(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        let identity = self.identity(&request, extensions);
        let url = request.url().clone();
        let response = next.run(request, extensions).await?;
        let scope = identity.map_or(Scope::Anonymous, |identity| identity.scope);
        let changed = changed(&url, response.status(), response.headers());
        let deadline = Call::find(extensions).and_then(|call| call.deadline());
        self.invalidate_for(&scope, &changed, deadline).await;
        if self.options.status_header {
            return Ok(self.passed(response, Because::Method, false));
        }
        Ok(response)
    }

    async fn look_up(
        &self,
        request: Request,
        mode: Option<CacheMode>,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        let identity = self.identity(&request, extensions);
        let identity = identity.filter(|_| request.body().is_none());
        let epoch = self.shared.epoch();
        let ask =
            identity.map(|identity| Ask::new(&request, mode.as_ref(), identity, epoch, extensions));
        let Some(ask) = ask.filter(|ask| !ask.wish.directives.no_store) else {
            if wants_only_cached(&request, mode.as_ref()) {
                return Ok(self.passed(unavailable(request.url()), Because::Bypass, false));
            }
            return self.pass(request, extensions, next).await;
        };
        let entry = self.find(&ask, &request).await;
        if let Some(entry) = &entry
            && let Some(response) = self.reuse(&ask, entry, &request, extensions)
        {
            return Ok(response);
        }
        if wants_only_cached(&request, mode.as_ref()) {
            return Ok(self.passed(unavailable(request.url()), Because::Miss, false));
        }
        // Boxed, so that a hit doesn't pay for the size of it.
        Box::pin(self.ask_the_origin(ask, entry, request, extensions, next)).await
    }

    async fn pass(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        if self.options.status_header {
            return self.go_around(request, extensions, next).await;
        }
        next.run(request, extensions).await
    }

    /// What is stored that fits the request.
    async fn find(&self, ask: &Ask, request: &Request) -> Option<Arc<Entry>> {
        if !ask.looks_up() {
            return None;
        }
        let looking = self.shared.store.get(&ask.key);
        let variants = match ask.deadline {
            // When it is over, the layers below say so.
            Some(deadline) => timeout_at(deadline, looking).await.ok()??,
            None => looking.await?,
        };
        let entry = variants.select(request.headers())?;
        can_be_cut(entry, request.method(), request.headers()).then(|| Arc::clone(entry))
    }

    /// Answers with what is stored, if that will do.
    fn reuse(
        &self,
        ask: &Ask,
        entry: &Arc<Entry>,
        request: &Request,
        extensions: &Extensions,
    ) -> Option<Response> {
        let now = self.now();
        let is_in_doubt = self.is_in_doubt(entry, request.url());
        let status = match entry.policy().reuse(&ask.wish, is_in_doubt, now) {
            Reuse::Fresh => CacheStatus::Hit,
            Reuse::Stale => CacheStatus::Stale,
            Reuse::WhileRevalidating => {
                let revalidated = self.revalidate_in_background(ask, entry, request, extensions);
                revalidated.then_some(CacheStatus::Stale)?
            }
            Reuse::Validate => return None,
        };
        let form = Form {
            method: request.method(),
            url: request.url(),
            headers: request.headers(),
            own: ask.own,
            shows_status: self.options.status_header,
        };
        Some(respond(entry, &form, now, status))
    }

    async fn ask_the_origin(
        &self,
        ask: Ask,
        entry: Option<Arc<Entry>>,
        mut request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        let asked = Asked::new(ask, &request, &self.shared, self.now());
        asked.tell_caches(request.headers_mut());
        let may_ask_about = asked.ask.own == Own::None && asked.method == Method::GET;
        let conditional = match entry.as_ref().filter(|_| may_ask_about) {
            Some(entry) => add_conditions(request.headers_mut(), &entry.parts().headers),
            None => false,
        };
        let outcome = send(request, extensions, next.clone()).await;
        let stand_in = entry
            .as_ref()
            .filter(|entry| self.stands_in(&asked, entry, extensions));
        let response = match (outcome, stand_in) {
            (Ok(response), Some(entry)) if is_of_the_server(response.status()) => {
                // For the connection's sake; the caller doesn't wait for it.
                spawn(drain(response));
                return Ok(self.stale(&asked, entry));
            }
            (Err(error), Some(entry)) if is_on_the_way(&error) => {
                return Ok(self.stale(&asked, entry));
            }
            (outcome, _) => outcome?,
        };
        match self
            .take(&asked, entry.as_ref(), conditional, extensions, response)
            .await
        {
            Taken::Answer(response) => Ok(response),
            Taken::AskAgain => {
                let response = send(asked.request(), extensions, next).await?;
                match self
                    .take(&asked, entry.as_ref(), false, extensions, response)
                    .await
                {
                    Taken::Answer(response) => Ok(response),
                    // Nothing was asked about this time, so nothing can have been confirmed.
                    Taken::AskAgain => Ok(unavailable(&asked.url)),
                }
            }
        }
    }

    /// Whether what is stored may stand in where the origin fails.
    fn stands_in(&self, asked: &Asked, entry: &Entry, extensions: &Extensions) -> bool {
        let sent = sent(extensions);
        // Someone else has signed in, or what is stored was forgotten meanwhile.
        let is_theirs = !sent.credential || asked.ask.identity.is_that_of(&sent);
        is_theirs
            && asked.ask.own == Own::None
            && !is_of_the_server(entry.parts().status)
            && self.shared.is_valid(&asked.ticket, &asked.url)
            && entry.policy().stands_in(
                &asked.ask.wish,
                self.options.stale_on_error,
                self.is_in_doubt(entry, &asked.url),
                self.now(),
            )
    }

    fn stale(&self, asked: &Asked, entry: &Entry) -> Response {
        let form = Form {
            method: &asked.method,
            url: &asked.url,
            headers: &asked.headers,
            own: asked.ask.own,
            shows_status: self.options.status_header,
        };
        respond(entry, &form, self.now(), CacheStatus::Stale)
    }

    /// Whether something has changed what is stored since it was asked for: by the URL that has brought it, or by the one that is
    /// asked for now, which is another one where they share a name.
    fn is_in_doubt(&self, entry: &Entry, url: &Url) -> bool {
        let parts = entry.parts();
        let doubts = |url| self.shared.marks.doubts(url, parts.request_time);
        doubts(&parts.url) || (parts.url != *url && doubts(url))
    }
}

/// Sends a request on, within what the call has left: the store, or an answer before, may have taken its time.
async fn send(
    mut request: Request,
    extensions: &mut Extensions,
    next: Next<'_>,
) -> Result<Response> {
    if let Some(call) = Call::find(extensions) {
        call.stamp(&mut request).map_err(Error::middleware)?;
    }
    next.run(request, extensions).await
}
