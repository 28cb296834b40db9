//! What a repository's owners set: how an environment and a branch are protected, how pull requests are merged, what workflows may do.

use super::account::Access;
use super::repository::{Freshness, RequiredCheck, ReviewRule};

/// What an environment asks before a job may use it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Protection {
    /// So many minutes pass first; 0 for none.
    pub wait_minutes: u64,
    /// One of these must approve; nobody need where it is empty.
    pub reviewers: Vec<Reviewer>,
    /// Who started the deployment may not approve it.
    pub prevent_self_review: bool,
    /// The branches that may be deployed.
    pub branches: DeployFrom,
    /// Administrators may not go around all this.
    pub holds_admins: bool,
}

/// Who may approve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reviewer {
    /// The account of this id.
    User(u64),
    /// A member of the team of this id.
    Team(u64),
}

/// The branches that may be deployed to an environment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum DeployFrom {
    /// Every one.
    #[default]
    Any,
    /// Those that are protected.
    Protected,
    /// Those that one of these patterns meets, each with its id.
    These(Vec<(u64, String)>),
}

/// The classic protection of a branch, beside rulesets.
#[derive(Clone, Debug)]
pub struct BranchProtection {
    /// The branch.
    pub branch: String,
    /// What a pull request needs; `None` where none is needed.
    pub review: Option<ReviewRule>,
    /// Checks that must pass.
    pub checks: Vec<RequiredCheck>,
    /// Whether the head must contain the base branch's tip.
    pub freshness: Freshness,
    /// Administrators are bound by it as well.
    pub holds_admins: bool,
    /// Who may push may push by force.
    pub force_pushes: bool,
    /// Who may push may delete the branch.
    pub deletions: bool,
}

impl BranchProtection {
    /// One that asks for nothing: only force pushes and deletion are refused.
    pub fn of(branch: &str) -> Self {
        let branch = branch.to_owned();
        Self { branch, review: None, checks: Vec::new(), freshness: Freshness::Any, holds_admins: false, force_pushes: false, deletions: false }
    }
}

/// The switches of a repository's settings page.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "they are the switches of GitHub's own settings page")]
pub struct Settings {
    /// Pull requests may be merged by a merge commit.
    pub merge_commits: bool,
    /// They may be squashed.
    pub squashing: bool,
    /// They may be rebased.
    pub rebasing: bool,
    /// They may be told to merge themselves once they may.
    pub auto_merge: bool,
    /// Their branches go once they are merged.
    pub delete_branches: bool,
    /// What a workflow's own token may do where the workflow does not say.
    pub workflow_token: Access,
    /// A workflow's own token may approve pull requests.
    pub workflows_approve: bool,
    /// Which actions workflows may use.
    pub actions: AllowedActions,
    /// Actions must be named by a full commit id.
    pub pinned_actions: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            merge_commits: true,
            squashing: true,
            rebasing: true,
            auto_merge: false,
            delete_branches: false,
            workflow_token: Access::Read,
            workflows_approve: false,
            actions: AllowedActions::All,
            pinned_actions: false,
        }
    }
}

/// Which actions workflows may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the variants are GitHub's own words")]
pub enum AllowedActions {
    All,
    LocalOnly,
    Selected,
}

impl AllowedActions {
    /// The REST word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::LocalOnly => "local_only",
            Self::Selected => "selected",
        }
    }
}
