//! How much faster a list is read when the next page loads while the current one is consumed: pages that take 50 ms each,
//! consumed in 50 ms each, in real time.
//!
//! ```sh
//! cargo bench -p paginate --bench prefetch
//! ```
#![allow(clippy::print_stdout, reason = "a bench prints its figures")]

use std::time::{Duration, Instant};

use http::HeaderMap;
use paginate::{Cursor, Page, PageRequest, PageSource, Pager, PagingError};
use tokio::time::sleep;
use url::Url;

const PAGES: u64 = 40;
const PER_PAGE: Duration = Duration::from_millis(50);

/// A list of 40 pages, each of which takes 50 ms.
struct Slow(Url);

/// What is wrong with a page.
#[derive(Debug)]
struct Failure(PagingError);

impl PageSource for Slow {
    type Error = Failure;

    fn url(&self) -> &Url {
        &self.0
    }

    async fn fetch(&self, request: PageRequest) -> Result<Page, Failure> {
        sleep(PER_PAGE).await;
        let number = request.page();
        let next = if number < PAGES {
            (number + 1).to_string()
        } else {
            "null".to_owned()
        };
        let body = format!(r#"{{"data": [{number}], "next": {next}}}"#);
        Ok(Page::new(self.0.clone(), HeaderMap::new(), body))
    }

    fn refuse(&self, error: PagingError) -> Failure {
        Failure(error)
    }
}

/// How long it takes to read and consume the list.
async fn read(url: &Url, prefetch: usize) -> Result<Duration, Failure> {
    let begun = Instant::now();
    let pager = Pager::new(Slow(url.clone()), Cursor::new("/data", "/next"));
    let mut stream = pager.prefetch(prefetch).pages();
    while stream.next_page().await?.is_some() {
        sleep(PER_PAGE).await;
    }
    Ok(begun.elapsed())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()?;
    let url = "https://api.test/list".parse()?;
    let read = |prefetch| {
        let outcome = runtime.block_on(read(&url, prefetch));
        outcome.map_err(|Failure(error)| error)
    };
    println!("{PAGES} pages, {PER_PAGE:?} to load and {PER_PAGE:?} to consume each");
    let plain = read(0)?;
    println!("prefetch 0: {plain:>8.1?}");
    for depth in [1, 2] {
        let ahead = read(depth)?;
        let ratio = plain.as_secs_f64() / ahead.as_secs_f64();
        println!("prefetch {depth}: {ahead:>8.1?}, {ratio:.2} times faster");
    }
    Ok(())
}
