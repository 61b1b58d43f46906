//! What keeps the gateway from starting.

use std::ffi::OsString;
use std::fs;
use std::net::Ipv4Addr;
use std::os::unix::fs::PermissionsExt;
use std::process::Output;

use testkit::FaultServer;
use tokio::net::TcpListener;

use crate::raw::{exchange, status};
use crate::running::{Running, command, soon};
use crate::token_file::TokenFile;

const TOKEN_URL: &str = "http://127.0.0.1:1/token";

async fn run(arguments: impl IntoIterator<Item: Into<OsString>>) -> Output {
    let arguments = arguments.into_iter().map(Into::into);
    soon(command().args(arguments).output()).await.unwrap()
}

/// What it complained of, in one line, before it listened anywhere.
#[track_caller]
fn complaint(output: &Output, code: i32) -> String {
    let told = String::from_utf8_lossy(&output.stderr).replace("\n  because: ", ": ");
    assert_eq!(output.status.code(), Some(code), "{told}");
    assert!(output.stdout.is_empty());
    let [line] = told.lines().collect::<Vec<_>>()[..] else {
        panic!("one line: {told}");
    };
    line.strip_prefix("gateway: ").unwrap().to_owned()
}

async fn with_tokens(tokens: &TokenFile) -> Output {
    let upstream = [
        "--listen",
        "127.0.0.1:0",
        "--upstream",
        "http://127.0.0.1:1",
    ];
    let arguments = upstream.map(OsString::from);
    run(arguments.into_iter().chain(tokens.arguments(TOKEN_URL))).await
}

#[tokio::test]
async fn a_token_file_that_is_missing_or_broken_is_told_with_exit_code_2() {
    let tokens = TokenFile::new("hunter2", "hunter2").await;
    let shown = tokens.path().display().to_string();

    fs::set_permissions(tokens.path(), PermissionsExt::from_mode(0o644)).unwrap();
    let told = complaint(&with_tokens(&tokens).await, 2);
    assert!(told.contains("chmod"), "{told}");
    fs::set_permissions(tokens.path(), PermissionsExt::from_mode(0o600)).unwrap();

    for broken in [
        "",
        "hunter2",
        r#"{"access_token":7}"#,
        r#"{"token":"hunter2"}"#,
    ] {
        fs::write(tokens.path(), broken).unwrap();
        let told = complaint(&with_tokens(&tokens).await, 2);
        let expected = format!("--token-store can't be used: {shown} holds no readable tokens: ");
        assert!(told.starts_with(&expected), "{told}");
        assert!(!told.contains("hunter2"), "{told}");
        assert_eq!(fs::read_to_string(tokens.path()).unwrap(), broken);
    }

    fs::remove_file(tokens.path()).unwrap();
    let told = complaint(&with_tokens(&tokens).await, 2);
    assert_eq!(told, format!("{shown} holds no tokens: sign in first"));
}

#[tokio::test]
async fn what_can_not_be_used_is_told_with_exit_code_2_and_without_a_secret() {
    let tokens = TokenFile::new("hunter2", "hunter2").await;
    let session = |upstream: &str, token_url: &str| {
        let upstream = ["--upstream", upstream].map(OsString::from);
        let session = tokens.arguments(token_url);
        upstream.into_iter().chain(session).collect::<Vec<_>>()
    };
    let no_secret = [OsString::from("--client-secret-file=/hunter1/none")];
    let local = "http://127.0.0.1:1";
    for (arguments, start) in [
        (
            ["--upstream", "http://ada:hunter2@127.0.0.1"]
                .map(OsString::from)
                .to_vec(),
            "--upstream can't be used: its user and password would go nowhere",
        ),
        (
            ["--upstream", "ftp://hunter2"].map(OsString::from).to_vec(),
            "--upstream can't be used: it is not an http or https URL",
        ),
        (
            ["--upstream", local, "--listen", "0.0.0.0:0"]
                .map(OsString::from)
                .to_vec(),
            "other machines could call at 0.0.0.0:0, as this session: say --allow-remote",
        ),
        (
            [
                "--upstream",
                local,
                "--allow-origin",
                "http://hunter2@app.test/",
            ]
            .map(OsString::from)
            .to_vec(),
            "--allow-origin takes an origin as browsers write it, such as http://app.test",
        ),
        (
            ["--upstream", local, "--allow-host", "hunter2:9000"]
                .map(OsString::from)
                .to_vec(),
            "--allow-host takes a host without a port",
        ),
        (
            [
                "--upstream",
                "http://localhost:9",
                "--listen",
                "127.0.0.1:9",
            ]
            .map(OsString::from)
            .to_vec(),
            "--upstream is the gateway itself, at 127.0.0.1:9",
        ),
        (
            session("http://api.test", TOKEN_URL),
            "--upstream is plain http to another machine",
        ),
        (
            session(local, "http://login.test/?key=hunter2"),
            "--token-url can't be used: plain http to another machine",
        ),
        (
            session(local, TOKEN_URL)
                .into_iter()
                .chain(no_secret)
                .collect(),
            "can't read the client's secret in /hunter1/none: No such file",
        ),
    ] {
        let told = complaint(&run(arguments).await, 2);
        assert!(told.starts_with(start), "{told}");
        assert!(!told.contains("hunter2"), "{told}");
    }
}

#[tokio::test]
async fn the_exit_code_is_the_same_if_nobody_reads_why() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = command();
    let command = command.args(["--upstream", "ftp://api.test"]);
    let status = soon(command.stderr(writer).status()).await.unwrap();
    assert_eq!(status.code(), Some(2));
}

#[tokio::test]
async fn a_filter_of_the_log_that_is_none_is_told_with_exit_code_2() {
    let mut command = command();
    let command = command.args(["--upstream", "http://127.0.0.1:1", "--log"]);
    let output = command.env("RUST_LOG", "wire_log=loud").output();
    let told = complaint(&soon(output).await.unwrap(), 2);
    assert!(told.starts_with("RUST_LOG can't be used"), "{told}");
}

#[tokio::test]
async fn an_address_that_is_taken_is_told_with_exit_code_1() {
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = run(["--upstream", "http://127.0.0.1:1", "--listen", &address]).await;
    let told = complaint(&output, 1);
    let expected = format!("can't listen on {address}: Address already in use");
    assert!(told.starts_with(&expected), "{told}");
}

#[tokio::test]
async fn with_allow_remote_it_listens_for_other_machines() {
    let mut command = command();
    let command = command.args(["--upstream", "http://127.0.0.1:1", "--retries=0"]);
    let command = command.args(["--listen", "0.0.0.0:0", "--allow-remote"]);
    let gateway = Running::spawn(command).await;
    let (_, port) = gateway.url.split_once("http://0.0.0.0:").unwrap();
    let here = format!("127.0.0.1:{port}").parse().unwrap();
    for (host, code) in [("127.0.0.1", 502), ("10.1.2.3", 502), ("0.0.0.0", 421)] {
        let request = format!("GET / HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
        let answer = exchange(here, request.as_bytes()).await;
        assert_eq!(status(&answer), code, "{host}");
    }
    assert_eq!(gateway.stop().await.status.code(), Some(0));
}

#[tokio::test]
async fn no_proxy_sees_what_goes_to_an_upstream_on_this_machine() {
    let [server, proxy] = [
        FaultServer::start().await.unwrap(),
        FaultServer::start().await.unwrap(),
    ];
    let mut command = command();
    let command = command.args(["--listen=127.0.0.1:0", "--upstream", server.url().as_str()]);
    let command = command.env_remove("NO_PROXY").env_remove("no_proxy");
    let gateway = Running::spawn(command.env("http_proxy", proxy.url().as_str())).await;
    assert_eq!(gateway.get("/").await.status(), 200);
    assert_eq!((server.request_count(), proxy.request_count()), (1, 0));
}
