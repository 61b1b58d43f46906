//! For whom a request is made, and whether its answer is theirs: pure functions.

use request_context::Principal;

use crate::Scope;

/// What is known of a request before it is sent.
#[derive(Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "they are independent facts")]
pub(crate) struct Facts {
    /// Whom the cache's own closure names.
    pub(crate) named: Option<Principal>,
    /// Whom the layers above name.
    pub(crate) at_the_rim: Option<Principal>,
    /// It carries a credential that its caller has put on, or names one for the layers below.
    pub(crate) carries_own: bool,
    /// It names a credential for the layers below, in place of the usual one.
    pub(crate) is_given_another: bool,
    /// It goes to where no layer below puts a credential on, or is marked as wanting none.
    pub(crate) is_without: bool,
    /// All requests are authenticated in a way that can't be seen from here.
    pub(crate) authenticated: bool,
}

/// For whom a request is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) scope: Scope,
    /// The cache's own closure has named it, which has seen the request.
    pub(crate) vouched: bool,
}

/// What the layers below have told of the credential that they sent.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    pub(crate) credential: bool,
    pub(crate) principal: Option<Principal>,
}

/// For whom a request is made. None if that can't be known: nothing stored may answer it, and its answer is not stored.
pub(crate) fn identity(facts: Facts) -> Option<Identity> {
    if facts.is_given_another {
        return None;
    }
    if let Some(principal) = facts.named {
        return Some(Identity {
            scope: Scope::Principal(principal),
            vouched: true,
        });
    }
    if facts.carries_own {
        return None;
    }
    let principal = facts.at_the_rim.filter(|_| !facts.is_without);
    let scope = match principal {
        Some(principal) => Scope::Principal(principal),
        None if facts.authenticated => return None,
        None => Scope::Anonymous,
    };
    Some(Identity {
        scope,
        vouched: false,
    })
}

impl Identity {
    /// Whether an answer to what was sent is for whom it was asked. Someone else may have signed in meanwhile.
    pub(crate) fn is_that_of(&self, sent: &Sent) -> bool {
        match &self.scope {
            Scope::Anonymous => !sent.credential,
            Scope::Principal(principal) if sent.credential || !self.vouched => {
                sent.principal.as_ref() == Some(principal)
            }
            Scope::Principal(_) => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ada() -> Principal {
        Principal::new("ada")
    }

    #[test]
    fn a_request_is_its_principals_or_nobodys_or_not_for_the_cache() {
        let with = |facts: &[fn(&mut Facts)]| {
            let mut all = Facts::default();
            for fact in facts {
                fact(&mut all);
            }
            Some(identity(all)?.scope)
        };
        let rim: fn(&mut Facts) = |facts| facts.at_the_rim = Some(ada());
        let named: fn(&mut Facts) = |facts| facts.named = Some(ada());
        let own: fn(&mut Facts) = |facts| facts.carries_own = true;
        let another: fn(&mut Facts) = |facts| facts.is_given_another = true;
        let unseen: fn(&mut Facts) = |facts| facts.authenticated = true;
        let without: fn(&mut Facts) = |facts| facts.is_without = true;

        let adas = || Some(Scope::Principal(ada()));
        let nobodys = || Some(Scope::Anonymous);
        assert_eq!(with(&[]), nobodys());
        assert_eq!(with(&[rim]), adas());
        assert_eq!(with(&[named]), adas());
        assert_eq!(with(&[own]), None);
        assert_eq!(with(&[own, rim]), None, "the session is not who asks");
        assert_eq!(with(&[own, named]), adas());
        assert_eq!(with(&[another, own, named, rim]), None);
        assert_eq!(with(&[unseen]), None);
        assert_eq!(with(&[unseen, rim]), adas());
        assert_eq!(with(&[unseen, named]), adas());
        assert_eq!(with(&[without, rim]), nobodys());
        assert_eq!(with(&[without, rim, named]), adas());
        assert_eq!(with(&[without, unseen, rim]), None);
        assert_eq!(with(&[without, own]), None);
        assert_eq!(with(&[without, own, named]), adas());
    }

    #[test]
    fn an_answer_is_theirs_whose_credential_was_sent() {
        let identity = |scope, vouched| Identity { scope, vouched };
        let nobody = Sent::default;
        let of = |name: &'static str| Sent {
            credential: true,
            principal: Some(Principal::new(name)),
        };
        let unnamed = || Sent {
            credential: true,
            principal: None,
        };
        let rim = identity(Scope::Principal(ada()), false);
        let vouched = identity(Scope::Principal(ada()), true);
        let anonymous = identity(Scope::Anonymous, false);
        for (sent, of_rim, of_vouched, of_anonymous) in [
            (nobody(), false, true, true),
            (of("ada"), true, true, false),
            (of("bob"), false, false, false),
            (unnamed(), false, false, false),
        ] {
            assert_eq!(rim.is_that_of(&sent), of_rim, "{sent:?}");
            assert_eq!(vouched.is_that_of(&sent), of_vouched, "{sent:?}");
            assert_eq!(anonymous.is_that_of(&sent), of_anonymous, "{sent:?}");
        }
    }
}
