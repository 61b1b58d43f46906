//! What sessions promise, by a clock of the tests.

use super::*;

mod clients;
mod revocation;

const LIFETIME: Duration = Duration::from_secs(60);
const LEEWAY: Duration = Duration::from_secs(10);

fn pair(n: u32) -> TokenPair {
    TokenPair {
        access: Secret::new(format!("access-{n}")),
        refresh: Secret::new(format!("refresh-{n}")),
    }
}

fn issued(n: u32) -> Issued {
    Issued {
        access: pair(n).access,
        refresh: Some(pair(n).refresh),
        scope: Scope::Messages,
        expires_in: LIFETIME,
    }
}

/// A user who signed in without a client.
fn user(name: &str) -> Grantee {
    Grantee {
        name: name.to_owned(),
        client: None,
        scope: Scope::Messages,
    }
}

/// Ada, through a client.
fn ada_by(client: &str, scope: Scope) -> Grantee {
    Grantee {
        client: Some(client.to_owned()),
        scope,
        ..user("ada")
    }
}

/// A refresh by who shows no client, for what the session may do.
fn refresh(
    sessions: &mut Sessions,
    token: &str,
    n: u32,
    now: Instant,
) -> Result<Refreshed, RefreshRefused> {
    sessions.refresh(token, None, None, pair(n), now)
}

fn holder(sessions: &Sessions, token: &str, now: Instant) -> Result<String, AccessRefused> {
    sessions.holder(token, now).map(|(name, _)| name.to_owned())
}

/// Sessions in which ada holds pair 1.
fn with_ada(leeway: Duration, now: Instant) -> Sessions {
    let mut sessions = Sessions::new(LIFETIME, leeway);
    assert_eq!(sessions.open(user("ada"), pair(1), now).1, issued(1));
    sessions
}

#[test]
fn an_access_token_is_good_until_its_lifetime_is_over() {
    let now = Instant::now();
    let sessions = with_ada(LEEWAY, now);
    assert_eq!(
        holder(
            &sessions,
            "access-1",
            now + LIFETIME.saturating_sub(Duration::from_nanos(1))
        ),
        Ok("ada".to_owned())
    );
    assert_eq!(
        holder(&sessions, "access-1", now + LIFETIME),
        Err(AccessRefused::Expired)
    );
    assert_eq!(
        holder(&sessions, "refresh-1", now),
        Err(AccessRefused::Unknown)
    );
}

#[test]
fn a_refresh_rotates_both_tokens_and_leaves_the_old_access_token_alone() {
    let now = Instant::now();
    let mut sessions = with_ada(Duration::ZERO, now);
    assert_eq!(
        refresh(&mut sessions, "refresh-1", 2, now),
        Ok(Refreshed::Rotated(issued(2)))
    );
    assert_eq!(
        refresh(&mut sessions, "refresh-2", 3, now),
        Ok(Refreshed::Rotated(issued(3)))
    );
    for access in ["access-1", "access-2", "access-3"] {
        assert_eq!(holder(&sessions, access, now), Ok("ada".to_owned()));
    }
}

#[test]
fn an_expired_access_token_does_not_hinder_the_refresh() {
    let now = Instant::now();
    let mut sessions = with_ada(LEEWAY, now);
    assert_eq!(
        refresh(&mut sessions, "refresh-1", 2, now + LIFETIME * 100),
        Ok(Refreshed::Rotated(issued(2)))
    );
}

#[test]
fn reuse_revokes_the_whole_session_and_no_other() {
    let now = Instant::now();
    let mut sessions = with_ada(Duration::ZERO, now);
    sessions.open(user("ada"), pair(9), now);
    assert!(refresh(&mut sessions, "refresh-1", 2, now).is_ok());
    assert_eq!(
        refresh(&mut sessions, "refresh-1", 3, now),
        Err(RefreshRefused::Reused)
    );

    assert_eq!(
        refresh(&mut sessions, "refresh-2", 4, now),
        Err(RefreshRefused::Unknown)
    );
    assert_eq!(
        refresh(&mut sessions, "refresh-1", 4, now),
        Err(RefreshRefused::Unknown)
    );
    for access in ["access-1", "access-2", "access-3"] {
        assert_eq!(holder(&sessions, access, now), Err(AccessRefused::Unknown));
    }
    assert_eq!(holder(&sessions, "access-9", now), Ok("ada".to_owned()));
    assert_eq!(
        refresh(&mut sessions, "refresh-9", 5, now),
        Ok(Refreshed::Rotated(issued(5)))
    );
}

#[test]
fn reuse_within_the_leeway_gives_the_same_successor_and_its_true_remaining_time() {
    let now = Instant::now();
    let mut sessions = with_ada(LEEWAY, now);
    assert!(refresh(&mut sessions, "refresh-1", 2, now).is_ok());
    // The successor has been spent itself: the predecessor's leeway still runs.
    assert!(refresh(&mut sessions, "refresh-2", 3, now).is_ok());

    let later = Duration::from_secs(4);
    let repeated = Refreshed::Repeated(Issued {
        expires_in: LIFETIME.saturating_sub(later),
        ..issued(2)
    });
    assert_eq!(
        refresh(&mut sessions, "refresh-1", 4, now + later),
        Ok(repeated)
    );
    assert_eq!(
        holder(&sessions, "access-4", now),
        Err(AccessRefused::Unknown)
    );
}

#[test]
fn the_leeway_counts_from_the_first_use_and_ends() {
    let now = Instant::now();
    let mut sessions = with_ada(LEEWAY, now);
    assert!(refresh(&mut sessions, "refresh-1", 2, now).is_ok());
    assert!(
        refresh(
            &mut sessions,
            "refresh-1",
            3,
            now + LEEWAY.saturating_sub(Duration::from_nanos(1))
        )
        .is_ok()
    );
    assert_eq!(
        refresh(&mut sessions, "refresh-1", 4, now + LEEWAY),
        Err(RefreshRefused::Reused)
    );
    assert_eq!(
        holder(&sessions, "access-2", now + LEEWAY),
        Err(AccessRefused::Unknown)
    );
}

#[test]
fn a_successor_that_was_expired_is_repeated_with_no_time_left() {
    let now = Instant::now();
    let mut sessions = with_ada(LEEWAY, now);
    assert!(refresh(&mut sessions, "refresh-1", 2, now).is_ok());
    assert_eq!(sessions.expire(None, now), 2);
    let repeated = Refreshed::Repeated(Issued {
        expires_in: Duration::ZERO,
        ..issued(2)
    });
    assert_eq!(refresh(&mut sessions, "refresh-1", 3, now), Ok(repeated));
}

#[test]
fn expire_ends_access_tokens_of_one_user_and_keeps_refresh_tokens() {
    let now = Instant::now();
    let mut sessions = with_ada(LEEWAY, now);
    sessions.open(user("grace"), pair(9), now);
    assert_eq!(sessions.expire(Some("ada"), now), 1);
    assert_eq!(sessions.expire(Some("ada"), now), 0);
    assert_eq!(sessions.expire(Some("nobody"), now), 0);
    assert_eq!(
        holder(&sessions, "access-1", now),
        Err(AccessRefused::Expired)
    );
    assert_eq!(holder(&sessions, "access-9", now), Ok("grace".to_owned()));
    assert_eq!(
        refresh(&mut sessions, "refresh-1", 2, now),
        Ok(Refreshed::Rotated(issued(2)))
    );
    assert_eq!(holder(&sessions, "access-2", now), Ok("ada".to_owned()));
}

#[test]
fn revoke_ends_the_sessions_of_one_user_or_of_all() {
    let now = Instant::now();
    let mut sessions = with_ada(LEEWAY, now);
    sessions.open(user("grace"), pair(9), now);
    assert_eq!(sessions.revoke(Some("ada")), 1);
    assert_eq!(
        holder(&sessions, "access-1", now),
        Err(AccessRefused::Unknown)
    );
    assert_eq!(
        refresh(&mut sessions, "refresh-1", 2, now),
        Err(RefreshRefused::Unknown)
    );
    assert_eq!(holder(&sessions, "access-9", now), Ok("grace".to_owned()));

    sessions.open(user("ada"), pair(3), now);
    assert_eq!(sessions.revoke(None), 2);
    assert_eq!(
        holder(&sessions, "access-9", now),
        Err(AccessRefused::Unknown)
    );
}

#[test]
fn the_longest_lifetime_does_not_overflow() {
    let now = Instant::now();
    let mut sessions = Sessions::new(Duration::MAX, Duration::MAX);
    sessions.open(user("ada"), pair(1), now);
    assert_eq!(
        holder(&sessions, "access-1", now + LIFETIME),
        Ok("ada".to_owned())
    );
    assert!(refresh(&mut sessions, "refresh-1", 2, now).is_ok());
    assert!(refresh(&mut sessions, "refresh-1", 3, now + LIFETIME).is_ok());
}
