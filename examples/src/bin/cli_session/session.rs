//! A session that outlives the program, in a file that all of its runs share.

use std::env::home_dir;
use std::error::Error;
use std::path::PathBuf;
use std::time::Duration;

use facade::{
    ApiError, Auth, Client, DeviceAuthorization, FileStore, RefreshTokenGrant, Revocation, Session,
    TokenEndpoint,
};

/// A client of one demo API, whose session is in a file.
pub(crate) struct Account {
    url: String,
    endpoint: TokenEndpoint,
    client: Client,
}

impl Account {
    pub(crate) fn new(url: &str, tokens: Option<PathBuf>) -> Result<Self, Box<dyn Error>> {
        let url = url.trim_end_matches('/').to_owned();
        let tokens = match tokens {
            Some(path) => path,
            None => usual_path(&url).ok_or("there is no home folder: say --tokens")?,
        };
        let endpoint = TokenEndpoint::builder(format!("{url}/oauth/token"), "cli").build()?;
        let revocation = Revocation::new(&endpoint, format!("{url}/oauth/revoke"))?;
        let grant = RefreshTokenGrant::new(endpoint.clone());
        let client = Client::builder(&url)
            .auth(Auth::oauth2(FileStore::new(tokens), grant).revoke_with(revocation))
            .deadline(Duration::from_secs(60))
            .build()?;
        Ok(Self {
            url,
            endpoint,
            client,
        })
    }

    /// The user types a code in a browser, wherever that is.
    pub(crate) async fn sign_in(&self) -> Result<(), Box<dyn Error>> {
        let session = self.session()?;
        if session.tokens().await?.is_some() {
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
        session.login(code.wait().await?).await?;
        println!("You are signed in.");
        Ok(())
    }

    /// Calls the API. Of all runs that find the token expired, one refreshes it, and the others take what that one has saved.
    pub(crate) async fn call(
        &self,
        ask: impl AsyncFnOnce(&Client) -> Result<(), ApiError>,
    ) -> Result<(), Box<dyn Error>> {
        let outcome = ask(&self.client).await;
        // A refresh ahead of time may be under way: it has spent the refresh token, so the new one has to be saved.
        self.session()?.close().await?;
        Ok(outcome?)
    }

    pub(crate) async fn sign_out(&self) -> Result<(), Box<dyn Error>> {
        let session = self.session()?;
        if session.tokens().await?.is_none() {
            println!("Nobody is signed in.");
            return Ok(());
        }
        session.logout().await?;
        println!("You are signed out.");
        Ok(())
    }

    fn session(&self) -> Result<&Session, &'static str> {
        self.client.session().ok_or("the client keeps no session")
    }
}

/// One file for each server, so that none gets the tokens of another.
fn usual_path(url: &str) -> Option<PathBuf> {
    let server = url.split_once("://").map_or(url, |(_, server)| server);
    let is_plain = |char: char| char.is_ascii_alphanumeric() || ".-".contains(char);
    let server = server.replace(|char| !is_plain(char), "_");
    Some(home_dir()?.join(".cli_session").join(server + ".json"))
}
