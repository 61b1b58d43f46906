//! Everything that printing can show, and a search in it.

use std::error::Error;
use std::fmt::Debug;

use stack_tests::{Session, builder, chain, soon};
use testkit::Reply;

/// It is part of every secret that is planted.
pub(crate) const SECRET: &str = "hunter2";

/// What has been shown, each text with what it was the text of.
#[derive(Default)]
pub(crate) struct Shown(Vec<(String, String)>);

impl Shown {
    /// Shows a value, in both forms of `Debug`.
    pub(crate) fn value(&mut self, what: &str, value: &(impl Debug + ?Sized)) {
        self.add(format!("{what} {{:?}}"), format!("{value:?}"));
        self.add(format!("{what} {{:#?}}"), format!("{value:#?}"));
    }

    /// Shows an error and all its sources, each as text and in both forms of `Debug`.
    pub(crate) fn error(&mut self, what: &str, error: &(dyn Error + 'static)) {
        for (depth, error) in chain(error).enumerate() {
            let what = format!("{what}, source {depth}");
            self.value(&what, error);
            self.add(format!("{what} {{}}"), error.to_string());
            self.add(format!("{what} {{:#}}"), format!("{error:#}"));
        }
    }

    /// Which of the texts show a secret.
    pub(crate) fn leaks(&self) -> Vec<&str> {
        let leaks = self.0.iter().filter(|(_, text)| shows_secret(text));
        leaks.map(|(what, _)| what.as_str()).collect()
    }

    /// Fails if one of the texts shows a secret.
    #[track_caller]
    pub(crate) fn assert_no_leak(&self) {
        assert!(!self.0.is_empty());
        let first = self.0.iter().find(|(_, text)| shows_secret(text));
        if let Some((_, text)) = first {
            panic!("{:#?}\nof which the first is\n{text}", self.leaks());
        }
    }

    fn add(&mut self, what: String, text: String) {
        self.0.push((what, text));
    }
}

/// Whether the text shows a secret, as text or as a list of bytes.
fn shows_secret(text: &str) -> bool {
    let bytes = format!("{:?}", SECRET.as_bytes());
    let bytes = bytes.trim_matches(['[', ']']).replace(' ', "");
    let packed: String = text.split_whitespace().collect();
    packed.to_lowercase().contains(SECRET) || packed.contains(&bytes)
}

#[derive(Debug, thiserror::Error)]
#[error("it is {SECRET}")]
struct Own;

#[derive(Debug, thiserror::Error)]
#[error("wrapped")]
struct Wrapped(#[source] Own);

/// Shows what it is only when asked for more.
struct Shy;

impl Debug for Shy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if f.alternate() { SECRET } else { "Shy" })
    }
}

#[test]
fn the_search_finds_what_is_shown() {
    let mut shown = Shown::default();
    shown.value("clean", "nothing");
    shown.value("text", &format!("it is {SECRET}"));
    shown.value("upper case", &SECRET.to_uppercase());
    shown.value("bytes", SECRET.as_bytes());
    shown.value("shy", &Shy);
    shown.error("error", &Wrapped(Own));
    let expected = [
        "text {:?}",
        "text {:#?}",
        "upper case {:?}",
        "upper case {:#?}",
        "bytes {:?}",
        "bytes {:#?}",
        "shy {:#?}",
        "error, source 1 {}",
        "error, source 1 {:#}",
    ];
    assert_eq!(shown.leaks(), expected);
}

/// The path is the one part of a URL that is shown: a secret there is found, so the other tests would find theirs.
#[tokio::test]
async fn the_search_finds_a_secret_in_a_path() {
    let session = Session::fresh().await;
    let path = format!("/{SECRET}");
    session.server.on(&path, Reply::status(404));
    let client = builder(session.server.url()).build().unwrap();
    let mut shown = Shown::default();
    shown.value("request", &client.get(&path));
    let error = soon(client.get(&path).send()).await.unwrap_err();
    shown.error("error", &error);
    assert_eq!(
        shown.leaks(),
        [
            "request {:?}",
            "request {:#?}",
            "error, source 0 {:?}",
            "error, source 0 {:#?}",
            "error, source 0 {}",
            "error, source 0 {:#}",
        ]
    );
}
