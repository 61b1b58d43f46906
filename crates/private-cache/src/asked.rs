//! What was asked for, as far as the cache has to know it after the request is gone.

use std::time::{Duration, SystemTime};

use http::header::{CACHE_CONTROL, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE, PRAGMA, RANGE};
use http::{Extensions, HeaderMap, HeaderValue, Method, Version};
use request_context::{Call, Instant};
use reqwest::Request;
use url::Url;

use crate::CacheMode;
use crate::Key;
use crate::directives::RequestDirectives;
use crate::identity::Identity;
use crate::policy::{Wish, Word};
use crate::shared::{Epoch, Shared, Ticket};
use crate::validators::Own;

/// For whom, under which key, since when and with which wishes something is asked for.
pub(crate) struct Ask {
    pub(crate) identity: Identity,
    pub(crate) key: Key,
    pub(crate) wish: Wish,
    pub(crate) own: Own,
    pub(crate) fresh_for: Option<Duration>,
    /// When it began: before anybody looked into the store.
    pub(crate) epoch: Epoch,
    /// How long the store is waited for.
    pub(crate) deadline: Option<Instant>,
}

/// A request that is sent on, and what was so when it was.
pub(crate) struct Asked {
    pub(crate) ask: Ask,
    pub(crate) method: Method,
    pub(crate) url: Url,
    /// As the caller has set them.
    pub(crate) headers: HeaderMap,
    pub(crate) ticket: Ticket,
    pub(crate) at: SystemTime,
    version: Version,
    timeout: Option<Duration>,
}

impl Ask {
    /// The name is that of the request itself: where a redirect has led it is something else.
    pub(crate) fn new(
        request: &Request,
        mode: Option<&CacheMode>,
        identity: Identity,
        epoch: Epoch,
        extensions: &Extensions,
    ) -> Self {
        let scope = identity.scope.clone();
        let name = mode.and_then(|mode| mode.key.as_deref());
        let key = match name.filter(|_| !is_redirected(extensions)) {
            Some(name) => Key::named(scope, name),
            None => Key::of_url(scope, request.url()),
        };
        let headers = request.headers();
        Self {
            identity,
            key,
            wish: Wish {
                directives: RequestDirectives::of(headers),
                word: mode.map(|mode| mode.word).unwrap_or_default(),
            },
            own: Own::of(headers),
            fresh_for: mode.and_then(|mode| mode.fresh_for),
            epoch,
            deadline: Call::find(extensions).and_then(|call| call.deadline()),
        }
    }

    /// Whether what is stored may have a part in it at all.
    pub(crate) fn looks_up(&self) -> bool {
        self.wish.word != Word::Reload && self.own != Own::State
    }
}

impl Asked {
    pub(crate) fn new(ask: Ask, request: &Request, shared: &Shared, at: SystemTime) -> Self {
        let ticket = shared.ticket(ask.epoch, request.url());
        Self {
            ask,
            method: request.method().clone(),
            url: request.url().clone(),
            headers: request.headers().clone(),
            ticket,
            at,
            version: request.version(),
            timeout: request.timeout().copied(),
        }
    }

    /// Leaves out what makes the answer another than the whole one.
    pub(crate) fn want_the_whole(&mut self) {
        for name in [RANGE, IF_RANGE, IF_NONE_MATCH, IF_MODIFIED_SINCE] {
            self.headers.remove(name);
        }
    }

    /// The same request again.
    pub(crate) fn request(&self) -> Request {
        let mut request = Request::new(self.method.clone(), self.url.clone());
        request.headers_mut().clone_from(&self.headers);
        *request.version_mut() = self.version;
        if let Some(timeout) = self.timeout {
            *request.timeout_mut() = Some(timeout);
        }
        self.tell_caches(request.headers_mut());
        request
    }

    /// Tells the caches on the way what the caller has told this one, as the fetch standard does.
    pub(crate) fn tell_caches(&self, headers: &mut HeaderMap) {
        let directive = match self.ask.wish.word {
            Word::Reload => "no-cache",
            Word::NoCache => "max-age=0",
            _ => return,
        };
        if !headers.contains_key(CACHE_CONTROL) && !headers.contains_key(PRAGMA) {
            headers.insert(CACHE_CONTROL, HeaderValue::from_static(directive));
        }
    }
}

fn is_redirected(extensions: &Extensions) -> bool {
    Call::find(extensions).is_some_and(|call| !call.hops().is_empty())
}

/// Whether the origin must not be asked.
pub(crate) fn wants_only_cached(request: &Request, mode: Option<&CacheMode>) -> bool {
    mode.is_some_and(|mode| mode.word == Word::OnlyIfCached)
        || RequestDirectives::of(request.headers()).only_if_cached
}
