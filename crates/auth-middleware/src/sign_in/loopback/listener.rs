//! Listens on the user's own machine, and waits for the browser to bring an answer.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

use super::Loopback;
use super::page::Page;
use super::request_head::{LIMIT, RequestHead};
use super::verdict::{Answer, Expected, Verdict};

/// Connections served at once. Beyond it the oldest is closed, so that those that say nothing don't keep the browser out.
const MOST_CONNECTIONS: usize = 32;

/// One port of the loopback interface. Dropping it closes the port.
#[derive(Debug)]
pub(crate) struct LoopbackListener {
    listeners: Vec<TcpListener>,
}

/// What is shown to the user when an answer has come.
#[derive(Clone, Debug)]
pub(crate) struct Texts {
    pub(crate) success: String,
    pub(crate) failure: String,
}

impl LoopbackListener {
    /// Takes a port; 0 takes a free one.
    pub(crate) async fn bind(loopback: Loopback, port: u16) -> io::Result<Self> {
        let v4 = || TcpListener::bind((Ipv4Addr::LOCALHOST, port));
        let v6 = |port| TcpListener::bind((Ipv6Addr::LOCALHOST, port));
        let listeners = match loopback {
            Loopback::V4 => vec![v4().await?],
            Loopback::V6 => vec![v6(port).await?],
            Loopback::Localhost => loop {
                let v4 = v4().await?;
                match v6(v4.local_addr()?.port()).await {
                    Ok(v6) => break vec![v4, v6],
                    // Somebody else would get what the browser takes there.
                    Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                        if port != 0 {
                            return Err(error);
                        }
                    }
                    // A machine may be without the second address.
                    Err(_) => break vec![v4],
                }
            },
        };
        Ok(Self { listeners })
    }

    /// The redirect URI that leads here.
    pub(crate) fn redirect_uri(&self, loopback: Loopback, path: &str) -> io::Result<Url> {
        let host = loopback.host();
        let base = format!("http://{host}:{}/", self.port()?);
        let mut uri = Url::parse(&base).map_err(io::Error::other)?;
        uri.set_path(path);
        Ok(uri)
    }

    fn port(&self) -> io::Result<u16> {
        let first = self.listeners.first();
        let address = first.map(TcpListener::local_addr).transpose()?;
        Ok(address.map_or(0, |address| address.port()))
    }

    /// Serves connections until one brings the answer, which is then in the browser's window too.
    pub(crate) async fn answer(&self, expected: &Expected, texts: &Texts) -> Answer {
        let mut connections = Connections(VecDeque::new());
        loop {
            tokio::select! {
                biased;
                answer = poll_fn(|context| connections.poll(context)) => return answer,
                stream = self.accept() => connections.admit(serve(stream, expected, texts)),
            }
        }
    }

    async fn accept(&self) -> TcpStream {
        loop {
            let accepted = poll_fn(|context| {
                let mut polls = self.listeners.iter().map(|one| one.poll_accept(context));
                polls.find(Poll::is_ready).unwrap_or(Poll::Pending)
            });
            match accepted.await {
                Ok((stream, _)) => return stream,
                // Out of descriptors, say: they come back.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }
}

/// The connections that are open, the oldest first.
struct Connections<F>(VecDeque<Pin<Box<F>>>);

impl<F: Future<Output = Option<Answer>>> Connections<F> {
    fn admit(&mut self, connection: F) {
        if self.0.len() == MOST_CONNECTIONS {
            self.0.pop_front();
        }
        self.0.push_back(Box::pin(connection));
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Answer> {
        let mut answer = None;
        self.0.retain_mut(|connection| {
            if answer.is_some() {
                return true;
            }
            match connection.as_mut().poll(context) {
                Poll::Pending => true,
                Poll::Ready(brought) => {
                    answer = brought;
                    false
                }
            }
        });
        answer.map_or(Poll::Pending, Poll::Ready)
    }
}

/// Reads one request and answers it with a page. There is something to return if it was the one that is waited for.
async fn serve(mut stream: TcpStream, expected: &Expected, texts: &Texts) -> Option<Answer> {
    let verdict = match read_head(&mut stream).await? {
        RequestHead::Complete { method, target } => expected.judge(&method, &target),
        RequestHead::TooLarge => {
            let page = Page::new(
                "431 Request Header Fields Too Large",
                "The request is too large.",
            );
            send(stream, page).await;
            return None;
        }
        RequestHead::Malformed | RequestHead::Incomplete => {
            send(stream, Page::new("400 Bad Request", "This is no request.")).await;
            return None;
        }
    };
    let (page, answer) = match verdict {
        Verdict::NotFound => (Page::new("404 Not Found", "There is nothing here."), None),
        Verdict::MethodNotAllowed => {
            let text = "Only a redirect comes here.";
            (Page::new("405 Method Not Allowed", text), None)
        }
        Verdict::NotOurs => {
            let text = "This answer belongs to another sign-in.";
            (Page::new("400 Bad Request", text), None)
        }
        Verdict::Answer(answer @ Answer::Code(_)) => {
            (Page::new("200 OK", &texts.success), Some(answer))
        }
        Verdict::Answer(answer) => {
            let page = Page::new("400 Bad Request", &texts.failure);
            (page, Some(answer))
        }
    };
    send(stream, page).await;
    answer
}

/// None if the client leaves before the end.
async fn read_head(stream: &mut TcpStream) -> Option<RequestHead> {
    let mut received = Vec::with_capacity(2048);
    loop {
        let before = received.len();
        let mut rest = stream.take((LIMIT + 1 - before) as u64);
        if rest.read_buf(&mut received).await.ok()? == 0 {
            return None;
        }
        // A head grows by lines: parsing it at each byte would take the square of its length.
        let is_new = before == 0 || received.len() >= LIMIT;
        if !is_new && !received[before..].contains(&b'\n') {
            continue;
        }
        match RequestHead::parse(&received) {
            RequestHead::Incomplete => {}
            head => return Some(head),
        }
    }
}

/// Whether the browser gets it makes no difference to the sign-in.
async fn send(mut stream: TcpStream, page: Page) {
    let _ = stream.write_all(page.response().as_bytes()).await;
    let _ = stream.shutdown().await;
}

#[cfg(test)]
mod tests;
