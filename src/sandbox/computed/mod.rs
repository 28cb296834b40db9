//! What GitHub works out from what it holds: merge states, review decisions, check rollups. Nothing here changes anything.

mod check;
mod merge;
mod review;

pub use check::{Combined, Context, Rollup, RollupState, suite_state};
pub use merge::{MergeState, Mergeable};
pub use review::ReviewDecision;
