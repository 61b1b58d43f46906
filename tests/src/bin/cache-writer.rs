//! A program that writes answers into a store on disk until it is killed, for the test that kills it.

#![allow(clippy::print_stdout, reason = "this is how it says that it is ready")]

use std::error::Error;
use std::path::PathBuf;

use clap::Parser;
use private_cache::{DiskStore, Scope, Store};
use stack_tests::{NUMBERS, numbered_answer, numbered_key};

#[derive(Parser)]
struct Options {
    /// The store's folder.
    #[arg(long)]
    folder: PathBuf,
    /// The first round to write.
    #[arg(long)]
    round: u64,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::parse();
    let store = DiskStore::open(options.folder)?;
    println!("ready");
    for round in options.round.. {
        for number in 0..NUMBERS {
            // Now and then something is dropped, and once in a while all of it.
            match (number * 7 + round) % 97 {
                0 => store.forget(&Scope::Anonymous).await,
                1..5 => store.remove(&numbered_key(number)).await,
                _ => {
                    let answer = numbered_answer(number, round);
                    store.put(numbered_key(number), answer).await;
                }
            }
        }
    }
    Ok(())
}
