//! What doctor asks of GitHub: settings, and the files that make the rules. Reads only.

use crate::doctor::material::{About, BranchRules, Collaborator, EnvironmentSettings, Files, Refused, WorkflowDefaults};
use crate::domain::BranchName;
use crate::facts::Listing;

use super::ForgeError;

/// GitHub's settings, as far as doctor looks at them.
#[expect(async_fn_in_trait, reason = "the program runs on one thread; no future needs to be Send")]
pub trait Inspect {
    /// The repository.
    async fn about(&self) -> Result<About, ForgeError>;

    /// The files of the default branch that make the rules. One request.
    async fn files(&self) -> Result<Files, ForgeError>;

    /// What workflow tokens may do where a workflow says nothing.
    async fn workflow_defaults(&self) -> Result<WorkflowDefaults, ForgeError>;

    /// The environments, each with the patterns of its branch rule.
    async fn environments(&self) -> Result<Vec<EnvironmentSettings>, ForgeError>;

    /// The branches' names.
    async fn branches(&self) -> Result<Listing<BranchName>, ForgeError>;

    /// The rules of a branch; parts that could not be read are named in them.
    async fn branch_rules(&self, branch: &BranchName) -> Result<BranchRules, ForgeError>;

    /// The humans with access.
    async fn collaborators(&self) -> Result<Listing<Collaborator>, ForgeError>;

    /// What the token is refused of what a gate reads.
    async fn refused(&self, branch: &BranchName) -> Vec<Refused>;
}
