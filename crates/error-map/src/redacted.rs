//! Errors of others whose texts show what they must not, made to keep it to themselves.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::iter::successors;

use request_context::{BoxError, without_url};
use serde_json::error::Category;

use crate::chain::chain;
use crate::redact::{self, OTHER_FORM};

/// An error whose texts, or those of its sources, would show a URL's query or userinfo, a value of JSON, or bytes.
///
/// Its text is theirs without that, and its `Debug` shows that text. Its source is the first that is clean, with all below
/// it. What it holds can still be found by [`ApiError::find_source`](crate::ApiError::find_source).
pub(crate) struct Redacted(BoxError);

/// Takes the URL out of the host's errors, and wraps what shows a secret nevertheless.
pub(crate) fn redacted(error: BoxError) -> BoxError {
    let error = without_url(error);
    if sources(&*error).any(shows_secret) {
        return Box::new(Redacted(error));
    }
    error
}

impl Redacted {
    pub(crate) fn inner(&self) -> &(dyn Error + 'static) {
        &*self.0
    }
}

impl fmt::Display for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = self.0.to_string();
        // These may quote in other words than serde's own.
        let jsons = chain(self.inner()).filter_map(|error| error.downcast_ref());
        for message in jsons.filter(|json| quotes_value(json)).map(json_message) {
            text = text.replace(&message, OTHER_FORM);
        }
        f.write_str(&redact::text(&text))
    }
}

impl fmt::Debug for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.to_string(), f)
    }
}

impl Error for Redacted {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        let sources: Vec<_> = sources(self.inner()).collect();
        let last = sources.iter().rposition(|source| shows_secret(*source))?;
        sources.get(last + 1).copied()
    }
}

fn sources<'a>(
    error: &'a (dyn Error + 'static),
) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    successors(Some(error), |error| (*error).source())
}

/// An error's debug text usually shows all that is below it too, what `source` leaves out included.
fn shows_secret(error: &(dyn Error + 'static)) -> bool {
    let is_cut = |text: &str| matches!(redact::text(text), Cow::Owned(_));
    let debug = format!("{error:?}");
    let mut jsons = chain(error).filter_map(|error| error.downcast_ref());
    jsons.any(quotes_value)
        || is_cut(&error.to_string())
        || is_cut(&debug)
        || MEMBERS.iter().any(|member| debug.contains(member))
        || debug
            .split(USERNAME)
            .skip(1)
            .any(|rest| !rest.starts_with('"'))
}

/// A token may stand in the place of a user's name. Before it, what only a URL has.
const USERNAME: &str = r#"cannot_be_a_base: false, username: ""#;

/// How `Debug` begins what a URL and a map of headers have in them that may be secret.
const MEMBERS: [&str; 7] = [
    "password: Some(",
    "query: Some(",
    "fragment: Some(",
    r#""authorization": "#,
    r#""cookie": "#,
    r#""proxy-authorization": "#,
    r#""set-cookie": "#,
];

/// The texts of an error and its sources, for a `Debug` that shows nothing of what they hold.
pub(crate) struct Texts<'a>(Option<&'a (dyn Error + 'static)>);

impl<'a> Texts<'a> {
    pub(crate) fn of(error: Option<&'a (dyn Error + 'static)>) -> Self {
        Self(error)
    }
}

impl fmt::Debug for Texts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let texts = self
            .0
            .into_iter()
            .flat_map(sources)
            .map(ToString::to_string);
        f.debug_list()
            .entries(texts.map(|text| redact::text(&text).into_owned()))
            .finish()
    }
}

/// serde quotes what it found where it expected something else.
fn quotes_value(error: &serde_json::Error) -> bool {
    error.classify() == Category::Data
}

/// What the error says, without the place.
fn json_message(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rsplit_once(" at line ") {
        Some((message, _)) => message.to_owned(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "http://ada:hunter2@api.test/x?key=hunter2#hunter2";

    #[derive(Debug, thiserror::Error)]
    #[error("a layer failed: {0}")]
    struct Layer(#[source] BoxError);

    #[derive(Debug, thiserror::Error)]
    #[error("clean")]
    struct Clean;

    fn reqwest_error() -> reqwest::Error {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let request = client.get("http://api.test/").header("bad name", "x");
        request.build().unwrap_err().with_url(URL.parse().unwrap())
    }

    fn texts(error: &(dyn Error + 'static)) -> String {
        let shown = |error: &(dyn Error + 'static)| format!("{error}\n{error:?}\n{error:#?}\n");
        sources(error).map(shown).collect()
    }

    #[test]
    fn an_error_that_shows_nothing_stays_what_it_is() {
        assert!(redacted(Clean.into()).is::<Clean>());
        let at = At("https://api.test/users/7".parse().unwrap());
        assert!(redacted(Box::new(at)).is::<At>());
        assert!(redacted(Box::new(Layer(Clean.into()))).is::<Layer>());
        assert!(redacted(reqwest_error().into()).is::<reqwest::Error>());
    }

    #[test]
    fn a_url_below_the_wrapper_of_another_is_shown_without_its_secrets() {
        let error = redacted(Box::new(Layer(reqwest_error().into())));
        assert!(!texts(&*error).contains("hunter2"), "{}", texts(&*error));
        let text = "a layer failed: builder error for url (http://api.test/x)";
        assert_eq!(error.to_string(), text);
        assert!(
            error.source().is_some(),
            "the reason within reqwest's is clean"
        );
    }

    #[test]
    fn what_shows_nothing_of_what_it_holds_is_redacted_as_well() {
        #[derive(Debug, thiserror::Error)]
        #[error("quiet")]
        struct Quiet(String);
        let error = redacted(Box::new(Quiet(URL.to_owned())));
        assert!(!texts(&*error).contains("hunter2"));
        assert_eq!(error.to_string(), "quiet");
    }

    fn json() -> serde_json::Error {
        serde_json::from_str::<u8>(r#""hunter2\n""#).unwrap_err()
    }

    #[test]
    fn a_value_in_a_json_error_is_not_shown() {
        for error in [Box::new(json()) as BoxError, Box::new(Layer(json().into()))] {
            let error = redacted(error);
            assert!(!texts(&*error).contains("hunter2"), "{}", texts(&*error));
            let place = "a value of another form at line 1 column 11";
            assert!(error.to_string().ends_with(place), "{error}");
        }
    }

    #[derive(Debug, thiserror::Error)]
    #[error(transparent)]
    struct Transparent<E: Error>(E);

    #[derive(Debug, thiserror::Error)]
    #[error("{0}")]
    struct Says(&'static str);

    /// What a server says when it goes away.
    #[derive(Debug, thiserror::Error)]
    #[error("connection error received: not a result of an error ({0:?})")]
    struct GoneAway(bytes::Bytes);

    #[derive(Debug, thiserror::Error)]
    #[error("not there")]
    #[allow(dead_code, reason = "only shown")]
    struct At(url::Url);

    #[derive(Debug, thiserror::Error)]
    #[error("not taken")]
    #[allow(dead_code, reason = "only shown")]
    struct Sent(http::HeaderMap);

    #[test]
    fn what_foreign_texts_are_known_to_show_is_not_shown() {
        let custom = <serde_json::Error as serde::de::Error>::custom("hunter2 is no age");
        let placed = serde_json::from_str::<u8>("\"hunter2\"").unwrap_err();
        let form =
            <serde::de::value::Error as serde::de::Error>::unknown_variant("hunter2", &["a"]);
        let at = |url: &str| Box::new(At(url.parse().unwrap()));
        let cookie = (http::header::COOKIE, "session=hunter2".parse().unwrap());
        let errors: Vec<BoxError> = vec![
            Box::new(Transparent(json())),
            Box::new(Layer(Box::new(Transparent(placed)))),
            Box::new(Transparent(Transparent(json()))),
            Box::new(custom),
            Box::new(Transparent(form)),
            Box::new(GoneAway("hunter2".into())),
            Box::new(Layer(Box::new(GoneAway("hunter2".into())))),
            Box::new(Says("nothing at /users?key=hunter2")),
            Box::new(Says("nothing at (../x?hunter2)")),
            Box::new(Says("nothing at //ada:hunter2@api.test/x")),
            Box::new(Says(
                "Invalid header value: Header { name: \"x\", value: hunter2 }",
            )),
            at(URL),
            at("https://hunter2@api.test/"),
            at("https://ada:hunter2@api.test/"),
            at("https://api.test/?key=hunter2"),
            at("https://api.test/callback#access_token=hunter2"),
            Box::new(Sent(http::HeaderMap::from_iter([cookie]))),
        ];
        for error in errors {
            let what = error.to_string();
            let error = redacted(error);
            assert!(
                !texts(&*error).contains("hunter2"),
                "{what}: {}",
                texts(&*error)
            );
            assert!(error.is::<Redacted>(), "{what}");
        }
    }
}
