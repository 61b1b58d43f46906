//! What is made of an answer from below.

use std::sync::Arc;
use std::time::SystemTime;

use http::{Extensions, HeaderMap, Method, StatusCode};
use request_context::with_body;
use reqwest::{Body, Response};

use crate::answer::{Form, add_cookies, respond};
use crate::asked::Asked;
use crate::directives::ResponseDirectives;
use crate::kept::updated;
use crate::recording::{Recording, is_whole};
use crate::status_header::{Because, Fate, add_header};
use crate::storable::{announced, supersedes};
use crate::validators::{is_about, is_same_representation};
use crate::variation::confirmed_variation;
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
        let (parts, is_storable) = confirmed(asked, entry, arrived, headers);
        let confirmed = Entry::from(parts.clone());
        if is_storable {
            self.slot(asked).store(parts).await;
        } else {
            self.slot(asked).clear().await;
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
        let (parts, is_storable) = confirmed(asked, entry, arrived, headers);
        match is_same_representation(headers, &entry.parts().headers) {
            Some(true) if is_storable => self.slot(asked).store(parts).await,
            None if is_storable => {}
            _ => self.slot(asked).clear().await,
        }
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
                self.slot(asked).clear().await;
            }
            return self.passed(response, because, false);
        };
        let expected = announced(response.headers());
        let limit = self.options.body_limit;
        let slot = self.slot(asked);
        let response = self.passed(response, because, true);
        let mut complete = None;
        let response = with_body(response, |body| {
            if http_body::Body::is_end_stream(&body) {
                complete = Some((slot, parts));
                return body;
            }
            Body::wrap(Recording::new(body, limit, expected, slot, parts))
        });
        // Nobody may ever ask for the body that isn't there.
        if let Some((slot, parts)) = complete.filter(|_| is_whole(0, expected)) {
            slot.store(parts).await;
        }
        response
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

/// How many headers confirmations may make of those of an answer. Beyond that it is asked for anew: each may bring others.
const MOST_HEADERS: usize = 1000;

/// What is stored of an answer once these headers have confirmed it, and whether it may be stored on.
fn confirmed(
    asked: &Asked,
    entry: &Entry,
    arrived: SystemTime,
    confirmation: &HeaderMap,
) -> (EntryParts, bool) {
    let stored = entry.parts();
    let directives = ResponseDirectives::of(confirmation);
    let headers = updated(&stored.headers, confirmation, &directives, arrived);
    let varied = confirmed_variation(&stored.varied, &asked.headers, &headers);
    let is_storable = varied.is_some() && !directives.no_store && headers.len() <= MOST_HEADERS;
    let parts = EntryParts {
        headers,
        varied: varied.unwrap_or_default(),
        request_time: asked.at,
        response_time: arrived,
        fresh_for: asked.ask.fresh_for.or(stored.fresh_for),
        ..stored.clone()
    };
    (parts, is_storable)
}
