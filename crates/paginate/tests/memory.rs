//! Memory stays flat, however many pages there are.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use std::alloc::System;

use paginate::{Cursor, Pager};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use support::Failure;
use tokio::runtime::Builder;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// A list without end that remembers nothing.
struct Endless(url::Url);

impl paginate::PageSource for Endless {
    type Error = Failure;

    fn url(&self) -> &url::Url {
        &self.0
    }

    async fn fetch(&self, request: paginate::PageRequest) -> Result<paginate::Page, Failure> {
        let page: u64 = request
            .query("cursor")
            .map_or(0, |page| page.parse().unwrap());
        let body = format!(r#"{{"data": [{page}], "next": {}}}"#, page + 1);
        Ok(paginate::Page::new(
            self.0.clone(),
            http::HeaderMap::new(),
            body,
        ))
    }

    fn refuse(&self, error: paginate::PagingError) -> Failure {
        Failure::Paging(error)
    }
}

/// One after the other, since they count what the whole program allocates.
#[test]
fn memory_stays_flat() {
    after_100_000_pages_no_more_is_allocated_than_after_10_000();
    items_beyond_the_limit_cost_nothing();
}

fn after_100_000_pages_no_more_is_allocated_than_after_10_000() {
    for depth in [0, 3] {
        let runtime = Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let pager = Pager::new(
                Endless(support::URL.parse().unwrap()),
                Cursor::new("/data", "/next"),
            );
            let mut items = pager.prefetch(depth).max_pages(200_000).items::<u64>();
            for page in 0..10_000 {
                assert_eq!(items.next_item().await.unwrap(), Some(page));
            }
            let region = Region::new(ALLOCATOR);
            for page in 10_000..100_000 {
                assert_eq!(items.next_item().await.unwrap(), Some(page));
            }
            let change = region.change();
            let grown =
                change.bytes_allocated.cast_signed() - change.bytes_deallocated.cast_signed();
            // A cursor has a digit more, and a channel's blocks of some 2 KiB come and go. A byte for ten pages would be more.
            assert!(grown.abs() < 8192, "{grown} bytes more at depth {depth}");
        });
    }
}

/// One page of many items.
struct Crowded(url::Url, bytes::Bytes);

impl paginate::PageSource for Crowded {
    type Error = Failure;

    fn url(&self) -> &url::Url {
        &self.0
    }

    async fn fetch(&self, _: paginate::PageRequest) -> Result<paginate::Page, Failure> {
        let (url, body) = (self.0.clone(), self.1.clone());
        Ok(paginate::Page::new(url, http::HeaderMap::new(), body))
    }

    fn refuse(&self, error: paginate::PagingError) -> Failure {
        Failure::Paging(error)
    }
}

fn items_beyond_the_limit_cost_nothing() {
    let runtime = Builder::new_current_thread().build().unwrap();
    let body = format!("[{}0]", "0,".repeat(1_000_000));
    let source = Crowded(support::URL.parse().unwrap(), body.into());
    runtime.block_on(async {
        let region = Region::new(ALLOCATOR);
        let mut items = Pager::new(source, Cursor::new("", "/next"))
            .max_items(1000)
            .items::<u8>();
        for _ in 0..1000 {
            assert_eq!(items.next_item().await.unwrap(), Some(0));
        }
        assert!(items.next_item().await.is_err());
        // Where an item stands takes 8 bytes, of which there are twice as many while a list of them grows.
        let allocated = region.change().bytes_allocated;
        assert!(allocated < 64 * 1024, "{allocated} bytes");
    });
}
