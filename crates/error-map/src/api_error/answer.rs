//! What of the answer an error tells.

use std::borrow::Cow;
use std::time::Duration;

use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;

use crate::{ApiError, DecodeError, ErrorAnswer, FieldError, Problem, json};

/// So that a caller can add it to the present moment.
const LONGEST_WAIT: Duration = Duration::from_secs(365 * 24 * 60 * 60);

impl ApiError {
    /// The status of the answer, if there was one that has to do with the error.
    pub fn status(&self) -> Option<StatusCode> {
        self.answer().map(ErrorAnswer::status)
    }

    /// The headers of the answer.
    pub fn headers(&self) -> Option<&HeaderMap> {
        self.answer().map(ErrorAnswer::headers)
    }

    /// The beginning of the answer's body; empty when there is none. How much is kept is the middleware's setting.
    pub fn body(&self) -> &[u8] {
        self.answer().map_or(&[], ErrorAnswer::body)
    }

    /// The beginning of the answer's body as text, whatever its header says; what isn't UTF-8 is replaced.
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(self.body())
    }

    /// Whether [`body`](Self::body) is all that the server sent: it was not too long, and did not break off.
    pub fn is_body_complete(&self) -> bool {
        self.answer().is_none_or(ErrorAnswer::is_complete)
    }

    /// Decodes the answer's body as JSON, whatever its header says: for errors in a shape of the API's own.
    ///
    /// ```
    /// use error_map::ApiError;
    ///
    /// #[derive(serde::Deserialize)]
    /// struct Quota { limit: u64, used: u64 }
    ///
    /// fn left(error: &ApiError) -> Option<u64> {
    ///     let quota: Quota = error.json().ok()?;
    ///     quota.limit.checked_sub(quota.used)
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// A [`DecodeError`] when it is something else, or not [complete](Self::is_body_complete). Without an answer the body is
    /// empty, which counts as `null`.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, DecodeError> {
        match self.answer() {
            Some(answer) => answer.json(),
            None => json::decode(&[]),
        }
    }

    /// How long the server asks to be left alone, counted from when its answer arrived: `Retry-After` in either form (RFC
    /// 9110 §10.2.3), or the `retry-after-ms` of some APIs. A date is held against the answer's own `Date` if there is one,
    /// and one that has passed means at once. It is never more than 365 days; what isn't one of these forms asks for
    /// nothing.
    pub fn retry_after(&self) -> Option<Duration> {
        let kept = self.kept()?;
        let asked = request_context::retry_after(kept.answer.headers(), kept.arrived);
        asked.map(|wait| wait.min(LONGEST_WAIT))
    }

    /// The server's own name for the request, which its operators can find it by. By default it is the first there is of
    /// `x-request-id`, `request-id`, `x-correlation-id`, `x-amzn-requestid`, `x-amz-request-id`, `x-ms-request-id`,
    /// `x-github-request-id` and `cf-ray`; see
    /// [`request_id_headers`](crate::ErrorMapMiddleware::request_id_headers).
    pub fn request_id(&self) -> Option<&str> {
        self.kept()?.request_id()
    }

    /// The problem details of the answer, if its header says that there are and its body is (RFC 9457). They are parsed
    /// when first asked for.
    pub fn problem(&self) -> Option<&Problem> {
        self.kept()?.problem()
    }

    /// What the API says for people, in whatever shape it came. It is the server's text: show it to those who may know what
    /// the server knows of them, and as text, not as markup.
    ///
    /// The shapes of problem details, JSON:API, GraphQL, OAuth 2.0, the large clouds and the usual frameworks are known; of
    /// `text/plain` it is the whole. [`extract_with`](crate::ErrorMapMiddleware::extract_with) adds one. Several messages in
    /// a list of texts are joined by `; `; of a list of errors it is the first's, if nothing stands above them.
    pub fn message(&self) -> Option<&str> {
        self.kept()?.details().message()
    }

    /// What the API says for programs, in whatever shape it came: `card_declined`, `INVALID_ARGUMENT`, or the URI of a
    /// problem's type. What only repeats the answer's status, `422` or `"422"` of a 422, doesn't count; any other number does,
    /// since some APIs number their errors: `20404`. Where the body has none, the `x-amzn-errortype` of AWS and the
    /// `x-ms-error-code` of Azure count.
    pub fn code(&self) -> Option<&str> {
        self.kept()?.details().code()
    }

    /// What the API says about single fields, in whatever shape it came; empty if it says nothing. Of more than 256 the first
    /// 256 are told, and of a name or path the first 256 bytes.
    pub fn field_errors(&self) -> &[FieldError] {
        self.kept()
            .map_or(&[], |kept| kept.details().field_errors())
    }

    fn answer(&self) -> Option<&ErrorAnswer> {
        self.kept().map(|kept| &kept.answer)
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderName;

    use super::*;

    fn unprocessable(headers: &[(&'static str, &str)], body: &'static str) -> ApiError {
        let headers = headers.iter();
        let headers = headers
            .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()))
            .collect();
        ApiError::from_answer(StatusCode::UNPROCESSABLE_ENTITY, headers, body)
    }

    #[test]
    fn a_problem_and_what_it_says_are_read_when_asked_for() {
        let body =
            r##"{"title": "not valid", "errors": [{"pointer": "#/age", "detail": "too low"}]}"##;
        let error = unprocessable(&[("content-type", "application/problem+json")], body);
        assert_eq!(error.problem().unwrap().title(), Some("not valid"));
        assert_eq!(error.message(), Some("not valid"));
        assert_eq!(error.field_errors()[0].field(), "#/age");
        assert_eq!(error.code(), None);
        assert!(
            !format!("{error} {error:?}").contains("valid\""),
            "{error:?}"
        );
    }

    #[test]
    fn a_body_that_is_not_what_its_header_says_is_there_as_text() {
        for content_type in ["application/problem+json", "application/json"] {
            let error = unprocessable(&[("content-type", content_type)], "<html>busy</html>");
            assert_eq!(error.status().unwrap(), 422);
            assert_eq!(error.text(), "<html>busy</html>");
            assert!(error.problem().is_none());
            assert_eq!((error.message(), error.code()), (None, None));
            assert!(error.field_errors().is_empty());
            assert!(error.json::<String>().is_err());
        }
    }

    #[test]
    fn of_a_body_that_was_cut_the_status_and_the_text_are_there_but_no_json() {
        let answer = ErrorAnswer::new(StatusCode::CONFLICT, HeaderMap::new(), "12345");
        let error = ApiError::new(crate::ErrorKind::Decode).with_answer(answer.body_limit(3));
        assert!(error.json::<u64>().unwrap_err().is_incomplete());
        assert_eq!(
            (error.text().as_ref(), error.is_body_complete()),
            ("123", false)
        );
    }

    #[test]
    fn the_usual_headers_hold_the_servers_name_for_the_request() {
        for (headers, id) in [
            (&[("x-request-id", "r1"), ("cf-ray", "c1")][..], Some("r1")),
            (&[("cf-ray", "c1"), ("x-correlation-id", "x1")], Some("x1")),
            (&[("x-request-id", "ü"), ("cf-ray", "c1")], Some("c1")),
            (&[("x-request-id", ""), ("cf-ray", "c1")], Some("c1")),
            (&[("x-trace", "t1")], None),
        ] {
            assert_eq!(unprocessable(headers, "").request_id(), id, "{headers:?}");
        }
    }

    #[test]
    fn when_to_try_again_is_told() {
        let error = unprocessable(&[("retry-after", "7")], "");
        assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
        for (asked, told) in [
            ("31536000", LONGEST_WAIT),
            ("31536001", LONGEST_WAIT),
            ("99999999999999999999999", LONGEST_WAIT),
            ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST_WAIT),
        ] {
            let error = unprocessable(&[("retry-after", asked)], "");
            assert_eq!(error.retry_after(), Some(told), "{asked}");
        }
        let soon =
            httpdate::fmt_http_date(std::time::SystemTime::now() + Duration::from_secs(3600));
        let dated = unprocessable(&[("retry-after", &soon)], "").retry_after();
        let about_an_hour = Duration::from_secs(3590)..=Duration::from_secs(3600);
        assert!(about_an_hour.contains(&dated.unwrap()), "{dated:?}");
    }

    #[test]
    fn an_error_without_an_answer_tells_nothing_of_one() {
        let error = ApiError::new(crate::ErrorKind::Reset);
        assert!(error.status().is_none() && error.headers().is_none());
        assert!(error.body().is_empty() && error.is_body_complete());
        assert!(error.problem().is_none() && error.message().is_none());
        assert!(error.retry_after().is_none() && error.request_id().is_none());
        assert!(error.code().is_none() && error.field_errors().is_empty());
    }
}
