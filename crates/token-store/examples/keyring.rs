//! Keeps a session in the keyring of this platform.
//!
//! Run it twice: `cargo run -p token-store --example keyring --features keyring`

#![allow(clippy::print_stdout)]

use std::error::Error;

use keyring_core::Entry;
use token_store::{KeyringStore, TokenSet, TokenStore};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    take_the_platforms_store()?;
    let entry = Entry::new("token-store-example", "ann")?;
    let lock = std::env::temp_dir()
        .join("token-store-example")
        .join("session.lock");
    let store = KeyringStore::new(entry, lock);

    let mut locked = store.lock().await?;
    let message = if let Some(stored) = locked.load().await? {
        let session = stored.into_tokens().session().clone();
        locked.clear().await?;
        format!("session {session} was found, and ended")
    } else {
        let tokens = TokenSet::new("access-1").refresh_token("refresh-1");
        let session = tokens.session().clone();
        locked.save(tokens).await?;
        format!("session {session} began; run this again to find it")
    };
    println!("{message}");
    Ok(())
}

/// The kernel's keyring, which lasts until the machine is started again. A desktop program takes
/// `zbus-secret-service-keyring-store` here.
#[cfg(target_os = "linux")]
fn take_the_platforms_store() -> keyring_core::Result<()> {
    keyring_core::set_default_store(linux_keyutils_keyring_store::Store::new()?);
    Ok(())
}

/// A program for macOS takes `apple-native-keyring-store` here, one for Windows `windows-native-keyring-store`.
#[cfg(not(target_os = "linux"))]
fn take_the_platforms_store() -> keyring_core::Result<()> {
    keyring_core::set_default_store(keyring_core::mock::Store::new()?);
    Ok(())
}
