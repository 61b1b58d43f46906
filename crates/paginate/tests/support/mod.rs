//! A server in memory, and short ways to look at what a stream made of it.
#![allow(dead_code, unreachable_pub, reason = "each test file uses a part")]

pub mod shapes;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::{Stream, StreamExt};
use http::{HeaderMap, HeaderName, HeaderValue};
use paginate::{Page, PageRequest, PageSource, PagingError, PagingErrorKind};
use url::Url;

pub const URL: &str = "https://api.test/list?q=1";

/// What a stream of these tests fails with.
#[derive(Debug)]
pub enum Failure {
    Source(&'static str),
    Paging(PagingError),
}

impl Failure {
    pub fn kind(&self) -> &PagingErrorKind {
        match self {
            Self::Paging(error) => error.kind(),
            Self::Source(text) => panic!("{text}"),
        }
    }
}

/// What the server was asked for.
pub struct Asked {
    pub url: Url,
    pub headers: HashMap<String, String>,
    pub body: serde_json::Value,
    /// How many requests came before.
    pub before: usize,
}

impl Asked {
    pub fn query(&self, name: &str) -> Option<String> {
        let mut pairs = self.url.query_pairs();
        let (_, value) = pairs.find(|(other, _)| other == name)?;
        Some(value.into_owned())
    }

    /// The number in a parameter, or this one.
    pub fn number(&self, name: &str, otherwise: u64) -> u64 {
        let value = self.query(name);
        value.map_or(otherwise, |value| value.parse().unwrap())
    }

    pub fn page(&self, body: impl Into<String>) -> Page {
        Page::new(self.url.clone(), HeaderMap::new(), body.into())
    }

    pub fn page_with(&self, header: &'static str, value: &str, body: impl Into<String>) -> Page {
        let name = HeaderName::from_static(header);
        let value = HeaderValue::from_str(value).unwrap();
        let headers = HeaderMap::from_iter([(name, value)]);
        Page::new(self.url.clone(), headers, body.into())
    }
}

type Answer = Box<dyn Fn(&Asked) -> Result<Page, Failure> + Send + Sync>;

/// A server in memory, and what it has seen. Clones share it.
#[derive(Clone)]
pub struct Server {
    url: Url,
    answer: Arc<Answer>,
    delay: Duration,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Default)]
struct Seen {
    urls: Vec<Url>,
    answered: usize,
    dropped: usize,
}

impl Server {
    pub fn new(answer: impl Fn(&Asked) -> Result<Page, Failure> + Send + Sync + 'static) -> Self {
        Self {
            url: URL.parse().unwrap(),
            answer: Arc::new(Box::new(answer)),
            delay: Duration::ZERO,
            seen: Arc::default(),
        }
    }

    /// Answers with these bodies, one after the other, and with the last one for ever.
    pub fn bodies<const N: usize>(bodies: [&'static str; N]) -> Self {
        Self::new(move |asked| Ok(asked.page(bodies[asked.before.min(N - 1)])))
    }

    pub fn slow(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// How many pages were asked for.
    pub fn count(&self) -> usize {
        self.seen.lock().unwrap().urls.len()
    }

    /// How many requests were dropped before their answer.
    pub fn dropped(&self) -> usize {
        self.seen.lock().unwrap().dropped
    }

    /// The queries that were asked for.
    pub fn queries(&self) -> Vec<String> {
        let seen = self.seen.lock().unwrap();
        let query = |url: &Url| url.query().unwrap_or_default().to_owned();
        seen.urls.iter().map(query).collect()
    }
}

/// Counts a request as dropped, unless it was answered.
struct InFlight<'a>(&'a Server, bool);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        let mut seen = self.0.seen.lock().unwrap();
        if self.1 {
            seen.answered += 1;
        } else {
            seen.dropped += 1;
        }
    }
}

impl PageSource for Server {
    type Error = Failure;

    fn url(&self) -> &Url {
        &self.url
    }

    async fn fetch(&self, request: PageRequest) -> Result<Page, Failure> {
        let url = request.url(&self.url);
        let text = |value: &HeaderValue| value.to_str().unwrap().to_owned();
        let headers = request.headers();
        let headers = headers.map(|(name, value)| (name.to_string(), text(value)));
        let headers = headers.collect();
        let body = request.change_body(Some(b"")).unwrap();
        let body = body.map_or(serde_json::Value::Null, |body| {
            serde_json::from_slice(&body).unwrap()
        });
        let before = {
            let mut seen = self.seen.lock().unwrap();
            seen.urls.push(url.clone());
            seen.urls.len() - 1
        };
        let mut in_flight = InFlight(self, false);
        if !self.delay.is_zero() {
            tokio::time::sleep(self.delay).await;
        }
        let answer = (self.answer)(&Asked {
            url,
            headers,
            body,
            before,
        });
        in_flight.1 = true;
        answer
    }

    fn refuse(&self, error: PagingError) -> Failure {
        Failure::Paging(error)
    }
}

/// All that the stream yields, none of it an error.
pub async fn all<T>(stream: impl Stream<Item = Result<T, Failure>>) -> Vec<T> {
    stream.map(Result::unwrap).collect().await
}

/// All that the stream yields: items as they are shown, errors as their text.
pub async fn told<T: std::fmt::Debug>(
    stream: impl Stream<Item = Result<T, Failure>>,
) -> Vec<String> {
    let tell = |item: Result<T, Failure>| match item {
        Ok(item) => format!("{item:?}"),
        Err(Failure::Source(text)) => text.to_owned(),
        Err(Failure::Paging(error)) => error.to_string(),
    };
    // More than this is no end.
    stream.map(tell).take(1000).collect().await
}
