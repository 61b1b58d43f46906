//! Tokens as JSON: what token endpoints answer (RFC 6749 §5.1), and what a store keeps, which is the same and a little more.

use std::time::{Duration, SystemTime};

use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};

use crate::members::Members;
use crate::{InvalidTokens, RefreshMark, SessionId, StoredTokens, TokenSet};

/// How much longer the mark of a refresh makes a text.
pub(crate) const MARK_LENGTH: usize = r#","refresh_under_way_sha256":"""#.len() + 64;

/// What was read.
pub(crate) struct Parsed {
    pub(crate) stored: StoredTokens,
    /// Whether the expiry counts from the moment that it was read with.
    #[cfg_attr(
        not(feature = "keyring"),
        allow(dead_code, reason = "a file has a moment of its own")
    )]
    pub(crate) expiry_is_relative: bool,
}

/// Reads what a token endpoint answered: the tokens of a new sign-in, whatever it may mean by members that are named like
/// ours.
pub(crate) fn parse_answer(json: &[u8], issued_at: SystemTime) -> Result<TokenSet, InvalidTokens> {
    let mut members = object(json)?;
    members.remove("session");
    members.remove("refresh_under_way_sha256");
    let mut tokens = read(members, issued_at)?.stored.into_tokens();
    tokens.session = SessionId::random();
    Ok(tokens)
}

/// Reads what a store keeps. An `expires_in` counts from this moment. Without a session id it has one that is derived from
/// its tokens, so that all who read it have the same one, and nobody needs to write.
pub(crate) fn parse(json: &[u8], issued_at: SystemTime) -> Result<Parsed, InvalidTokens> {
    read(object(json)?, issued_at)
}

fn object(json: &[u8]) -> Result<Map<String, Value>, InvalidTokens> {
    serde_json::from_slice(json).map_err(|error| InvalidTokens::not_json(&error))
}

fn read(mut members: Map<String, Value>, issued_at: SystemTime) -> Result<Parsed, InvalidTokens> {
    let access_token =
        text(&mut members, "access_token")?.ok_or(InvalidTokens::Member("access_token"))?;
    let mut tokens = TokenSet::new(access_token);
    tokens.refresh_token = text(&mut members, "refresh_token")?.map(SecretString::from);
    if let Some(token_type) = text(&mut members, "token_type")? {
        tokens.token_type = token_type;
    }
    tokens.scope = scope(&mut members)?;
    let expires_in = seconds(&mut members, "expires_in")?;
    let expires_at = seconds(&mut members, "expires_at")?;
    tokens.expires_at = match (expires_at, expires_in) {
        (Some(at), _) => SystemTime::UNIX_EPOCH.checked_add(at),
        (None, Some(after)) => issued_at.checked_add(after),
        (None, None) => None,
    };
    tokens.session = match text(&mut members, "session")? {
        Some(session) => session.as_str().into(),
        None => SessionId::derived(tokens.refresh().unwrap_or(tokens.access())),
    };
    let mark = text(&mut members, "refresh_under_way_sha256")?;
    tokens.members = Members::left_over(members);
    let mut stored = StoredTokens::new(tokens);
    if let Some(sha256) = mark {
        stored = stored.mark(RefreshMark::from_sha256(sha256));
    }
    Ok(Parsed {
        stored,
        expiry_is_relative: expires_at.is_none() && expires_in.is_some(),
    })
}

/// Writes tokens, so that [`parse`] reads the same.
pub(crate) fn print(stored: &StoredTokens) -> SecretString {
    let tokens = stored.tokens();
    let mut members = tokens.members.to_map();
    let mut put = |name: &str, value: Value| members.insert(name.to_owned(), value);
    put("access_token", tokens.access_token.expose_secret().into());
    if let Some(refresh_token) = &tokens.refresh_token {
        put("refresh_token", refresh_token.expose_secret().into());
    }
    put("token_type", tokens.token_type.as_str().into());
    if let Some(scope) = &tokens.scope {
        put("scope", scope.as_str().into());
    }
    if let Some(at) = tokens.expires_at {
        let since_epoch = at.duration_since(SystemTime::UNIX_EPOCH);
        put(
            "expires_at",
            since_epoch.unwrap_or_default().as_secs().into(),
        );
    }
    put("session", tokens.session.as_str().into());
    if let Some(mark) = stored.refresh_mark() {
        put("refresh_under_way_sha256", mark.sha256().into());
    }
    Value::Object(members).to_string().into()
}

/// Takes a text out; an empty one and `null` are none.
fn text(
    members: &mut Map<String, Value>,
    name: &'static str,
) -> Result<Option<String>, InvalidTokens> {
    match members.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text).filter(|text| !text.is_empty())),
        Some(_) => Err(InvalidTokens::Member(name)),
    }
}

/// Takes the scope out. Some servers answer a list.
fn scope(members: &mut Map<String, Value>) -> Result<Option<String>, InvalidTokens> {
    let Some(Value::Array(list)) = members.get("scope") else {
        return text(members, "scope");
    };
    let scopes: Option<Vec<&str>> = list.iter().map(Value::as_str).collect();
    let scope = scopes.ok_or(InvalidTokens::Member("scope"))?.join(" ");
    members.remove("scope");
    Ok(Some(scope).filter(|scope| !scope.is_empty()))
}

/// Takes a number of seconds out. Some servers put it in quotes.
fn seconds(
    members: &mut Map<String, Value>,
    name: &'static str,
) -> Result<Option<Duration>, InvalidTokens> {
    let number = match members.remove(name) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Number(number)) => number.as_f64(),
        Some(Value::String(digits)) => digits.trim().parse().ok(),
        Some(_) => None,
    };
    let seconds = number
        .filter(|seconds: &f64| seconds.is_finite())
        .ok_or(InvalidTokens::Member(name))?;
    // Below zero is over already, and past the end of time is never.
    let seconds = Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(Duration::MAX);
    Ok(Some(seconds))
}

#[cfg(test)]
mod round_trip;
#[cfg(test)]
mod tests;
