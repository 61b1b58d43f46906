//! Tokens out of a token endpoint's answer: a pure function.

use std::time::SystemTime;

use serde_json::{Map, Value};
use token_store::{InvalidTokens, TokenSet};

use super::server_clock;

/// Members that a store writes beside the tokens. What a server calls by these names is another thing.
const OF_THE_STORE: [&str; 2] = ["session", "refresh_under_way_sha256"];

/// Reads the tokens of an answer (RFC 6749 §5.1).
///
/// `expires_in` counts from when the request went out, since the token can't be older. It goes before an `expires_at`, which
/// is of the server's clock and is turned into ours.
///
/// An answer may hold a refresh token that was paid for with the last one. So nothing but a missing access token makes it
/// invalid: another member that is of a wrong type counts as left out.
pub(crate) fn tokens(
    mut members: Map<String, Value>,
    date: Option<SystemTime>,
    sent_at: SystemTime,
    answered_at: SystemTime,
) -> Result<TokenSet, InvalidTokens> {
    members.retain(|name, value| is_read(name, value));
    if members.contains_key("expires_in") {
        members.remove("expires_at");
    }
    let of_their_clock = members.contains_key("expires_at");
    let json = Value::Object(members).to_string();
    let tokens = TokenSet::from_json(json.as_bytes(), sent_at)?;
    Ok(match tokens.expiry().filter(|_| of_their_clock) {
        Some(at) => tokens.expires_at(server_clock::on_our_clock(at, date, sent_at, answered_at)),
        None => tokens,
    })
}

fn is_read(name: &str, value: &Value) -> bool {
    match name {
        "refresh_token" | "token_type" => value.is_string(),
        "scope" => match value {
            Value::Array(scopes) => scopes.iter().all(Value::is_string),
            other => other.is_string(),
        },
        // A token that is over when it is handed out is of no use to anyone: so servers say that it is never over.
        "expires_in" | "expires_at" => seconds(value).is_some_and(|seconds| seconds > 0.0),
        name => !OF_THE_STORE.contains(&name),
    }
}

fn seconds(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(digits) => digits.trim().parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use token_store::ExposeSecret;

    use super::*;

    fn noon() -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_268_800)
    }

    /// Asked at noon, answered two seconds later.
    fn read(more: &str, date: Option<SystemTime>) -> TokenSet {
        let json = format!(r#"{{"access_token":"a1"{more}}}"#);
        let members = serde_json::from_str(&json).unwrap();
        let answered_at = noon() + Duration::from_secs(2);
        tokens(members, date, noon(), answered_at).unwrap()
    }

    #[test]
    fn an_expiry_is_never_later_than_the_truth() {
        let hour_ahead = noon() + Duration::from_secs(3600);
        let seconds = |more: &str, date| {
            let expiry = read(more, date).expiry();
            expiry.map(|at| at.duration_since(noon()).unwrap().as_secs())
        };
        // members, the seconds after noon, without a date and with one an hour ahead
        let table = [
            ("", None, None),
            (r#","expires_in":60"#, Some(60), Some(60)),
            (r#","expires_in":"60""#, Some(60), Some(60)),
            (r#","expires_in":0"#, None, None),
            (r#","expires_in":-1"#, None, None),
            (r#","expires_in":null"#, None, None),
            (r#","expires_in":"soon""#, None, None),
            (r#","expires_in":[60]"#, None, None),
            (r#","expires_at":1767276000"#, Some(7200), Some(3599)),
            (r#","expires_at":"1767276000""#, Some(7200), Some(3599)),
            (r#","expires_at":"2026-01-01T14:00:00Z""#, None, None),
            // A length needs no clock but ours.
            (
                r#","expires_at":1767276000,"expires_in":60"#,
                Some(60),
                Some(60),
            ),
            (
                r#","expires_at":1767276000,"expires_in":0"#,
                Some(7200),
                Some(3599),
            ),
        ];
        for (more, without, with) in table {
            assert_eq!(seconds(more, None), without, "{more}");
            assert_eq!(seconds(more, Some(hour_ahead)), with, "{more}");
        }
    }

    #[test]
    fn what_is_of_a_wrong_type_does_not_lose_the_rest() {
        let tokens = read(
            r#","refresh_token":"r2","token_type":7,"scope":[1],"expires_in":{},"id_token":"i""#,
            None,
        );
        assert_eq!(tokens.refresh().unwrap().expose_secret(), "r2");
        assert_eq!(tokens.scheme(), "Bearer");
        assert_eq!(tokens.scopes().count(), 0);
        assert_eq!(tokens.member("id_token").unwrap(), "i");
        assert!(read(r#","refresh_token":false"#, None).refresh().is_none());
    }

    #[test]
    fn a_server_does_not_choose_the_session() {
        let tokens = read(
            r#","session":"theirs","refresh_under_way_sha256":"00""#,
            None,
        );
        assert_ne!(tokens.session().as_str(), "theirs");
        assert!(
            read(r#","session":{"id":1}"#, None)
                .member("session")
                .is_none()
        );
    }

    #[test]
    fn scopes_may_be_a_list() {
        let tokens = read(r#","scope":["a","b"]"#, None);
        assert_eq!(tokens.scopes().collect::<Vec<_>>(), ["a", "b"]);
    }
}
