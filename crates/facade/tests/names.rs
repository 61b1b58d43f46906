//! What a program writes against a facade alone: a session of its own kind, without naming the crates below.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::sync::Arc;

use facade::{
    Client, Credential, ErrorKind, Principal, RefreshError, RefreshQueue, RefreshQueueBuilder,
    Renewable, SessionStatus,
};
use http::header::COOKIE;
use http::{HeaderName, HeaderValue};

#[derive(Clone)]
struct Login {
    cookie: HeaderValue,
    user: &'static str,
}

impl Credential for Login {
    fn header(&self) -> Option<(&HeaderName, &HeaderValue)> {
        Some((&COOKIE, &self.cookie))
    }
}

impl Renewable for Login {
    fn credential(&self) -> Arc<dyn Credential> {
        Arc::new(self.clone())
    }
    fn principal(&self) -> Option<Principal> {
        Some(Principal::new(self.user))
    }
}

fn patient(queue: RefreshQueueBuilder<Login>) -> RefreshQueueBuilder<Login> {
    queue.max_waiters(3)
}

#[tokio::test]
async fn a_session_of_a_programs_own_kind_needs_the_facade_alone() {
    let refuse = |_: Option<Login>| async { Err(RefreshError::rejected("no password")) };
    let queue = patient(RefreshQueue::builder(refuse)).build();
    queue.set(Login {
        cookie: HeaderValue::from_static("session=1"),
        user: "ada",
    });
    let SessionStatus::SignedIn { principal } = queue.subscribe().status() else {
        panic!("she has signed in");
    };
    assert_eq!(principal, Some(Principal::new("ada")));
    queue.clear();
    let client = Client::builder("http://localhost")
        .session(queue)
        .build()
        .unwrap();
    let ended = client.get("a").send().await.unwrap_err();
    assert_eq!(ended.kind(), ErrorKind::SessionEnded);
}
