//! What to do about the tokens that a store holds: a pure function.

use std::time::{Duration, SystemTime};

use secrecy::ExposeSecret;
use token_store::TokenSet;

use crate::Bearer;

/// How long before its end a refresh queue renews a credential that nobody has refused, as long as nothing else is set.
const AHEAD: Duration = Duration::from_secs(60);

/// What is known when the store has been read.
#[derive(Clone, Copy)]
pub(crate) struct Facts<'a> {
    /// What the store holds.
    pub(crate) found: Option<&'a TokenSet>,
    /// What is to be renewed, if there was something.
    pub(crate) stale: Option<&'a TokenSet>,
    pub(crate) now: SystemTime,
    pub(crate) means: Means,
}

/// What tokens can be renewed by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Means {
    /// Somebody else does it, in the same store.
    SomebodyElse,
    /// The refresh token.
    RefreshToken,
    /// The grant knows; it may need no tokens at all.
    AsTheGrantSees,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// What the store holds is news, and good; or nothing better can be had.
    Adopt,
    /// Buy new tokens for those in the store. It takes the lock.
    Exchange,
    NotSignedIn,
    NoRefreshToken,
    /// There is no refresh token either, but the access token may be good for the little time that it has left.
    LetItRunOut,
    RenewedElsewhere,
}

/// Only the store counts: what is to be renewed just tells whether its access token is the one that is over. So the refresh
/// token that is sent is always the store's, whoever has signed in or refreshed since.
pub(crate) fn step(facts: Facts<'_>) -> Step {
    let Some(found) = facts.found else {
        return match facts.means {
            Means::AsTheGrantSees => Step::Exchange,
            Means::RefreshToken | Means::SomebodyElse => Step::NotSignedIn,
        };
    };
    let is_news = facts.stale.is_none_or(|stale| !same_access(found, stale));
    let is_new_and_good = is_news && !found.is_expired(facts.now);
    if is_new_and_good && Bearer::of(found).is_ok() {
        return Step::Adopt;
    }
    match (facts.means, found.refresh()) {
        (Means::AsTheGrantSees, _) | (Means::RefreshToken, Some(_)) => Step::Exchange,
        // It can't be used, but for a reason that is worth telling.
        _ if is_new_and_good => Step::Adopt,
        (Means::SomebodyElse, Some(_)) => Step::RenewedElsewhere,
        (Means::RefreshToken | Means::SomebodyElse, None) if is_running_out(found, facts.now) => {
            Step::LetItRunOut
        }
        (Means::RefreshToken | Means::SomebodyElse, None) => Step::NoRefreshToken,
    }
}

/// Whether it is likely to be renewed ahead of time, and not because it was refused.
fn is_running_out(found: &TokenSet, now: SystemTime) -> bool {
    !found.is_expired(now) && found.expires_within(now, AHEAD)
}

fn same_access(one: &TokenSet, other: &TokenSet) -> bool {
    one.access().expose_secret() == other.access().expose_secret()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn now() -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_000)
    }

    fn good(access: &str) -> TokenSet {
        TokenSet::new(access)
            .refresh_token("r")
            .expires_at(now() + Duration::from_secs(1))
    }

    fn over(access: &str) -> TokenSet {
        good(access).expires_at(now())
    }

    fn bare_for(access: &str, seconds: u64) -> TokenSet {
        TokenSet::new(access).expires_at(now() + Duration::from_secs(seconds))
    }

    #[test]
    fn the_store_decides() {
        use Means::*;
        use Step::*;
        // found, stale; the step by the refresh token, as the grant sees, and where somebody else renews
        let table = [
            // Nobody is signed in, or has signed out.
            (None, None, [NotSignedIn, Exchange, NotSignedIn]),
            (None, Some(good("a1")), [NotSignedIn, Exchange, NotSignedIn]),
            // Nothing to renew: what is there will do, unless it is over.
            (Some(good("a1")), None, [Adopt, Adopt, Adopt]),
            (Some(TokenSet::new("a1")), None, [Adopt, Adopt, Adopt]),
            (
                Some(over("a1")),
                None,
                [Exchange, Exchange, RenewedElsewhere],
            ),
            // Refused, or near its end, and nobody has renewed it.
            (
                Some(good("a1")),
                Some(good("a1")),
                [Exchange, Exchange, RenewedElsewhere],
            ),
            (
                Some(over("a1")),
                Some(over("a1")),
                [Exchange, Exchange, RenewedElsewhere],
            ),
            // It can't go on a request, for whoever gets hold of it.
            (Some(good("a\n1")), None, [Exchange, Exchange, Adopt]),
            (
                Some(good("a2").token_type("mac")),
                Some(good("a1")),
                [Exchange, Exchange, Adopt],
            ),
            (Some(TokenSet::new("a\n1")), None, [Adopt, Exchange, Adopt]),
            // Somebody has.
            (Some(good("a2")), Some(good("a1")), [Adopt, Adopt, Adopt]),
            (Some(good("a2")), Some(over("a1")), [Adopt, Adopt, Adopt]),
            // And that is over again.
            (
                Some(over("a2")),
                Some(over("a1")),
                [Exchange, Exchange, RenewedElsewhere],
            ),
            // There is nothing to renew it with.
            (
                Some(bare_for("a1", 0)),
                None,
                [NoRefreshToken, Exchange, NoRefreshToken],
            ),
            (
                Some(TokenSet::new("a1")),
                Some(TokenSet::new("a1").refresh_token("r")),
                [NoRefreshToken, Exchange, NoRefreshToken],
            ),
            (
                Some(bare_for("a1", 61)),
                Some(bare_for("a1", 61)),
                [NoRefreshToken, Exchange, NoRefreshToken],
            ),
            // It is renewed ahead of time, for all we know.
            (
                Some(bare_for("a1", 60)),
                Some(bare_for("a1", 60)),
                [LetItRunOut, Exchange, LetItRunOut],
            ),
            (
                Some(bare_for("a1", 1)),
                Some(bare_for("a1", 1)),
                [LetItRunOut, Exchange, LetItRunOut],
            ),
        ];
        for (row, (found, stale, expected)) in table.iter().enumerate() {
            let steps = [RefreshToken, AsTheGrantSees, SomebodyElse].map(|means| {
                step(Facts {
                    found: found.as_ref(),
                    stale: stale.as_ref(),
                    now: now(),
                    means,
                })
            });
            assert_eq!(steps, *expected, "row {row}");
        }
    }
}
