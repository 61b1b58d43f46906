//! What is told, and whether it is true.

use std::fmt::Debug;

/// Prints chapters and checks, and remembers whether every check held.
#[derive(Default)]
pub(crate) struct Story {
    chapters: usize,
    checks: usize,
    failed: usize,
}

impl Story {
    pub(crate) fn chapter(&mut self, title: &str) {
        self.chapters += 1;
        println!("\n{}. {title}", self.chapters);
    }

    /// Checks a promise, and says what came instead if it does not hold.
    #[allow(
        clippy::needless_pass_by_value,
        reason = "values read better where it is called"
    )]
    pub(crate) fn check<T: PartialEq + Debug>(&mut self, promise: &str, found: T, expected: T) {
        self.checks += 1;
        if found == expected {
            println!("   ok      {promise}");
        } else {
            self.failed += 1;
            println!("   FAILED  {promise}: expected {expected:?}, found {found:?}");
        }
    }

    pub(crate) fn end(&self) {
        println!("\n{} promises checked, {} failed", self.checks, self.failed);
    }

    pub(crate) fn is_true(&self) -> bool {
        self.checks > 0 && self.failed == 0
    }
}

/// Prints a line of the story.
pub(crate) fn say(line: &str) {
    println!("   {line}");
}
