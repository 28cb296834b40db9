//! People: who belongs to those whom a policy names, and whose word does not count. Shared by the gates that ask people; judges nothing itself.

mod circle;
mod excluded;
mod owners;

pub use circle::{Candidate, Circle, Eligible, Membership, PushRight};
pub use excluded::{Exclusion, Gap};
pub use owners::{few, owned_by, ownership, skipped_lines};
