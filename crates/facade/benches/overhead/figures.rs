//! The figures, how they are compared, and the budgets that they are held to.

use std::collections::BTreeMap;

use crate::scenario::SCENARIOS;
use crate::valgrind::Cost;

/// What a figure is the difference of: with something, and without it.
///
/// A layer that needs a `Call` is compared with a chain in which there is one already: whichever layer comes first
/// makes it, for all.
const DIFFERENCES: [(&str, &str, &str); 31] = [
    ("reqwest_parsed_url", "get_bare_parsed", "get_bare"),
    ("reqwest_timeout", "get_bare_timeout", "get_bare_parsed"),
    (
        "reqwest_read_timeout",
        "get_bare_read_timeout",
        "get_bare_parsed",
    ),
    ("host_middleware", "get_middleware_0", "get_bare_parsed"),
    ("host_full", "get_middleware_full", "get_middleware_0"),
    ("layer_no_op", "get_middleware_1", "get_middleware_0"),
    ("call", "get_middleware_call", "get_middleware_0"),
    ("layer_cancel_idle", "alone_cancel_idle", "get_middleware_0"),
    (
        "layer_cancel_token",
        "alone_cancel_token",
        "get_middleware_token",
    ),
    (
        "layer_deadline",
        "alone_cancel_deadline",
        "alone_cancel_idle_call",
    ),
    ("layer_error_map", "alone_error_map", "get_middleware_0"),
    ("layer_auth", "alone_auth", "get_middleware_call"),
    (
        "layer_refresh_queue",
        "alone_refresh_queue",
        "get_middleware_call",
    ),
    (
        "layer_refresh_queue_auth",
        "alone_refresh_queue_auth",
        "get_middleware_call",
    ),
    (
        "layer_safe_redirect",
        "alone_safe_redirect",
        "get_middleware_0",
    ),
    (
        "layer_safe_retry",
        "alone_safe_retry",
        "get_middleware_call",
    ),
    (
        "layer_headers_timeout_idle",
        "alone_headers_timeout_idle",
        "get_middleware_0",
    ),
    (
        "layer_wire_log_off",
        "alone_wire_log_off",
        "get_middleware_0",
    ),
    (
        "layer_error_map_wire_log_off",
        "alone_error_map_wire_log_off",
        "get_middleware_0",
    ),
    (
        "layer_private_cache_bypassed",
        "alone_private_cache_bypassed",
        "get_middleware_mode",
    ),
    (
        "layer_private_cache_unnamed",
        "alone_private_cache_unnamed",
        "get_middleware_0",
    ),
    ("layer_concurrency_limit", "facade", "facade_unlimited"),
    ("facade_adds_wire_log_off", "facade", "facade_unlogged"),
    ("facade_request_building", "facade", "facade_inner"),
    ("facade_adds_credential", "facade_credential", "facade"),
    (
        "facade_adds_deadline",
        "facade_credential_deadline",
        "facade_credential",
    ),
    (
        "facade_adds_token",
        "facade_credential_token",
        "facade_credential",
    ),
    (
        "facade_adds_token_to_deadline",
        "facade_credential_deadline_token",
        "facade_credential_deadline",
    ),
    ("over_bare_facade", "facade", "get_bare"),
    (
        "over_bare_facade_credential",
        "facade_credential",
        "get_bare",
    ),
    (
        "over_bare_facade_credential_deadline",
        "facade_credential_deadline",
        "get_bare",
    ),
];

/// The most that a figure may be, in instructions.
const INSTRUCTIONS: [(&str, i64); 25] = [
    ("layer_cancel_idle", 800),
    ("layer_cancel_token", 5_400),
    ("layer_deadline", 3_000),
    ("layer_error_map", 1_500),
    ("layer_error_map_wire_log_off", 1_500),
    ("layer_refresh_queue_auth", 5_000),
    ("layer_safe_redirect", 800),
    ("layer_safe_retry", 3_000),
    ("layer_headers_timeout_idle", 800),
    ("layer_concurrency_limit", 900),
    ("layer_private_cache_bypassed", 900),
    ("hit_1k", 24_000),
    ("hit_1m", 24_000),
    ("facade_hit_1k", 32_000),
    ("facade_hit_1m", 32_000),
    ("facade_request_building", -5_000),
    ("facade_adds_credential", 5_000),
    ("facade_adds_deadline", 3_000),
    ("facade_adds_token", 5_400),
    ("facade", 76_000),
    ("facade_credential", 80_000),
    ("facade_credential_deadline", 84_000),
    // The same three, whatever bare reqwest costs here: it was 63,500 where the budgets were set.
    ("over_bare_facade", 12_500),
    ("over_bare_facade_credential", 16_500),
    ("over_bare_facade_credential_deadline", 20_500),
];

/// What the heap's layout may add to a difference by chance, in instructions: it is another in each build and each place
/// that the program is run from.
const CHANCE: i64 = 500;

/// The most that a figure may be, in allocations.
const ALLOCATIONS: [(&str, i64); 3] = [
    ("facade", 70),
    ("facade_credential", 78),
    ("facade_credential_deadline", 84),
];

/// Which scenarios these filters choose, with those that the chosen ones are compared with. No filter chooses all.
pub(crate) fn chosen(filters: &[&str]) -> Vec<&'static str> {
    let asked_for =
        |name: &str| filters.is_empty() || filters.iter().any(|part| name.contains(part));
    let needed = |name: &str| {
        let mut pairs = DIFFERENCES.iter();
        pairs.any(|(_, with, without)| *without == name && asked_for(with))
    };
    SCENARIOS
        .into_iter()
        .filter(|name| asked_for(name) || needed(name))
        .collect()
}

/// What has been measured, by name.
#[derive(Default)]
pub(crate) struct Figures(BTreeMap<&'static str, Cost>);

impl Figures {
    /// Adds a figure, and prints it.
    pub(crate) fn add(&mut self, name: &'static str, cost: Cost) {
        let Cost {
            instructions,
            allocations,
        } = cost;
        println!("figure {name}_instructions {instructions} instructions");
        println!("figure {name}_allocations {allocations} allocations");
        self.0.insert(name, cost);
    }

    /// Adds the differences of what has been measured.
    pub(crate) fn compare(&mut self) {
        for (name, with, without) in DIFFERENCES {
            let (Some(with), Some(without)) = (self.0.get(with), self.0.get(without)) else {
                continue;
            };
            let difference = Cost {
                instructions: with.instructions - without.instructions,
                allocations: with.allocations - without.allocations,
            };
            self.add(name, difference);
        }
        if let (Some(full), Some(bare)) = (self.0.get("facade_credential"), self.0.get("get_bare"))
        {
            // In thousandths, because a whole number needs no rounding rules.
            let ratio = full.instructions * 1000 / bare.instructions.max(1);
            println!(
                "figure overhead_full_ratio {}.{:03} x",
                ratio / 1000,
                ratio % 1000
            );
        }
    }

    /// Holds what has been measured to its budgets, and prints each verdict. Returns whether all are kept.
    pub(crate) fn judge(&self) -> bool {
        let instructions = INSTRUCTIONS.iter().filter_map(|(name, limit)| {
            // The budgets are given in tenths of a thousand, so the figures are rounded to that.
            let value = self.0.get(name)?.instructions;
            let rounded = (value + 50).div_euclid(100) * 100;
            let chance = if is_difference(name) { CHANCE } else { 0 };
            Some(verdict(
                name,
                "instructions",
                [value, *limit],
                rounded - limit,
                chance,
            ))
        });
        let allocations = ALLOCATIONS.iter().filter_map(|(name, limit)| {
            let value = self.0.get(name)?.allocations;
            Some(verdict(
                name,
                "allocations",
                [value, *limit],
                value - limit,
                0,
            ))
        });
        // Every verdict is printed, also after the first that is over.
        instructions
            .chain(allocations)
            .fold(true, |all, kept| all & kept)
    }
}

/// Whether the figure is the small difference of two large ones.
fn is_difference(name: &str) -> bool {
    DIFFERENCES
        .iter()
        .any(|(difference, ..)| *difference == name)
}

/// Prints a verdict. What is over by no more than chance is `near`, and kept.
fn verdict(name: &str, unit: &str, [value, limit]: [i64; 2], over: i64, chance: i64) -> bool {
    let word = match over {
        ..=0 => "ok",
        over if over <= chance => "near",
        _ => "OVER",
    };
    println!("budget {name}_{unit} {value} <= {limit} {word}");
    over <= chance
}
