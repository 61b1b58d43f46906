//! What a client has to do with it: whose tokens they are, and for what.

use super::*;

#[test]
fn tokens_of_a_client_are_refreshed_by_that_client_alone() {
    let now = Instant::now();
    let mut sessions = Sessions::new(LIFETIME, Duration::ZERO);
    sessions.open(ada_by("cli", Scope::Messages), pair(1), now);
    for client in [None, Some("other")] {
        let refused = sessions.refresh("refresh-1", client, None, pair(2), now);
        assert_eq!(refused, Err(RefreshRefused::AnotherClient));
    }
    let refreshed = sessions.refresh("refresh-1", Some("cli"), None, pair(2), now);
    assert_eq!(refreshed, Ok(Refreshed::Rotated(issued(2))));
    // A token that was spent is no reason to end the session when a stranger brings it.
    let refused = sessions.refresh("refresh-1", Some("other"), None, pair(3), now);
    assert_eq!(refused, Err(RefreshRefused::AnotherClient));
    assert_eq!(holder(&sessions, "access-2", now), Ok("ada".to_owned()));
}

#[test]
fn tokens_of_no_client_are_refreshed_by_any() {
    let now = Instant::now();
    let mut sessions = with_ada(Duration::ZERO, now);
    let refreshed = sessions.refresh("refresh-1", Some("cli"), None, pair(2), now);
    assert_eq!(refreshed, Ok(Refreshed::Rotated(issued(2))));
}

#[test]
fn a_narrower_scope_is_that_of_one_access_token_and_a_wider_one_is_refused() {
    let now = Instant::now();
    let mut sessions = with_ada(LEEWAY, now);
    let narrow = Issued {
        scope: Scope::ReadMessages,
        ..issued(2)
    };
    let read = Some(Scope::ReadMessages);
    let refreshed = sessions.refresh("refresh-1", None, read, pair(2), now);
    assert_eq!(refreshed, Ok(Refreshed::Rotated(narrow)));
    let held = sessions.holder("access-2", now);
    assert_eq!(held, Ok(("ada", Scope::ReadMessages)));
    // The session has lost nothing.
    let refreshed = refresh(&mut sessions, "refresh-2", 3, now);
    assert_eq!(refreshed, Ok(Refreshed::Rotated(issued(3))));

    sessions.open(ada_by("cli", Scope::ReadMessages), pair(7), now);
    let wide = Some(Scope::Messages);
    let refused = sessions.refresh("refresh-7", Some("cli"), wide, pair(8), now);
    assert_eq!(refused, Err(RefreshRefused::ScopeExceeded));
    // The token is not spent.
    let refreshed = sessions.refresh("refresh-7", Some("cli"), read, pair(8), now);
    assert!(matches!(refreshed, Ok(Refreshed::Rotated(_))));
}

#[test]
fn a_session_without_a_refresh_token_has_its_one_access_token() {
    let now = Instant::now();
    let mut sessions = Sessions::new(LIFETIME, LEEWAY);
    let client = Grantee {
        client: Some("service".to_owned()),
        ..user("service")
    };
    let given = sessions.open_without_refresh(client, pair(1).access, now);
    let expected = Issued {
        refresh: None,
        ..issued(1)
    };
    assert_eq!(given, expected);
    assert_eq!(holder(&sessions, "access-1", now), Ok("service".to_owned()));
    let expired = holder(&sessions, "access-1", now + LIFETIME);
    assert_eq!(expired, Err(AccessRefused::Expired));
}
