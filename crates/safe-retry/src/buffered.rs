//! Reading a body within the attempt, so that one that breaks off can be asked for again.

use bytes::{Bytes, BytesMut};
use request_context::{BrokenAnswer, with_body};
use reqwest::{Body, Response};

use crate::prefixed::Prefixed;

/// Has the body of an answer read before the answer is handed out: put it into the request's extensions.
///
/// A body that breaks off is then a failure like any other, and is tried again within the same limits. Without it the
/// answer is handed out when its headers are there, and what becomes of its body is the caller's business.
///
/// It makes no request one that may be sent again: the body of a `POST` without a key is read, and not asked for again.
/// Answers with a status of 400 or more are left to the layer that makes errors of them. Trailers are not kept.
///
/// # Errors
///
/// When the limits of retries are reached, `send` returns what ended the last body: an error of reqwest's.
///
/// ```
/// # async fn example(client: reqwest_middleware::ClientWithMiddleware) -> Result<(), Box<dyn std::error::Error>> {
/// use safe_retry::Buffered;
///
/// let request = client.get("https://api.example.com/report").with_extension(Buffered::up_to(1024 * 1024));
/// let whole = request.send().await?.bytes().await?;
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Buffered {
    limit: usize,
}

impl Buffered {
    /// Reads up to this many bytes. A longer body is handed out as it arrives, from its beginning.
    pub fn up_to(bytes: usize) -> Self {
        Self { limit: bytes }
    }

    /// Reads the body of this answer, if its length is within the limit.
    ///
    /// # Errors
    ///
    /// When the body breaks off or takes too long, with what is known of the answer.
    pub(crate) async fn read(self, mut response: Response) -> Result<Response, BrokenOff> {
        let announced = response.content_length().unwrap_or(0);
        if usize::try_from(announced).map_or(true, |length| length > self.limit) {
            return Ok(response);
        }
        // Most bodies come in one piece, which is then passed on without a copy.
        let first = match response.chunk().await {
            Ok(Some(first)) => first,
            Ok(None) => return Ok(with_body(response, |_| Body::default())),
            Err(error) => return Err(BrokenOff::new(error, response, Bytes::new())),
        };
        if first.len() > self.limit {
            return Ok(put_back(response, first));
        }
        let second = match response.chunk().await {
            Ok(Some(second)) => second,
            Ok(None) => return Ok(with_body(response, |_| Body::from(first))),
            Err(error) => return Err(BrokenOff::new(error, response, first)),
        };
        let mut read = BytesMut::from(first);
        read.extend_from_slice(&second);
        while read.len() <= self.limit {
            match response.chunk().await {
                Ok(Some(chunk)) => read.extend_from_slice(&chunk),
                Ok(None) => return Ok(with_body(response, |_| Body::from(read.freeze()))),
                Err(error) => return Err(BrokenOff::new(error, response, read.freeze())),
            }
        }
        Ok(put_back(response, read.freeze()))
    }
}

/// A body broke off while it was read.
#[derive(Debug)]
pub(crate) struct BrokenOff {
    pub(crate) error: reqwest::Error,
    pub(crate) answer: BrokenAnswer,
}

impl BrokenOff {
    fn new(error: reqwest::Error, mut response: Response, read: Bytes) -> Self {
        let headers = std::mem::take(response.headers_mut());
        let answer = BrokenAnswer::new(response.status(), headers, read);
        Self { error, answer }
    }
}

/// The answer as if nothing had been read of its body.
fn put_back(response: Response, read: Bytes) -> Response {
    with_body(response, |rest| Body::wrap(Prefixed::new(read, rest)))
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;

    fn response(chunks: &[&'static str]) -> Response {
        let chunks = chunks.iter().map(|chunk| Ok::<_, std::io::Error>(*chunk));
        let body = Body::wrap_stream(stream::iter(chunks.collect::<Vec<_>>()));
        Response::from(http::Response::builder().status(206).body(body).unwrap())
    }

    async fn read(limit: usize, chunks: &[&'static str]) -> Response {
        Buffered::up_to(limit).read(response(chunks)).await.unwrap()
    }

    #[tokio::test]
    async fn a_body_within_the_limit_is_read_whole() {
        for chunks in [&[][..], &["whole"], &["wh", "ole"], &["w", "h", "o", "le"]] {
            let response = read(5, chunks).await;
            assert_eq!(response.status(), 206);
            assert_eq!(
                response.content_length(),
                Some(chunks.concat().len() as u64)
            );
            assert_eq!(response.text().await.unwrap(), chunks.concat());
        }
    }

    #[tokio::test]
    async fn a_body_beyond_the_limit_is_handed_out_from_its_beginning() {
        for chunks in [
            &["beyond"][..],
            &["be", "yond"],
            &["b", "e", "y", "ond", "!"],
        ] {
            let response = read(5, chunks).await;
            assert_eq!(response.content_length(), None);
            assert_eq!(response.text().await.unwrap(), chunks.concat());
        }
    }

    #[tokio::test]
    async fn a_body_announced_as_too_long_is_not_read_at_all() {
        let announced = http::Response::new("announced");
        let response = Buffered::up_to(5).read(Response::from(announced)).await;
        assert_eq!(response.unwrap().text().await.unwrap(), "announced");
    }
}
