//! How old a stored answer is, and what it may be used for.

use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::{AGE, DATE};

use crate::EntryParts;
use crate::directives::{RequestDirectives, ResponseDirectives, seconds};
use crate::lifetime::{date, is_cacheable_by_default, is_explicit, lifetime};

/// What is known of a stored answer's age and freshness, worked out once.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "they are independent words")]
pub(crate) struct Policy {
    lifetime: Duration,
    /// How old it was when it arrived (RFC 9111 §4.2.3).
    initial_age: Duration,
    response_time: SystemTime,
    no_cache: bool,
    must_revalidate: bool,
    immutable: bool,
    stale_while_revalidate: Option<Duration>,
    stale_if_error: Option<Duration>,
}

/// What may be done with a stored answer that fits a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reuse {
    /// It answers.
    Fresh,
    /// It answers, stale as it is.
    Stale,
    /// It answers, and the origin is asked meanwhile.
    WhileRevalidating,
    /// The origin has to be asked first.
    Validate,
}

/// What a caller wants of the cache.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wish {
    pub(crate) directives: RequestDirectives,
    pub(crate) word: Word,
}

/// The caller's word that isn't in a header.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Word {
    #[default]
    Default,
    NoStore,
    Reload,
    NoCache,
    ForceCache,
    OnlyIfCached,
}

impl Policy {
    pub(crate) fn of(parts: &EntryParts) -> Self {
        let headers = &parts.headers;
        let directives = ResponseDirectives::of(headers);
        let age = age(headers);
        let lifetime = match age {
            Some(_) => Self::lifetime(parts, &directives),
            // RFC 9111 §5.1 would ignore it, and so take an answer of any age for a new one.
            None => Duration::ZERO,
        };
        let delay = parts.response_time.duration_since(parts.request_time);
        let corrected = age
            .unwrap_or_default()
            .saturating_add(delay.unwrap_or_default());
        Self {
            lifetime,
            initial_age: corrected.max(apparent_age(headers, parts.response_time)),
            response_time: parts.response_time,
            no_cache: directives.no_cache,
            must_revalidate: directives.must_revalidate,
            immutable: directives.immutable,
            stale_while_revalidate: directives.stale_while_revalidate,
            stale_if_error: directives.stale_if_error,
        }
    }

    fn lifetime(parts: &EntryParts, directives: &ResponseDirectives) -> Duration {
        let by_caller = parts.fresh_for.filter(|_| {
            let is_known = parts.status.is_success() && is_cacheable_by_default(parts.status);
            is_known && !is_explicit(&parts.headers, directives)
        });
        by_caller.unwrap_or_else(|| {
            let lifetime = lifetime(
                parts.status,
                &parts.headers,
                directives,
                parts.response_time,
            );
            lifetime.unwrap_or_default()
        })
    }

    /// How old the answer is (RFC 9111 §4.2.3).
    pub(crate) fn age(&self, now: SystemTime) -> Duration {
        let resident = now.duration_since(self.response_time).unwrap_or_default();
        self.initial_age.saturating_add(resident)
    }

    /// How long it stays fresh, or by how much it is stale.
    pub(crate) fn remaining(&self, now: SystemTime) -> Result<Duration, Duration> {
        let age = self.age(now);
        match self.lifetime.checked_sub(age) {
            Some(left) if !left.is_zero() && !self.is_from_the_future(now) => Ok(left),
            _ => Err(age.saturating_sub(self.lifetime)),
        }
    }

    /// The clock has been set back since. How old the answer is can't be told then.
    fn is_from_the_future(&self, now: SystemTime) -> bool {
        const TOLERANCE: Duration = Duration::from_secs(1);
        self.response_time
            .duration_since(now)
            .is_ok_and(|ahead| ahead > TOLERANCE)
    }

    /// What may be done with the answer (RFC 9111 §4). `invalidated` says that something has changed the resource since.
    pub(crate) fn reuse(&self, wish: &Wish, invalidated: bool, now: SystemTime) -> Reuse {
        let asked = &wish.directives;
        let remaining = self.remaining(now);
        if invalidated {
            return Reuse::Validate;
        }
        if matches!(wish.word, Word::ForceCache | Word::OnlyIfCached) {
            return if remaining.is_ok() {
                Reuse::Fresh
            } else {
                Reuse::Stale
            };
        }
        if matches!(wish.word, Word::NoCache | Word::Reload) || asked.no_cache || self.no_cache {
            return Reuse::Validate;
        }
        if self.is_too_old(asked, remaining, now) {
            return Reuse::Validate;
        }
        let Err(staleness) = remaining else {
            return Reuse::Fresh;
        };
        if self.must_revalidate {
            return Reuse::Validate;
        }
        if asked.max_stale.is_some_and(|allowed| staleness <= allowed) {
            return Reuse::Stale;
        }
        let in_time = self
            .stale_while_revalidate
            .is_some_and(|allowed| staleness <= allowed);
        match in_time && !asked.want_current() {
            // Nothing is to be sent.
            true if asked.only_if_cached => Reuse::Stale,
            true => Reuse::WhileRevalidating,
            false => Reuse::Validate,
        }
    }

    fn is_too_old(
        &self,
        asked: &RequestDirectives,
        remaining: Result<Duration, Duration>,
        now: SystemTime,
    ) -> bool {
        // While it is fresh, what never changes needs no reload (RFC 8246 §2).
        let settled = self.immutable && remaining.is_ok();
        let too_old = asked
            .max_age
            .is_some_and(|most| most.is_zero() || self.age(now) > most);
        let too_short = asked
            .min_fresh
            .is_some_and(|least| remaining.unwrap_or_default() < least);
        (too_old && !settled) || too_short
    }

    /// Whether the stale answer may stand in for one that the origin fails to give (RFC 5861 §4): by the server's word, by the
    /// request's, or by that of the client, which is `allowed`.
    pub(crate) fn stands_in(
        &self,
        wish: &Wish,
        allowed: Option<Duration>,
        invalidated: bool,
        now: SystemTime,
    ) -> bool {
        let asked = &wish.directives;
        // A `must-revalidate` rules out what the client allows too (RFC 9111 §5.2.2.2).
        if invalidated || self.no_cache || self.must_revalidate {
            return false;
        }
        if matches!(wish.word, Word::NoCache | Word::Reload) {
            return false;
        }
        let bound = if asked.want_current() {
            asked.stale_if_error
        } else {
            self.stale_if_error.max(asked.stale_if_error).max(allowed)
        };
        let staleness = self.remaining(now).err().unwrap_or_default();
        bound.is_some_and(|bound| staleness <= bound)
    }
}

/// What the `Age` header says (RFC 9111 §5.1), zero without one. None if there are several, or if it is no number.
fn age(headers: &HeaderMap) -> Option<Duration> {
    let mut values = headers.get_all(AGE).iter();
    let Some(value) = values.next() else {
        return Some(Duration::ZERO);
    };
    match values.next() {
        Some(_) => None,
        None => seconds(value.to_str().ok().map(str::trim)),
    }
}

/// How old the answer was by its `Date`, in whole seconds, as the header has no more.
fn apparent_age(headers: &HeaderMap, response_time: SystemTime) -> Duration {
    let made = date(headers, &DATE).unwrap_or(response_time);
    let age = response_time.duration_since(made).unwrap_or_default();
    Duration::from_secs(age.as_secs())
}

#[cfg(test)]
mod tests;
