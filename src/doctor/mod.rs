//! What stands between a repository and a deployment that can be trusted: from what was read to findings, each with its mend.
//!
//! Pure: it reads no file and asks no server. What could not be read is said, and never taken for fine.

mod check;
mod finding;
pub mod material;
mod registry;
mod show;
mod workflow;
mod yaml;

pub use check::{Dispatching, branches_in_question, examine, needed_permissions, people_in_question};
pub use finding::{Diagnosis, Finding, Place};
pub use material::Material;
pub use registry::{AREAS, Area, FINDINGS, FindingSpec, Severity};
pub use show::{Detail, Strictness, json, text};
pub use workflow::Access;
