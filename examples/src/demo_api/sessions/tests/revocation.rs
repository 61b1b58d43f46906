//! Tokens that are given back.

use super::*;

#[test]
fn a_revoked_refresh_token_ends_its_session_spent_or_not() {
    let now = Instant::now();
    for token in ["refresh-1", "refresh-2"] {
        let mut sessions = with_ada(LEEWAY, now);
        sessions.open(user("ada"), pair(9), now);
        assert!(refresh(&mut sessions, "refresh-1", 2, now).is_ok());
        assert_eq!(sessions.revoke_token(token, None), Ok(Revoked::Session));
        for access in ["access-1", "access-2"] {
            let refused = holder(&sessions, access, now);
            assert_eq!(refused, Err(AccessRefused::Unknown), "{token}");
        }
        assert_eq!(holder(&sessions, "access-9", now), Ok("ada".to_owned()));
        assert_eq!(sessions.revoke_token(token, None), Ok(Revoked::Nothing));
    }
}

#[test]
fn a_revoked_access_token_ends_alone() {
    let now = Instant::now();
    let mut sessions = with_ada(LEEWAY, now);
    assert!(refresh(&mut sessions, "refresh-1", 2, now).is_ok());
    let revoked = sessions.revoke_token("access-2", None);
    assert_eq!(revoked, Ok(Revoked::AccessToken));
    let refused = holder(&sessions, "access-2", now);
    assert_eq!(refused, Err(AccessRefused::Unknown));
    assert_eq!(holder(&sessions, "access-1", now), Ok("ada".to_owned()));
    // Who comes again within the leeway learns that no time is left.
    let repeated = Issued {
        expires_in: Duration::ZERO,
        ..issued(2)
    };
    let again = refresh(&mut sessions, "refresh-1", 3, now);
    assert_eq!(again, Ok(Refreshed::Repeated(repeated)));
    assert!(refresh(&mut sessions, "refresh-2", 4, now).is_ok());
}

#[test]
fn a_client_revokes_its_own_tokens_alone() {
    let now = Instant::now();
    let mut sessions = Sessions::new(LIFETIME, LEEWAY);
    sessions.open(ada_by("cli", Scope::Messages), pair(1), now);
    for token in ["access-1", "refresh-1"] {
        for client in [None, Some("other")] {
            assert_eq!(sessions.revoke_token(token, client), Err(AnotherClient));
        }
    }
    assert_eq!(holder(&sessions, "access-1", now), Ok("ada".to_owned()));
    let revoked = sessions.revoke_token("refresh-1", Some("cli"));
    assert_eq!(revoked, Ok(Revoked::Session));
}
