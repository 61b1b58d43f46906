//! A cache on disk whose program is killed while it writes.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used
)]

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, SystemTime};

use private_cache::{DiskStore, Store};
use stack_tests::{NUMBERS, is_whole, numbered_answer, numbered_key, soon};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

const ROUNDS: u64 = 200;

#[tokio::test(flavor = "multi_thread")]
async fn a_program_killed_while_it_writes_leaves_whole_answers_or_none() {
    let folder = tempfile::tempdir().unwrap();
    let seed = SystemTime::UNIX_EPOCH.elapsed().unwrap().subsec_nanos();
    println!("seed {seed}");
    let mut random = u64::from(seed) | 1;
    let mut served = 0;
    for round in 1..=ROUNDS {
        let mut writer = start(folder.path(), round);
        // Every fourth may be killed while it still opens what its predecessor left.
        if round % 4 != 0 {
            ready(&mut writer).await;
        }
        random = next(random);
        // There is nothing to wait for: any moment will do.
        tokio::time::sleep(Duration::from_micros(random % 20_000)).await;
        writer.kill().await.unwrap();

        let store = DiskStore::open(folder.path()).unwrap();
        for number in 0..NUMBERS {
            if let Some(found) = store.get(&numbered_key(number)).await {
                assert!(is_whole(number, &found), "{number} in round {round}");
                served += 1;
            }
        }
        let number = round % NUMBERS;
        let answer = numbered_answer(number, round);
        store.put(numbered_key(number), answer).await;
        let found = store.get(&numbered_key(number)).await.unwrap();
        assert!(is_whole(number, &found), "round {round}");
    }
    println!("{ROUNDS} kills, {served} answers served after them");
    assert!(served > ROUNDS, "nothing outlives a kill");
}

fn start(folder: &Path, round: u64) -> Child {
    Command::new(env!("CARGO_BIN_EXE_cache-writer"))
        .arg("--folder")
        .arg(folder)
        .args(["--round", &(round * 1_000).to_string()])
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap()
}

async fn ready(writer: &mut Child) {
    let mut lines = BufReader::new(writer.stdout.take().unwrap()).lines();
    let line = soon(lines.next_line()).await.unwrap();
    assert_eq!(line.as_deref(), Some("ready"));
}

/// A xorshift generator: nothing here needs a better one.
fn next(mut random: u64) -> u64 {
    random ^= random << 13;
    random ^= random >> 7;
    random ^ (random << 17)
}
