//! Tokens that were bought and could not be saved.

use std::sync::{Mutex, MutexGuard, PoisonError};

use secrecy::{ExposeSecret, SecretString};
use token_store::TokenSet;

/// Keeps tokens in memory that the store could not keep, until it can. The tokens that they succeed may be spent, so nothing
/// else may be bought with those.
#[derive(Default)]
pub(crate) struct Unsaved(Mutex<Option<Succession>>);

struct Succession {
    former: Option<TokenSet>,
    tokens: TokenSet,
}

impl Unsaved {
    pub(crate) fn keep(&self, former: Option<TokenSet>, tokens: TokenSet) {
        *self.slot() = Some(Succession { former, tokens });
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.slot().is_none()
    }

    /// The tokens that succeed those in the store. When it holds others by now, somebody has signed in, signed out or
    /// refreshed since: then what is kept here is of no use any more, and is forgotten.
    pub(crate) fn successor_of(&self, found: Option<&TokenSet>) -> Option<TokenSet> {
        let mut slot = self.slot();
        if let Some(succession) = &*slot
            && same(succession.former.as_ref(), found)
        {
            return Some(succession.tokens.clone());
        }
        *slot = None;
        None
    }

    pub(crate) fn forget(&self) {
        *self.slot() = None;
    }

    fn slot(&self) -> MutexGuard<'_, Option<Succession>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn same(one: Option<&TokenSet>, other: Option<&TokenSet>) -> bool {
    let key = |tokens: &TokenSet| {
        let refresh = tokens.refresh().map(exposed);
        (exposed(tokens.access()), refresh, tokens.session().clone())
    };
    one.map(key) == other.map(key)
}

fn exposed(secret: &SecretString) -> String {
    secret.expose_secret().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_succeeds_the_very_tokens_it_was_bought_with() {
        let former = TokenSet::new("a1").refresh_token("r1");
        let others = [
            None,
            Some(former.renewed("a2")),
            Some(former.renewed("a1").refresh_token("r2")),
            Some(TokenSet::new("a1").refresh_token("r1")),
        ];
        for other in others {
            let unsaved = Unsaved::default();
            unsaved.keep(Some(former.clone()), former.renewed("a2"));
            assert!(unsaved.successor_of(Some(&former)).is_some());
            assert!(unsaved.successor_of(other.as_ref()).is_none());
            assert!(unsaved.is_empty());
        }
    }

    #[test]
    fn the_first_tokens_succeed_none() {
        let unsaved = Unsaved::default();
        unsaved.keep(None, TokenSet::new("a1"));
        assert!(unsaved.successor_of(None).is_some());
        unsaved.forget();
        assert!(unsaved.successor_of(None).is_none());
    }
}
