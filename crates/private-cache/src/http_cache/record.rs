//! Stored answers as bytes.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Version};
use url::Url;

use super::fingerprint::Fingerprint;
use super::seal::{self, Read, Write};
use crate::{Entry, EntryParts, Variants};

/// Writes down what is stored under a key.
pub(super) fn encode(key: &Fingerprint, variants: &Variants) -> Vec<u8> {
    let mut bytes = seal::begin(key);
    bytes.reserve(variants.weigh());
    bytes.number(variants.entries().len() as u64);
    for entry in variants.entries() {
        write_entry(&mut bytes, entry.parts());
    }
    seal::seal(bytes)
}

/// Reads what [`encode`] wrote for this key. Anything else is nothing.
///
/// Bodies share the bytes that are read.
pub(super) fn decode(key: &Fingerprint, bytes: Vec<u8>) -> Option<Variants> {
    let mut bytes = seal::open(key, bytes)?;
    let count = bytes.number()?;
    let entries: Option<_> = (0..count).map(|_| read_entry(&mut bytes)).collect();
    bytes.is_empty().then_some(())?;
    entries.map(Variants::new)
}

fn write_entry(bytes: &mut Vec<u8>, parts: &EntryParts) {
    bytes.text(parts.url.as_str().as_bytes());
    bytes.number(parts.status.as_u16().into());
    bytes.number(number_of(parts.version));
    bytes.number(parts.headers.len() as u64);
    for (name, value) in &parts.headers {
        bytes.text(name.as_str().as_bytes());
        bytes.text(value.as_bytes());
    }
    bytes.number(parts.varied.len() as u64);
    for (name, values) in &parts.varied {
        bytes.text(name.as_str().as_bytes());
        bytes.number(values.len() as u64);
        for value in values {
            bytes.text(value.as_bytes());
        }
    }
    write_time(bytes, parts.request_time);
    write_time(bytes, parts.response_time);
    bytes.number(parts.fresh_for.is_some().into());
    write_duration(bytes, parts.fresh_for.unwrap_or_default());
    bytes.text(&parts.body);
}

fn read_entry(bytes: &mut Bytes) -> Option<Arc<Entry>> {
    let url = Url::parse(str::from_utf8(&bytes.text()?).ok()?).ok()?;
    let status = StatusCode::from_u16(bytes.number()?.try_into().ok()?).ok()?;
    let version = version_of(bytes.number()?)?;
    let mut headers = HeaderMap::new();
    for _ in 0..bytes.number()? {
        headers.append(read_name(bytes)?, read_value(bytes)?);
    }
    let varied = (0..bytes.number()?).map(|_| {
        let name = read_name(bytes)?;
        let values: Option<_> = (0..bytes.number()?).map(|_| read_value(bytes)).collect();
        Some((name, values?))
    });
    let varied: Option<_> = varied.collect();
    let request_time = read_time(bytes)?;
    let response_time = read_time(bytes)?;
    let has_fresh_for = bytes.number()? != 0;
    let fresh_for = read_duration(bytes)?;
    let parts = EntryParts {
        url,
        status,
        version,
        headers,
        varied: varied?,
        request_time,
        response_time,
        fresh_for: has_fresh_for.then_some(fresh_for),
        body: bytes.text()?,
    };
    Some(Arc::new(parts.into()))
}

fn read_name(bytes: &mut Bytes) -> Option<HeaderName> {
    HeaderName::from_bytes(&bytes.text()?).ok()
}

fn read_value(bytes: &mut Bytes) -> Option<HeaderValue> {
    // A copy: a slice would hold the whole record for as long as the value lives.
    HeaderValue::from_bytes(&bytes.text()?).ok()
}

/// Times before 1970 are written as its beginning.
fn write_time(bytes: &mut Vec<u8>, time: SystemTime) {
    let since = time.duration_since(SystemTime::UNIX_EPOCH);
    write_duration(bytes, since.unwrap_or_default());
}

fn read_time(bytes: &mut Bytes) -> Option<SystemTime> {
    SystemTime::UNIX_EPOCH.checked_add(read_duration(bytes)?)
}

fn write_duration(bytes: &mut Vec<u8>, duration: Duration) {
    bytes.number(duration.as_secs());
    bytes.number(duration.subsec_nanos().into());
}

fn read_duration(bytes: &mut Bytes) -> Option<Duration> {
    let seconds = Duration::from_secs(bytes.number()?);
    seconds.checked_add(Duration::from_nanos(bytes.number()?))
}

/// A version that HTTP doesn't have yet is written as 1.1.
fn number_of(version: Version) -> u64 {
    match version {
        Version::HTTP_09 => 9,
        Version::HTTP_10 => 10,
        Version::HTTP_2 => 20,
        Version::HTTP_3 => 30,
        _ => 11,
    }
}

fn version_of(number: u64) -> Option<Version> {
    match number {
        9 => Some(Version::HTTP_09),
        10 => Some(Version::HTTP_10),
        11 => Some(Version::HTTP_11),
        20 => Some(Version::HTTP_2),
        30 => Some(Version::HTTP_3),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn key() -> Fingerprint {
        Fingerprint::of(b"test", &[])
    }

    fn value() -> impl Strategy<Value = HeaderValue> {
        // Bytes beyond ASCII are allowed in a value, and need not be UTF-8.
        vec(prop_oneof![0x20..0x7f_u8, 0x80..=0xff_u8], 0..20)
            .prop_map(|bytes| HeaderValue::from_bytes(&bytes).unwrap())
    }

    fn name() -> impl Strategy<Value = HeaderName> {
        "[a-z][a-z0-9-]{0,10}".prop_map(|name| name.parse().unwrap())
    }

    fn duration() -> impl Strategy<Value = Duration> {
        (0..1_u64 << 40, 0..1_000_000_000_u32)
            .prop_map(|(seconds, nanos)| Duration::new(seconds, nanos))
    }

    fn parts() -> impl Strategy<Value = EntryParts> {
        let headers = vec((name(), value()), 0..6).prop_map(HeaderMap::from_iter);
        let varied = vec((name(), vec(value(), 0..3)), 0..3);
        let body = vec(any::<u8>(), 0..200).prop_map(Bytes::from);
        let versions = prop::sample::select(vec![9, 10, 11, 20, 30]);
        let times = (duration(), duration(), prop::option::of(duration()));
        (200..600_u16, versions, headers, varied, body, times).prop_map(
            |(status, version, headers, varied, body, (request, response, fresh_for))| EntryParts {
                url: "https://a.test/x?y".parse().unwrap(),
                status: StatusCode::from_u16(status).unwrap(),
                version: version_of(version).unwrap(),
                headers,
                body,
                varied,
                request_time: SystemTime::UNIX_EPOCH + request,
                response_time: SystemTime::UNIX_EPOCH + response,
                fresh_for,
            },
        )
    }

    fn same(one: &EntryParts, other: &EntryParts) -> bool {
        one.url == other.url
            && one.status == other.status
            && one.version == other.version
            && one.headers == other.headers
            && one.body == other.body
            && one.varied == other.varied
            && one.request_time == other.request_time
            && one.response_time == other.response_time
            && one.fresh_for == other.fresh_for
    }

    proptest! {
        #[test]
        fn what_is_read_is_what_was_written(all in vec(parts(), 0..4)) {
            let entries = all.iter().cloned().map(|parts| Arc::new(parts.into()));
            let written = encode(&key(), &Variants::new(entries.collect()));
            let read = decode(&key(), written).unwrap();
            prop_assert_eq!(read.entries().len(), all.len());
            for (read, written) in read.entries().iter().zip(&all) {
                prop_assert!(same(read.parts(), written));
            }
        }

        /// Bytes that are sealed well, as those of a later format under the same number would be.
        #[test]
        fn other_content_is_nothing_and_no_panic(content: Vec<u8>) {
            let mut bytes = seal::begin(&key());
            bytes.extend_from_slice(&content);
            let read = decode(&key(), seal::seal(bytes));
            let nothing = content.iter().all(|byte| *byte == 0) && content.len() == 8;
            prop_assert!(read.is_none_or(|read| nothing && read.entries().is_empty()));
        }
    }

    #[test]
    fn a_count_that_is_too_large_takes_no_memory() {
        let mut bytes = seal::begin(&key());
        bytes.number(u64::MAX);
        assert!(decode(&key(), seal::seal(bytes)).is_none());
    }
}
