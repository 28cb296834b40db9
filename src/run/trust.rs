//! Which policy file counts: the base branch's, where the base branch is the default branch or one that the default branch's
//! policy protects. Never the change's own, and never that of a branch somebody made up to be lenient.

use crate::plan::PolicyText;
use crate::policy::{self, POLICY_PATH, Policy};
use crate::ports::{Overview, PolicyFile, Survey};

/// A policy that counts, with its text for the record.
#[derive(Clone, Debug)]
pub(super) struct Trusted {
    pub(super) policy: Policy,
    pub(super) text: PolicyText,
}

/// Why there is none.
#[derive(Clone, Debug, thiserror::Error)]
pub(super) enum Untrusted {
    #[error("there is no {POLICY_PATH} on `{branch}`")]
    Missing { branch: String },
    #[error("the policy of `{branch}` could not be read: {why}")]
    Unreadable { branch: String, why: String },
    #[error("the policy of `{branch}` is not valid\n{rendered}")]
    Invalid { branch: String, rendered: String },
    #[error("`{branch}` is neither the default branch nor listed under `branches.protected` in the default branch's policy: its own rules do not count")]
    Base { branch: String },
    #[error(
        "`{branch}` is listed under `branches.protected` only by a pattern, and no ruleset restricts who makes such branches: its own rules do not count. List it by its name, or \
         restrict creations of such branches in a ruleset"
    )]
    AnybodysBranch { branch: String },
}

impl Untrusted {
    /// True where the file is at fault, false where the branch has none of its own to count.
    pub(super) fn is_about_the_file(&self) -> bool {
        matches!(self, Self::Missing { .. } | Self::Unreadable { .. } | Self::Invalid { .. })
    }
}

/// The policy that judges this pull request.
pub(super) fn policy(survey: &Survey) -> Result<Trusted, Untrusted> {
    let default = load(&survey.default_policy, survey.repository.default_branch.as_str())?;
    if survey.base.name == survey.repository.default_branch {
        return Ok(default);
    }
    if !default.policy.protects(&survey.base.name) {
        return Err(Untrusted::Base { branch: survey.base.name.to_string() });
    }
    // Whoever may push can make a branch that a pattern fits, with any policy on it.
    let by_name = default.policy.protected_branches.iter().any(|pattern| pattern.as_str() == survey.base.name.as_str());
    if !by_name && survey.base.creation_restricted.known() != Some(&true) {
        return Err(Untrusted::AnybodysBranch { branch: survey.base.name.to_string() });
    }
    load(&survey.base_policy, survey.base.name.as_str())
}

/// The default branch's own policy, where no pull request is looked at.
pub(super) fn default_policy(seen: &Overview) -> Result<Policy, Untrusted> {
    load(&seen.policy, seen.repository.default_branch.as_str()).map(|trusted| trusted.policy)
}

fn load(file: &crate::facts::Fact<Option<PolicyFile>>, branch: &str) -> Result<Trusted, Untrusted> {
    let branch = branch.to_owned();
    let file = match file.get() {
        Ok(Some(file)) => file,
        Ok(None) => return Err(Untrusted::Missing { branch }),
        Err(why) => return Err(Untrusted::Unreadable { branch, why: why.what }),
    };
    match policy::load(&file.text, file.id.clone()) {
        Ok(policy) => Ok(Trusted { policy, text: PolicyText { id: file.id.clone(), text: file.text.clone() } }),
        Err(faults) => Err(Untrusted::Invalid { branch, rendered: faults.render(policy::Paint::Plain) }),
    }
}
