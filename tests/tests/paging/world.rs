//! A server of pages, and another one that must not hear of them.

use facade::paginate::{PagingError, PagingErrorKind, Style};
use facade::{ApiError, PagedRequest, Pager};
use stack_tests::{Session, soon};
use testkit::{Behaviour, FaultServer, ReceivedRequest, Reply};

/// A server that wants a token for each page, and another one that must hear of nothing.
pub(crate) struct World {
    pub(crate) here: Session,
    pub(crate) there: FaultServer,
}

/// What came of a stream that was polled up to its first error.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) items: Vec<u32>,
    pub(crate) error: Option<ApiError>,
    /// How many requests the first server got.
    pub(crate) requests: usize,
}

impl World {
    pub(crate) async fn start() -> Self {
        let here = Session::fresh().await;
        let there = FaultServer::start().await.unwrap();
        there.otherwise(Reply::json(200, "[]"));
        Self { here, there }
    }

    /// Says what the first server answers to a request for a page, if it has the right token.
    pub(crate) fn answers(&self, page: impl Fn(&ReceivedRequest) -> Reply + Send + Sync + 'static) {
        self.here
            .server
            .respond_with(move |request| Behaviour::until_authorized(page(request)));
    }

    pub(crate) fn pager(&self, style: impl Style) -> Pager<PagedRequest> {
        self.here.client().get("items").paginate(style)
    }

    /// Reads the items up to the first error.
    pub(crate) async fn read(&self, pager: Pager<PagedRequest>) -> Outcome {
        let before = self.here.server.request_count();
        let mut stream = pager.items::<u32>();
        let mut items = Vec::new();
        let error = loop {
            match soon(stream.next_item()).await {
                Ok(Some(item)) => items.push(item),
                Ok(None) => break None,
                Err(error) => break Some(error),
            }
        };
        let requests = self.here.server.request_count() - before;
        Outcome {
            items,
            error,
            requests,
        }
    }

    /// Fails if the second server has heard of anything.
    #[track_caller]
    pub(crate) fn assert_nothing_there(&self) {
        assert_eq!(self.there.connections(), 0);
    }
}

impl Outcome {
    /// What is wrong with the page.
    pub(crate) fn wrong(&self) -> Option<&PagingErrorKind> {
        let error = self.error.as_ref()?.find_source::<PagingError>();
        error.map(PagingError::kind)
    }
}

/// A page with these items and this JSON in the place of the cursor or link.
pub(crate) fn page(items: &str, next: &str) -> Reply {
    Reply::json(200, format!(r#"{{"data":{items},"next":{next}}}"#))
}

/// The cursor that a request carries, as a number; 0 for the first.
pub(crate) fn cursor(request: &ReceivedRequest) -> u32 {
    let query = request.query().unwrap_or_default();
    let pair = query
        .split('&')
        .find_map(|pair| pair.strip_prefix("cursor="));
    pair.map_or(0, |cursor| cursor.parse().unwrap())
}
