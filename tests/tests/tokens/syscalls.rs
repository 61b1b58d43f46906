//! In which order a save asks the operating system, by its own account. A kill can't show that: what a process has written
//! survives it, flushed or not.

use std::fs;
use std::process::Command;
use std::time::Duration;

use crate::worker::Worker;
use crate::world::World;

/// Set by the gate, which installs the tracer: then it must not be missing.
const REQUIRED: &str = "REQUIRE_STRACE";

#[tokio::test(flavor = "multi_thread")]
async fn a_save_is_flushed_before_it_is_renamed_and_its_folder_after_all_under_the_lock() {
    if Command::new("strace").arg("--version").output().is_err() {
        assert!(std::env::var_os(REQUIRED).is_none(), "strace is missing");
        println!("left out: strace is not installed");
        return;
    }
    let world = World::signed_in(Duration::ZERO).await;
    let trace = world.folder().join("../tokens.trace");
    let trace = trace.with_file_name(format!(
        "{}.trace",
        world.folder().file_name().unwrap().display()
    ));
    let arguments = [
        "--follow-forks",
        "--decode-fds=path",
        "--string-limit=512",
        "--trace=openat,fchmod,write,fsync,fdatasync,rename,renameat,renameat2,flock,sendto,writev",
        "--output",
        trace.to_str().unwrap(),
    ];
    let mut worker = Worker::under(&world, "strace", arguments).await;
    world.expire().await;
    assert_eq!(worker.calls(1).await, "1 ok");
    worker.end().await;
    let steps = steps_in(&fs::read_to_string(&trace).unwrap(), &world);
    fs::remove_file(&trace).unwrap();

    let write = ["create 0600", "write", "flush", "rename", "flush folder"];
    let mark_and_save = [&["lock"][..], &write, &["send"], &write, &["unlock"]].concat();
    assert_eq!(steps, mark_and_save);
}

/// What was done to the token file, to what took its place, and to its lock; and when the refresh token was sent.
fn steps_in(trace: &str, world: &World) -> Vec<&'static str> {
    let folder = world.folder();
    let folder = folder.to_str().unwrap();
    let temporary = format!("{folder}/.tokens-");
    let lock = format!("{folder}/tokens.json.lock>");
    let mut steps = Vec::new();
    for line in trace.lines() {
        // A call that another thread interrupts has a second line, with its result.
        let is_flush = |of: &str| line.contains("sync(") && line.contains(of);
        let step = if line.contains("openat(") && line.contains(&temporary) {
            assert!(line.contains("O_CREAT|O_EXCL"), "{line}");
            assert!(line.contains("0600"), "{line}");
            "create 0600"
        } else if line.contains(" write(") && line.contains(&temporary) {
            "write"
        } else if is_flush(&temporary) {
            "flush"
        } else if line.contains("rename") && line.contains(&temporary) {
            "rename"
        } else if is_flush(&format!("<{folder}>")) {
            "flush folder"
        } else if line.contains("flock(") && line.contains(&lock) && line.contains("LOCK_EX") {
            "lock"
        } else if line.contains("flock(") && line.contains(&lock) {
            "unlock"
        } else if line.contains("grant_type=refresh_token") {
            "send"
        } else {
            continue;
        };
        steps.push(step);
    }
    steps
}
