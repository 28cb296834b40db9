//! What the user wishes: the way to deploy, and which commit of the action the workflows name.

use crate::domain::{CommitSha, Fault, Invalid, RepoSlug, screen_name};

/// The action's repository, unless another is named.
pub const DEFAULT_ACTION: &str = "shipgate/shipgate";
/// The version of this program, which is the version of the action that its templates speak to.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
/// The checkout action: version 6.0.2, by its published commit.
pub(super) const CHECKOUT: &str = "actions/checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2";

/// How deployments are carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// The job that asked the gates goes on with its next steps.
    Here,
    /// The gate starts this workflow.
    Workflow(WorkflowFile),
}

/// The file name of a workflow: letters, digits, `.`, `_` and `-`, ending in `.yml` or `.yaml`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WorkflowFile(String);

/// A text names no workflow file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadWorkflowFile {
    /// Its form.
    #[error(transparent)]
    Form(#[from] Invalid),
    /// The name is one of those that `init` gives to workflows of its own.
    #[error("`{0}` is the name of the workflow that asks the gates; the one that deploys needs another")]
    Taken(String),
}

impl WorkflowFile {
    /// Checks the name.
    ///
    /// # Errors
    /// [`BadWorkflowFile`]
    pub fn new(text: &str) -> Result<Self, BadWorkflowFile> {
        const WHAT: &str = "workflow file";
        screen_name(text, 100).map_err(|fault| Invalid::new(WHAT, text, fault))?;
        let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'));
        let stem = text.strip_suffix(".yml").or_else(|| text.strip_suffix(".yaml")).unwrap_or_default();
        if !plain || stem.is_empty() || stem.starts_with('.') {
            return Err(Invalid::new(WHAT, text, Fault::Shape("the name of a file in .github/workflows, such as deploy.yml")).into());
        }
        if [super::GATE, super::WAKE].iter().any(|own| own.rsplit('/').next() == Some(text)) {
            return Err(BadWorkflowFile::Taken(text.to_owned()));
        }
        Ok(Self(text.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The path from the root.
    pub fn path(&self) -> String {
        format!("{}/{}", super::WORKFLOWS, self.0)
    }
}

impl Default for WorkflowFile {
    fn default() -> Self {
        Self("deploy.yml".to_owned())
    }
}

/// Which commit of which action the workflows use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pin {
    /// The action's repository.
    pub action: RepoSlug,
    /// The commit.
    pub sha: CommitSha,
}

impl Pin {
    /// What stands behind `uses:`: the commit, and the version for people.
    pub(super) fn uses(&self) -> String {
        format!("{}@{} # v{VERSION}", self.action, self.sha)
    }
}

/// What the user wishes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wishes {
    /// The way to deploy.
    pub way: Way,
    /// The action's commit.
    pub pin: Pin,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i1_a_workflow_file_is_a_plain_name() {
        for good in ["deploy.yml", "deploy-prod.yaml", "a_b.1.yml"] {
            assert!(WorkflowFile::new(good).is_ok(), "{good}");
        }
        for bad in ["", "deploy", ".yml", "../deploy.yml", "a/b.yml", "a b.yml", "$(id).yml", "-x.yml", "..yml", "a\n.yml", "shipgate.yml", "shipgate-wake.yml"]
        {
            assert!(WorkflowFile::new(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn i1_every_uses_names_a_whole_commit_and_its_version() {
        let (uses, version) = CHECKOUT.split_once(" # v").expect("a version");
        assert!(CommitSha::new(uses.rsplit('@').next().expect("a commit")).is_ok() && semver::Version::parse(version).is_ok());
        assert!(RepoSlug::new(DEFAULT_ACTION).is_ok());
    }
}
