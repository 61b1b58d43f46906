//! The record of what the fault server received.

use bytes::Bytes;
use http::{HeaderMap, Method};

/// A request as [`FaultServer`](crate::FaultServer) received it.
///
/// This is a test tool: `Debug` shows everything, credentials and bodies included.
#[derive(Clone, Debug)]
pub struct ReceivedRequest {
    pub(super) method: Method,
    pub(super) target: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    pub(super) body_complete: bool,
    pub(super) connection: u64,
}

impl ReceivedRequest {
    /// Returns the method.
    #[must_use]
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// Returns the path and, if there is one, the query, as they stood in the request line.
    #[must_use]
    pub fn path_and_query(&self) -> &str {
        &self.target
    }

    /// Returns the path, without the query.
    #[must_use]
    pub fn path(&self) -> &str {
        self.target
            .split_once('?')
            .map_or(self.target.as_str(), |(path, _)| path)
    }

    /// Returns the query, without its question mark.
    #[must_use]
    pub fn query(&self) -> Option<&str> {
        self.target.split_once('?').map(|(_, query)| query)
    }

    /// Returns the headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Returns the first value of a header, if it is there and visible ASCII.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Returns the body, without the framing of a chunked one.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// Returns whether the body came to its end. `false` means that the client went away in the middle of it.
    #[must_use]
    pub fn is_body_complete(&self) -> bool {
        self.body_complete
    }

    /// Returns which connection the request came on, counted from 1. Requests with the same number shared a connection.
    #[must_use]
    pub fn connection(&self) -> u64 {
        self.connection
    }
}
