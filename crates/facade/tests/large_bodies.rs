//! Bodies that are worked on where they hold up nobody, and calls that end meanwhile.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::collections::HashSet;
use std::sync::{Arc, Mutex, mpsc};
use std::thread::ThreadId;
use std::time::Duration;

use facade::{
    ApiError, CancelOn, CancellationToken, Cancelled, Client, DeadlineExceeded, DecodeError,
    ErrorKind, Place, TimeoutPhase,
};
use testkit::{Reply, ScriptedTransport};
use tokio::sync::Notify;

const LARGE: usize = 256 * 1024;

/// JSON of so many bytes.
fn json(bytes: usize) -> String {
    format!("\"{}\"", "x".repeat(bytes - 2))
}

/// A client whose answers have this body, and whose bodies go through this.
fn client(
    body: String,
    transform: impl Fn(bytes::Bytes) -> bytes::Bytes + Send + Sync + 'static,
) -> Client {
    let reply = Reply::status(200).body(body);
    Client::builder("https://api.test")
        .middleware(Place::Attempt, ScriptedTransport::new().otherwise(reply))
        .transform_body(move |_, body| Ok(transform(body)))
        .build()
        .unwrap()
}

#[tokio::test]
async fn a_large_body_is_transformed_elsewhere_and_a_small_one_where_it_is() {
    let here = std::thread::current().id();
    for (bytes, is_here) in [(LARGE, true), (LARGE + 1, false)] {
        let threads: Arc<Mutex<Vec<ThreadId>>> = Arc::default();
        let noted = Arc::clone(&threads);
        let client = client(json(bytes), move |body| {
            noted.lock().unwrap().push(std::thread::current().id());
            body
        });
        let text: String = client.get("a").fetch().await.unwrap();
        assert_eq!(text.len(), bytes - 2);
        let text = client.get("a").send().await.unwrap().text().await.unwrap();
        assert_eq!(text.len(), bytes);
        let threads = threads.lock().unwrap();
        let is_here: HashSet<_> = HashSet::from([is_here]);
        let were_here: HashSet<_> = threads.iter().map(|thread| *thread == here).collect();
        assert_eq!((threads.len(), were_here), (2, is_here));
    }
}

#[tokio::test]
async fn a_large_body_of_another_form_says_where_and_keeps_its_beginning() {
    let client = client(json(LARGE + 1), |body| body);
    let error = client.get("a").fetch::<Vec<u8>>().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the body could not be decoded (200): GET https://api.test/a"
    );
    assert!(error.find_source::<DecodeError>().unwrap().is_data());
    assert_eq!(error.body().len(), 64 * 1024);
    assert!(!error.is_body_complete());
    let cut = error.json::<String>().unwrap_err();
    assert!(cut.is_incomplete(), "{cut}");
}

/// Work that goes on until it is let go.
struct Held {
    begun: Arc<Notify>,
    let_go: mpsc::Sender<()>,
    client: Client,
}

impl Held {
    fn new() -> Self {
        let begun = Arc::new(Notify::new());
        let (let_go, held) = mpsc::channel();
        let held = Mutex::new(held);
        let begins = Arc::clone(&begun);
        let client = client(json(LARGE + 1), move |body| {
            begins.notify_one();
            held.lock().unwrap().recv().unwrap();
            body
        });
        Self {
            begun,
            let_go,
            client,
        }
    }

    /// What the call ends with, though the work goes on, if this happens after it began.
    async fn ends(
        self,
        call: impl FnOnce(facade::Request) -> facade::Request,
        happens: impl AsyncFnOnce(),
    ) -> ApiError {
        let fetching = tokio::spawn(call(self.client.get("a")).fetch::<String>());
        self.begun.notified().await;
        happens().await;
        let error = fetching.await.unwrap().unwrap_err();
        self.let_go.send(()).unwrap();
        assert_eq!(error.url().unwrap().as_str(), "https://api.test/a");
        error
    }
}

#[tokio::test]
async fn a_call_that_is_cancelled_while_its_body_is_decoded_says_so() {
    let token = CancellationToken::new();
    let cancel = CancelOn::new(&token).because("the screen was left");
    let error = Held::new().ends(|call| call.cancel(cancel), async || token.cancel());
    let error = error.await;
    assert!(error.is_cancelled());
    let reason = error.find_source::<Cancelled>().unwrap().reason();
    assert_eq!(reason, Some("the screen was left"));
}

#[tokio::test(start_paused = true)]
async fn a_deadline_that_passes_while_the_body_is_decoded_is_named() {
    let error = Held::new().ends(
        |call| {
            call.deadline(Duration::from_secs(5))
                .cancel(CancellationToken::new())
        },
        async || tokio::time::advance(Duration::from_secs(5)).await,
    );
    let error = error.await;
    assert_eq!(error.kind(), ErrorKind::Timeout(TimeoutPhase::Deadline));
    assert!(error.find_source::<DeadlineExceeded>().is_some());
}

#[tokio::test]
async fn a_body_that_is_decoded_in_time_is_not_cancelled_by_what_comes_later() {
    let client = client(json(LARGE + 1), |body| body);
    let token = CancellationToken::new();
    let call = client
        .get("a")
        .cancel(&token)
        .deadline(Duration::from_secs(600));
    let text: String = call.fetch().await.unwrap();
    token.cancel();
    assert_eq!(text.len(), LARGE - 1);
}
