//! This test program again, in a process of its own.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

const ROLE: &str = "TOKEN_STORE_TEST_ROLE";
const PATH: &str = "TOKEN_STORE_TEST_PATH";

/// What a test that is run by [`command`] should do, and on which file. A test that is run in the ordinary way is told
/// nothing.
pub(crate) fn role() -> Option<(String, String)> {
    Some((std::env::var(ROLE).ok()?, std::env::var(PATH).ok()?))
}

/// Runs the ignored test of this name with this role.
pub(crate) fn command(test: &str, role: &str, path: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    arguments(&mut command, test, role, path);
    command
}

/// The same, after some lines of shell.
pub(crate) fn command_after(shell: &str, test: &str, role: &str, path: &Path) -> Command {
    let mut command = Command::new("sh");
    command
        .arg("-c")
        .arg(format!("{shell}\nexec \"$0\" \"$@\""));
    run_by(&mut command, test, role, path);
    command
}

/// Hands the program and its arguments to a command that will run it.
pub(crate) fn run_by(command: &mut Command, test: &str, role: &str, path: &Path) {
    command.arg(std::env::current_exe().unwrap());
    arguments(command, test, role, path);
}

fn arguments(command: &mut Command, test: &str, role: &str, path: &Path) {
    command
        .args(["--ignored", "--exact", "--nocapture", test])
        .env(ROLE, role)
        .env(PATH, path)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
}

/// Runs it to its end, which must be a good one.
pub(crate) fn succeeds(mut command: Command) {
    succeeded(&command.output().unwrap());
}

pub(crate) fn succeeded(output: &Output) {
    assert!(output.status.success(), "{}", text(output));
    // A name that no test has would succeed as well.
    assert!(text(output).contains("1 passed"), "{}", text(output));
}

pub(crate) fn text(output: &Output) -> String {
    let stdout = String::from_utf8_lossy(&output.stdout);
    format!("{stdout}\n{}", String::from_utf8_lossy(&output.stderr))
}

/// Starts it, and waits until it prints this word.
pub(crate) fn start_until(word: &str, mut command: Command) -> Child {
    let mut child = command.spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let printed = lines.map_while(Result::ok).any(|line| line.contains(word));
    assert!(printed, "the process ended without a word");
    child
}
