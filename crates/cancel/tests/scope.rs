//! A scope that cancels its requests.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use cancel::{CancelOn, CancelScope, Cancelled};
use reqwest_middleware::Error;
use support::{URL, client, ended, typed};
use testkit::ScriptedTransport;
use tokio_util::sync::CancellationToken;

fn reason(error: &Error) -> Option<&str> {
    typed::<Cancelled>(error).expect("cancelled").reason()
}

#[tokio::test(start_paused = true)]
async fn dropping_the_scope_cancels_all_its_requests_and_no_others() {
    let transport = ScriptedTransport::new().hang().hang().hang();
    let client = client(&transport);
    let scope = CancelScope::new();
    let outside = CancelScope::new();
    let call = |scope: &CancelScope| {
        let request = client.get(URL).with_extension(CancelOn::from(scope));
        tokio::spawn(request.send())
    };
    let ends = [call(&scope), call(&scope)];
    let stays = call(&outside);
    transport.wait_for_requests(3).await;

    drop(scope);
    for call in ends {
        let error = ended(call).await.unwrap_err();
        assert_eq!(reason(&error), Some("its scope has ended"));
    }
    assert_eq!((transport.in_flight(), transport.abandoned()), (1, 2));
    assert!(!stays.is_finished());
    stays.abort();
}

#[tokio::test(start_paused = true)]
async fn a_scope_ends_with_the_token_it_is_within_and_not_the_other_way_round() {
    let transport = ScriptedTransport::new().hang();
    let shutdown = CancellationToken::new();
    drop(CancelScope::within(&shutdown));
    assert!(!shutdown.is_cancelled());

    let scope = CancelScope::within(&shutdown).because("the screen was closed");
    let request = client(&transport)
        .get(URL)
        .with_extension(CancelOn::from(&scope));
    let call = tokio::spawn(request.send());
    transport.wait_for_requests(1).await;
    shutdown.cancel();
    let error = ended(call).await.unwrap_err();
    assert_eq!(reason(&error), Some("the screen was closed"));
    assert!(scope.token().is_cancelled());
}

#[tokio::test(start_paused = true)]
async fn a_request_attached_after_the_end_sends_nothing() {
    let transport = ScriptedTransport::new();
    let scope = CancelScope::default();
    scope.cancel();
    let request = client(&transport)
        .get(URL)
        .with_extension(CancelOn::from(&scope));
    let error = request.send().await.unwrap_err();
    assert_eq!(reason(&error), Some("its scope has ended"));
    transport.assert_count(0);
}

#[tokio::test(start_paused = true)]
async fn a_scope_that_is_moved_into_a_task_ends_with_the_task() {
    let transport = ScriptedTransport::new().hang();
    let scope = CancelScope::new();
    let request = client(&transport)
        .get(URL)
        .with_extension(CancelOn::from(&scope));
    let call = tokio::spawn(request.send());
    let screen = tokio::spawn(async move {
        let _scope = scope;
        std::future::pending::<()>().await;
    });
    transport.wait_for_requests(1).await;
    screen.abort();
    let error = ended(call).await.unwrap_err();
    assert_eq!(reason(&error), Some("its scope has ended"));
}
