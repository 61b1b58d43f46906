//! The modes of the http-cache crates.

use std::time::Duration;

use http_cache::CacheMode as Theirs;

use crate::CacheMode;

/// For `IgnoreRules`: longer than anyone keeps an answer.
const AS_GOOD_AS_EVER: Duration = Duration::from_secs(10 * 365 * 24 * 3600);

impl From<Theirs> for CacheMode {
    /// The mode of the same name. Of `IgnoreRules`, [`force_cache`](CacheMode::force_cache) for answers that say nothing comes
    /// nearest: what says `no-store` is not stored all the same.
    fn from(mode: Theirs) -> Self {
        match mode {
            Theirs::Default => Self::new(),
            Theirs::NoStore => Self::no_store(),
            Theirs::Reload => Self::reload(),
            Theirs::NoCache => Self::no_cache(),
            Theirs::ForceCache => Self::force_cache(),
            Theirs::OnlyIfCached => Self::only_if_cached(),
            Theirs::IgnoreRules => Self::force_cache().fresh_for(AS_GOOD_AS_EVER),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Word;

    #[test]
    fn each_mode_becomes_the_one_of_its_name() {
        for (theirs, word, fresh_for) in [
            (Theirs::Default, Word::Default, None),
            (Theirs::NoStore, Word::NoStore, None),
            (Theirs::Reload, Word::Reload, None),
            (Theirs::NoCache, Word::NoCache, None),
            (Theirs::ForceCache, Word::ForceCache, None),
            (Theirs::OnlyIfCached, Word::OnlyIfCached, None),
            (Theirs::IgnoreRules, Word::ForceCache, Some(AS_GOOD_AS_EVER)),
        ] {
            let ours = CacheMode::from(theirs);
            assert_eq!((ours.word, ours.fresh_for), (word, fresh_for), "{theirs:?}");
        }
    }
}
