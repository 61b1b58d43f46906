//! How the cost of one call is found: by valgrind, over many calls that follow some that don't count.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::{BoxError, client};

/// How many calls are counted.
const CALLS: u32 = 200;

/// In how many heap layouts instructions are counted.
///
/// What the allocator does for a larger block depends on its neighbours: by chance a scenario pays some hundred
/// instructions more in one layout than in another. The median of several is what another machine finds too.
const LAYOUTS: u32 = 7;

/// What one call costs.
#[derive(Clone, Copy)]
pub(crate) struct Cost {
    pub(crate) instructions: i64,
    /// Blocks taken from the allocator; one that is made to grow counts once more.
    pub(crate) allocations: i64,
}

/// Whether valgrind is there.
pub(crate) fn check() -> Result<(), BoxError> {
    let version = Command::new("valgrind")
        .arg("--version")
        .stdout(Stdio::null())
        .status();
    if version.is_ok_and(|status| status.success()) {
        return Ok(());
    }
    Err("valgrind is missing: install it, for example with `apt-get install valgrind`".into())
}

/// Measures one scenario. Start-up and connecting are not in it.
pub(crate) fn cost_of_one_call(scenario: &str, port: u16) -> Result<Cost, BoxError> {
    let run = |calls, layout| Run {
        scenario,
        port,
        calls,
        layout,
    };
    let mut instructions = (0..LAYOUTS)
        .map(|layout| count_instructions(&run(CALLS, layout)))
        .collect::<Result<Vec<_>, _>>()?;
    instructions.sort_unstable();
    let median = instructions[instructions.len() / 2];
    // Dhat knows only whole runs.
    let allocations = count_allocations(&run(CALLS, 0))? - count_allocations(&run(0, 0))?;
    Ok(Cost {
        instructions: of_one_call(median),
        allocations: of_one_call(allocations),
    })
}

fn of_one_call(all: i64) -> i64 {
    let calls = i64::from(CALLS);
    (all + calls / 2).div_euclid(calls)
}

fn count_instructions(run: &Run<'_>) -> Result<i64, BoxError> {
    let scratch = Scratch::new()?;
    let counts = scratch.file("callgrind");
    run.under(&[
        "--tool=callgrind",
        &format!("--callgrind-out-file={}", counts.display()),
        &format!("--dump-before={}", client::MARK),
    ])?;
    // The first part of the count ends where the counted calls begin, the second where they end.
    let counts = fs::read_to_string(counts.with_extension("2"))?;
    let totals = counts
        .lines()
        .find_map(|line| line.strip_prefix("totals: "));
    Ok(totals.ok_or("callgrind counted nothing")?.trim().parse()?)
}

fn count_allocations(run: &Run<'_>) -> Result<i64, BoxError> {
    let scratch = Scratch::new()?;
    let log = scratch.file("log");
    run.under(&[
        "--tool=dhat",
        &format!("--dhat-out-file={}", scratch.file("dhat").display()),
        &format!("--log-file={}", log.display()),
    ])?;
    // ==1== Total:     4,045,716 bytes in 6,902 blocks
    let log = fs::read_to_string(log)?;
    let blocks = log
        .lines()
        .find(|line| line.contains(" Total: "))
        .and_then(|line| line.split(" in ").nth(1)?.strip_suffix(" blocks"));
    let blocks = blocks.ok_or("dhat counted nothing")?;
    Ok(blocks.replace(',', "").parse()?)
}

/// One run of the client.
struct Run<'a> {
    scenario: &'a str,
    port: u16,
    calls: u32,
    layout: u32,
}

impl Run<'_> {
    /// Runs it under valgrind, with these options.
    fn under(&self, options: &[&str]) -> Result<(), BoxError> {
        let output = Command::new("valgrind")
            .args(options)
            .arg(std::env::current_exe()?)
            .args([client::ROLE, self.scenario])
            .args([u32::from(self.port), self.calls, self.layout].map(|number| number.to_string()))
            // A proxy would be measured too.
            .env_remove("http_proxy")
            .env_remove("HTTP_PROXY")
            .env_remove("all_proxy")
            .env_remove("ALL_PROXY")
            .output()?;
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Err(format!("{} failed:\n{said}", self.scenario).into())
    }
}

/// A directory for the files of one run.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Result<Self, BoxError> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("overhead-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path)?;
        Ok(Self(path))
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What can't be deleted stays in the system's directory for such files.
        let _ = fs::remove_dir_all(&self.0);
    }
}
