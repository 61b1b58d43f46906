//! Tables of odd answers.

use super::*;

const NOW: Duration = Duration::from_secs(1_800_000_000);

fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + NOW
}

fn answer(json: &str) -> Result<TokenSet, InvalidTokens> {
    parse_answer(json.as_bytes(), now())
}

fn with(members: &str) -> Result<TokenSet, InvalidTokens> {
    answer(&format!(r#"{{"access_token":"a1",{members}}}"#))
}

#[test]
fn an_expiry_is_read_in_each_way_that_servers_write_it() {
    let after = |seconds| now().checked_add(Duration::from_secs_f64(seconds));
    let table = [
        (r#""expires_in":3600"#, after(3600.0)),
        (r#""expires_in":"3600""#, after(3600.0)),
        (r#""expires_in":" 3600 ""#, after(3600.0)),
        (r#""expires_in":3600.5"#, after(3600.5)),
        (r#""expires_in":3.6e3"#, after(3600.0)),
        (r#""expires_in":0"#, after(0.0)),
        (r#""expires_in":-5"#, after(0.0)),
        (r#""expires_in":"-5""#, after(0.0)),
        (r#""expires_in":null"#, None),
        (r#""expires_in":1e300"#, None),
        (r#""expires_in":18446744073709551615"#, None),
        (r#""expires_at":1800000060"#, after(60.0)),
        (r#""expires_at":"1800000060""#, after(60.0)),
        (r#""expires_at":null,"expires_in":60"#, after(60.0)),
        (r#""expires_in":60,"expires_at":1800000001"#, after(1.0)),
        (r#""expires_at":-1"#, Some(SystemTime::UNIX_EPOCH)),
        (r#""scope":"a""#, None),
    ];
    for (members, expected) in table {
        assert_eq!(with(members).unwrap().expiry(), expected, "{members}");
    }
}

#[test]
fn a_number_that_is_none_is_refused_by_its_name() {
    for value in [
        r#""soon""#,
        r#""""#,
        r#""NaN""#,
        r#""inf""#,
        "true",
        "[]",
        "{}",
    ] {
        for name in ["expires_in", "expires_at"] {
            let refused = with(&format!(r#""{name}":{value}"#)).unwrap_err();
            assert_eq!(refused, InvalidTokens::Member(name), "{name}: {value}");
        }
    }
}

#[test]
fn the_other_members_are_read_leniently_where_servers_are_sloppy() {
    let bare = answer(r#"{"access_token":"a1"}"#).unwrap();
    assert_eq!(bare.scheme(), "Bearer");
    assert!(bare.refresh().is_none());
    assert_eq!(bare.scopes().count(), 0);

    let nothing = with(r#""refresh_token":null,"token_type":null,"scope":null"#).unwrap();
    assert_eq!(nothing.scheme(), "Bearer");
    assert!(nothing.refresh().is_none());
    assert!(with(r#""refresh_token":"""#).unwrap().refresh().is_none());

    for scope in [
        r#""read  write""#,
        r#"["read","write"]"#,
        r#"["read write"]"#,
    ] {
        let tokens = with(&format!(r#""scope":{scope}"#)).unwrap();
        assert_eq!(tokens.scopes().collect::<Vec<_>>(), ["read", "write"]);
    }
    for scope in [r#""""#, "[]", r#"[""]"#] {
        let tokens = with(&format!(r#""scope":{scope}"#)).unwrap();
        assert_eq!(tokens.scope, None, "{scope}");
    }
}

#[test]
fn what_is_no_answer_is_refused_by_place_or_name() {
    let table = [
        ("", "an early end", 1, 0),
        (r#"{"access_token":"a"#, "an early end", 1, 18),
        ("[]", "another type", 1, 0),
        (r#"[{"access_token":"a1"}]"#, "another type", 1, 0),
        ("null", "another type", 1, 4),
        (r#""a1""#, "another type", 1, 4),
        ("<!DOCTYPE html>\n<html>", "a syntax error", 1, 1),
        ("{\"access_token\":\"a1\"}\n{}", "a syntax error", 2, 1),
        ("{\n  \"access_token\": a1\n}", "a syntax error", 2, 19),
        ("\u{feff}{}", "a syntax error", 1, 1),
    ];
    for (json, category, line, column) in table {
        let expected = InvalidTokens::NotJson {
            category,
            line,
            column,
        };
        assert_eq!(answer(json).unwrap_err(), expected, "{json}");
    }
    for (json, name) in [
        ("{}", "access_token"),
        (r#"{"access_token":null}"#, "access_token"),
        (r#"{"access_token":""}"#, "access_token"),
        (r#"{"access_token":7}"#, "access_token"),
        (
            r#"{"access_token":"a1","refresh_token":[]}"#,
            "refresh_token",
        ),
        (r#"{"access_token":"a1","token_type":1}"#, "token_type"),
        (r#"{"access_token":"a1","scope":{}}"#, "scope"),
        (r#"{"access_token":"a1","scope":["a",1]}"#, "scope"),
    ] {
        assert_eq!(
            answer(json).unwrap_err(),
            InvalidTokens::Member(name),
            "{json}"
        );
    }
}

#[test]
fn no_error_shows_what_it_read() {
    for json in [
        r#"{"access_token":["hunter2"]}"#,
        r#"{"access_token":"hunter2","#,
        r#"{"access_token":hunter2}"#,
        r#""hunter2""#,
        "hunter2",
    ] {
        let error = answer(json).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{json}");
    }
}

#[test]
fn an_answer_is_a_new_session_whatever_its_server_calls_a_session() {
    for session in [r#""s1""#, r#"{"user":"ann"}"#, "7"] {
        let members = format!(r#""session":{session},"refresh_under_way_sha256":[]"#);
        let tokens = with(&members).unwrap();
        assert_eq!(tokens.session().as_str().len(), 32);
        assert_eq!(tokens.member("session"), None);
        // Even one with the same tokens is another sign-in.
        assert_ne!(tokens.session(), with(&members).unwrap().session());
    }
}

#[test]
fn what_a_store_keeps_tells_its_session_and_its_mark() {
    let kept = TokenSet::new("a1").refresh_token("r1");
    let mark = RefreshMark::of(&kept).unwrap();
    let json = print(&StoredTokens::new(kept.clone()).mark(mark));
    let again = parse(json.expose_secret().as_bytes(), now()).unwrap();
    let again = again.stored;
    assert_eq!(again.tokens().session(), kept.session());
    assert!(again.may_be_spent());

    for json in [
        r#"{"access_token":"a1","session":7}"#,
        r#"{"access_token":"a1","refresh_under_way_sha256":7}"#,
    ] {
        assert!(parse(json.as_bytes(), now()).is_err(), "{json}");
    }
}

#[test]
fn what_has_no_session_has_that_of_its_refresh_token_or_else_of_its_access_token() {
    let session = |members: &str| {
        let json = format!("{{{members}}}");
        let parsed = parse(json.as_bytes(), now()).unwrap();
        parsed.stored.tokens().session().clone()
    };
    let first = session(r#""access_token":"a1","refresh_token":"r1""#);
    assert_eq!(first.as_str().len(), 32);
    for same in [
        r#""access_token":"a2","refresh_token":"r1","scope":"x""#,
        r#""access_token":"a1","refresh_token":"r1","session":"""#,
        r#""access_token":"a1","refresh_token":"r1","session":null"#,
    ] {
        assert_eq!(session(same), first, "{same}");
    }
    let bare = session(r#""access_token":"a1""#);
    assert_eq!(session(r#""access_token":"a1","expires_in":1"#), bare);
    for other in [
        bare,
        session(r#""access_token":"a2""#),
        session(r#""access_token":"a1","refresh_token":"r2""#),
    ] {
        assert_ne!(other, first);
    }
}

#[test]
fn what_was_read_tells_whether_its_expiry_counts_from_now() {
    for (members, relative) in [
        ("", false),
        (r#","expires_in":60"#, true),
        (r#","expires_in":60,"expires_at":1"#, false),
        (r#","expires_at":1"#, false),
    ] {
        let json = format!(r#"{{"access_token":"a1"{members}}}"#);
        let parsed = parse(json.as_bytes(), now()).unwrap();
        assert_eq!(parsed.expiry_is_relative, relative, "{members}");
    }
}

#[test]
fn a_mark_makes_the_text_as_much_longer_as_is_said() {
    let kept = StoredTokens::new(TokenSet::new("a1").refresh_token("r1"));
    let mark = RefreshMark::of(kept.tokens()).unwrap();
    let length = |stored: &StoredTokens| print(stored).expose_secret().len();
    assert_eq!(
        length(&kept) + MARK_LENGTH,
        length(&kept.clone().mark(mark))
    );
}

#[test]
fn a_further_member_never_passes_for_one_that_has_a_meaning() {
    for name in crate::members::KNOWN {
        let tokens = TokenSet::new("a1").with_member(name, "x").in_session("s1");
        let json = print(&StoredTokens::new(tokens));
        let expected = r#"{"access_token":"a1","session":"s1","token_type":"Bearer"}"#;
        assert_eq!(json.expose_secret(), expected, "{name}");
    }
}
