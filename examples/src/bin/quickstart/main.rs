//! The main job, start to finish: a session that expires under load, heals once, and ends with a typed error.
//!
//! `cargo run -p examples --bin quickstart` starts a demo API of its own. `--url URL` uses one that runs elsewhere. Each
//! promise is checked; the exit code is 1 if one does not hold.
#![allow(clippy::print_stdout, reason = "it tells a story")]

mod answered_from_cache;
mod cancelled_midway;
mod ended_session;
mod expired_under_load;
mod flaky_healed;
mod paged_list;
mod story;
mod typed_error;
mod visitor;

use std::process::ExitCode;

use clap::Parser;
use examples::demo_api::DemoApi;

use crate::story::Story;
use crate::visitor::Visitor;

#[derive(Parser)]
#[command(about = "Shows the main job on a demo API, and checks every promise")]
struct Arguments {
    /// A demo API that runs elsewhere. Without it, one is started here.
    #[arg(long)]
    url: Option<String>,
    /// The user to sign in as.
    #[arg(long, default_value = "ada")]
    username: String,
    /// The user's password.
    #[arg(
        long,
        default_value = "lovelace",
        env = "DEMO_API_PASSWORD",
        hide_env_values = true
    )]
    password: String,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match tell(&arguments).await {
        Ok(story) if story.is_true() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            println!("\nquickstart stopped: {error}");
            let mut source = error.source();
            while let Some(error) = source {
                println!("  because: {error}");
                source = error.source();
            }
            ExitCode::FAILURE
        }
    }
}

async fn tell(arguments: &Arguments) -> Result<Story, Box<dyn std::error::Error>> {
    let (username, password) = (&arguments.username, &arguments.password);
    if let Some(url) = &arguments.url {
        return tell_at(url, username, password).await;
    }
    let api = DemoApi::builder().user(username, password).build();
    let server = api.start().await?;
    tell_at(server.url(), username, password).await
}

async fn tell_at(
    url: &str,
    username: &str,
    password: &str,
) -> Result<Story, Box<dyn std::error::Error>> {
    println!("quickstart, against the demo API at {url}");

    let visitor = Visitor::sign_in(url, username, password).await?;
    let mut story = Story::default();
    expired_under_load::tell(&mut story, &visitor).await?;
    flaky_healed::tell(&mut story, &visitor).await?;
    paged_list::tell(&mut story, &visitor).await?;
    typed_error::tell(&mut story, &visitor).await;
    answered_from_cache::tell(&mut story, &visitor).await?;
    cancelled_midway::tell(&mut story, &visitor).await?;
    ended_session::tell(&mut story, &visitor).await?;
    story.end();
    Ok(story)
}
