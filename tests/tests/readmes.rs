//! What a README shows can be built with the dependencies that it names.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

fn readmes() -> Vec<PathBuf> {
    let root = Path::new(ROOT);
    let crates = fs::read_dir(root.join("crates")).unwrap();
    let mut readmes: Vec<_> = crates
        .map(|folder| folder.unwrap().path().join("README.md"))
        .filter(|readme| readme.exists())
        .collect();
    readmes.push(root.join("README.md"));
    readmes
}

/// The lines of all code blocks whose info string passes.
fn code(text: &str, passes: impl Fn(&str) -> bool) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut inside = None;
    for line in text.lines() {
        match (line.strip_prefix("```"), inside) {
            (Some(info), None) => inside = Some(passes(info)),
            (Some(_), Some(_)) => inside = None,
            (None, Some(true)) => lines.push(line),
            (None, _) => {}
        }
    }
    lines
}

/// The names of dependencies, in a table of a manifest.
fn names<'t>(lines: impl IntoIterator<Item = &'t str>) -> BTreeSet<String> {
    let keys = lines.into_iter().filter_map(|line| line.split_once(" = "));
    keys.map(|(name, _)| name.replace('-', "_")).collect()
}

/// What stands before `::` at the beginning of a path.
fn path_roots(line: &str) -> impl Iterator<Item = &str> {
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    line.match_indices("::").filter_map(move |(end, _)| {
        let before = &line[..end];
        let rest = before.trim_end_matches(is_word);
        (!rest.ends_with("::")).then(|| &before[rest.len()..])
    })
}

#[test]
fn every_readme_names_the_dependencies_of_its_examples() {
    let manifest = fs::read_to_string(Path::new(ROOT).join("Cargo.toml")).unwrap();
    let known = names(manifest.lines());
    for readme in readmes() {
        let text = fs::read_to_string(&readme).unwrap();
        let named = names(code(&text, |info| info == "toml"));
        let examples = code(&text, |info| {
            info.starts_with("rust") && !info.contains("ignore")
        });
        let used = examples.into_iter().flat_map(path_roots);
        let used: BTreeSet<_> = used.map(str::to_owned).collect();
        assert!(!used.is_empty(), "{}", readme.display());
        let missing: Vec<_> = used
            .intersection(&known)
            .filter(|name| !named.contains(*name))
            .collect();
        assert!(missing.is_empty(), "{}: {missing:?}", readme.display());
    }
}
