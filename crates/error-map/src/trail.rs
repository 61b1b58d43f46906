//! Where in JSON a deserializer is: a path of names that the caller's own types have.

use std::cell::{Cell, RefCell};
use std::fmt::Write;

/// One step into a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// A field of a struct, or a variant of an enum. The type has the name, the body only chose it.
    Name(&'static str),
    /// An item of a list.
    Index(usize),
    /// A value of a map. Its key is the server's, and may be a secret as well as any value.
    Key,
}

/// The steps to where a deserializer is, or failed.
#[derive(Debug, Default)]
pub(crate) struct Trail {
    steps: RefCell<Vec<Step>>,
    /// The field that the value there lacks, if that is why.
    missing: Cell<Option<&'static str>>,
}

impl Trail {
    /// Takes a step from where one is after `depth` others.
    pub(crate) fn enter(&self, depth: usize, step: Step) {
        self.leave(depth);
        self.steps.borrow_mut().push(step);
    }

    /// Goes back to where one is after `depth` steps.
    pub(crate) fn leave(&self, depth: usize) {
        self.steps.borrow_mut().truncate(depth);
    }

    /// Notes that the value which the trail leads to lacks a field. It goes with the innermost value that says so.
    pub(crate) fn lacks(&self, field: &'static str) {
        self.missing.set(self.missing.get().or(Some(field)));
    }

    /// The field that the value lacks.
    pub(crate) fn missing(&self) -> Option<&'static str> {
        self.missing.get()
    }

    /// `users[3].name`, with `*` for the key of a map; none at the beginning.
    pub(crate) fn path(&self) -> Option<String> {
        let mut path = String::new();
        for step in &*self.steps.borrow() {
            let name = match step {
                Step::Name(name) => name,
                Step::Key => "*",
                Step::Index(index) => {
                    // A string takes whatever is written to it.
                    let _ = write!(path, "[{index}]");
                    continue;
                }
            };
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(name);
        }
        (!path.is_empty()).then_some(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_has_names_and_indexes_and_no_key() {
        let trail = Trail::default();
        assert_eq!(trail.path(), None);
        for (depth, step, path) in [
            (0, Step::Name("users"), "users"),
            (1, Step::Index(3), "users[3]"),
            (2, Step::Index(0), "users[3][0]"),
            (3, Step::Key, "users[3][0].*"),
            (4, Step::Name("age"), "users[3][0].*.age"),
            (1, Step::Name("of"), "users.of"),
            (0, Step::Key, "*"),
            (0, Step::Index(7), "[7]"),
        ] {
            trail.enter(depth, step);
            assert_eq!(trail.path().as_deref(), Some(path));
        }
        trail.leave(0);
        assert_eq!(trail.path(), None);
    }
}
