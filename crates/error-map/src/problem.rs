//! Problem details (RFC 9457).

use std::fmt;

use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::json::without_byte_order_mark;

/// What an API says of an error in the words of RFC 9457, `application/problem+json`.
///
/// A member of the wrong type is treated as if it weren't there (§3.1). Neither it nor its parts are ever part of an error
/// text: `Debug` shows how much there is, and no word of it.
///
/// ```
/// use error_map::{ErrorAnswer, Problem};
/// use http::{HeaderMap, StatusCode, header::CONTENT_TYPE};
///
/// let mut headers = HeaderMap::new();
/// headers.insert(CONTENT_TYPE, "application/problem+json".parse().unwrap());
/// let body = r#"{
///     "type": "https://example.com/probs/out-of-credit",
///     "title": "You do not have enough credit.",
///     "balance": 30,
///     "accounts": ["/account/12345", "/account/67890"]
/// }"#;
/// let answer = ErrorAnswer::new(StatusCode::FORBIDDEN, headers, body);
/// let problem = answer.problem().unwrap();
/// assert_eq!(problem.problem_type(), "https://example.com/probs/out-of-credit");
/// assert_eq!(problem.title(), Some("You do not have enough credit."));
/// assert_eq!(problem.extension::<u32>("balance"), Some(30));
/// assert_eq!(problem.extension::<String>("balance"), None);
/// ```
#[derive(Clone, PartialEq)]
pub struct Problem {
    members: Map<String, Value>,
}

impl Problem {
    const ABOUT_BLANK: &'static str = "about:blank";

    /// The problem in a body, if its header says that there is one and it is an object.
    pub(crate) fn of(headers: &HeaderMap, body: &[u8]) -> Option<Self> {
        let content_type = headers.get(CONTENT_TYPE)?.to_str().ok()?;
        let media_type = content_type.split(';').next()?.trim();
        if !media_type.eq_ignore_ascii_case("application/problem+json") {
            return None;
        }
        let members = serde_json::from_slice(without_byte_order_mark(body)).ok()?;
        Some(Self { members })
    }

    /// The URI of the type of the problem, which is what a program tells problems by. Without one it is `about:blank`:
    /// the status says all there is (§4.2.1).
    ///
    /// It may be relative to the URL that answered.
    pub fn problem_type(&self) -> &str {
        self.text("type").unwrap_or(Self::ABOUT_BLANK)
    }

    /// What this type of problem is, in a few words for people.
    pub fn title(&self) -> Option<&str> {
        self.text("title")
    }

    /// The status as the API meant it. It may differ from the answer's, where something between has changed that.
    pub fn status(&self) -> Option<StatusCode> {
        let code = self.members.get("status")?.as_u64()?;
        StatusCode::from_u16(code.try_into().ok()?).ok()
    }

    /// What went wrong this time, for people.
    pub fn detail(&self) -> Option<&str> {
        self.text("detail")
    }

    /// The URI of this occurrence, relative to the URL that answered or not.
    pub fn instance(&self) -> Option<&str> {
        self.text("instance")
    }

    /// A member that this type of problem adds, as the type asked for; `None` if it isn't there or isn't of that type.
    pub fn extension<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        T::deserialize(self.members.get(name)?).ok()
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.members.get(name)?.as_str()
    }
}

impl fmt::Debug for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Problem")
            .field("members", &self.members.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(content_type: &'static str, body: &str) -> Option<Problem> {
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, content_type.parse().unwrap())]);
        Problem::of(&headers, body.as_bytes())
    }

    const PROBLEM: &str = "application/problem+json";

    #[test]
    fn the_header_says_whether_there_is_one() {
        for (content_type, is_one) in [
            (PROBLEM, true),
            ("Application/Problem+JSON; charset=utf-8", true),
            ("application/json", false),
            ("application/problem+xml", false),
            ("application/problem+jsonx", false),
        ] {
            assert_eq!(
                problem(content_type, "{}").is_some(),
                is_one,
                "{content_type}"
            );
        }
        assert!(Problem::of(&HeaderMap::new(), b"{}").is_none());
    }

    #[test]
    fn what_is_no_object_is_no_problem() {
        for body in ["", "[]", "\"x\"", "null", "{", "<html>", "{\"a\":\u{0}}"] {
            assert!(problem(PROBLEM, body).is_none(), "{body}");
        }
        assert!(Problem::of(&HeaderMap::new(), b"\xff").is_none());
    }

    #[test]
    fn a_member_that_is_missing_has_its_default() {
        let empty = problem(PROBLEM, "{}").unwrap();
        assert_eq!(empty.problem_type(), "about:blank");
        assert_eq!((empty.title(), empty.detail()), (None, None));
        assert_eq!((empty.status(), empty.instance()), (None, None));
        assert_eq!(empty.extension::<String>("balance"), None);
    }

    #[test]
    fn a_member_of_the_wrong_type_is_ignored_and_the_others_count() {
        let odd = r#"{"type": 7, "title": ["x"], "status": "403", "detail": {"a": 1}, "instance": null, "balance": "30"}"#;
        let odd = problem(PROBLEM, odd).unwrap();
        assert_eq!(odd.problem_type(), "about:blank");
        assert_eq!((odd.title(), odd.detail()), (None, None));
        assert_eq!((odd.status(), odd.instance()), (None, None));
        assert_eq!(odd.extension::<u32>("balance"), None);
        assert_eq!(odd.extension::<String>("balance").unwrap(), "30");
    }

    #[test]
    fn an_extension_is_read_as_the_type_asked_for_or_not_at_all() {
        #[derive(Debug, PartialEq, serde::Deserialize)]
        struct Account {
            id: u64,
            #[serde(default)]
            frozen: bool,
        }
        let body = r#"{"accounts": [{"id": 1}, {"id": 2, "frozen": true}], "odd": [{"id": "1"}], "none": null}"#;
        let problem = problem(PROBLEM, body).unwrap();
        let accounts = problem.extension::<Vec<Account>>("accounts").unwrap();
        let account = |id, frozen| Account { id, frozen };
        assert_eq!(accounts, [account(1, false), account(2, true)]);
        assert_eq!(problem.extension::<Vec<Account>>("odd"), None);
        assert_eq!(problem.extension::<Account>("accounts"), None);
        assert_eq!(problem.extension::<u64>("none"), None);
        assert_eq!(problem.extension::<u64>("missing"), None);
    }

    #[test]
    fn a_byte_order_mark_is_left_out() {
        let problem = problem(PROBLEM, "\u{feff}{\"title\": \"x\"}").unwrap();
        assert_eq!(problem.title(), Some("x"));
    }

    #[test]
    fn a_status_that_is_none_is_ignored() {
        for status in ["0", "99", "1000", "99999", "-403", "403.5", "1e400"] {
            let body = format!(r#"{{"status": {status}}}"#);
            let status = problem(PROBLEM, &body).and_then(|problem| problem.status());
            assert_eq!(status, None, "{body}");
        }
        let whole = problem(PROBLEM, r#"{"status": 403}"#).unwrap();
        assert_eq!(whole.status(), Some(StatusCode::FORBIDDEN));
    }

    #[test]
    fn it_shows_no_word_of_what_it_says() {
        let body = r#"{"detail": "hunter2", "hunter2": "hunter2"}"#;
        let shown = format!("{:?}", problem(PROBLEM, body).unwrap());
        assert_eq!(shown, "Problem { members: 2, .. }");
    }
}
