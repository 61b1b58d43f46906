//! Whatever is printed reads as the same.

use proptest::prelude::*;

use super::*;

fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

fn token_sets() -> impl Strategy<Value = TokenSet> {
    let text = || proptest::option::of("\\PC{1,20}");
    let expiry = proptest::option::of(0..10_000_000_000_u64);
    let members = proptest::collection::btree_map("x_[a-z]{1,8}", "\\PC{0,20}", 0..4);
    (
        "\\PC{1,40}",
        text(),
        text(),
        text(),
        expiry,
        members,
        ".{1,40}",
    )
        .prop_map(
            |(access, refresh, scope, token_type, expiry, members, session)| {
                let mut tokens = TokenSet::new(access).in_session(session.as_str());
                if let Some(refresh) = refresh {
                    tokens = tokens.refresh_token(refresh);
                }
                if let Some(scope) = scope {
                    tokens = tokens.scope(scope);
                }
                if let Some(token_type) = token_type {
                    tokens = tokens.token_type(token_type);
                }
                if let Some(seconds) = expiry {
                    tokens =
                        tokens.expires_at(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
                }
                for (name, value) in members {
                    tokens = tokens.with_member(name, value);
                }
                tokens
            },
        )
}

fn plain(tokens: &TokenSet) -> impl PartialEq + std::fmt::Debug {
    (
        tokens.access().expose_secret().to_owned(),
        tokens
            .refresh()
            .map(|token| token.expose_secret().to_owned()),
        tokens.scheme().to_owned(),
        tokens.scope.clone(),
        tokens.expiry(),
        tokens.members.to_map(),
        SessionId::clone(tokens.session()),
    )
}

proptest! {
    #[test]
    fn what_is_printed_reads_as_the_same(tokens in token_sets(), marked: bool) {
        let mut stored = StoredTokens::new(tokens.clone());
        let mark = RefreshMark::of(&tokens).filter(|_| marked);
        if let Some(mark) = mark.clone() {
            stored = stored.mark(mark);
        }
        let again = parse(print(&stored).expose_secret().as_bytes(), now()).unwrap();
        let again = again.stored;
        prop_assert_eq!(plain(again.tokens()), plain(&tokens));
        prop_assert_eq!(again.refresh_mark(), mark.as_ref());
    }

    #[test]
    fn whatever_is_read_is_tokens_or_a_typed_error(bytes: Vec<u8>) {
        let _ = parse(&bytes, now());
        let _ = parse_answer(&bytes, now());
    }
}
