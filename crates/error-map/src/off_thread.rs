//! Decoding large JSON where it holds up nobody.

use std::panic::resume_unwind;

use bytes::Bytes;
use serde::de::DeserializeOwned;

use crate::{ApiError, decode_json};

/// Bodies up to this size are decoded where they are: 256 KiB, about a millisecond's work.
const IN_PLACE: usize = 256 * 1024;

/// Decodes a JSON body as [`decode_json`] does, one of more than 256 KiB on a thread for blocking work, so that the other
/// tasks of this one needn't wait. That is about a millisecond's work, and moving less would cost more than it saves.
///
/// Outside a tokio runtime, or while that shuts down, it decodes in place. If the type's own `Deserialize` panics, so does
/// this.
///
/// ```
/// # async fn example(response: reqwest::Response) -> Result<(), error_map::ApiError> {
/// use error_map::decode_json_off_thread;
///
/// # #[derive(serde::Deserialize)] struct Row;
/// let rows: Vec<Row> = decode_json_off_thread(response.bytes().await?).await?;
/// # Ok(()) }
/// ```
///
/// # Errors
///
/// As [`decode_json`].
///
/// # Cancel safety
///
/// Dropping the future loses the result. A body that is being decoded is decoded to its end all the same.
pub async fn decode_json_off_thread<T>(body: Bytes) -> Result<T, ApiError>
where
    T: DeserializeOwned + Send + 'static,
{
    if body.len() <= IN_PLACE {
        return decode_json(&body);
    }
    let Ok(runtime) = tokio::runtime::Handle::try_current() else {
        return decode_json(&body);
    };
    let shared = body.clone();
    match runtime.spawn_blocking(move || decode_json(&shared)).await {
        Ok(decoded) => decoded,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => resume_unwind(panic),
            Err(_) => decode_json(&body),
        },
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::{DecodeError, ErrorKind};

    /// A list of ones, of so many bytes.
    fn ones(bytes: usize) -> Bytes {
        let body = format!("[{}1]", "1,".repeat((bytes - 3) / 2));
        let spaces = " ".repeat(bytes - body.len());
        (body + &spaces).into()
    }

    /// Tells on which thread it was decoded.
    #[derive(Debug, PartialEq)]
    struct Where(std::thread::ThreadId);

    impl<'de> Deserialize<'de> for Where {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            Vec::<u8>::deserialize(deserializer)?;
            Ok(Self(std::thread::current().id()))
        }
    }

    #[tokio::test]
    async fn a_body_above_the_size_is_decoded_elsewhere() {
        let here = Where(std::thread::current().id());
        for (bytes, is_here) in [(4, true), (IN_PLACE, true), (IN_PLACE + 1, false)] {
            let decoded: Where = decode_json_off_thread(ones(bytes)).await.unwrap();
            assert_eq!(decoded == here, is_here, "{bytes}");
        }
    }

    #[tokio::test]
    async fn what_is_decoded_elsewhere_has_the_same_errors() {
        let mut body = ones(IN_PLACE * 2).to_vec();
        body[5] = b'x';
        let error = decode_json_off_thread::<Vec<u8>>(body.into())
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert_eq!(error.find_source::<DecodeError>().unwrap().column(), 6);
    }

    #[test]
    fn without_a_runtime_it_is_decoded_in_place() {
        let mut decoding = Box::pin(decode_json_off_thread::<Where>(ones(IN_PLACE * 2)));
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        let decoded = decoding.as_mut().poll(&mut context);
        let here = Where(std::thread::current().id());
        assert_eq!(decoded.map(Result::unwrap), std::task::Poll::Ready(here));
    }

    #[derive(Debug)]
    struct Bomb;

    impl<'de> Deserialize<'de> for Bomb {
        fn deserialize<D: serde::Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
            panic!("of the type's own")
        }
    }

    #[tokio::test]
    #[should_panic(expected = "of the type's own")]
    async fn a_panic_of_the_type_comes_to_the_caller() {
        let _ = decode_json_off_thread::<Bomb>(ones(IN_PLACE * 2)).await;
    }
}
