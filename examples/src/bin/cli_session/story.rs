//! All of it on a demo API that is started here: each step is a run of its own of this very program.

use std::env::current_exe;
use std::error::Error;
use std::ffi::OsString;
use std::process::{Output, Stdio};
use std::time::Duration;

use examples::demo_api::{DemoApi, Stats};
use facade::Client;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

/// Runs this program, and plays its user.
struct Stage {
    program: OsString,
    arguments: [OsString; 4],
    /// The user's browser, and the controls of the demo API.
    browser: Client,
}

pub(crate) async fn tell() -> Result<(), Box<dyn Error>> {
    let api = DemoApi::builder().device_interval(Duration::from_secs(1));
    let server = api.build().start().await?;
    let folder = tempfile::tempdir()?;
    let tokens = folder.path().join("tokens.json");
    let stage = Stage {
        program: current_exe()?.into(),
        arguments: [
            "--url".into(),
            server.url().into(),
            "--tokens".into(),
            tokens.into(),
        ],
        browser: Client::builder(server.url()).build()?,
    };

    println!("A first run signs in. Its user opens the page:");
    stage.sign_in().await?;
    println!("Later runs find the session:");
    stage.run("whoami").await?;
    stage.run("messages").await?;

    println!("The token expires. Two runs at once share one refresh:");
    stage.browser.post("/admin/expire").send().await?;
    tokio::try_join!(stage.run("whoami"), stage.run("whoami"))?;
    let stats: Stats = stage.browser.get("/stats").fetch().await?;
    println!(
        "  {} refresh, {} rejected",
        stats.refreshes, stats.refreshes_rejected
    );

    println!("The session ends, here and at the server:");
    stage.run("sign-out").await?;
    let stats: Stats = stage.browser.get("/stats").fetch().await?;
    println!("  {} session ended", stats.sessions_ended);
    Ok(())
}

impl Stage {
    fn command(&self, command: &str) -> Command {
        let mut run = Command::new(&self.program);
        run.args(&self.arguments).arg(command).kill_on_drop(true);
        run
    }

    async fn run(&self, command: &str) -> Result<(), Box<dyn Error>> {
        let Output { status, stdout, .. } = self.command(command).output().await?;
        let stdout = String::from_utf8(stdout)?;
        let lines = stdout.lines().map(|line| format!("\n    {line}"));
        println!("  cli_session {command}{}", lines.collect::<String>());
        if status.success() {
            return Ok(());
        }
        Err(format!("`cli_session {command}` failed").into())
    }

    /// Reads where the user has to go, and goes there.
    async fn sign_in(&self) -> Result<(), Box<dyn Error>> {
        let mut run = self.command("sign-in").stdout(Stdio::piped()).spawn()?;
        let stdout = run.stdout.take().ok_or("the run has no output")?;
        let mut lines = BufReader::new(stdout).lines();
        println!("  cli_session sign-in");
        while let Some(line) = lines.next_line().await? {
            println!("    {line}");
            let Some((_, query)) = line
                .split_once("or open ")
                .and_then(|(_, page)| page.split_once('?'))
            else {
                continue;
            };
            let form = [
                ("username", "ada"),
                ("password", "lovelace"),
                ("decision", "approve"),
            ];
            let page = format!("/device?{query}");
            self.browser.post(page).form(&form).send().await?;
        }
        if run.wait().await?.success() {
            return Ok(());
        }
        Err("`cli_session sign-in` failed".into())
    }
}
