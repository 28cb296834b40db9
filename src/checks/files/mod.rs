//! Files as a whole: their size, and what a merge left behind in them (row H3).

use serde::Serialize;

use crate::domain::Pattern;

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
