//! What codes buy, by a clock of the tests.

use super::*;
use crate::demo_api::sessions::AccessRefused;

const LIFETIME: Duration = Duration::from_secs(60);
const URI: &str = "http://127.0.0.1:4711/callback";
// RFC 7636 appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

const RIGHT: Redemption<'_> = Redemption {
    code: "code",
    client: "cli",
    redirect_uri: URI,
    verifier: VERIFIER,
};

struct Server {
    codes: AuthorizationCodes,
    sessions: Sessions,
    now: Instant,
}

impl Server {
    /// One that has just issued the code "code" for ada.
    fn with_a_code() -> Self {
        let now = Instant::now();
        let mut codes = AuthorizationCodes::new(LIFETIME);
        let approval = Approval {
            username: "ada".to_owned(),
            client: "cli".to_owned(),
            redirect_uri: URI.to_owned(),
            scope: Scope::ReadMessages,
            challenge: CodeChallenge::parse(CHALLENGE).unwrap(),
        };
        codes.issue(Secret::new("code"), approval, now);
        let sessions = Sessions::new(Duration::from_secs(3600), Duration::ZERO);
        Self {
            codes,
            sessions,
            now,
        }
    }

    fn redeem(&mut self, presented: &Redemption<'_>) -> Result<Issued, CodeRefused> {
        let fresh = TokenPair {
            access: Secret::new("access"),
            refresh: Secret::new("refresh"),
        };
        self.codes
            .redeem(presented, &mut self.sessions, fresh, self.now)
    }

    fn holder(&self) -> Result<(&str, Scope), AccessRefused> {
        self.sessions.holder("access", self.now)
    }
}

#[test]
fn a_code_buys_what_was_approved() {
    let mut server = Server::with_a_code();
    let issued = server.redeem(&RIGHT).unwrap();
    assert_eq!(issued.scope, Scope::ReadMessages);
    assert_eq!(server.holder(), Ok(("ada", Scope::ReadMessages)));
}

#[test]
fn a_refused_request_leaves_the_code_to_its_owner() {
    let mut server = Server::with_a_code();
    for (presented, refused) in [
        (
            Redemption {
                code: "other",
                ..RIGHT
            },
            CodeRefused::Unknown,
        ),
        (
            Redemption {
                client: "other",
                ..RIGHT
            },
            CodeRefused::AnotherClient,
        ),
        (
            Redemption {
                redirect_uri: "http://127.0.0.1:4711/callback/",
                ..RIGHT
            },
            CodeRefused::AnotherRedirectUri,
        ),
        (
            Redemption {
                verifier: CHALLENGE,
                ..RIGHT
            },
            CodeRefused::WrongVerifier,
        ),
    ] {
        assert_eq!(server.redeem(&presented), Err(refused));
        assert_eq!(server.holder(), Err(AccessRefused::Unknown));
    }
    assert!(server.redeem(&RIGHT).is_ok());
}

#[test]
fn a_code_that_comes_again_ends_what_it_has_bought_whoever_brings_it() {
    let mut server = Server::with_a_code();
    assert!(server.redeem(&RIGHT).is_ok());
    let thief = Redemption {
        client: "other",
        verifier: CHALLENGE,
        ..RIGHT
    };
    server.now += LIFETIME;
    let reused = server.redeem(&thief);
    assert_eq!(reused, Err(CodeRefused::Reused { ended: true }));
    assert_eq!(server.holder(), Err(AccessRefused::Unknown));
    let again = server.redeem(&RIGHT);
    assert_eq!(again, Err(CodeRefused::Reused { ended: false }));
}

#[test]
fn a_code_lives_for_its_lifetime() {
    let mut server = Server::with_a_code();
    server.now += LIFETIME;
    assert_eq!(server.redeem(&RIGHT), Err(CodeRefused::Expired));
    server.now -= Duration::from_nanos(1);
    assert!(server.redeem(&RIGHT).is_ok());
}
