//! Tokens before the headers, over a scripted transport under paused time: what ends when, and for which reason.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use cancel::{CancelOn, Cancelled};
use support::{Task, URL, cancelled, client, ended, seconds, typed};
use testkit::{Answer, Reply, ScriptedTransport};
use tokio_util::sync::CancellationToken;

#[tokio::test(start_paused = true)]
async fn a_token_that_is_cancelled_already_sends_nothing() {
    let transport = ScriptedTransport::new();
    let token = CancellationToken::new();
    token.cancel();
    let cancel = CancelOn::new(&token).because("too late");
    let request = client(&transport).get(URL).with_extension(cancel);
    assert_eq!(
        cancelled(request.send().await),
        Cancelled::because("too late")
    );
    transport.assert_count(0);
}

#[tokio::test(start_paused = true)]
async fn a_second_token_that_is_cancelled_already_sends_nothing() {
    let transport = ScriptedTransport::new();
    let (first, second) = (CancellationToken::new(), CancellationToken::new());
    second.cancel();
    let cancel = CancelOn::new(&first).because("first");
    let cancel = cancel.or(CancelOn::new(&second).because("second"));
    let request = client(&transport).get(URL).with_extension(cancel);
    assert_eq!(
        cancelled(request.send().await),
        Cancelled::because("second")
    );
    transport.assert_count(0);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_cancelled_before_its_first_poll_sends_nothing() {
    let transport = ScriptedTransport::new();
    let token = CancellationToken::new();
    let request = client(&transport)
        .get(URL)
        .with_extension(CancelOn::new(&token));
    let call = request.send();
    token.cancel();
    assert_eq!(cancelled(call.await), Cancelled::new());
    transport.assert_count(0);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_came_with_the_cancellation_is_not_handed_out() {
    let reply = Reply::status(200).after(seconds(5));
    let transport = ScriptedTransport::new().reply(reply);
    let token = CancellationToken::new();
    let request = client(&transport)
        .get(URL)
        .with_extension(CancelOn::new(&token));
    let task = Task::default();
    let mut call = Box::pin(request.send());
    assert!(task.poll(&mut call).is_pending());
    assert_eq!(transport.in_flight(), 1);

    tokio::time::advance(seconds(5)).await;
    token.cancel();
    assert_eq!(cancelled(call.await), Cancelled::new());
    assert_eq!((transport.in_flight(), transport.abandoned()), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn each_of_several_tokens_ends_the_call_for_its_own_reason() {
    for (cancels, reason) in [(0, "none"), (1, "one"), (2, "two")] {
        let transport = ScriptedTransport::new().hang();
        let tokens: Vec<_> = (0..3).map(|_| CancellationToken::new()).collect();
        let cancel = CancelOn::new(&tokens[0]).because("none");
        let cancel = cancel.or(&tokens[1]).because("one");
        let cancel = cancel.or(&tokens[2]).because("two".to_owned());
        let call = tokio::spawn(client(&transport).get(URL).with_extension(cancel).send());
        transport.wait_for_requests(1).await;

        tokens[cancels].cancel();
        let outcome = cancelled(ended(call).await);
        assert_eq!(outcome.reason(), Some(reason));
        assert_eq!(
            outcome.to_string(),
            format!("the call was cancelled: {reason}")
        );
        assert_eq!(transport.abandoned(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn of_two_tokens_cancelled_at_once_the_one_attached_first_is_named() {
    let transport = ScriptedTransport::new().hang();
    let (first, second) = (CancellationToken::new(), CancellationToken::new());
    let cancel = CancelOn::new(&first).because("first");
    let cancel = cancel.or(CancelOn::new(&second).because("second"));
    let call = tokio::spawn(client(&transport).get(URL).with_extension(cancel).send());
    transport.wait_for_requests(1).await;
    second.cancel();
    first.cancel();
    assert_eq!(cancelled(ended(call).await), Cancelled::because("first"));
}

#[tokio::test(start_paused = true)]
async fn one_token_ends_many_calls_each_for_the_reason_it_was_attached_with() {
    let transport = ScriptedTransport::new().hang().hang().hang();
    let client = client(&transport);
    let (token, other) = (CancellationToken::new(), CancellationToken::new());
    let call = |cancel| tokio::spawn(client.get(URL).with_extension(cancel).send());
    let reports = call(CancelOn::new(&token).because("reports"));
    let charts = call(CancelOn::new(&token).because("charts"));
    let stays = call(CancelOn::new(&other).because("other"));
    transport.wait_for_requests(3).await;

    token.cancel();
    for (call, reason) in [(reports, "reports"), (charts, "charts")] {
        assert_eq!(cancelled(ended(call).await), Cancelled::because(reason));
    }
    assert_eq!((transport.in_flight(), transport.abandoned()), (1, 2));
    assert!(!stays.is_finished());
    stays.abort();
}

#[tokio::test(start_paused = true)]
async fn cancelling_the_parent_cancels_the_child() {
    let transport = ScriptedTransport::new().hang();
    let parent = CancellationToken::new();
    let cancel = CancelOn::from(parent.child_token()).because("from above");
    let call = tokio::spawn(client(&transport).get(URL).with_extension(cancel).send());
    transport.wait_for_requests(1).await;
    parent.cancel();
    assert_eq!(
        cancelled(ended(call).await),
        Cancelled::because("from above")
    );
}

#[tokio::test(start_paused = true)]
async fn other_errors_pass_as_they_are() {
    #[derive(Debug)]
    struct Own;
    impl std::fmt::Display for Own {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("own")
        }
    }
    impl std::error::Error for Own {}

    let token = CancellationToken::new();
    let transport = ScriptedTransport::new().then(Answer::fail(Own));
    let request = client(&transport)
        .get(URL)
        .with_extension(CancelOn::new(&token));
    let error = request.send().await.unwrap_err();
    assert!(typed::<Own>(&error).is_some());
}

#[tokio::test(start_paused = true)]
async fn a_token_keeps_nothing_of_calls_that_have_ended() {
    let reply = Reply::status(200).body("all").after(seconds(1));
    let transport = ScriptedTransport::new().otherwise(reply);
    let client = client(&transport);
    let (token, other) = (CancellationToken::new(), CancellationToken::new());
    let cancel = CancelOn::new(&token).or(&other);
    let answered = Task::default();
    let dropped = Task::default();
    for _ in 0..100 {
        let send = || Box::pin(client.get(URL).with_extension(cancel.clone()).send());
        let (mut one, mut leaves) = (send(), send());
        assert!(answered.poll(&mut one).is_pending());
        assert!(dropped.poll(&mut leaves).is_pending());
        drop(leaves);
        tokio::time::advance(seconds(1)).await;
        assert!(answered.poll(&mut one).is_ready());
    }
    assert_eq!((answered.wakers(), dropped.wakers()), (0, 0));
}
