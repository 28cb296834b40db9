//! Files as a whole: their size, and what a merge left behind in them (row H3).

mod conflicts;
mod size;

use serde::Serialize;

use super::RuleSpec;
use crate::domain::Pattern;

pub use conflicts::Conflicts;
pub use size::Size;

/// Every rule of files as a whole.
pub const RULES: &[&RuleSpec] = &[&conflicts::RULE, &size::RULE];

/// What a policy says of sizes.
#[derive(Clone, Debug, Serialize)]
pub struct SizeRules {
    /// The largest file, in bytes.
    pub largest: u64,
    /// Files that may be larger.
    pub allow: Vec<Pattern>,
}

impl Default for SizeRules {
    fn default() -> Self {
        Self { largest: 5 * 1024 * 1024, allow: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::{Alone, FileCheck, Mode, Source};
    use crate::domain::RepoPath;

    #[test]
    fn h3_each_rules_good_example_passes_it_and_its_bad_one_does_not() {
        let size = Size::new(SizeRules { largest: 40, allow: Vec::new() });
        for rule in RULES {
            let check: &dyn FileCheck = if rule.id == "marker" { &Conflicts } else { &size };
            let finds = |text: &str| {
                let path = RepoPath::new(rule.bad.path.as_bytes());
                check.findings(&Source { path: &path, mode: Mode::File, size: text.len() as u64, text: Some(text), near: &Alone }).len()
            };
            assert_eq!((finds(rule.good.text), finds(rule.bad.text) > 0), (0, true), "{}", rule.id);
        }
    }
}
