//! A session in a file that many runs of a program share, as a user has it.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::path::PathBuf;
use std::process::{Output, Stdio};
use std::time::Duration;

use examples::demo_api::{DemoApi, DemoServer, Stats};
use futures_util::future::join_all;
use reqwest::Client;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::Command;

/// A demo API, a user, and a folder for the session.
struct Scene {
    server: DemoServer,
    browser: Client,
    folder: TempDir,
}

impl Scene {
    async fn new() -> Self {
        let api = DemoApi::builder().device_interval(Duration::ZERO).build();
        Self {
            server: api.start().await.unwrap(),
            browser: Client::builder().no_proxy().build().unwrap(),
            folder: tempfile::tempdir().unwrap(),
        }
    }

    async fn signed_in() -> Self {
        let scene = Self::new().await;
        let output = scene.sign_in("approve").await;
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        scene
    }

    fn tokens(&self) -> PathBuf {
        self.folder.path().join("cli").join("tokens.json")
    }

    fn command(&self, command: &str) -> Command {
        let mut run = Command::new(env!("CARGO_BIN_EXE_cli_session"));
        run.args(["--url", self.server.url(), "--tokens"])
            .arg(self.tokens())
            .arg(command)
            .kill_on_drop(true);
        run
    }

    async fn run(&self, command: &str) -> Output {
        self.command(command).output().await.unwrap()
    }

    /// Signs in, where the user opens the page that is shown and decides.
    async fn sign_in(&self, decision: &str) -> Output {
        let mut run = self.command("sign-in");
        let run = run.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut run = run.spawn().unwrap();
        let mut told = BufReader::new(run.stdout.take().unwrap());
        let mut stdout = String::new();
        while !stdout.contains("or open ") {
            assert_ne!(told.read_line(&mut stdout).await.unwrap(), 0, "{stdout}");
        }
        let (_, page) = stdout.trim_end().split_once("or open ").unwrap();
        let form = [
            ("username", "ada"),
            ("password", "lovelace"),
            ("decision", decision),
        ];
        let decided = self.browser.post(page).form(&form).send().await.unwrap();
        assert_eq!(decided.status(), 200);
        told.read_to_string(&mut stdout).await.unwrap();
        let mut output = run.wait_with_output().await.unwrap();
        output.stdout = stdout.into_bytes();
        output
    }

    async fn control(&self, path: &str) {
        let url = format!("{}{path}", self.server.url());
        let done = self.browser.post(url).send().await.unwrap();
        assert_eq!(done.status(), 200);
    }

    async fn stats(&self) -> Stats {
        let url = format!("{}/stats", self.server.url());
        let stats = self.browser.get(url).send().await.unwrap();
        stats.json().await.unwrap()
    }
}

/// What a run that went well has told.
#[track_caller]
fn told(output: &Output) -> String {
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{error}");
    assert_eq!(error, "");
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// What a run that failed has complained of.
#[track_caller]
fn complaint(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[tokio::test]
async fn one_sign_in_serves_all_later_runs() {
    let scene = Scene::new().await;
    let signed_in = told(&scene.sign_in("approve").await);
    assert!(signed_in.ends_with("You are signed in.\n"), "{signed_in}");
    for _ in 0..2 {
        assert_eq!(told(&scene.run("whoami").await), "ada\n");
    }
    let messages = told(&scene.run("messages").await);
    assert_eq!(messages.lines().count(), 5, "{messages}");
    let again = told(&scene.run("sign-in").await);
    assert_eq!(again, "You are signed in already.\n");

    let stats = scene.stats().await;
    assert_eq!((stats.device_authorizations, stats.device_grants), (1, 1));
    assert_eq!((stats.refreshes, stats.unauthorized), (0, 0));
}

#[cfg(unix)]
#[tokio::test]
async fn the_session_is_kept_where_no_other_user_can_get_at_it() {
    use std::os::unix::fs::PermissionsExt;
    let scene = Scene::signed_in().await;
    let mode = |path: PathBuf| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(scene.tokens()), 0o600);
    assert_eq!(mode(scene.folder.path().join("cli")), 0o700);
}

#[tokio::test]
async fn of_many_runs_at_once_that_find_the_token_expired_one_refreshes_it() {
    let scene = Scene::signed_in().await;
    for rounds in 1..=3 {
        scene.control("/admin/expire").await;
        let runs = join_all((0..4).map(|_| scene.run("whoami"))).await;
        for run in runs {
            assert_eq!(told(&run), "ada\n");
        }
        let stats = scene.stats().await;
        let rejected = (stats.refreshes_rejected, stats.sessions_ended);
        assert_eq!((stats.refreshes, rejected), (rounds, (0, 0)));
    }
}

#[tokio::test]
async fn a_user_who_says_no_is_not_signed_in() {
    let scene = Scene::new().await;
    let refused = complaint(&scene.sign_in("deny").await);
    assert!(refused.contains("access was denied"), "{refused}");
    assert!(!scene.tokens().exists());
    let unknown = complaint(&scene.run("whoami").await);
    assert!(unknown.starts_with("You are not signed in."), "{unknown}");
}

#[tokio::test]
async fn signing_out_ends_the_session_here_and_at_the_server() {
    let scene = Scene::signed_in().await;
    assert_eq!(told(&scene.run("sign-out").await), "You are signed out.\n");
    assert!(!scene.tokens().exists());
    let stats = scene.stats().await;
    assert_eq!((stats.revocations, stats.sessions_ended), (1, 1));

    assert_eq!(told(&scene.run("sign-out").await), "Nobody is signed in.\n");
    complaint(&scene.run("whoami").await);
    let after = scene.stats().await.since(&stats);
    assert_eq!(after.requests, 0);
}

#[tokio::test]
async fn a_session_that_the_server_has_ended_is_given_up_once() {
    let scene = Scene::signed_in().await;
    scene.control("/admin/revoke").await;
    for _ in 0..2 {
        let ended = complaint(&scene.run("whoami").await);
        assert!(ended.starts_with("You are not signed in."), "{ended}");
    }
    assert!(!scene.tokens().exists());
    let stats = scene.stats().await;
    assert_eq!((stats.refreshes_rejected, stats.unauthorized), (1, 1));
    // And begins anew.
    told(&scene.sign_in("approve").await);
    assert_eq!(told(&scene.run("whoami").await), "ada\n");
}

#[tokio::test]
async fn a_file_that_holds_no_tokens_is_told_and_not_overwritten() {
    let scene = Scene::signed_in().await;
    std::fs::write(scene.tokens(), "hunter2").unwrap();
    for command in ["whoami", "sign-in", "sign-out"] {
        let told = complaint(&scene.run(command).await);
        assert!(told.contains("holds no readable tokens"), "{told}");
        assert!(!told.contains("hunter2"), "{told}");
    }
    let kept = std::fs::read_to_string(scene.tokens()).unwrap();
    assert_eq!(kept, "hunter2");
}
