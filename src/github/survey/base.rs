//! The base branch: what it requires, its policy file, its CODEOWNERS.

use std::collections::BTreeSet;

use super::dto::{BaseRef, BaseTip, Entry, PullNode, RepositoryNode};
use super::{BRANCH_RULE, OWNERS1, OWNERS2, OWNERS3, RULESETS};
use crate::domain::BranchName;
use crate::facts::{Base, Codeowners, Fact, RequiredCheck, Why};
use crate::github::graphql::Errors;
use crate::github::wire::{fact, odd};
use crate::policy::POLICY_PATH;
use crate::ports::PolicyFile;

/// The greatest policy file that is read.
const MOST_POLICY_BYTES: u64 = 256 * 1024;

/// The base branch.
pub(super) fn base(pull: &PullNode, errors: &Errors) -> Result<Base, Why> {
    let node = pull.base_ref.as_ref().ok_or_else(|| Why::new("pullRequest.baseRef: the base branch is gone"))?;
    let tip = tip(node)?;
    Ok(Base {
        name: BranchName::new(pull.base_ref_name.clone()).map_err(|invalid| odd("pullRequest.baseRefName", invalid))?,
        sha: tip.oid.clone(),
        required_checks: fact(required_checks(node, errors)),
        creation_restricted: fact(creation_restricted(node, errors)),
        policy_id: tip.policy.as_ref().and_then(|entry| entry.object.as_ref()).and_then(|blob| blob.oid.clone()),
        codeowners: codeowners(tip, errors),
    })
}

fn tip(node: &BaseRef) -> Result<&BaseTip, Why> {
    node.target.as_ref().ok_or_else(|| Why::new("pullRequest.baseRef.target: the base branch points at nothing"))
}

/// The policy of the base branch.
pub(super) fn base_policy(pull: &PullNode) -> Result<Option<PolicyFile>, Why> {
    let tip = pull.base_ref.as_ref().and_then(|base| base.target.as_ref()).ok_or_else(|| Why::new("the base branch is gone"))?;
    policy(tip.policy.as_ref())
}

/// The policy of the default branch.
pub(super) fn default_policy(repository: &RepositoryNode) -> Result<Option<PolicyFile>, Why> {
    let tip = repository.default_branch_ref.as_ref().and_then(|branch| branch.target.as_ref());
    policy(tip.ok_or_else(|| Why::new("the default branch points at nothing"))?.file.as_ref())
}

fn policy(entry: Option<&Entry>) -> Result<Option<PolicyFile>, Why> {
    let Some(entry) = entry else { return Ok(None) };
    let blob = entry.object.as_ref();
    if blob.and_then(|blob| blob.byte_size).is_some_and(|size| size > MOST_POLICY_BYTES) {
        return Err(Why::new(format!("{POLICY_PATH} is larger than 256 KiB")).mended_by("make it smaller"));
    }
    let id = blob.and_then(|blob| blob.oid.clone()).ok_or_else(|| Why::new(format!("{POLICY_PATH} is no file")))?;
    Ok(Some(PolicyFile { id, text: text(entry, POLICY_PATH)? }))
}

/// The text of a file, only where it is all of it.
fn text(entry: &Entry, path: &str) -> Result<String, Why> {
    let blob = entry.object.as_ref().ok_or_else(|| Why::new(format!("{path} is no file")))?;
    match (&blob.text, blob.is_truncated) {
        (Some(text), Some(false)) => Ok(text.clone()),
        (Some(_), _) => Err(Why::new(format!("the server cut {path} short")).mended_by("make it smaller")),
        (None, _) => Err(Why::new(format!("{path} is no text"))),
    }
}

/// The first CODEOWNERS that there is, in GitHub's order.
fn codeowners(tip: &BaseTip, errors: &Errors) -> Fact<Codeowners> {
    let places = [(".github/CODEOWNERS", OWNERS1, &tip.owners1), ("CODEOWNERS", OWNERS2, &tip.owners2), ("docs/CODEOWNERS", OWNERS3, &tip.owners3)];
    for (path, field, entry) in places {
        if let Some(why) = errors.about_or(field, "contents: read") {
            return Fact::Unavailable(why);
        }
        if let Some(entry) = entry {
            return fact(text(entry, path).map(|text| Codeowners { path: Some(path.to_owned()), text }));
        }
    }
    Fact::Known(Codeowners { path: None, text: String::new() })
}

/// Whether a ruleset restricts who makes such a branch.
fn creation_restricted(node: &BaseRef, errors: &Errors) -> Result<bool, Why> {
    if let Some(why) = errors.about_or(RULESETS, "metadata: read") {
        return Err(why);
    }
    let rules = node.rules.clone().ok_or_else(|| Why::new("the server left the rulesets out"))?;
    Ok(rules.items()?.iter().any(|rule| rule.kind == "CREATION"))
}

/// What the branch rule and the rulesets require together.
fn required_checks(node: &BaseRef, errors: &Errors) -> Result<Vec<RequiredCheck>, Why> {
    if let Some(why) = errors.about_or(BRANCH_RULE, "metadata: read").or_else(|| errors.about_or(RULESETS, "metadata: read")) {
        return Err(why);
    }
    let mut required = BTreeSet::new();
    for name in node.ref_update_rule.iter().filter_map(|rule| rule.required_status_check_contexts.as_ref()).flatten() {
        let name = name.clone().ok_or_else(|| Why::new("the server left out the name of a required check"))?;
        required.insert(RequiredCheck { name, app: None });
    }
    let rules = node.rules.clone().ok_or_else(|| Why::new("the server left the rulesets out"))?;
    if rules.has_more() {
        return Err(Why::new("the base branch has more than 100 rules"));
    }
    for rule in rules.items()?.into_iter().filter(|rule| rule.kind == "REQUIRED_STATUS_CHECKS") {
        let checks = rule.parameters.and_then(|parameters| parameters.required_status_checks);
        let checks = checks.ok_or_else(|| Why::new("a ruleset requires checks, and the server does not say which"))?;
        required.extend(checks.into_iter().map(|check| RequiredCheck { name: check.context, app: check.integration_id }));
    }
    Ok(required.into_iter().collect())
}
