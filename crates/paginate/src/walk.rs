//! The walk from page to page: a state machine that neither sends nor waits.

use std::mem::replace;
use std::sync::Arc;

use url::Url;

use crate::limits::Limits;
use crate::loop_guard::LoopGuard;
use crate::next_link::NextLink;
use crate::position::Position;
use crate::{Next, OtherOrigins, Page, PageRequest, PagingError, PagingErrorKind, Style};

/// The walk from page to page. It says what to do next, and is told each page that arrived.
pub(crate) struct Walk {
    style: Arc<dyn Style>,
    callers_url: Url,
    other_origins: OtherOrigins,
    limits: Limits,
    guard: LoopGuard,
    /// The page to ask for, and how many of its items to leave out.
    position: Position,
    /// Whether that page was there before, and nothing led on from it.
    asks_again: bool,
    /// What is told before that page is asked for.
    untold: Option<PagingErrorKind>,
    pages: u64,
    items: u64,
    empty_pages: u32,
}

/// What to do next.
#[derive(Debug)]
pub(crate) enum Step {
    Ask(PageRequest),
    Fail(PagingError),
    End,
}

/// A page that arrived, and the places before and after it.
#[derive(Debug)]
pub(crate) struct Arrived {
    pub(crate) page: Page,
    pub(crate) before: Position,
    pub(crate) after: Position,
    /// Whether all items of the page were yielded before, and it was asked for again for what comes next.
    pub(crate) is_known: bool,
}

impl Walk {
    pub(crate) fn new(
        style: Arc<dyn Style>,
        callers_url: Url,
        other_origins: OtherOrigins,
        limits: Limits,
        position: Position,
    ) -> Self {
        let mut walk = Self {
            style,
            callers_url,
            other_origins,
            limits,
            guard: LoopGuard::new(),
            position,
            asks_again: false,
            untold: None,
            pages: 0,
            items: 0,
            empty_pages: 0,
        };
        walk.begin();
        walk
    }

    /// Judges the link that a checkpoint may hold: what was allowed when it was made may not be now.
    fn begin(&mut self) {
        let Some(request) = &self.position.request else {
            return;
        };
        self.guard.admits(request, &self.callers_url);
        let Some(link) = request.link().map(Url::as_str) else {
            return;
        };
        let followed = self.link(link, &self.callers_url, request).follow();
        if let Err(refused) = followed {
            self.stop(refused.into());
        }
    }

    fn link<'a>(
        &'a self,
        reference: &'a str,
        page: &'a Url,
        request: &PageRequest,
    ) -> NextLink<'a> {
        NextLink {
            reference,
            page,
            first: &self.callers_url,
            has_left: request.goes_without_credentials(),
            other_origins: self.other_origins,
        }
    }

    pub(crate) fn step(&mut self) -> Step {
        if let Some(kind) = self.untold.take() {
            return Step::Fail(self.error(kind));
        }
        let limit = self.limits.pages;
        if self.position.request.is_some() && self.pages >= limit {
            self.position.request = None;
            return Step::Fail(self.error(PagingErrorKind::TooManyPages { limit }));
        }
        match self.request() {
            Some(request) => Step::Ask(request),
            None => Step::End,
        }
    }

    /// Takes the page that was asked for. If it is refused, the next step asks for it again.
    pub(crate) fn accept(&mut self, page: Page) -> Result<Arrived, PagingError> {
        let Some(request) = self.request() else {
            return Err(self.error(PagingErrorKind::Interrupted));
        };
        let refused = |kind| PagingError::new(request.page(), kind);
        if !page.status().is_success() {
            return Err(refused(PagingErrorKind::Status(page.status())));
        }
        if page.body().len() > request.max_bytes() {
            return Err(PagingError::page_too_large(&request));
        }
        let room = self.limits.items.saturating_sub(self.items);
        let room = usize::try_from(room).unwrap_or(usize::MAX);
        let most = room.saturating_add(1).saturating_add(self.position.index);
        let page = page.asked_at(|| request.url(&self.callers_url));
        let page = page.with_most_items(most);
        let reading = self.style.read(&request, &page).map_err(refused)?;
        let next = reading
            .next
            .and_then(|next| self.judge(next, &request, &page));
        let (mut list, total) = (reading.list, reading.total);
        let before = self.position.clone();

        let ends = matches!(next, Ok(None));
        let asked_again = replace(&mut self.asks_again, next.is_err());
        self.pages += 1;
        self.go_on(next, list.len());
        let is_empty = list.is_empty();
        list.skip(before.index);
        let mut after = self.position.clone();
        if list.left() > room {
            list.truncate(room);
            after = before.after(list.len());
            let limit = self.limits.items;
            self.stop(PagingErrorKind::TooManyItems { limit });
        } else if is_empty && !ends {
            self.empty_pages += 1;
            let limit = self.limits.empty_pages;
            if self.empty_pages > limit && self.untold.is_none() {
                self.stop(PagingErrorKind::TooManyEmptyPages { limit });
            }
        } else {
            self.empty_pages = 0;
        }
        self.items += list.left() as u64;
        Ok(Arrived {
            is_known: (asked_again || before.index > 0) && list.left() == 0,
            page: page.read(before.page, total, list),
            before,
            after,
        })
    }

    /// The request that the next page is asked for with, if the walk goes there.
    fn judge(
        &mut self,
        next: Next,
        request: &PageRequest,
        page: &Page,
    ) -> Result<Option<PageRequest>, PagingErrorKind> {
        let limit = self.limits.next_bytes;
        let next = match next {
            Next::End => return Ok(None),
            Next::Link(link) if link.len() > limit => {
                return Err(PagingErrorKind::NextTooLong { limit });
            }
            Next::Link(link) => {
                let destination = self.link(&link, page.url(), request).follow()?;
                PageRequest::to_link(destination.url, destination.without_credentials)
            }
            Next::Request(next) if request.goes_without_credentials() => next.without_credentials(),
            Next::Request(next) => next,
        };
        if next.len() > limit {
            return Err(PagingErrorKind::NextTooLong { limit });
        }
        if !self.guard.admits(&next, &self.callers_url) {
            return Err(PagingErrorKind::Loop);
        }
        Ok(Some(next))
    }

    fn go_on(&mut self, next: Result<Option<PageRequest>, PagingErrorKind>, items: usize) {
        match next {
            Ok(request) => {
                let position = &mut self.position;
                let pages = u64::from(request.is_some());
                position.page = position.page.saturating_add(pages);
                position.request = request;
                position.items_before = position.items_before.saturating_add(items as u64);
                position.index = 0;
            }
            // The items of the page are good. It is asked for again only to learn what comes next.
            Err(kind) => {
                self.position.index = items;
                self.untold = Some(kind);
            }
        }
    }

    /// Says this at the next step, and ends.
    fn stop(&mut self, kind: PagingErrorKind) {
        self.untold = Some(kind);
        self.position.request = None;
    }

    fn request(&self) -> Option<PageRequest> {
        let Position {
            request,
            page,
            items_before,
            ..
        } = &self.position;
        let max_bytes = self.limits.page_bytes;
        let request = request.clone()?;
        Some(request.for_page(*page, *items_before, max_bytes))
    }

    fn error(&self, kind: PagingErrorKind) -> PagingError {
        PagingError::new(self.position.page, kind)
    }
}
