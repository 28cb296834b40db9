//! Gate.

use super::case::Case;
use super::verdict::{Answer, ReasonSpec};

/// Every reason that this gate can give.
pub const REASONS: &[ReasonSpec] = &[];

/// Judges.
pub fn judge(_case: &Case<'_>) -> Answer {
    unimplemented!("answered by a following commit")
}
