//! HTTP by hand: what goes over the wire, byte for byte.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::running::soon;

/// Sends these bytes, and reads until the other side closes.
pub(crate) async fn exchange(address: SocketAddr, request: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request).await.unwrap();
    let mut answer = Vec::new();
    soon(stream.read_to_end(&mut answer)).await.unwrap();
    answer
}

/// The number in the first line of an answer.
pub(crate) fn status(answer: &[u8]) -> u16 {
    let line = String::from_utf8_lossy(&answer[..answer.len().min(16)]).into_owned();
    let number = line.split(' ').nth(1).unwrap_or_else(|| panic!("{line:?}"));
    number.parse().unwrap()
}
