//! A stored answer.

use std::fmt;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Version};
use url::Url;

use crate::policy::Policy;

/// A stored answer: immutable, shared by the calls that it answers. What changes about it, as when the origin confirms it, makes
/// a new one over the same body.
///
/// Neither a `Set-Cookie` nor a credential of its request is in it.
pub struct Entry {
    parts: EntryParts,
    policy: Policy,
}

/// What a stored answer is made of, for stores that write it down and read it again.
#[derive(Clone)]
pub struct EntryParts {
    /// The URL that answered.
    pub url: Url,
    /// Its status.
    pub status: StatusCode,
    /// Its HTTP version.
    pub version: Version,
    /// Its headers, those of the connection and `Set-Cookie` left out.
    pub headers: HeaderMap,
    /// Its whole body.
    pub body: Bytes,
    /// What its request had in the headers that its `Vary` names. A header that the request hadn't has no values.
    pub varied: Vec<(HeaderName, Vec<HeaderValue>)>,
    /// When its request was sent, or when the request was sent by which the origin last confirmed it.
    pub request_time: SystemTime,
    /// When its headers arrived, or those of its last confirmation.
    pub response_time: SystemTime,
    /// How long it is fresh by the caller's word, where the origin said nothing about it.
    pub fresh_for: Option<Duration>,
}

impl Entry {
    /// What the answer is made of.
    pub fn parts(&self) -> &EntryParts {
        &self.parts
    }

    pub(crate) fn policy(&self) -> &Policy {
        &self.policy
    }

    /// How many bytes of memory the answer takes, about: body, headers, URL, and what holds them together.
    pub fn weigh(&self) -> usize {
        /// For what an entry consists of beside its texts, and for its place in a store.
        const FRAME: usize = 512;
        /// For a name and a value beside their texts.
        const HEADER: usize = 96;
        let header = |name: &HeaderName, value: &HeaderValue| {
            HEADER + name.as_str().len() + value.as_bytes().len()
        };
        let parts = &self.parts;
        let headers: usize = parts
            .headers
            .iter()
            .map(|(name, value)| header(name, value))
            .sum();
        let varied = parts
            .varied
            .iter()
            .flat_map(|(name, values)| values.iter().map(move |value| header(name, value)));
        FRAME + parts.body.len() + headers + varied.sum::<usize>() + parts.url.as_str().len()
    }
}

impl From<EntryParts> for Entry {
    fn from(parts: EntryParts) -> Self {
        let policy = Policy::of(&parts);
        Self { parts, policy }
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parts.fmt(f)
    }
}

impl fmt::Debug for EntryParts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry")
            .field("status", &self.status)
            .field("bytes", &self.body.len())
            .field("response_time", &self.response_time)
            .finish_non_exhaustive()
    }
}
