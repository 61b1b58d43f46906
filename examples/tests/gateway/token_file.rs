//! A file with the tokens of a session.

use std::ffi::OsString;
use std::path::PathBuf;

use facade::{ExposeSecret, FileStore, TokenSet, TokenStore};
use tempfile::TempDir;

/// A file with the tokens of a session, in a folder of its own.
pub(crate) struct TokenFile {
    folder: TempDir,
}

impl TokenFile {
    pub(crate) async fn new(access: &str, refresh: &str) -> Self {
        let file = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        file.save(access, refresh).await;
        file
    }

    /// The tokens of `ada` of a demo API.
    pub(crate) async fn signed_in(url: &str) -> Self {
        let (access, refresh) = log_in(url).await;
        Self::new(&access, &refresh).await
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("tokens.json")
    }

    pub(crate) async fn save(&self, access: &str, refresh: &str) {
        let tokens = TokenSet::new(access).refresh_token(refresh);
        let mut locked = FileStore::new(self.path()).lock().await.unwrap();
        locked.save(tokens).await.unwrap();
    }

    /// The access token that is in it.
    pub(crate) async fn access(&self) -> Option<String> {
        let tokens = FileStore::new(self.path()).load().await.unwrap()?;
        Some(tokens.access().expose_secret().to_owned())
    }

    /// What a gateway is told to use it.
    pub(crate) fn arguments(&self, token_url: &str) -> [OsString; 6] {
        [
            "--token-store".into(),
            self.path().into(),
            "--token-url".into(),
            token_url.into(),
            "--client-id".into(),
            "cli".into(),
        ]
    }
}

/// Access and refresh token of a new session of `ada`.
pub(crate) async fn log_in(url: &str) -> (String, String) {
    let login = serde_json::json!({"username": "ada", "password": "lovelace"});
    let request = crate::running::client().post(format!("{url}/login"));
    let answer = request.json(&login).send().await.unwrap();
    let answer: serde_json::Value = answer.json().await.unwrap();
    let text = |name: &str| answer[name].as_str().unwrap().to_owned();
    (text("access_token"), text("refresh_token"))
}
