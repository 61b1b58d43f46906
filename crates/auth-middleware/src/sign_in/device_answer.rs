//! What a device authorization endpoint answers (RFC 8628 §3.2).

use std::time::Duration;

use secrecy::SecretString;
use serde_json::{Map, Value};
use url::Url;

/// The codes, where to take them, and how long they live.
#[derive(Debug)]
pub(crate) struct DeviceAnswer {
    pub(crate) device_code: SecretString,
    pub(crate) user_code: String,
    pub(crate) verification_uri: Url,
    pub(crate) verification_uri_complete: Option<Url>,
    pub(crate) expires_in: Duration,
    pub(crate) interval: Option<Duration>,
}

/// A member that is missing, or of a wrong type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct WrongMember(pub(crate) &'static str);

impl DeviceAnswer {
    /// Reads an answer, lenient where servers are sloppy: numbers may be in quotes, and older ones say `verification_url`.
    pub(crate) fn read(members: &Map<String, Value>) -> Result<Self, WrongMember> {
        let uri = Member(members, "verification_uri");
        let uri = uri.url().or_else(|wrong| {
            let older = Member(members, "verification_url").url();
            older.map_err(|_| wrong)
        })?;
        let complete = Member(members, "verification_uri_complete");
        Ok(Self {
            device_code: Member(members, "device_code").text()?.into(),
            user_code: Member(members, "user_code").text()?.to_owned(),
            verification_uri: uri,
            verification_uri_complete: complete.if_there(Member::url)?,
            expires_in: Member(members, "expires_in").seconds()?,
            interval: Member(members, "interval").if_there(Member::seconds)?,
        })
    }
}

#[derive(Clone, Copy)]
struct Member<'a>(&'a Map<String, Value>, &'static str);

impl<'a> Member<'a> {
    fn if_there<T>(
        self,
        read: impl FnOnce(Self) -> Result<T, WrongMember>,
    ) -> Result<Option<T>, WrongMember> {
        match self.0.get(self.1) {
            None | Some(Value::Null) => Ok(None),
            Some(_) => read(self).map(Some),
        }
    }

    fn text(self) -> Result<&'a str, WrongMember> {
        let text = self.0.get(self.1).and_then(Value::as_str);
        text.filter(|text| !text.is_empty())
            .ok_or(WrongMember(self.1))
    }

    /// A user is sent there, so it leads to a web page and to nothing that a browser might run.
    fn url(self) -> Result<Url, WrongMember> {
        let url = Url::parse(self.text()?).ok();
        url.filter(|url| matches!(url.scheme(), "https" | "http"))
            .ok_or(WrongMember(self.1))
    }

    fn seconds(self) -> Result<Duration, WrongMember> {
        let seconds = match self.0.get(self.1) {
            Some(Value::Number(number)) => number.as_f64(),
            Some(Value::String(digits)) => digits.trim().parse().ok(),
            _ => None,
        };
        let seconds = seconds.filter(|seconds: &f64| !seconds.is_nan() && *seconds >= 0.0);
        // Past the end of time is never.
        seconds
            .map(|seconds| Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX))
            .ok_or(WrongMember(self.1))
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;
    use serde_json::json;

    use super::*;

    fn answer() -> Map<String, Value> {
        let answer = json!({
            "device_code": "d1",
            "user_code": "WDJB-MJHT",
            "verification_uri": "https://id.example.com/device",
            "verification_uri_complete": "https://id.example.com/device?user_code=WDJB-MJHT",
            "expires_in": 1800,
            "interval": 5,
        });
        answer.as_object().unwrap().clone()
    }

    fn with(name: &str, value: Value) -> Result<DeviceAnswer, WrongMember> {
        let mut answer = answer();
        answer.insert(name.to_owned(), value);
        DeviceAnswer::read(&answer)
    }

    #[test]
    fn an_answer_is_read() {
        let read = DeviceAnswer::read(&answer()).unwrap();
        assert_eq!(read.device_code.expose_secret(), "d1");
        assert_eq!(read.user_code, "WDJB-MJHT");
        assert_eq!(
            read.verification_uri.as_str(),
            "https://id.example.com/device"
        );
        let complete = read.verification_uri_complete.unwrap();
        assert_eq!(complete.query(), Some("user_code=WDJB-MJHT"));
        assert_eq!(read.expires_in, Duration::from_secs(1800));
        assert_eq!(read.interval, Some(Duration::from_secs(5)));
    }

    #[test]
    fn what_may_be_missing_may_be_null_and_numbers_may_be_in_quotes() {
        let mut bare = answer();
        bare.remove("interval");
        bare.insert("verification_uri_complete".to_owned(), Value::Null);
        bare.insert("expires_in".to_owned(), json!(" 90 "));
        let uri = bare.remove("verification_uri").unwrap();
        bare.insert("verification_url".to_owned(), uri);
        let read = DeviceAnswer::read(&bare).unwrap();
        assert_eq!(read.expires_in, Duration::from_secs(90));
        assert_eq!(
            (read.interval, read.verification_uri_complete),
            (None, None)
        );
        assert_eq!(
            with("expires_in", json!(1e300)).unwrap().expires_in,
            Duration::MAX
        );
        assert_eq!(
            with("interval", json!(0)).unwrap().interval,
            Some(Duration::ZERO)
        );
    }

    #[test]
    fn what_is_missing_or_wrong_is_named() {
        for (name, values) in [
            ("device_code", vec![json!(null), json!(""), json!(7)]),
            ("user_code", vec![json!(null), json!("")]),
            (
                "verification_uri",
                vec![json!(null), json!("/device"), json!("javascript:alert(1)")],
            ),
            (
                "verification_uri_complete",
                vec![json!("x"), json!(7), json!("file:///etc/passwd")],
            ),
            (
                "expires_in",
                vec![json!(null), json!("soon"), json!(-1), json!("NaN")],
            ),
            ("interval", vec![json!("x"), json!([])]),
        ] {
            for value in values {
                let wrong = with(name, value.clone()).unwrap_err();
                assert_eq!(wrong, WrongMember(name), "{value}");
            }
        }
    }
}
