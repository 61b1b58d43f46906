//! Something before a server that keeps its answers.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// Hands requests on to a server, and keeps the answers for itself.
pub(crate) struct Relay {
    url: String,
    answered: UnboundedReceiver<()>,
}

impl Relay {
    /// Before the server at this base URL.
    pub(crate) async fn before(base_url: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = base_url.strip_prefix("http://").unwrap().to_owned();
        let (tell, answered) = unbounded_channel();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(keep_answer(client, server.clone(), tell.clone()));
            }
        });
        Self {
            url: format!("http://{address}/oauth/token"),
            answered,
        }
    }

    pub(crate) fn token_url(&self) -> &str {
        &self.url
    }

    /// Waits until the server has answered a request.
    pub(crate) async fn answered(&mut self) {
        stack_tests::soon(self.answered.recv()).await.unwrap();
    }
}

async fn keep_answer(mut client: TcpStream, server: String, tell: UnboundedSender<()>) {
    let mut server = TcpStream::connect(server).await.unwrap();
    let (mut from_server, mut to_server) = server.split();
    let (mut from_client, _to_client) = client.split();
    let answer = async {
        // The head of an answer comes with the first bytes.
        let first = from_server.read(&mut [0; 1024]).await;
        if first.is_ok_and(|bytes| bytes > 0) {
            let _ = tell.send(());
        }
    };
    let request = async {
        let _ = tokio::io::copy(&mut from_client, &mut to_server).await;
        let _ = to_server.shutdown().await;
    };
    tokio::join!(answer, request);
}
