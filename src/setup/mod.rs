//! From what stands in a repository to the files that put shipgate into it (row I1): the policy, the gate's workflow, and where deployments are dispatched, the
//! deploy workflow.
//!
//! Pure: the shell reads the work tree ([`Sources`]) and writes what is proposed ([`Proposal`]). What is read here is hostile: a text that cannot be used is
//! passed over with a word, and no word of it gets into a proposed file unless its form was checked. Nothing here writes, asks, or decides to overwrite.

mod adapt;
mod diff;
mod edits;
mod environments;
mod fill;
mod findings;
pub mod hooks;
mod languages;
mod policy;
mod proposal;
mod sources;
mod steps;
mod suggest;
#[cfg(test)]
mod tests;
mod way;
mod workflow;
mod workflows;
mod yaml;

pub use diff::unified_diff;
pub use environments::{FoundEnvironment, Tier};
pub use findings::{Findings, PolicyFound};
pub use proposal::{Change, Proposal, ProposedFile, Review, propose};
pub use sources::{PassedOver, Present, SourceFile, Sources, shown_path};
pub use way::{BadWorkflowFile, DEFAULT_ACTION, Pin, VERSION, Way, Wishes, WorkflowFile};
pub use workflow::{Input, Job, Need, Step, Workflow};

/// Where the policy belongs.
pub const POLICY: &str = crate::policy::POLICY_PATH;
/// The folder of the workflows.
pub const WORKFLOWS: &str = ".github/workflows";
/// The workflow that asks the gates.
pub const GATE: &str = ".github/workflows/shipgate.yml";
/// The workflow that passes reviews on.
pub const WAKE: &str = ".github/workflows/shipgate-wake.yml";
/// The name of that workflow, and of its check.
pub const WAKE_NAME: &str = "shipgate wake";
