//! Decoding large bodies where it holds up nobody.

use std::future::{pending, poll_fn};
use std::panic::resume_unwind;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;

use bytes::Bytes;
use serde::de::DeserializeOwned;
use tokio::runtime::Handle;

use crate::{ApiError, decode_json};

/// Bodies up to this size are decoded where they are: 256 KiB, about a millisecond's work of JSON.
pub const DECODED_IN_PLACE: usize = 256 * 1024;

/// Decodes a JSON body as [`decode_json`] does, one of more than 256 KiB on a thread for blocking work, so that the other
/// tasks of this one needn't wait. That is about a millisecond's work, and moving less would cost more than it saves.
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
/// As [`decode_off_thread`].
pub async fn decode_json_off_thread<T>(body: Bytes) -> Result<T, ApiError>
where
    T: DeserializeOwned + Send + 'static,
{
    decode_off_thread(body, |body| decode_json(body), pending()).await
}

/// Decodes a body in a way of the caller's own, one of more than [`DECODED_IN_PLACE`] on a thread for blocking work. The wait
/// for that thread is over as soon as `ended` is, with the error that this brings: a cancellation, a deadline.
///
/// Outside a tokio runtime, or while that shuts down, it decodes in place. If `decode` panics, so does this.
///
/// ```
/// # async fn example(body: bytes::Bytes, quit: tokio::sync::oneshot::Receiver<()>) -> Result<(), error_map::ApiError> {
/// use error_map::{ApiError, ErrorKind, decode_json, decode_off_thread};
///
/// let quit = async {
///     let _ = quit.await;
///     ApiError::new(ErrorKind::Cancelled)
/// };
/// let numbers: Vec<u64> = decode_off_thread(body, |body| decode_json(body), quit).await?;
/// # Ok(()) }
/// ```
///
/// # Errors
///
/// That of `decode`, or that of `ended`.
///
/// # Cancel safety
///
/// Dropping the future loses the result. A body that is being decoded is decoded to its end all the same, as it is when
/// `ended` comes first: nothing can stop the thread.
pub async fn decode_off_thread<T, F>(
    body: Bytes,
    decode: F,
    ended: impl Future<Output = ApiError>,
) -> Result<T, ApiError>
where
    T: Send + 'static,
    F: Fn(&Bytes) -> Result<T, ApiError> + Send + Sync + 'static,
{
    if body.len() <= DECODED_IN_PLACE {
        return decode(&body);
    }
    let Ok(runtime) = Handle::try_current() else {
        return decode(&body);
    };
    let decode = Arc::new(move || decode(&body));
    let elsewhere = Arc::clone(&decode);
    let mut ended = pin!(ended);
    // Begun before the first look at `ended` would waste a thread on a call that is over.
    if let Poll::Ready(error) = poll_fn(|context| Poll::Ready(ended.as_mut().poll(context))).await {
        return Err(error);
    }
    let mut decoding = runtime.spawn_blocking(move || elsewhere());
    let decoded = poll_fn(|context| match ended.as_mut().poll(context) {
        Poll::Ready(error) => Poll::Ready(Err(error)),
        Poll::Pending => Pin::new(&mut decoding).poll(context).map(Ok),
    });
    match decoded.await? {
        Ok(decoded) => decoded,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => resume_unwind(panic),
            Err(_) => decode(),
        },
    }
}

#[cfg(test)]
mod tests {
    use std::future::ready;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc;

    use serde::Deserialize;
    use tokio::sync::oneshot;

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
        for (bytes, is_here) in [
            (4, true),
            (DECODED_IN_PLACE, true),
            (DECODED_IN_PLACE + 1, false),
        ] {
            let decoded: Where = decode_json_off_thread(ones(bytes)).await.unwrap();
            assert_eq!(decoded == here, is_here, "{bytes}");
        }
    }

    #[tokio::test]
    async fn what_is_decoded_elsewhere_has_the_same_errors() {
        let mut body = ones(DECODED_IN_PLACE * 2).to_vec();
        body[5] = b'x';
        let error = decode_json_off_thread::<Vec<u8>>(body.into())
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert_eq!(error.find_source::<DecodeError>().unwrap().column(), 6);
    }

    #[test]
    fn without_a_runtime_it_is_decoded_in_place() {
        let mut decoding = Box::pin(decode_json_off_thread::<Where>(ones(DECODED_IN_PLACE * 2)));
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        let decoded = decoding.as_mut().poll(&mut context);
        let here = Where(std::thread::current().id());
        assert_eq!(decoded.map(Result::unwrap), Poll::Ready(here));
    }

    /// Decoding that goes on until it is let go.
    #[tokio::test]
    async fn the_wait_is_over_when_the_call_is_and_the_work_goes_on() {
        let (begun, has_begun) = oneshot::channel();
        let begun = std::sync::Mutex::new(Some(begun));
        let (let_go, held) = mpsc::channel::<()>();
        let (done, is_done) = oneshot::channel();
        let done = std::sync::Mutex::new(Some((held, done)));
        let decode = move |body: &Bytes| {
            let _ = begun.lock().unwrap().take().unwrap().send(());
            let (held, done) = done.lock().unwrap().take().unwrap();
            held.recv().unwrap();
            let _ = done.send(body.len());
            Ok(())
        };
        let cancelled = async {
            has_begun.await.unwrap();
            ApiError::new(ErrorKind::Cancelled)
        };
        let body = ones(DECODED_IN_PLACE + 1);
        let error = decode_off_thread(body, decode, cancelled).await;
        assert_eq!(error.unwrap_err().kind(), ErrorKind::Cancelled);
        let_go.send(()).unwrap();
        assert_eq!(is_done.await.unwrap(), DECODED_IN_PLACE + 1);
    }

    #[tokio::test]
    async fn a_call_that_is_over_already_takes_no_thread_and_a_small_body_no_wait() {
        let times = Arc::new(AtomicUsize::new(0));
        for (bytes, outcome, expected) in [
            (DECODED_IN_PLACE + 1, Err(ErrorKind::Cancelled), 0),
            (DECODED_IN_PLACE, Ok(()), 1),
        ] {
            let counted = Arc::clone(&times);
            let decode = move |_: &Bytes| {
                counted.fetch_add(1, Ordering::SeqCst);
                Ok(())
            };
            let over = ready(ApiError::new(ErrorKind::Cancelled));
            let decoded = decode_off_thread(ones(bytes), decode, over).await;
            assert_eq!(decoded.map_err(|error| error.kind()), outcome);
            assert_eq!(times.load(Ordering::SeqCst), expected);
        }
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
        let _ = decode_json_off_thread::<Bomb>(ones(DECODED_IN_PLACE * 2)).await;
    }
}
