//! Browsers and others that come to the port.

use std::net::SocketAddr;

use secrecy::ExposeSecret;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

use super::*;

const REDIRECT: &str = "/callback?code=c1&state=s1";

/// A listener that waits for an answer, in a task.
struct Waiting {
    address: SocketAddr,
    answer: JoinHandle<Answer>,
}

impl Waiting {
    async fn start() -> Self {
        let listener = LoopbackListener::bind(Loopback::V4, 0).await.unwrap();
        let address = (Ipv4Addr::LOCALHOST, listener.port().unwrap()).into();
        let answer = tokio::spawn(async move {
            let expected = Expected {
                path: "/callback".to_owned(),
                state: "s1".into(),
                issuer: None,
            };
            let texts = Texts {
                success: "It went well.".to_owned(),
                failure: "It went wrong.".to_owned(),
            };
            listener.answer(&expected, &texts).await
        });
        Self { address, answer }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// The whole response to what is sent.
    async fn response_to(&self, sent: &str) -> String {
        let mut stream = self.connect().await;
        stream.write_all(sent.as_bytes()).await.unwrap();
        rest_of(stream).await
    }

    async fn get(&self, target: &str) -> String {
        self.response_to(&get(target)).await
    }

    async fn code(self) -> String {
        match self.answer.await.unwrap() {
            Answer::Code(code) => code.expose_secret().to_owned(),
            other => panic!("{other:?}"),
        }
    }
}

fn get(target: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
}

async fn rest_of(mut stream: TcpStream) -> String {
    let mut response = String::new();
    let read = stream.read_to_string(&mut response);
    let read = tokio::time::timeout(Duration::from_secs(30), read).await;
    read.expect("neither an answer nor an end").unwrap();
    response
}

#[track_caller]
fn assert_status(response: &str, status: u16) {
    let status = format!("HTTP/1.1 {status} ");
    assert!(response.starts_with(&status), "{response}");
}

#[tokio::test]
async fn the_redirect_is_answered_with_a_page_and_closes_the_port() {
    let waiting = Waiting::start().await;
    let response = waiting.get(REDIRECT).await;
    assert_status(&response, 200);
    assert!(response.contains("It went well."), "{response}");
    assert!(!response.contains("c1"), "{response}");
    let address = waiting.address;
    assert_eq!(waiting.code().await, "c1");
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn all_else_is_refused_and_the_redirect_still_awaited() {
    let waiting = Waiting::start().await;
    for (target, status) in [
        ("/favicon.ico", 404),
        ("/", 404),
        ("/callback", 400),
        ("/callback?code=evil&state=wrong", 400),
        ("/callback?error=access_denied", 400),
    ] {
        let response = waiting.get(target).await;
        assert_status(&response, status);
        assert!(!response.contains("It went"), "{response}");
    }
    let post = format!("POST {REDIRECT} HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc");
    let response = waiting.response_to(&post).await;
    assert_status(&response, 405);
    assert!(response.contains("\r\nAllow: GET\r\n"), "{response}");
    assert_status(&waiting.response_to("\u{16}\u{3}\u{1}\u{2}").await, 400);

    assert_status(&waiting.get(REDIRECT).await, 200);
    assert_eq!(waiting.code().await, "c1");
}

#[tokio::test]
async fn a_head_without_end_is_refused_and_the_redirect_still_awaited() {
    let waiting = Waiting::start().await;
    let mut endless = format!("GET {REDIRECT} HTTP/1.1\r\nCookie: ");
    endless.push_str(&"x".repeat(LIMIT - endless.len()));
    assert_status(&waiting.response_to(&endless).await, 431);
    waiting.get(REDIRECT).await;
    assert_eq!(waiting.code().await, "c1");
}

#[tokio::test]
async fn an_answer_that_is_no_code_ends_the_wait_too() {
    let waiting = Waiting::start().await;
    let response = waiting.get("/callback?error=access_denied&state=s1").await;
    assert!(response.contains("It went wrong."), "{response}");
    let answer = waiting.answer.await.unwrap();
    assert!(matches!(answer, Answer::Error(Some(code)) if code == "access_denied"));
}

#[tokio::test]
async fn connections_that_are_slow_or_silent_do_not_keep_the_browser_out() {
    let waiting = Waiting::start().await;
    let silent = waiting.connect().await;
    let mut slow = waiting.connect().await;
    slow.write_all(b"GET /callback?co").await.unwrap();
    let mut gone = waiting.connect().await;
    gone.write_all(b"GET /callback?co").await.unwrap();
    drop(gone);
    let response = waiting.get("/favicon.ico").await;
    assert_status(&response, 404);

    assert_status(&waiting.get(REDIRECT).await, 200);
    assert_eq!(waiting.code().await, "c1");
    // Nothing is left open for them.
    for stream in [silent, slow] {
        let mut stream = stream;
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest).await;
        assert_eq!(rest, b"");
    }
}

#[tokio::test]
async fn of_too_many_connections_the_oldest_goes() {
    let waiting = Waiting::start().await;
    let mut silent = Vec::new();
    for _ in 0..MOST_CONNECTIONS {
        silent.push(waiting.connect().await);
    }
    // One more, whose answer tells that it was let in.
    assert_status(&waiting.get("/favicon.ico").await, 404);
    assert_eq!(rest_of(silent.remove(0)).await, "");

    // The others are served, as slow as they are.
    let mut last = silent.pop().unwrap();
    last.write_all(get(REDIRECT).as_bytes()).await.unwrap();
    assert_status(&rest_of(last).await, 200);
    assert_eq!(waiting.code().await, "c1");
}

#[tokio::test]
async fn a_redirect_that_comes_byte_by_byte_is_understood() {
    let waiting = Waiting::start().await;
    let mut stream = waiting.connect().await;
    stream.set_nodelay(true).unwrap();
    for byte in get(REDIRECT).bytes() {
        stream.write_all(&[byte]).await.unwrap();
        tokio::task::yield_now().await;
    }
    assert_status(&rest_of(stream).await, 200);
    assert_eq!(waiting.code().await, "c1");
}

#[tokio::test]
async fn a_browser_that_leaves_before_the_page_has_still_brought_the_code() {
    let waiting = Waiting::start().await;
    let mut stream = waiting.connect().await;
    stream.write_all(get(REDIRECT).as_bytes()).await.unwrap();
    drop(stream);
    assert_eq!(waiting.code().await, "c1");
}

#[tokio::test]
async fn dropping_the_wait_closes_the_port() {
    let waiting = Waiting::start().await;
    let silent = waiting.connect().await;
    waiting.answer.abort();
    assert!(waiting.answer.await.unwrap_err().is_cancelled());
    assert!(TcpStream::connect(waiting.address).await.is_err());
    drop(silent);
}

#[tokio::test]
async fn the_name_leads_to_the_port_by_both_addresses() {
    let listener = LoopbackListener::bind(Loopback::Localhost, 0)
        .await
        .unwrap();
    let port = listener.port().unwrap();
    assert!(
        TcpStream::connect((Ipv4Addr::LOCALHOST, port))
            .await
            .is_ok()
    );
    let has_v6 = TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).await.is_ok();
    let v6 = TcpStream::connect((Ipv6Addr::LOCALHOST, port)).await;
    assert_eq!(
        (v6.is_ok(), listener.listeners.len()),
        (has_v6, 1 + usize::from(has_v6))
    );
}

#[tokio::test]
async fn a_name_of_which_somebody_else_has_one_address_is_not_used() {
    // On a machine without IPv6 there is nobody to fear.
    let Ok(stranger) = LoopbackListener::bind(Loopback::V6, 0).await else {
        return;
    };
    let port = stranger.port().unwrap();
    let error = LoopbackListener::bind(Loopback::Localhost, port).await;
    assert_eq!(error.unwrap_err().kind(), io::ErrorKind::AddrInUse);
}

#[tokio::test]
async fn a_port_that_is_taken_is_an_error() {
    let taken = LoopbackListener::bind(Loopback::V4, 0).await.unwrap();
    let port = taken.port().unwrap();
    let error = LoopbackListener::bind(Loopback::V4, port)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
}
