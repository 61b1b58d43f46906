//! An answer whose body could not be read to its end.

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use super::Call;

/// An answer whose body a layer has begun to read and that broke off, so that nobody above gets to see it. Its `Debug` shows
/// neither a header nor a body.
#[derive(Clone)]
pub struct BrokenAnswer {
    status: StatusCode,
    headers: HeaderMap,
    read: Bytes,
}

impl BrokenAnswer {
    /// An answer with this status and these headers, of whose body this much was read.
    pub fn new(status: StatusCode, headers: HeaderMap, read: impl Into<Bytes>) -> Self {
        Self {
            status,
            headers,
            read: read.into(),
        }
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// What was read of the body.
    pub fn read(&self) -> &Bytes {
        &self.read
    }
}

impl fmt::Debug for BrokenAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BrokenAnswer")
            .field("status", &self.status)
            .field("read_bytes", &self.read.len())
            .finish_non_exhaustive()
    }
}

impl Call {
    /// Leaves what is known of this attempt's answer, whose body broke off while a layer read it.
    pub fn leave_broken(&self, answer: BrokenAnswer) {
        self.lock().broken_answer = Some(Box::new(answer));
    }

    /// This attempt's answer, if its body broke off while a layer read it.
    pub fn broken_answer(&self) -> Option<BrokenAnswer> {
        self.lock().broken_answer.as_deref().cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken() -> BrokenAnswer {
        let cookie = (http::header::SET_COOKIE, "session=hunter2".parse().unwrap());
        BrokenAnswer::new(StatusCode::OK, HeaderMap::from_iter([cookie]), "hunter2")
    }

    #[test]
    fn it_shows_no_header_and_no_body() {
        let shown = format!("{:?}", broken());
        assert_eq!(shown, "BrokenAnswer { status: 200, read_bytes: 7, .. }");
    }

    #[test]
    fn a_new_attempt_forgets_it() {
        let call = Call::default();
        call.leave_broken(broken());
        assert_eq!(call.broken_answer().unwrap().read(), "hunter2");
        call.begin_attempt();
        assert!(call.broken_answer().is_none());
    }
}
