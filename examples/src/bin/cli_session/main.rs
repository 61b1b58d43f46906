//! A command line program that signs in once, and keeps the session across runs: two of it at once share it.
//!
//! `cargo run -p examples --bin cli_session` shows it on a demo API of its own. With a demo API that runs elsewhere:
//!
//! ```text
//! cargo run -p examples --bin demo-api
//! cargo run -p examples --bin cli_session sign-in
//! cargo run -p examples --bin cli_session messages
//! cargo run -p examples --bin cli_session sign-out
//! ```
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it is a command")]

mod api;
mod session;
mod story;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use facade::ApiError;

use crate::session::Account;

#[derive(Parser)]
#[command(about = "Signs in once, and keeps the session across runs")]
struct Arguments {
    /// The demo API
    #[arg(long, global = true, default_value = "http://127.0.0.1:8000")]
    url: String,
    /// Where the session is kept; a file in the home folder unless given
    #[arg(long, global = true, value_name = "FILE")]
    tokens: Option<PathBuf>,
    /// What to do; without it, all of it is shown on a demo API that is started here
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Signs in with a browser, here or on another machine
    SignIn,
    /// Says who is signed in
    Whoami,
    /// Shows the first messages
    Messages,
    /// Ends the session, here and at the server
    SignOut,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tell(&*error);
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), Box<dyn Error>> {
    let Some(command) = arguments.command else {
        return story::tell().await;
    };
    let account = Account::new(&arguments.url, arguments.tokens)?;
    match command {
        Command::SignIn => account.sign_in().await,
        Command::Whoami => account.call(api::whoami).await,
        Command::Messages => account.call(api::messages).await,
        Command::SignOut => account.sign_out().await,
    }
}

fn tell(error: &(dyn Error + 'static)) {
    let session_ended = error.downcast_ref().is_some_and(ApiError::is_session_ended);
    if session_ended {
        eprintln!("You are not signed in. Sign in with `cli_session sign-in`.");
    }
    eprintln!("cli_session stopped: {error}");
    let mut source = error.source();
    while let Some(error) = source {
        eprintln!("  because: {error}");
        source = error.source();
    }
}
