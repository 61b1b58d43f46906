//! A request's body: kept if it is short, so that it can be sent again, and passed on as it arrives if it is not.

use bytes::{Bytes, BytesMut};
use facade::BoxError;
use futures_util::{StreamExt, TryStreamExt, stream};
use http_body::Frame;
use http_body_util::{BodyDataStream, BodyExt, StreamBody};
use reqwest::Body;

/// Reads the body whole if it has no more than `limit` bytes. A longer one is a stream, which can be sent once. Of one whose
/// length nobody has announced, the first `limit` bytes are waited for. None if there is no body at all.
///
/// Trailers end here.
pub(crate) async fn keep<B>(mut body: B, limit: usize) -> Result<Option<Body>, BoxError>
where
    B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + Sync + Unpin + 'static,
{
    if body.is_end_stream() {
        return Ok(None);
    }
    let announced = body.size_hint().lower();
    if limit == 0 || usize::try_from(announced).map_or(true, |announced| announced > limit) {
        return Ok(Some(Body::wrap(body)));
    }
    let mut kept = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(Into::into)?.into_data() else {
            continue;
        };
        if data.len() > limit - kept.len() {
            let begun = stream::iter([kept.freeze(), data].map(Ok));
            let rest = BodyDataStream::new(body).map_err(Into::<BoxError>::into);
            let whole = begun.chain(rest).map_ok(Frame::data);
            return Ok(Some(Body::wrap(StreamBody::new(whole))));
        }
        kept.extend_from_slice(&data);
    }
    Ok(Some(Body::from(kept.freeze())))
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use futures_util::FutureExt;
    use http::HeaderMap;
    use http_body_util::{Empty, Full};

    use super::*;

    /// A body of unknown length, in these pieces.
    fn pieces(
        pieces: &[&'static str],
    ) -> impl http_body::Body<Data = Bytes, Error = Infallible> + use<> {
        let data: Vec<_> = pieces
            .iter()
            .map(|piece| Ok(Frame::data(Bytes::from(*piece))))
            .chain([Ok(Frame::trailers(HeaderMap::new()))])
            .collect();
        StreamBody::new(stream::iter(data))
    }

    async fn whole(body: Body) -> Bytes {
        body.collect().await.unwrap().to_bytes()
    }

    #[tokio::test]
    async fn a_body_within_the_limit_can_be_sent_again() {
        for within in [&["1234"][..], &["12", "", "34"], &["1"]] {
            let body = keep(pieces(within), 4).await.unwrap().unwrap();
            assert_eq!(body.as_bytes().unwrap(), within.concat().as_bytes());
        }
        let announced = Full::new(Bytes::from("1234"));
        let body = keep(announced, 4).await.unwrap().unwrap();
        assert_eq!(body.as_bytes().unwrap(), b"1234");
    }

    #[tokio::test]
    async fn a_longer_one_passes_whole_and_once() {
        for beyond in [&["12345"][..], &["12", "345", "67"], &["1", "234", "5"]] {
            let body = keep(pieces(beyond), 4).await.unwrap().unwrap();
            assert!(body.as_bytes().is_none(), "{beyond:?}");
            assert_eq!(whole(body).await, beyond.concat());
        }
    }

    #[tokio::test]
    async fn one_that_is_announced_as_longer_is_not_waited_for() {
        let announced = Full::new(Bytes::from("12345"));
        let body = keep(announced, 4).now_or_never().unwrap().unwrap();
        assert!(body.unwrap().as_bytes().is_none());
        let pending = StreamBody::new(stream::pending::<Result<Frame<Bytes>, Infallible>>());
        assert!(keep(pending, 0).now_or_never().is_some(), "nothing is kept");
    }

    #[tokio::test]
    async fn no_body_stays_none() {
        assert!(keep(Empty::new(), 4).await.unwrap().is_none());
        let empty = keep(pieces(&[]), 4).await.unwrap().unwrap();
        assert_eq!(empty.as_bytes().unwrap(), b"");
    }

    #[tokio::test]
    async fn one_that_breaks_off_is_an_error_now_or_in_the_stream() {
        let broken = |begun: &'static str| {
            let data = [Ok(Frame::data(Bytes::from(begun))), Err("broken off")];
            StreamBody::new(stream::iter(data))
        };
        assert!(keep(broken("1234"), 4).await.is_err());
        let body = keep(broken("12345"), 4).await.unwrap().unwrap();
        assert!(body.collect().await.is_err());
    }
}
