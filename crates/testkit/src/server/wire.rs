//! One side of a connection: reads requests, writes bytes, and notices when the other side goes away.

use std::io;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::chunked::{Chunked, Decoded};
use super::head::{Framing, Head, Malformed};

/// The longest head of a request, in bytes.
const MAX_HEAD: usize = 64 * 1024;

#[derive(Debug)]
pub(super) struct Wire {
    stream: TcpStream,
    buffer: BytesMut,
}

/// Why a request couldn't be read.
#[derive(Debug)]
pub(super) enum ReadError {
    /// The other side closed or reset the connection.
    Gone,
    Malformed,
}

impl Wire {
    pub(super) fn new(stream: TcpStream) -> Self {
        Self {
            stream,
            buffer: BytesMut::new(),
        }
    }

    /// Waits for the first byte of a request, and leaves it unread.
    pub(super) async fn wait_for_request(&mut self) -> Result<(), ReadError> {
        if !self.buffer.is_empty() {
            return Ok(());
        }
        match self.stream.peek(&mut [0]).await {
            Ok(1..) => Ok(()),
            Ok(0) | Err(_) => Err(ReadError::Gone),
        }
    }

    pub(super) async fn read_head(&mut self) -> Result<Head, ReadError> {
        loop {
            if let Some(head) = Head::parse(&self.buffer)? {
                let _ = self.buffer.split_to(head.length);
                return Ok(head);
            }
            if self.buffer.len() > MAX_HEAD {
                return Err(ReadError::Malformed);
            }
            self.fill().await?;
        }
    }

    /// Reads a body to its end and gives `each` piece away as it comes.
    pub(super) async fn read_body(
        &mut self,
        framing: Framing,
        mut each: impl FnMut(Bytes),
    ) -> Result<(), ReadError> {
        match framing {
            Framing::Length(mut left) => {
                while left > 0 {
                    if self.buffer.is_empty() {
                        self.fill().await?;
                    }
                    let here = usize::try_from(left)
                        .map_or(self.buffer.len(), |n| n.min(self.buffer.len()));
                    left -= here as u64;
                    each(self.buffer.split_to(here).freeze());
                }
                Ok(())
            }
            Framing::Chunked => {
                let mut decoder = Chunked::default();
                loop {
                    match decoder.decode(&mut self.buffer)? {
                        Decoded::Data(bytes) => each(bytes),
                        Decoded::More => self.fill().await?,
                        Decoded::End => return Ok(()),
                    }
                }
            }
        }
    }

    /// Does `work`, unless the other side goes away first.
    pub(super) async fn unless_gone<T>(&mut self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            done = work => Some(done),
            () = self.gone() => None,
        }
    }

    /// Waits until the other side closes or resets the connection. What it sends before is kept for the next request.
    pub(super) async fn gone(&mut self) {
        while self.fill().await.is_ok() {}
    }

    pub(super) async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await
    }

    /// Closes the connection in order (FIN).
    pub(super) async fn close(mut self) {
        // It may be closed from the other side already, and then there is nothing left to do.
        let _ = self.stream.shutdown().await;
    }

    /// Closes the connection so that the other side sees a reset (RST).
    pub(super) fn reset(self) {
        let _ = self.stream.set_zero_linger();
    }

    async fn fill(&mut self) -> Result<(), ReadError> {
        match self.stream.read_buf(&mut self.buffer).await {
            Ok(1..) => Ok(()),
            Ok(0) | Err(_) => Err(ReadError::Gone),
        }
    }
}

impl From<Malformed> for ReadError {
    fn from(_: Malformed) -> Self {
        Self::Malformed
    }
}
