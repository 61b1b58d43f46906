//! Reading an answer that nobody wants, so that its connection can be used again.

use std::time::Duration;

use reqwest::Response;
use tokio::time::timeout;

/// More than an error page usually has; a longer rest costs more than a new connection.
const BYTES: u64 = 64 * 1024;
const TIME: Duration = Duration::from_secs(1);

/// Reads what is left of an answer that nobody wants, so that its connection can carry the next request.
///
/// It gives up after 64 KiB or one second, and drops the answer: its HTTP/1 connection is then closed.
///
/// # Cancel safety
///
/// Dropping the future drops the answer.
pub async fn drain(mut response: Response) {
    let length = response.content_length();
    if length == Some(0) || length.is_some_and(|length| length > BYTES) {
        return;
    }
    let read_to_end = async {
        let mut read = 0;
        while let Ok(Some(chunk)) = response.chunk().await {
            read += chunk.len() as u64;
            if read > BYTES {
                return;
            }
        }
    };
    // Whether it came to the end makes no difference to anyone: the answer is dropped either way.
    let _ = timeout(TIME, read_to_end).await;
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use bytes::Bytes;
    use futures_util::{StreamExt, stream};
    use reqwest::Body;

    use super::*;

    /// A response whose chunks are counted as they are read.
    fn response(chunks: usize, size: usize) -> (Response, Arc<AtomicU64>) {
        let read = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&read);
        let chunks = stream::repeat(Bytes::from(vec![0; size]))
            .take(chunks)
            .map(move |chunk| {
                counter.fetch_add(1, Ordering::Relaxed);
                Ok::<_, std::io::Error>(chunk)
            });
        let body = Body::wrap_stream(chunks);
        (Response::from(http::Response::new(body)), read)
    }

    #[tokio::test]
    async fn a_short_answer_is_read_to_its_end() {
        let (response, read) = response(3, 10);
        drain(response).await;
        assert_eq!(read.load(Ordering::Relaxed), 3);
    }

    #[tokio::test]
    async fn a_long_answer_is_given_up() {
        let (response, read) = response(1000, 32 * 1024);
        drain(response).await;
        assert_eq!(read.load(Ordering::Relaxed), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_never_ends_is_given_up() {
        let body = Body::wrap_stream(stream::pending::<Result<Bytes, std::io::Error>>());
        drain(Response::from(http::Response::new(body))).await;
    }
}
