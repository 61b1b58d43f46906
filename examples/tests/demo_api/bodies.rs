//! Large bodies, up and down.

use reqwest::header::{
    ACCEPT_RANGES, CONTENT_RANGE, CONTENT_TYPE, ETAG, IF_NONE_MATCH, IF_RANGE, RANGE,
};
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::demo::{Demo, header, json, problem};

#[tokio::test]
async fn an_upload_counts_its_bytes() {
    let demo = Demo::start().await;
    let body = vec![7_u8; 5_000_000];
    let request = demo
        .request(Method::POST, "/upload")
        .header(CONTENT_TYPE, "image/png");
    let answer = json(request.body(body).send().await.unwrap()).await;
    assert_eq!(
        answer,
        json!({"bytes": 5_000_000, "content_type": "image/png"})
    );
    let empty = json(demo.request(Method::PUT, "/upload").send().await.unwrap()).await;
    assert_eq!(empty, json!({"bytes": 0, "content_type": null}));
    let stats = demo.stats().await;
    assert_eq!(
        (stats.uploads, stats.uploads_abandoned, stats.upload_bytes),
        (2, 0, 5_000_000)
    );
}

#[tokio::test]
async fn an_upload_that_breaks_off_is_counted_as_abandoned() {
    use tokio::io::AsyncWriteExt;
    let demo = Demo::start().await;
    let mut stream = tokio::net::TcpStream::connect(demo.server.address())
        .await
        .unwrap();
    stream
        .write_all(b"POST /upload HTTP/1.1\r\nhost: demo\r\ncontent-length: 10\r\n\r\nhello")
        .await
        .unwrap();
    demo.stats_until(|stats| stats.upload_bytes == 5).await;
    drop(stream);
    let stats = demo.stats_until(|stats| stats.uploads_abandoned == 1).await;
    assert_eq!((stats.uploads, stats.upload_bytes), (0, 5));
}

#[tokio::test]
async fn a_blob_is_the_same_whole_or_in_parts() {
    let demo = Demo::start().await;
    let whole = demo.get("/blob?bytes=100000").await;
    assert_eq!(whole.content_length(), Some(100_000));
    assert_eq!(header(&whole, ACCEPT_RANGES), "bytes");
    let etag = header(&whole, ETAG).to_owned();
    let whole = whole.bytes().await.unwrap();
    assert!(
        whole
            .iter()
            .zip(0_u64..)
            .all(|(byte, at)| u64::from(*byte) == at % 251)
    );
    assert_eq!(whole.len(), 100_000);

    let part = |range: &'static str| {
        demo.request(Method::GET, "/blob?bytes=100000")
            .header(RANGE, range)
    };
    for (range, first, last) in [
        ("bytes=0-0", 0, 0),
        ("bytes=777-50000", 777, 50_000),
        ("bytes=-5", 99_995, 99_999),
    ] {
        let response = part(range).header(IF_RANGE, &etag).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::PARTIAL_CONTENT);
        assert_eq!(
            header(&response, CONTENT_RANGE),
            format!("bytes {first}-{last}/100000")
        );
        assert_eq!(response.content_length(), Some(last - first + 1));
        let bytes = response.bytes().await.unwrap();
        assert_eq!(
            bytes,
            whole[usize::try_from(first).unwrap()..=usize::try_from(last).unwrap()]
        );
    }
    let changed = part("bytes=5-")
        .header(IF_RANGE, "\"blob-1\"")
        .send()
        .await
        .unwrap();
    assert_eq!(
        (changed.status(), changed.content_length()),
        (StatusCode::OK, Some(100_000))
    );
    let beyond = part("bytes=100000-").send().await.unwrap();
    assert_eq!(header(&beyond, CONTENT_RANGE), "bytes */100000");
    assert_eq!(
        problem(beyond, StatusCode::RANGE_NOT_SATISFIABLE).await,
        "invalid_range"
    );
    let unchanged = demo
        .request(Method::GET, "/blob?bytes=100000")
        .header(IF_NONE_MATCH, &etag)
        .send()
        .await
        .unwrap();
    assert_eq!(unchanged.status(), StatusCode::NOT_MODIFIED);
    let head = demo
        .request(Method::HEAD, "/blob?bytes=100000")
        .header(RANGE, "bytes=0-0")
        .send()
        .await
        .unwrap();
    assert_eq!(
        (head.status(), header(&head, "content-length")),
        (StatusCode::OK, "100000")
    );
    assert_eq!(
        demo.get("/blob?bytes=0").await.bytes().await.unwrap().len(),
        0
    );
}
