//! What one GET costs: instructions and allocations, counted by valgrind. `docs/benchmarks.md` says how, and what for.
//!
//! ```sh
//! cargo bench -p facade --bench overhead            # everything, a few minutes
//! cargo bench -p facade --bench overhead -- cancel  # scenarios with this in their name, and what they are compared with
//! ```

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program that prints figures"
)]

mod client;
mod figures;
mod scenario;
mod server;
mod valgrind;

use std::error::Error;
use std::num::NonZero;
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};
use std::thread;

use figures::Figures;
use server::Server;
use valgrind::Cost;

type BoxError = Box<dyn Error + Send + Sync>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments[..] {
        // The program starts itself in these two roles.
        [server::ROLE] => server::run().map(|()| true).map_err(BoxError::from),
        [client::ROLE, scenario, port, calls, layout] => {
            client::run(scenario, port, calls, layout).map(|()| true)
        }
        _ if arguments.contains(&"--bench") => measure(&arguments),
        _ => {
            println!("overhead: nothing to do but under `cargo bench`");
            Ok(true)
        }
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("overhead: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Measures what the arguments ask for. Returns whether all of it is within budget.
fn measure(arguments: &[&str]) -> Result<bool, BoxError> {
    valgrind::check()?;
    let filters: Vec<&str> = arguments
        .iter()
        .copied()
        .filter(|argument| !argument.starts_with('-'))
        .collect();
    let chosen = figures::chosen(&filters);
    if chosen.is_empty() {
        return Err("no scenario has that in its name".into());
    }

    let server = Server::start()?;
    let mut figures = Figures::default();
    for (scenario, cost) in measured(chosen, server.port())? {
        figures.add(scenario, cost);
    }
    figures.compare();
    Ok(figures.judge())
}

/// Measures these scenarios, one on each processor: counts don't depend on what else runs.
fn measured(
    scenarios: Vec<&'static str>,
    port: u16,
) -> Result<Vec<(&'static str, Cost)>, BoxError> {
    let workers = thread::available_parallelism().map_or(1, NonZero::get);
    let waiting = Mutex::new(scenarios.into_iter().enumerate());
    let next = || {
        waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .next()
    };
    let work = || -> Result<Vec<_>, BoxError> {
        let mut measured = Vec::new();
        while let Some((place, scenario)) = next() {
            measured.push((place, scenario, valgrind::cost_of_one_call(scenario, port)?));
        }
        Ok(measured)
    };
    let outcomes: Vec<_> = thread::scope(|scope| {
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        workers
            .into_iter()
            .map(thread::ScopedJoinHandle::join)
            .collect()
    });
    let mut measured = Vec::new();
    for outcome in outcomes {
        measured.extend(outcome.map_err(|_| "a measurement panicked")??);
    }
    measured.sort_by_key(|(place, ..)| *place);
    Ok(measured
        .into_iter()
        .map(|(_, scenario, cost)| (scenario, cost))
        .collect())
}
