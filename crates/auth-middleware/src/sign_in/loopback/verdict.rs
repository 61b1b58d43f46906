//! Whether a request to the loopback listener is the redirect that is waited for.

use secrecy::{ExposeSecret, SecretString};
use url::form_urlencoded;

/// What the redirect must have.
#[derive(Debug)]
pub(crate) struct Expected {
    /// The path of the redirect URI.
    pub(crate) path: String,
    pub(crate) state: SecretString,
    /// Who must have answered (RFC 9207), if that was said.
    pub(crate) issuer: Option<String>,
}

/// How a request is judged.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// It is not for us: a favicon, say.
    NotFound,
    /// The right path by another method than GET.
    MethodNotAllowed,
    /// It has not our state: an older sign-in's, or somebody who wants us to sign in as somebody else.
    NotOurs,
    /// The answer of the authorization endpoint, for better or worse.
    Answer(Answer),
}

/// What the authorization endpoint answered (RFC 6749 §4.1.2).
#[derive(Debug)]
pub(crate) enum Answer {
    Code(SecretString),
    /// An error of RFC 6749 §4.1.2.1, with its code. One that isn't made of up to 40 lower case letters and underscores is
    /// left out, since nobody knows what it shows.
    Error(Option<String>),
    /// Another server answered than was asked.
    WrongIssuer,
    /// It has neither a code nor an error, or has one of its parameters twice.
    Malformed,
}

/// A parameter is there twice, which none may be (RFC 6749 §3.1).
#[derive(Debug, PartialEq, Eq)]
struct Repeated;

impl Expected {
    /// Judges a request by its method and its target.
    pub(crate) fn judge(&self, method: &str, target: &str) -> Verdict {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        if path != self.path {
            return Verdict::NotFound;
        }
        if method != "GET" {
            return Verdict::MethodNotAllowed;
        }
        let state = self.state.expose_secret();
        match parameter(query, "state") {
            Ok(Some(returned)) if returned == state => Verdict::Answer(self.answer(query)),
            _ => Verdict::NotOurs,
        }
    }

    fn answer(&self, query: &str) -> Answer {
        if let Some(issuer) = &self.issuer {
            // One that doesn't say who it is from is refused too (RFC 9207 §2.4).
            if parameter(query, "iss").as_ref() != Ok(&Some(issuer.clone())) {
                return Answer::WrongIssuer;
            }
        }
        match (parameter(query, "code"), parameter(query, "error")) {
            (Ok(Some(code)), Ok(None)) if !code.is_empty() => Answer::Code(code.into()),
            (Ok(None), Ok(Some(error))) => {
                Answer::Error(Some(error).filter(|code| is_harmless(code)))
            }
            _ => Answer::Malformed,
        }
    }
}

fn parameter(query: &str, name: &str) -> Result<Option<String>, Repeated> {
    let parameters = form_urlencoded::parse(query.as_bytes());
    let mut values = parameters.filter(|(found, _)| found == name);
    match (values.next(), values.next()) {
        (_, Some(_)) => Err(Repeated),
        (first, None) => Ok(first.map(|(_, value)| value.into_owned())),
    }
}

fn is_harmless(code: &str) -> bool {
    let is_fine = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
    (1..=40).contains(&code.len()) && code.bytes().all(is_fine)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISSUER: &str = "https://id.example.com";

    /// What came of a request, in a word.
    fn judged(issuer: Option<&str>, method: &str, target: &str) -> String {
        let expected = Expected {
            path: "/callback".to_owned(),
            state: "s1".into(),
            issuer: issuer.map(str::to_owned),
        };
        match expected.judge(method, target) {
            Verdict::NotFound => "not found".to_owned(),
            Verdict::MethodNotAllowed => "method not allowed".to_owned(),
            Verdict::NotOurs => "not ours".to_owned(),
            Verdict::Answer(Answer::Code(code)) => format!("code {}", code.expose_secret()),
            Verdict::Answer(Answer::Error(code)) => format!("error {}", code.unwrap_or_default()),
            Verdict::Answer(Answer::WrongIssuer) => "wrong issuer".to_owned(),
            Verdict::Answer(Answer::Malformed) => "malformed".to_owned(),
        }
    }

    #[test]
    fn only_a_redirect_with_our_state_is_an_answer() {
        for (target, expected) in [
            ("/callback?code=c1&state=s1", "code c1"),
            ("/callback?state=s1&code=c%2B1+x&iss=any", "code c+1 x"),
            (
                "/callback?error=access_denied&state=s1",
                "error access_denied",
            ),
            ("/callback?error=Hunter2&state=s1", "error "),
            ("/callback?error=&state=s1", "error "),
            ("/callback?code=c1&state=s1&session_state=x", "code c1"),
            // Somebody else's, or nobody's.
            ("/callback?code=c1&state=s2", "not ours"),
            ("/callback?code=c1&state=S1", "not ours"),
            ("/callback?code=c1&state=", "not ours"),
            ("/callback?code=c1&state=s1&state=s1", "not ours"),
            ("/callback?code=c1&state=s1&state=s2", "not ours"),
            ("/callback?code=c1", "not ours"),
            ("/callback?error=access_denied", "not ours"),
            ("/callback", "not ours"),
            // Ours, and no good.
            ("/callback?state=s1", "malformed"),
            ("/callback?code=&state=s1", "malformed"),
            ("/callback?code=c1&code=c2&state=s1", "malformed"),
            ("/callback?code=c1&code=c1&state=s1", "malformed"),
            (
                "/callback?code=c1&error=access_denied&state=s1",
                "malformed",
            ),
            ("/callback?error=a&error=b&state=s1", "malformed"),
            // Elsewhere.
            ("/favicon.ico", "not found"),
            ("/?code=c1&state=s1", "not found"),
            ("/callback/?code=c1&state=s1", "not found"),
            ("/Callback?code=c1&state=s1", "not found"),
            ("http://127.0.0.1/callback?code=c1&state=s1", "not found"),
            ("*", "not found"),
        ] {
            assert_eq!(judged(None, "GET", target), expected, "{target}");
        }
    }

    #[test]
    fn only_get_brings_an_answer() {
        let target = "/callback?code=c1&state=s1";
        for method in ["POST", "HEAD", "OPTIONS", "get"] {
            assert_eq!(judged(None, method, target), "method not allowed");
        }
    }

    #[test]
    fn who_answers_must_be_who_was_asked() {
        let issuer = "iss=https%3A%2F%2Fid.example.com";
        for (query, expected) in [
            (issuer.to_owned(), "code c1"),
            (format!("{issuer}%2F"), "wrong issuer"),
            ("iss=https%3A%2F%2Fevil.example".to_owned(), "wrong issuer"),
            (format!("{issuer}&{issuer}"), "wrong issuer"),
            ("iss=".to_owned(), "wrong issuer"),
            ("x=y".to_owned(), "wrong issuer"),
        ] {
            let target = format!("/callback?code=c1&state=s1&{query}");
            assert_eq!(judged(Some(ISSUER), "GET", &target), expected, "{query}");
        }
        // An error is believed from the right server only, and a stranger's is still not ours.
        let denied = "/callback?error=access_denied&state=s1";
        assert_eq!(judged(Some(ISSUER), "GET", denied), "wrong issuer");
        let stranger = "/callback?code=c1&state=s2";
        assert_eq!(judged(Some(ISSUER), "GET", stranger), "not ours");
    }
}
