//! A demo API, and a token file of one of its users.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use examples::demo_api::{DemoApi, DemoServer, Stats};
use facade::{Client, FileStore, TokenSet, TokenStore};
use serde_json::json;
use tempfile::TempDir;

/// A demo API, and a token file of one of its users.
pub(crate) struct World {
    server: DemoServer,
    plain: Client,
    folder: TempDir,
}

impl World {
    /// A server that takes a spent refresh token for no longer than this, and a user who has just signed in.
    pub(crate) async fn signed_in(leeway: Duration) -> Self {
        let api = DemoApi::builder()
            .public_client("worker")
            .reuse_leeway(leeway)
            .build();
        let server = api.start().await.unwrap();
        let plain = stack_tests::builder(server.url()).build().unwrap();
        let world = Self {
            server,
            plain,
            folder: tempfile::tempdir().unwrap(),
        };
        let login = json!({"username": "ada", "password": "lovelace"});
        let answer = world.plain.post("login").json(&login).send().await.unwrap();
        let tokens = answer.bytes().await.unwrap();
        let tokens = TokenSet::from_json(&tokens, SystemTime::now()).unwrap();
        let mut locked = world.store().lock().await.unwrap();
        locked.save(tokens).await.unwrap();
        world
    }

    pub(crate) fn url(&self) -> &str {
        self.server.url()
    }

    pub(crate) fn token_url(&self) -> String {
        format!("{}/oauth/token", self.url())
    }

    pub(crate) fn folder(&self) -> PathBuf {
        self.folder.path().canonicalize().unwrap()
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.folder().join("tokens.json")
    }

    /// A handle of its own on the file.
    pub(crate) fn store(&self) -> FileStore {
        FileStore::new(self.file())
    }

    /// Ends the access tokens on the server: nobody knows before a 401 says so.
    pub(crate) async fn expire(&self) {
        let user = json!({"username": "ada"});
        let expired = self.plain.post("admin/expire").json(&user).send().await;
        expired.unwrap();
    }

    /// Ends the session on the server.
    pub(crate) async fn revoke(&self) {
        let user = json!({"username": "ada"});
        let revoked = self.plain.post("admin/revoke").json(&user).send().await;
        revoked.unwrap();
    }

    pub(crate) async fn stats(&self) -> Stats {
        self.plain.get("stats").fetch().await.unwrap()
    }

    /// What is in the folder beside the tokens and their lock.
    pub(crate) fn left_over(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder()).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names
            .filter(|name| name != "tokens.json" && name != "tokens.json.lock")
            .collect()
    }
}
