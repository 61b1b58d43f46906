//! Answers to store, and whether they come back.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, Version, header};
use private_cache::{Entry, EntryParts, Key, Scope, Store, Variants};
use request_context::Principal;

pub(crate) fn ada() -> Scope {
    Scope::Principal(Principal::new("ada"))
}

pub(crate) fn bob() -> Scope {
    Scope::Principal(Principal::new("bob"))
}

pub(crate) fn key(scope: &Scope, path: &str) -> Key {
    let url = format!("https://api.test/{path}");
    Key::of_url(scope.clone(), &url.parse().unwrap())
}

pub(crate) fn answer(body: &[u8]) -> Arc<Variants> {
    let mut headers = HeaderMap::new();
    headers.insert(header::ETAG, HeaderValue::from_static("\"v1\""));
    headers.append(header::LINK, HeaderValue::from_static("</a>"));
    headers.append(header::LINK, HeaderValue::from_bytes(b"</\xff>").unwrap());
    let entry = Entry::from(EntryParts {
        url: "https://api.test/".parse().unwrap(),
        status: StatusCode::NOT_FOUND,
        version: Version::HTTP_2,
        headers,
        body: Bytes::copy_from_slice(body),
        varied: vec![(header::ACCEPT, vec![HeaderValue::from_static("text/html")])],
        request_time: SystemTime::UNIX_EPOCH + Duration::from_millis(1_700_000_000_250),
        response_time: SystemTime::UNIX_EPOCH + Duration::from_millis(1_700_000_000_500),
        fresh_for: Some(Duration::from_secs(60)),
    });
    Arc::new(Variants::new(vec![Arc::new(entry)]))
}

/// The body of what is found.
pub(crate) async fn found(store: &impl Store, key: &Key) -> Option<Bytes> {
    let variants = store.get(key).await?;
    assert_eq!(variants.entries().len(), 1);
    let found = variants.entries()[0].parts();
    let stored = answer(&found.body);
    let stored = stored.entries()[0].parts();
    assert_eq!(found.url, stored.url);
    assert_eq!(found.status, stored.status);
    assert_eq!(found.version, stored.version);
    assert_eq!(found.headers, stored.headers);
    assert_eq!(found.varied, stored.varied);
    assert_eq!(found.request_time, stored.request_time);
    assert_eq!(found.response_time, stored.response_time);
    assert_eq!(found.fresh_for, stored.fresh_for);
    Some(found.body.clone())
}
