//! What is told of calls, and by which id.

use wire_log::{LogMiddleware, RequestIdMiddleware};

use crate::ClientBuilder;

impl ClientBuilder {
    /// What is told of each attempt, as tracing events with the target `wire_log`; `None` for nothing. Default:
    /// [`LogMiddleware::new`], which tells at level `DEBUG`, of headers those on an allow-list, and of no bodies. While nobody
    /// listens it costs next to nothing. `docs/logging.md` shows what it looks like.
    ///
    /// ```
    /// use facade::{Client, Level, LogMiddleware, Redaction};
    ///
    /// # fn main() -> Result<(), facade::ApiError> {
    /// let redaction = Redaction::new().allow_query("status").redact_key("date_of_birth");
    /// let client = Client::builder("https://api.example.com")
    ///     .log(LogMiddleware::new().bodies(true).failure_level(Level::WARN).redaction(redaction))
    ///     .build()?;
    /// # Ok(()) }
    /// ```
    pub fn log(mut self, log: impl Into<Option<LogMiddleware>>) -> Self {
        self.log = log.into();
        self
    }

    /// Sends an id with each call, the same in all its attempts, and tells it in the log; `None` for no id, which is the
    /// default. An id that a request has already stays.
    ///
    /// ```
    /// use facade::{Client, RequestIdMiddleware};
    ///
    /// # fn main() -> Result<(), facade::ApiError> {
    /// // A random UUID in `x-request-id`.
    /// let client = Client::builder("https://api.example.com").request_id(RequestIdMiddleware::new()).build()?;
    /// # Ok(()) }
    /// ```
    pub fn request_id(mut self, ids: impl Into<Option<RequestIdMiddleware>>) -> Self {
        self.request_id = ids.into();
        self
    }
}
