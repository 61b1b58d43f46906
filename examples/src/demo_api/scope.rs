//! What a token may do (RFC 6749 §3.3).

use serde::{Serialize, Serializer};

/// What a token may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Scope {
    /// Reads and writes messages.
    #[default]
    Messages,
    /// Reads messages.
    ReadMessages,
}

/// One of the words wished for is not a scope of this server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct UnknownScope;

impl Scope {
    /// The scope that a list of words asks for.
    pub(super) fn parse(words: &str) -> Result<Self, UnknownScope> {
        let mut widest = None;
        for word in words.split(' ').filter(|word| !word.is_empty()) {
            let scope = match word {
                "messages" => Self::Messages,
                "messages.read" => Self::ReadMessages,
                _ => return Err(UnknownScope),
            };
            widest = widest
                .filter(|widest: &Self| widest.covers(scope))
                .or(Some(scope));
        }
        widest.ok_or(UnknownScope)
    }

    /// The scope wished for, or else the usual one.
    pub(super) fn wished(words: Option<&str>) -> Result<Self, UnknownScope> {
        words.map_or(Ok(Self::default()), Self::parse)
    }

    pub(super) fn covers(self, other: Self) -> bool {
        self == Self::Messages || other == Self::ReadMessages
    }

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Messages => "messages",
            Self::ReadMessages => "messages.read",
        }
    }
}

impl Serialize for Scope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_widest_word_counts_and_an_unknown_one_spoils_the_list() {
        for (words, scope) in [
            ("messages", Ok(Scope::Messages)),
            ("messages.read", Ok(Scope::ReadMessages)),
            ("messages.read messages", Ok(Scope::Messages)),
            ("messages messages.read", Ok(Scope::Messages)),
            ("messages admin", Err(UnknownScope)),
            ("Messages", Err(UnknownScope)),
            (" ", Err(UnknownScope)),
        ] {
            assert_eq!(Scope::parse(words), scope, "{words}");
        }
        assert_eq!(Scope::wished(None), Ok(Scope::Messages));
    }

    #[test]
    fn who_may_write_may_read_and_not_the_other_way_round() {
        assert!(Scope::Messages.covers(Scope::ReadMessages));
        assert!(Scope::Messages.covers(Scope::Messages));
        assert!(Scope::ReadMessages.covers(Scope::ReadMessages));
        assert!(!Scope::ReadMessages.covers(Scope::Messages));
    }
}
