//! The request as a command, for bug reports.

use reqwest::Body;

use super::Request;

impl Request {
    /// The request as a `curl` command for a bug report, without its secrets, which read `REDACTED`. It has the client's
    /// default headers, and no credential yet. `None` if the request can't be put together.
    ///
    /// ```
    /// # fn main() -> Result<(), facade::ApiError> {
    /// let client = facade::Client::builder("https://api.example.com").sensitive_header("x-api-key", "hunter2").build()?;
    /// let search = client.post("search?page=2&key=hunter2").form(&[("pin", "hunter2")]);
    /// assert_eq!(
    ///     search.curl().unwrap_or_default(),
    ///     r"curl 'https://api.example.com/search?page=2&key=REDACTED' \
    ///   --header 'content-type: application/x-www-form-urlencoded' \
    ///   --header 'x-api-key: REDACTED' \
    ///   --data-raw 'pin=REDACTED'"
    /// );
    /// # Ok(()) }
    /// ```
    pub fn curl(&self) -> Option<String> {
        let request = self.inner.as_ref().ok()?;
        let mut whole = reqwest::Request::new(request.method().clone(), request.url().clone());
        whole.headers_mut().clone_from(request.headers());
        *whole.body_mut() = request.body().map(|body| match body.as_bytes() {
            Some(bytes) => bytes.to_vec().into(),
            // A stream, which is not shown.
            None => Body::wrap(Body::default()),
        });
        let Self { client, .. } = self;
        client
            .options
            .add_headers(&mut whole, &client.shared.origins);
        Some(wire_log::curl(&whole))
    }
}
