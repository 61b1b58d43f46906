//! What `docs/gateway.md` shows is what happens.

use std::process::Stdio;
use std::time::Duration;

use testkit::{Behaviour, FaultServer, Reply};
use tokio::process::Command;
use tokio::time::timeout;

use crate::raw::exchange;
use crate::running::Running;
use crate::session::Scene;
use crate::token_file::TokenFile;

/// Half a gigabyte through unoptimised programs, on a machine that has other work too, takes minutes at the worst.
const HANGS: Duration = Duration::from_secs(15 * 60);

const PAGE: &str = include_str!("../../../docs/gateway.md");

/// Whether there is a `curl` on this machine.
async fn curl_is_there() -> bool {
    let mut curl = Command::new("curl");
    let version = curl.arg("--version").stdout(Stdio::null()).status().await;
    version.is_ok_and(|status| status.success())
}

/// What a shell prints for these commands, each after its prompt, with the ports of the page.
async fn transcript(commands: &[&str], gateway: &str, upstream: &str) -> String {
    let mut transcript = Vec::new();
    for command in commands {
        let real = command.replace("http://127.0.0.1:9000", gateway);
        let real = real.replace("http://127.0.0.1:8000", upstream);
        let mut shell = Command::new("sh");
        shell.args(["-c", &real]).env("no_proxy", "*");
        let output = timeout(HANGS, shell.kill_on_drop(true).output()).await;
        let output = output.expect("it hangs").unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        let printed = printed.replace('\r', "");
        transcript.push(format!("$ {command}\n{}\n", printed.trim_end()));
    }
    transcript.concat()
}

#[tokio::test]
async fn curl_shows_what_the_page_shows_before_and_after_expiry() {
    if !curl_is_there().await {
        println!("left out: there is no curl");
        return;
    }
    let scene = Scene::start().await;
    let gateway = scene.gateway().await;
    let blocks = PAGE.split("```console\n").skip(1);
    let blocks: Vec<_> = blocks.filter_map(|rest| rest.split("```").next()).collect();
    assert_eq!(blocks.len(), 3);
    for block in blocks {
        let commands: Vec<_> = block
            .lines()
            .filter_map(|line| line.strip_prefix("$ "))
            .collect();
        let shown = transcript(&commands, &gateway.url, scene.server.url()).await;
        assert_eq!(shown, block);
    }
}

#[tokio::test]
async fn the_log_is_what_the_page_shows() {
    let server = FaultServer::start().await.unwrap();
    let granted = r#"{"access_token":"a2","refresh_token":"r2","token_type":"Bearer"}"#;
    server
        .on("/oauth/token", Reply::json(200, granted))
        .on(
            "/me",
            Behaviour::until_authorized(Reply::status(200).body("ada")),
        )
        .accept_token("a2");
    let tokens = TokenFile::new("a1", "r1").await;
    let token_url = server.url_of("/oauth/token");
    let session = tokens.arguments(token_url.as_str());
    let log = ["--log".into()];
    let gateway = Running::with(server.url(), session.into_iter().chain(log)).await;
    let request =
        b"GET /me?key=1 HTTP/1.1\r\nhost: localhost\r\naccept: */*\r\nconnection: close\r\n\r\n";
    exchange(gateway.address(), request).await;

    let printed = gateway.stop().await.stderr;
    let port = server.address().port().to_string();
    let shown: String = printed
        .lines()
        .map(|line| as_on_the_page(line, &port))
        .collect();
    assert!(PAGE.contains(&format!("```text\n{shown}```")), "{shown}");
}

/// The line without its time, with the port and the duration of the page.
fn as_on_the_page(line: &str, port: &str) -> String {
    let (_time, event) = line.split_once(' ').unwrap();
    let event = event.trim_start().replace(port, "8000");
    match event.split_once("elapsed_ms=") {
        Some((before, after)) => {
            let (_elapsed, after) = after.split_once(' ').unwrap();
            format!("{before}elapsed_ms=1.25 {after}\n")
        }
        None => event + "\n",
    }
}

/// The page's table of problems is the program's.
#[test]
fn the_page_lists_each_problem() {
    let source = include_str!("../../src/bin/gateway/problem.rs");
    let (source, _) = source.split_once("#[cfg(test)]").unwrap();
    let codes: Vec<_> = source
        .split('"')
        .filter(|text| text.contains('_') && !text.contains(' '))
        .collect();
    assert!(codes.len() >= 11, "{codes:?}");
    for code in codes {
        assert!(PAGE.contains(&format!("`{code}`")), "{code}");
    }
}
