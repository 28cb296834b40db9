//! The repository and the base branch.

use serde::{Deserialize, Serialize};

use super::checks::RequiredCheck;
use super::fact::Fact;
use crate::domain::{BranchName, CommitSha, ObjectId, RepoSlug};

/// The repository the pull request belongs to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Repository {
    /// `owner/name`.
    pub slug: RepoSlug,
    /// Its global node id, which mutations ask for.
    pub node_id: String,
    /// The default branch.
    pub default_branch: BranchName,
    /// Archived repositories take no writes.
    pub archived: bool,
    /// Who can see it.
    pub visibility: Visibility,
}

/// Who can see a repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Visibility {
    /// Everybody.
    Public,
    /// Those invited.
    Private,
    /// The enterprise.
    Internal,
}

/// The base branch, whose policy and owners are the ones that count.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Base {
    /// Its name.
    pub name: BranchName,
    /// Its tip now.
    pub sha: CommitSha,
    /// The checks its rulesets and branch rules require.
    pub required_checks: Fact<Vec<RequiredCheck>>,
    /// The object id of the policy file at its tip; the deployment is bound to it.
    pub policy_id: Option<ObjectId>,
    /// Whether a rule of the server keeps people from making a branch of this name.
    #[serde(default)]
    pub creation_restricted: Fact<bool>,
    /// CODEOWNERS of its tip.
    pub codeowners: Fact<Codeowners>,
}

/// The text of a CODEOWNERS file; parsed where it is used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Codeowners {
    /// Where it was found; `None` where the branch has none.
    pub path: Option<String>,
    /// Its text.
    pub text: String,
}
