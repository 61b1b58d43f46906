//! The documents name tests as proof. Each of them must be there.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::fs;
use std::path::{Path, PathBuf};

const SESSIONS: &str = include_str!("../../docs/sessions.md");
const SECURITY: &str = include_str!("../../docs/security.md");
const GATEWAY: &str = include_str!("../../docs/gateway.md");

/// Where the first part of a name may be, from the root of the repository.
const PLACES: [&str; 8] = [
    "crates/refresh-queue/tests",
    "crates/refresh-queue/src",
    "crates/auth-middleware/tests",
    "crates/auth-middleware/src",
    "crates/token-store/tests",
    "crates/facade/tests",
    "examples/tests",
    "tests/tests",
];

#[test]
fn each_test_that_a_page_names_is_one() {
    for (page, least) in [(SESSIONS, 60), (SECURITY, 20), (GATEWAY, 20)] {
        let names = names_in(page);
        assert!(names.len() > least, "{names:?}");
        let missing: Vec<_> = names.into_iter().filter(|name| !is_test(name)).collect();
        assert!(missing.is_empty(), "no such tests: {missing:#?}");
    }
}

#[test]
fn each_hard_case_is_named_by_the_page_on_sessions_or_by_a_reason_why_not() {
    let folder = root().join("crates/refresh-queue/tests/hard_cases");
    let mut unnamed = Vec::new();
    for file in fs::read_dir(folder).unwrap() {
        let source = fs::read_to_string(file.unwrap().path()).unwrap();
        unnamed.extend(
            tests_in(&source)
                .filter(|test| !SESSIONS.contains(test))
                .map(str::to_owned),
        );
    }
    unnamed.sort();
    // They say more of what others prove.
    assert_eq!(
        unnamed,
        [
            "a_clock_ten_minutes_ahead_of_tokens_of_an_hour_refreshes_ten_minutes_early",
            "a_clock_that_leaves_each_token_a_second_costs_a_refresh_for_each_call",
            "a_login_as_the_same_user_during_the_refresh_heals_the_calls_at_once",
            "with_the_right_clock_no_token_is_refused",
        ]
    );
}

#[test]
fn the_search_tells_a_test_from_what_is_none() {
    assert!(is_test("queue::a_hundred_callers_share_one_refresh"));
    assert!(is_test(
        "session::leavers::a_refresh_outlives_the_client_that_needed_it"
    ));
    for none in [
        "queue::no_such_test",
        "no_such_file::a_hundred_callers_share_one_refresh",
        "hard_cases::world::client",
        "windows::expect",
    ] {
        assert!(!is_test(none), "{none}");
    }
    let names = names_in("`queue::a`,\n  `session::leavers::b` and `set`");
    assert_eq!(names, ["queue::a", "session::leavers::b"]);
}

/// What stands in backticks and has a path of tests. The pages name nothing else in this way but types, so that a misspelt file shows too.
fn names_in(page: &str) -> Vec<&str> {
    let quoted = page.split('`').skip(1).step_by(2);
    quoted
        .filter(|quoted| quoted.contains("::") && !quoted.starts_with(char::is_uppercase))
        .collect()
}

fn is_test(name: &str) -> bool {
    let (path, test) = name.rsplit_once("::").unwrap();
    let (target, modules) = path.split_once("::").unwrap_or((path, ""));
    PLACES.iter().any(|place| {
        let source = source_of(&root().join(place).join(target), modules);
        source.is_some_and(|source| tests_in(&source).any(|found| found == test))
    })
}

/// The source of a module of this test target, which is a file or a folder.
fn source_of(place: &Path, modules: &str) -> Option<String> {
    let within = modules.replace("::", "/");
    let files = if modules.is_empty() {
        vec![place.with_extension("rs"), place.join("main.rs")]
    } else {
        let file = format!("{within}.rs");
        vec![
            place.join(within).join("tests.rs"),
            place.join(&file),
            place.join("tests").join(&file),
        ]
    };
    files.iter().find_map(|file| fs::read_to_string(file).ok())
}

/// The names of the functions that carry a test attribute.
fn tests_in(source: &str) -> impl Iterator<Item = &str> {
    let is_attribute =
        |line: &str| line.starts_with("#[test]") || line.starts_with("#[tokio::test");
    let mut lines = source.lines();
    std::iter::from_fn(move || {
        lines.by_ref().find(|line| is_attribute(line))?;
        let declaration = lines.by_ref().find(|line| line.contains("fn "))?;
        let (_, name) = declaration.split_once("fn ")?;
        name.split_once('(').map(|(name, _)| name)
    })
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
