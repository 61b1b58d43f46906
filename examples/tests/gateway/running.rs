//! A gateway in a process of its own.

use std::ffi::OsStr;
use std::net::SocketAddr;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, ChildStderr, Command};
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// A gateway that listens, and a client of it that changes nothing of its own accord.
pub(crate) struct Running {
    pub(crate) child: Child,
    pub(crate) url: String,
    pub(crate) client: Client,
    stdout: JoinHandle<String>,
    stderr: JoinHandle<String>,
}

/// What a gateway that has ended leaves.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    /// What came after the line that tells where it listens.
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// The program, past any proxy and with a log as by default.
pub(crate) fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gateway"));
    let command_ref = command.env("NO_PROXY", "*").env_remove("RUST_LOG");
    command_ref.kill_on_drop(true);
    command
}

/// A client that goes past any proxy, and takes answers as they are.
pub(crate) fn client() -> Client {
    let client = Client::builder().no_proxy().redirect(Policy::none());
    client.build().unwrap()
}

impl Running {
    pub(crate) async fn before(upstream: impl AsRef<str>) -> Self {
        Self::with(upstream, [""; 0]).await
    }

    pub(crate) async fn with(
        upstream: impl AsRef<str>,
        more: impl IntoIterator<Item: AsRef<OsStr>>,
    ) -> Self {
        let mut command = command();
        command.args(["--listen", "127.0.0.1:0", "--upstream", upstream.as_ref()]);
        Self::spawn(command.args(more)).await
    }

    pub(crate) async fn spawn(command: &mut Command) -> Self {
        let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let stderr = tokio::spawn(all_of(child.stderr.take().unwrap()));
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        soon(stdout.read_line(&mut line)).await.unwrap();
        let Some(url) = line.strip_prefix("listening on ") else {
            panic!("{line:?}: {}", stderr.await.unwrap());
        };
        Self {
            url: url.trim_end().to_owned(),
            child,
            client: client(),
            stdout: tokio::spawn(async move {
                let mut rest = String::new();
                stdout.read_to_string(&mut rest).await.unwrap();
                rest
            }),
            stderr,
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        let (_, address) = self.url.split_once("//").unwrap();
        address.parse().unwrap()
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.url))
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        let sent = self.request(Method::GET, path).send();
        soon(sent).await.unwrap()
    }

    pub(crate) async fn signal(&self, name: &str) {
        let id = self.child.id().unwrap().to_string();
        let sent = Command::new("kill").args([name, &id]).status().await;
        assert!(sent.unwrap().success());
    }

    /// Waits for the end of the program.
    pub(crate) async fn ended(mut self) -> Ended {
        let status = soon(self.child.wait()).await.unwrap();
        Ended {
            status,
            stdout: self.stdout.await.unwrap(),
            stderr: self.stderr.await.unwrap(),
        }
    }

    pub(crate) async fn stop(self) -> Ended {
        self.signal("-TERM").await;
        self.ended().await
    }
}

/// A problem of the gateway's own: its status and code.
pub(crate) async fn problem(response: Response) -> (u16, String) {
    let status = response.status().as_u16();
    assert_eq!(
        response.headers()["content-type"],
        "application/problem+json"
    );
    let document: Value = response.json().await.unwrap();
    assert_eq!(document["status"], status);
    assert!(document["detail"].as_str().unwrap().ends_with('.'));
    (status, document["code"].as_str().unwrap().to_owned())
}

/// Ends the test rather than hang.
pub(crate) async fn soon<T>(future: impl Future<Output = T>) -> T {
    let limit = Duration::from_secs(60);
    timeout(limit, future).await.expect("it takes too long")
}

async fn all_of(mut stderr: ChildStderr) -> String {
    let mut all = Vec::new();
    stderr.read_to_end(&mut all).await.unwrap();
    String::from_utf8(all).unwrap()
}
