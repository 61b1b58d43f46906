//! What an answer says about the credential that was sent: pure functions.

use http::StatusCode;
use request_context::Verdict;

use crate::Challenges;
use crate::challenge::Challenge;

/// Codes that refuse something else than the token, so that a new one would be refused as well: the request is
/// malformed (RFC 6750 §3.1), the proof beside the token is not good (RFC 9449 §7.1 and §9), the user has to sign in
/// with more than this (RFC 9470 §3).
const NOT_THE_TOKEN: [&str; 4] = [
    "invalid_request",
    "invalid_dpop_proof",
    "use_dpop_nonce",
    "insufficient_user_authentication",
];

/// What is known of an answer to a request that carried a credential of ours.
pub(crate) struct Answer<'a> {
    pub(crate) status: StatusCode,
    pub(crate) challenges: &'a Challenges,
    /// The scheme of the `Authorization` header that was sent, if one was.
    pub(crate) scheme: Option<&'a str>,
    /// Whether the request that it answers still carried the credential.
    pub(crate) carried: bool,
    /// Whether a 401 counts only if it asks for the scheme that was sent.
    pub(crate) require_challenge: bool,
}

/// What the answer says about the credential, if it says anything.
pub(crate) fn judge(answer: &Answer<'_>) -> Option<Verdict> {
    let refused = answer.status == StatusCode::UNAUTHORIZED;
    if !answer.carried {
        return refused.then_some(Verdict::NotOurs);
    }
    if refused && answer.lacks_its_challenge() {
        return Some(Verdict::NotOurs);
    }
    let codes: Vec<_> = answer.about_ours().filter_map(error).collect();
    let has = |code: &str| codes.iter().any(|own| own.eq_ignore_ascii_case(code));
    if has("invalid_token") {
        return Some(Verdict::InvalidToken);
    }
    if has("insufficient_scope") {
        let scope = answer.about_ours().find_map(asked_scope).map(Into::into);
        return Some(Verdict::InsufficientScope { scope });
    }
    if !refused {
        return None;
    }
    if NOT_THE_TOKEN.into_iter().any(has) {
        return Some(Verdict::NotOurs);
    }
    // RFC 9110 §15.5.2: a 401 to a request with credentials refuses those, whatever it asks for.
    Some(Verdict::InvalidToken)
}

impl Answer<'_> {
    /// The challenges of the scheme that was sent; all of them where none is, or where nothing names a scheme.
    fn about_ours(&self) -> impl Iterator<Item = &Challenge> {
        let scheme = self.scheme.filter(|scheme| self.asks_for(scheme));
        self.challenges
            .iter()
            .filter(move |challenge| scheme.is_none_or(|scheme| challenge.is(scheme)))
    }

    fn lacks_its_challenge(&self) -> bool {
        self.require_challenge
            && match self.scheme {
                Some(scheme) => !self.asks_for(scheme),
                None => self.challenges.is_empty(),
            }
    }

    fn asks_for(&self, scheme: &str) -> bool {
        self.challenges.iter().any(|challenge| challenge.is(scheme))
    }
}

fn error(challenge: &Challenge) -> Option<&str> {
    challenge.parameter("error")
}

fn asked_scope(challenge: &Challenge) -> Option<&str> {
    let is_short = error(challenge)?.eq_ignore_ascii_case("insufficient_scope");
    let scope = challenge.parameter("scope").filter(|_| is_short)?.trim();
    (!scope.is_empty()).then_some(scope)
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;
    use http::header::WWW_AUTHENTICATE;

    use super::*;

    fn challenges(header: &'static str) -> Challenges {
        let mut headers = HeaderMap::new();
        if !header.is_empty() {
            headers.insert(WWW_AUTHENTICATE, header.parse().unwrap());
        }
        Challenges::of(&headers)
    }

    fn judged(status: u16, header: &'static str, scheme: Option<&str>) -> Option<Verdict> {
        judge(&Answer {
            status: StatusCode::from_u16(status).unwrap(),
            challenges: &challenges(header),
            scheme,
            carried: true,
            require_challenge: false,
        })
    }

    fn insufficient(scope: Option<&str>) -> Verdict {
        let scope = scope.map(Into::into);
        Verdict::InsufficientScope { scope }
    }

    #[test]
    fn each_code_has_its_meaning() {
        const INVALID: Option<Verdict> = Some(Verdict::InvalidToken);
        const NOT_OURS: Option<Verdict> = Some(Verdict::NotOurs);
        let table = [
            (401, "", INVALID),
            (401, "Bearer", INVALID),
            (401, r#"Bearer realm="api""#, INVALID),
            (401, r#"Bearer error="invalid_token""#, INVALID),
            (401, r#"bearer ERROR="Invalid_Token""#, INVALID),
            (403, r#"Bearer error="invalid_token""#, INVALID),
            (403, "", None),
            (403, r#"Bearer realm="api""#, None),
            (401, r#"Bearer error="token_expired""#, INVALID),
            (403, r#"Bearer error="token_expired""#, None),
            (
                403,
                r#"Bearer error="insufficient_scope""#,
                Some(insufficient(None)),
            ),
            (
                401,
                r#"Bearer error="insufficient_scope""#,
                Some(insufficient(None)),
            ),
            (
                403,
                r#"Bearer realm="api", error="insufficient_scope", scope="read write""#,
                Some(insufficient(Some("read write"))),
            ),
            (
                403,
                r#"Bearer error="insufficient_scope", scope=" ""#,
                Some(insufficient(None)),
            ),
            // The scope of another challenge isn't what was short.
            (
                403,
                r#"Bearer scope="other", Bearer error="insufficient_scope", scope="admin""#,
                Some(insufficient(Some("admin"))),
            ),
            (401, r#"Bearer error="invalid_request""#, NOT_OURS),
            (403, r#"Bearer error="invalid_request""#, None),
            (401, r#"DPoP error="use_dpop_nonce""#, NOT_OURS),
            (401, r#"DPoP error="invalid_dpop_proof""#, NOT_OURS),
            (
                401,
                r#"Bearer error="insufficient_user_authentication""#,
                NOT_OURS,
            ),
            // Two challenges of one scheme: that the token is invalid says more.
            (
                401,
                r#"Bearer error="insufficient_scope", Bearer error="invalid_token""#,
                INVALID,
            ),
            // Ours is among others.
            (
                401,
                r#"Basic realm="x", error="invalid_request", Bearer realm="y""#,
                INVALID,
            ),
            (
                401,
                r#"DPoP error="use_dpop_nonce", Bearer error="invalid_token""#,
                INVALID,
            ),
            // Only others: the credentials that were sent are refused all the same.
            (401, r#"Basic realm="staging""#, INVALID),
            (401, "Negotiate, NTLM", INVALID),
        ];
        for (status, header, verdict) in table {
            let judged = judged(status, header, Some("Bearer"));
            assert_eq!(judged, verdict, "{status} {header}");
        }
    }

    #[test]
    fn a_credential_without_a_scheme_is_refused_by_any_challenge() {
        for header in ["", "Basic", r#"Bearer error="invalid_token""#] {
            assert_eq!(judged(401, header, None), Some(Verdict::InvalidToken));
        }
        let short = judged(403, r#"Bearer error="insufficient_scope""#, None);
        assert_eq!(short, Some(insufficient(None)));
    }

    #[test]
    fn an_answer_to_a_request_that_lost_the_credential_says_nothing_of_it() {
        for (status, verdict) in [(401, Some(Verdict::NotOurs)), (403, None)] {
            let answer = Answer {
                status: StatusCode::from_u16(status).unwrap(),
                challenges: &challenges(r#"Bearer error="invalid_token""#),
                scheme: Some("Bearer"),
                carried: false,
                require_challenge: false,
            };
            assert_eq!(judge(&answer), verdict);
        }
    }

    #[test]
    fn where_a_challenge_is_required_a_401_without_it_is_not_ours() {
        let table = [
            (Some("Bearer"), "", Verdict::NotOurs),
            (Some("Bearer"), "Basic", Verdict::NotOurs),
            (
                Some("Bearer"),
                r#"DPoP error="invalid_token""#,
                Verdict::NotOurs,
            ),
            (Some("Bearer"), "Basic, bearer", Verdict::InvalidToken),
            (None, "", Verdict::NotOurs),
            (None, "Basic", Verdict::InvalidToken),
        ];
        for (scheme, header, verdict) in table {
            let answer = Answer {
                status: StatusCode::UNAUTHORIZED,
                challenges: &challenges(header),
                scheme,
                carried: true,
                require_challenge: true,
            };
            assert_eq!(judge(&answer), Some(verdict), "{scheme:?} {header}");
        }
    }
}
