//! How the cost of one call is found: by valgrind, as the difference of a long run and a short one.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::{BoxError, client};

/// How many calls a short run makes: enough for every buffer, pool and table to have its final size.
const SHORT: u32 = 100;
/// How many more a long run makes.
const MORE: u32 = 400;

/// The heap layouts to count instructions in, as the client numbers them.
///
/// What the allocator does for a larger block depends on its neighbours: by chance a scenario pays some hundred
/// instructions for them in one layout and none in another. The least of several is what the code itself costs.
const LAYOUTS: [u32; 6] = [1, 2, 5, 8, 11, 14];

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

/// Measures one scenario. What both runs have in common, start-up and connecting, is not in the difference.
pub(crate) fn cost_of_one_call(scenario: &str, port: u16) -> Result<Cost, BoxError> {
    let mut instructions = i64::MAX;
    for layout in LAYOUTS {
        let run = |calls| {
            count_instructions(&Run {
                scenario,
                port,
                calls,
                layout,
            })
        };
        instructions = instructions.min(of_one_call(run)?);
    }
    let layout = LAYOUTS[0];
    let run = |calls| {
        count_allocations(&Run {
            scenario,
            port,
            calls,
            layout,
        })
    };
    Ok(Cost {
        instructions,
        allocations: of_one_call(run)?,
    })
}

fn of_one_call(count: impl Fn(u32) -> Result<i64, BoxError>) -> Result<i64, BoxError> {
    let more = i64::from(MORE);
    let difference = count(SHORT + MORE)? - count(SHORT)?;
    Ok((difference + more / 2).div_euclid(more))
}

fn count_instructions(run: &Run<'_>) -> Result<i64, BoxError> {
    let scratch = Scratch::new()?;
    let counts = scratch.file("callgrind");
    run.under(&[
        "--tool=callgrind",
        &format!("--callgrind-out-file={}", counts.display()),
    ])?;
    let counts = fs::read_to_string(counts)?;
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
