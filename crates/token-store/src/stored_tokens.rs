//! A token set as a store keeps it.

use std::time::SystemTime;

use secrecy::SecretString;

use crate::{InvalidTokens, RefreshMark, TokenSet, json};

/// A token set as a store keeps it: the one way by which tokens come out in plain text.
#[derive(Clone, Debug)]
pub struct StoredTokens {
    tokens: TokenSet,
    mark: Option<RefreshMark>,
}

impl StoredTokens {
    /// Tokens with no refresh under way.
    pub fn new(tokens: TokenSet) -> Self {
        Self { tokens, mark: None }
    }

    /// The same with the mark of a refresh.
    #[must_use]
    pub fn mark(mut self, mark: RefreshMark) -> Self {
        self.mark = Some(mark);
        self
    }

    /// The tokens.
    pub fn tokens(&self) -> &TokenSet {
        &self.tokens
    }

    /// The tokens, without the rest.
    pub fn into_tokens(self) -> TokenSet {
        self.tokens
    }

    /// Whether a refresh with this very refresh token began and was never seen to end.
    pub fn may_be_spent(&self) -> bool {
        self.mark
            .as_ref()
            .is_some_and(|mark| mark.is_of(&self.tokens))
    }

    /// Reads what [`to_json`](Self::to_json) wrote, or what a token endpoint answered. An `expires_in` counts from this
    /// moment. Without a session id, it has the same one each time: it is derived from the refresh token, or else from the
    /// access token, and shows nothing of it.
    ///
    /// # Errors
    ///
    /// [`InvalidTokens`] when it is neither. It shows nothing of it.
    pub fn from_json(json: &[u8], issued_at: SystemTime) -> Result<Self, InvalidTokens> {
        json::parse(json, issued_at).map(|parsed| parsed.stored)
    }

    /// The tokens in plain text, as JSON like that of a token endpoint. Members that nobody here knows are kept.
    pub fn to_json(&self) -> SecretString {
        json::print(self)
    }

    pub(crate) fn refresh_mark(&self) -> Option<&RefreshMark> {
        self.mark.as_ref()
    }
}
