//! What is made of an answer from below.

use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use http::{Extensions, HeaderMap, Method, StatusCode};
use request_context::with_body;
use reqwest::{Body, Response};

use crate::answer::{Form, add_cookies, respond};
use crate::asked::Asked;
use crate::commit::Commit;
use crate::directives::ResponseDirectives;
use crate::kept::updated;
use crate::recording::{Recording, is_whole};
use crate::status_header::{Because, Fate, add_header};
use crate::storable::{announced, supersedes};
use crate::validators::{is_about, is_same_representation};
use crate::whose::sent;
use crate::{Cache, CacheStatus, Entry, EntryParts};

/// What is made of an answer from below.
pub(crate) enum Taken {
    Answer(Response),
    /// It confirms something else than what was asked about, so the same has to be asked for without conditions.
    AskAgain,
}

impl Cache {
    /// Takes an answer: uses it to confirm what is stored, or stores it, or lets it pass. `entry` is what is stored that fits, and
    /// `conditional` whether the origin was asked about it.
    pub(crate) async fn take(
        &self,
        asked: &Asked,
        entry: Option<&Arc<Entry>>,
        conditional: bool,
        extensions: &Extensions,
        response: Response,
    ) -> Taken {
        let arrived = self.now();
        let is_theirs = asked.ask.identity.is_that_of(&sent(extensions));
        let Some(entry) = entry else {
            return Taken::Answer(self.keep(asked, None, is_theirs, arrived, response).await);
        };
        if conditional && response.status() == StatusCode::NOT_MODIFIED {
            if !is_theirs || !is_about(response.headers(), &entry.parts().headers) {
                return Taken::AskAgain;
            }
            return Taken::Answer(self.confirm(asked, entry, arrived, &response).await);
        }
        if asked.method == Method::HEAD {
            if is_theirs {
                self.learn_from_head(asked, entry, arrived, &response).await;
            }
            return Taken::Answer(self.passed(response, Because::Stale, false));
        }
        Taken::Answer(
            self.keep(asked, Some(entry), is_theirs, arrived, response)
                .await,
        )
    }

    /// The stored answer, as the origin has confirmed it (RFC 9111 §4.3.4).
    async fn confirm(
        &self,
        asked: &Asked,
        entry: &Arc<Entry>,
        arrived: SystemTime,
        confirmation: &Response,
    ) -> Response {
        let headers = confirmation.headers();
        let directives = ResponseDirectives::of(headers);
        let parts = confirmed(asked, entry, arrived, headers, &directives);
        let confirmed = Entry::from(parts.clone());
        if directives.no_store {
            self.drop_stored(asked).await;
        } else {
            let body = parts.body.clone();
            self.commit(asked, parts).store(body).await;
        }
        let form = Form {
            method: &asked.method,
            url: &asked.url,
            headers: &asked.headers,
            own: asked.ask.own,
            shows_status: self.options.status_header,
        };
        let mut response = respond(&confirmed, &form, arrived, CacheStatus::Revalidated);
        add_cookies(&mut response, headers);
        response
    }

    /// A `HEAD` tells whether what is stored still holds (RFC 9111 §4.3.5).
    async fn learn_from_head(
        &self,
        asked: &Asked,
        entry: &Arc<Entry>,
        arrived: SystemTime,
        head: &Response,
    ) {
        let headers = head.headers();
        if head.status() != StatusCode::OK || entry.parts().status != StatusCode::OK {
            return;
        }
        let directives = ResponseDirectives::of(headers);
        if directives.no_store || !is_same_representation(headers, &entry.parts().headers) {
            self.drop_stored(asked).await;
            return;
        }
        let parts = confirmed(asked, entry, arrived, headers, &directives);
        let body = parts.body.clone();
        self.commit(asked, parts).store(body).await;
    }

    /// Lets an answer pass, and stores it on the way if it may be.
    async fn keep(
        &self,
        asked: &Asked,
        entry: Option<&Arc<Entry>>,
        is_theirs: bool,
        arrived: SystemTime,
        response: Response,
    ) -> Response {
        let because = match entry {
            Some(_) => Because::Stale,
            None => Because::Miss,
        };
        let parts = is_theirs
            .then(|| self.storable(asked, arrived, &response))
            .flatten();
        let Some(parts) = parts else {
            let may_be_stored = entry.is_some() || !asked.ask.looks_up();
            let is_whole = asked.method == Method::GET && supersedes(response.status());
            if is_theirs && may_be_stored && is_whole {
                self.drop_stored(asked).await;
            }
            return self.passed(response, because, false);
        };
        let expected = announced(response.headers());
        let limit = self.options.body_limit;
        let commit = self.commit(asked, parts);
        let response = self.passed(response, because, true);
        let mut complete = None;
        let response = with_body(response, |body| {
            if http_body::Body::is_end_stream(&body) {
                complete = Some(commit);
                return body;
            }
            Body::wrap(Recording::new(body, limit, expected, commit))
        });
        // Nobody may ever ask for the body that isn't there.
        if let Some(commit) = complete.filter(|_| is_whole(0, expected)) {
            commit.store(Bytes::new()).await;
        }
        response
    }

    fn commit(&self, asked: &Asked, parts: EntryParts) -> Commit {
        Commit {
            shared: Arc::clone(&self.shared),
            key: asked.ask.key.clone(),
            ticket: asked.ticket.clone(),
            url: asked.url.clone(),
            headers: asked.headers.clone(),
            parts,
            max_variants: self.options.max_variants,
        }
    }

    /// Drops what is stored that fits the request.
    async fn drop_stored(&self, asked: &Asked) {
        let store = &self.shared.store;
        let key = &asked.ask.key;
        let Some(before) = store.get(key).await else {
            return;
        };
        let others = before.without(&asked.headers);
        if others.entries().is_empty() {
            store.remove(key).await;
        } else {
            store.put(key.clone(), Arc::new(others)).await;
        }
    }

    /// An answer from below, with the cache's word.
    pub(crate) fn passed(
        &self,
        mut response: Response,
        because: Because,
        stored: bool,
    ) -> Response {
        if self.options.status_header {
            let status = response.status();
            let fate = Fate::Forwarded {
                because,
                status,
                stored,
            };
            add_header(response.headers_mut(), &fate);
        }
        let status = match because {
            Because::Miss | Because::Stale => CacheStatus::Miss,
            Because::Bypass | Because::Method => CacheStatus::Bypassed,
        };
        response.extensions_mut().insert(status);
        response
    }
}

/// What is stored of an answer once these headers have confirmed it.
fn confirmed(
    asked: &Asked,
    entry: &Entry,
    arrived: SystemTime,
    headers: &HeaderMap,
    directives: &ResponseDirectives,
) -> EntryParts {
    let stored = entry.parts();
    EntryParts {
        headers: updated(&stored.headers, headers, directives, arrived),
        request_time: asked.at,
        response_time: arrived,
        fresh_for: asked.ask.fresh_for.or(stored.fresh_for),
        ..stored.clone()
    }
}
