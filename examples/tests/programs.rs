//! The smaller programs as a user runs them.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use tokio::process::Command;

/// What a program told, and that it went well.
async fn told_by(program: &str) -> String {
    let output = Command::new(program).output().await.unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{told}\n{error}");
    told
}

fn count(told: &str, line: &str) -> usize {
    told.lines().filter(|told| told.contains(line)).count()
}

#[tokio::test]
async fn retry_and_deadline_shows_what_is_tried_again_and_what_is_not() {
    let told = told_by(env!("CARGO_BIN_EXE_retry_and_deadline")).await;
    for line in [
        "200 OK after 3 attempts, 2s of waiting",
        "200 OK after 2 attempts",
        "/flaky/post, after 1 attempt",
        "with a key: 2 attempts",
        "/flaky/patient, at once",
        "/slow: true",
    ] {
        assert_eq!(count(&told, line), 1, "{line}: {told}");
    }
    assert_eq!(count(&told, "  retry "), 5, "{told}");
}

#[tokio::test]
async fn repository_layer_tells_of_messages_and_not_of_http() {
    let told = told_by(env!("CARGO_BIN_EXE_repository_layer")).await;
    for (line, times) in [
        ("  ada: Message number 1", 1),
        ("  there is none", 1),
        ("  message 251: Good morning", 2),
        ("  another draft of this name has become a message", 1),
        ("  the text is empty", 1),
        ("  nobody is signed in", 1),
    ] {
        assert_eq!(count(&told, line), times, "{line}: {told}");
    }
}

#[tokio::test]
async fn cancel_on_navigate_shows_the_newest_search_alone() {
    let told = told_by(env!("CARGO_BIN_EXE_cancel_on_navigate")).await;
    assert_eq!(count(&told, "superseded by a newer call"), 4, "{told}");
    assert_eq!(count(&told, "tokio  shown"), 1, "{told}");
    assert_eq!(count(&told, "cancelled: the screen was left"), 3, "{told}");
    assert_eq!(
        count(&told, "began 5 searches, and could stop 4"),
        1,
        "{told}"
    );
}

#[tokio::test]
async fn signed_requests_shows_that_each_attempt_is_signed_and_what_is_refused() {
    let told = told_by(env!("CARGO_BIN_EXE_signed_requests")).await;
    for line in [
        "  retry 1",
        // The first signature found the server busy.
        "200 OK: signature 2 is good",
        "401 Unauthorized: it isn't signed",
        "401 Unauthorized: its body is not the one that was signed",
        "401 Unauthorized: its signature is that of another request",
        "401 Unauthorized: its signature was used before",
    ] {
        assert_eq!(count(&told, line), 1, "{line}: {told}");
    }
}

#[tokio::test]
async fn cli_session_shows_one_session_over_many_runs() {
    let told = told_by(env!("CARGO_BIN_EXE_cli_session")).await;
    for (line, times) in [
        ("    Open http://127.0.0.1:", 1),
        ("    You are signed in.", 1),
        ("    ada", 1 + 2 + 2),
        ("  1 refresh, 0 rejected", 1),
        ("    You are signed out.", 1),
        ("  1 session ended", 1),
    ] {
        assert_eq!(count(&told, line), times, "{line}: {told}");
    }
}

#[tokio::test]
async fn service_account_shows_how_few_tokens_it_buys() {
    let told = told_by(env!("CARGO_BIN_EXE_service_account")).await;
    for line in [
        "50 calls at once: 1 token",
        "50 more after it expired: 2 tokens",
        "insufficient scope (403)",
        "which no token would heal: 2 tokens",
    ] {
        assert_eq!(count(&told, line), 1, "{line}: {told}");
    }
}

#[tokio::test]
async fn paginate_messages_reads_each_message_once_over_two_runs() {
    let told = told_by(env!("CARGO_BIN_EXE_paginate_messages")).await;
    for line in [
        "  120 messages",
        "  message 1, ada: Message number 1",
        "  message 120, grace: Message number 120",
        "\"after-100\"",
        "  message 251, ada: Are you still there?",
        "  132 messages",
        "  message 121, ada: Message number 121",
        // Three to where it was closed, that page again, and those after it.
        "asked for 7 pages",
    ] {
        assert_eq!(count(&told, line), 1, "{line}: {told}");
    }
    assert_eq!(
        count(&told, "  message 252, ada: It seems not."),
        2,
        "{told}"
    );
}

#[tokio::test]
async fn cached_reference_data_shows_what_is_asked_for_and_what_is_not() {
    let told = told_by(env!("CARGO_BIN_EXE_cached_reference_data")).await;
    for (line, times) in [
        ("  1 request", 1),
        ("  Miss: Österreich, Schweiz, Frankreich, Japan", 1),
        ("  Hit: Österreich, Schweiz, Frankreich, Japan", 1),
        // It is not the other language's.
        ("  Hit: Austria, Switzerland, France, Japan", 1 + 2),
        ("  Miss: Austria, Switzerland, France, Japan, Italy", 1),
        (
            "  Revalidated: Austria, Switzerland, France, Japan, Italy",
            1,
        ),
        ("  1 answer without a body", 1),
        ("  Stale: Austria, Switzerland, France, Japan, Italy", 1),
        ("  could not connect: GET ", 1),
    ] {
        assert_eq!(count(&told, line), times, "{line}: {told}");
    }
}
