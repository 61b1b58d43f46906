//! A way to page that isn't among those of the crate.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use std::sync::{Arc, Mutex};

use paginate::{
    Cursor, List, Next, OtherOrigins, Page, PageRequest, PageSource, Pager, PagingError,
    PagingErrorKind, Pointer, Reading, Style,
};
use support::{Failure, Server, all, told};
use url::Url;

/// Follows a link first, and asks by a parameter after that.
struct Mixed;

impl Style for Mixed {
    fn name(&self) -> &'static str {
        "mixed"
    }

    fn first(&self) -> PageRequest {
        PageRequest::new().with_query("size", "1")
    }

    fn read(&self, _: &PageRequest, page: &Page) -> Result<Reading, PagingErrorKind> {
        let list = page.list(&Pointer::from("/data"))?;
        let next = match page.value::<String>(&"/link".into()) {
            Ok(Some(link)) => Ok(Next::Link(link)),
            Ok(None) => page.value::<u64>(&"/at".into()).map(|at| match at {
                Some(at) => Next::Request(self.first().with_query("at", at.to_string())),
                None => Next::End,
            }),
            Err(kind) => Err(kind),
        };
        Ok(Reading::new(list, next).with_total(Some(3)))
    }
}

/// Remembers which pages were asked for without credentials.
struct Watched(Url, Arc<Mutex<Vec<(String, bool)>>>);

impl PageSource for Watched {
    type Error = Failure;

    fn url(&self) -> &Url {
        &self.0
    }

    async fn fetch(&self, request: PageRequest) -> Result<Page, Failure> {
        let url = request.url(&self.0);
        let mut asked = self.1.lock().unwrap();
        asked.push((url.to_string(), request.goes_without_credentials()));
        let body = match asked.len() {
            1 => r#"{"data": [1], "link": "https://files.test/2"}"#,
            2 => r#"{"data": [2], "at": 3}"#,
            _ => r#"{"data": [3]}"#,
        };
        Ok(Page::new(url, http::HeaderMap::new(), body))
    }

    fn refuse(&self, error: PagingError) -> Failure {
        Failure::Paging(error)
    }
}

#[tokio::test]
async fn a_style_of_ones_own_may_mix_links_and_requests_and_no_credential_comes_back() {
    let asked = Arc::default();
    let source = Watched(support::URL.parse().unwrap(), Arc::clone(&asked));
    let pager = Pager::new(source, Mixed).other_origins(OtherOrigins::WithoutCredentials);
    assert_eq!(all(pager.items::<u8>()).await, [1, 2, 3]);
    let asked = asked.lock().unwrap();
    let asked: Vec<_> = asked
        .iter()
        .map(|(url, bare)| (url.as_str(), *bare))
        .collect();
    assert_eq!(
        asked,
        [
            ("https://api.test/list?q=1&size=1", false),
            ("https://files.test/2", true),
            ("https://api.test/list?q=1&size=1&at=3", true),
        ]
    );
}

#[tokio::test]
async fn a_link_of_a_style_of_ones_own_is_judged_like_any_other() {
    let server = Server::bodies([r#"{"data": [1], "link": "https://evil.test/2"}"#]);
    let items = Pager::new(server.clone(), Mixed)
        .max_failures(1)
        .items::<u8>();
    assert_eq!(told(items).await, ["1", "page 1: the next link is refused"]);
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn a_value_of_another_type_is_told_after_the_items() {
    let server = Server::bodies([r#"{"data": [1], "at": "three"}"#]);
    let items = Pager::new(server, Mixed).max_failures(1).items::<u8>();
    let wrong = "page 1: what should lead to the next page can't be used";
    assert_eq!(told(items).await, ["1", wrong]);
}

/// One page of nothing, that the style itself refuses.
struct Refusing;

impl Style for Refusing {
    fn name(&self) -> &'static str {
        "refusing"
    }

    fn read(&self, request: &PageRequest, _: &Page) -> Result<Reading, PagingErrorKind> {
        match request.page() {
            1 => Err(PagingErrorKind::Other("the day is over".into())),
            _ => Ok(Reading::new(List::empty(), Ok(Next::End))),
        }
    }
}

#[tokio::test]
async fn what_a_style_has_to_say_is_the_source_of_the_error() {
    let mut items = Pager::new(Server::bodies(["{}"]), Refusing).items::<u8>();
    let Failure::Paging(error) = items.next_item().await.unwrap_err() else {
        panic!("the source did not fail")
    };
    assert_eq!(error.to_string(), "page 1: the page can't be had");
    let source = std::error::Error::source(&error).unwrap();
    assert_eq!(source.to_string(), "the day is over");
}

/// Ends where a cursor leads to the page itself.
struct UntilItself(Cursor);

impl Style for UntilItself {
    fn name(&self) -> &'static str {
        "until-itself"
    }

    fn read(&self, request: &PageRequest, page: &Page) -> Result<Reading, PagingErrorKind> {
        let asked = request.query("cursor");
        let reading = self.0.read(request, page)?;
        Ok(reading.map_next(|next| match next {
            Next::Request(next) if next.query("cursor") == asked => Next::End,
            next => next,
        }))
    }
}

#[tokio::test]
async fn a_style_may_be_built_upon_another_and_say_otherwise_what_comes_next() {
    let page = r#"{"data": [1], "next": "b"}"#;
    let server = Server::bodies([page, page]);
    let usual = Pager::new(server.clone(), Cursor::new("/data", "/next")).max_failures(1);
    let told_usually = told(usual.items::<u8>()).await;
    assert_eq!(
        told_usually,
        ["1", "1", "page 2: the next page was there before"]
    );
    let style = UntilItself(Cursor::new("/data", "/next"));
    assert_eq!(all(Pager::new(server, style).items::<u8>()).await, [1, 1]);
    let broken = Server::bodies([r#"{"data": [1], "next": {}}"#]);
    let style = UntilItself(Cursor::new("/data", "/next"));
    let pager = Pager::new(broken, style).max_failures(1);
    let error = "page 1: what should lead to the next page can't be used";
    assert_eq!(told(pager.items::<u8>()).await, ["1", error]);
}

#[test]
fn what_comes_next_shows_neither_link_nor_cursor() {
    let link = Next::Link("https://a.test/?cursor=hunter2".to_owned());
    let request = PageRequest::new().with_query("cursor", "hunter2");
    let request = request.with_json("/cursor", "hunter2").unwrap();
    for next in [link, Next::Request(request), Next::End] {
        let shown = format!("{next:?}");
        let reading = Reading::new(List::empty(), Ok(next));
        assert!(
            !format!("{shown} {reading:?}").contains("hunter2"),
            "{shown}"
        );
    }
}
