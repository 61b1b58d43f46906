//! A session that outlives the program, in a file that all of its runs share.

use std::env::home_dir;
use std::error::Error;
use std::path::PathBuf;
use std::time::Duration;

use auth_middleware::{
    DeviceAuthorization, RefreshTokenGrant, Revocation, TokenEndpoint, TokenRefresher,
};
use facade::{ApiError, Client, RefreshQueue};
use token_store::{FileStore, TokenStore};

/// A session at one demo API.
pub(crate) struct Session {
    url: String,
    endpoint: TokenEndpoint,
    store: FileStore,
}

impl Session {
    pub(crate) fn new(url: &str, tokens: Option<PathBuf>) -> Result<Self, Box<dyn Error>> {
        let url = url.trim_end_matches('/');
        let tokens = match tokens {
            Some(path) => path,
            None => usual_path(url).ok_or("there is no home folder: say --tokens")?,
        };
        Ok(Self {
            endpoint: TokenEndpoint::builder(format!("{url}/oauth/token"), "cli").build()?,
            store: FileStore::new(tokens),
            url: url.to_owned(),
        })
    }

    /// The user types a code in a browser, wherever that is.
    pub(crate) async fn sign_in(&self) -> Result<(), Box<dyn Error>> {
        if self.store.load().await?.is_some() {
            println!("You are signed in already.");
            return Ok(());
        }
        let at = format!("{}/oauth/device_authorization", self.url);
        let sign_in = DeviceAuthorization::new(self.endpoint.clone(), at).scope("messages");
        let mut code = sign_in.start().await?;
        let (page, user_code) = (code.verification_uri(), code.user_code());
        println!("Open {page} and type {user_code}");
        if let Some(page) = code.verification_uri_complete() {
            println!("or open {page}");
        }
        let tokens = code.wait().await?;
        self.store.lock().await?.save(tokens).await?;
        println!("You are signed in.");
        Ok(())
    }

    /// Calls the API. Of all runs that find the token expired, one refreshes it, and the others take what that one has saved.
    pub(crate) async fn call(
        &self,
        ask: impl AsyncFnOnce(&Client) -> Result<(), ApiError>,
    ) -> Result<(), Box<dyn Error>> {
        let grant = RefreshTokenGrant::new(self.endpoint.clone());
        let queue = RefreshQueue::new(TokenRefresher::new(self.store.clone(), grant));
        let client = Client::builder(&self.url)
            .session(queue.clone())
            .deadline(Duration::from_secs(60))
            .build()?;
        let outcome = ask(&client).await;
        // A refresh ahead of time may be under way: it has spent the refresh token, so the new one has to be saved.
        queue.close().await;
        Ok(outcome?)
    }

    /// The file first, so that nobody goes on with a session that is about to end. The lock keeps a refresh from undoing it.
    pub(crate) async fn sign_out(&self) -> Result<(), Box<dyn Error>> {
        let mut locked = self.store.lock().await?;
        let Some(stored) = locked.load().await? else {
            println!("Nobody is signed in.");
            return Ok(());
        };
        locked.clear().await?;
        drop(locked);
        println!("You are signed out.");
        let at = format!("{}/oauth/revoke", self.url);
        let revocation = Revocation::new(&self.endpoint, at)?;
        Ok(revocation.revoke_session(stored.tokens()).await?)
    }
}

/// One file for each server, so that none gets the tokens of another.
fn usual_path(url: &str) -> Option<PathBuf> {
    let server = url.split_once("://").map_or(url, |(_, server)| server);
    let is_plain = |char: char| char.is_ascii_alphanumeric() || ".-".contains(char);
    let server = server.replace(|char| !is_plain(char), "_");
    Some(home_dir()?.join(".cli_session").join(server + ".json"))
}
