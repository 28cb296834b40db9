//! What is left to do, in its order.

use super::findings::{Findings, PolicyFound};
use super::proposal::{Change, ProposedFile, Review};
use super::way::{Way, Wishes};
use super::{GATE, WORKFLOWS, workflows};
use crate::domain::EnvName;

/// What to do next.
pub(super) fn next(findings: &Findings, wishes: &Wishes, files: &[ProposedFile], review: Option<&Review>) -> Vec<String> {
    let names = environments(findings);
    let mut steps = Vec::new();
    if let Some(review) = review {
        steps.push(format!("review the lines for {} and add them: until then it deploys without asking, or not at all", review.path));
    }
    if let Some(file) = without_command(wishes, files) {
        steps.push(format!("put your deploy command into the step `Deploy` of {file}: until then that step fails, so that nothing passes for deployed"));
    }
    let branch = findings.sources.default_branch.as_ref().map_or("the default branch", |branch| branch.as_str());
    steps.push(format!(
        "check the rules (`shipgate policy check`, `shipgate policy explain`), commit, and merge into {branch}: comments start workflows only from there"
    ));
    steps.push(settings(wishes, &names));
    steps.push(protection(findings, branch));
    steps.push("`shipgate doctor` says what is missing in permissions, environments and branch rules, and how to mend it".to_owned());
    steps.push(format!("open a pull request and comment `{}deploy {}`", prefix(findings), names.first().map_or("staging", String::as_str)));
    steps
}

/// The environments of the policy that is there, or that is proposed.
fn environments(findings: &Findings) -> Vec<String> {
    let names: Vec<String> = match &findings.policy {
        PolicyFound::Valid(policy) => policy.environments.iter().map(|environment| environment.name.as_str().to_owned()).collect(),
        PolicyFound::None | PolicyFound::Faulty(_) => findings.environments.iter().map(|environment| EnvName::as_str(&environment.name).to_owned()).collect(),
    };
    if names.is_empty() { vec!["staging".to_owned(), "production".to_owned()] } else { names }
}

fn prefix(findings: &Findings) -> &str {
    match &findings.policy {
        PolicyFound::Valid(policy) => &policy.commands.prefix,
        PolicyFound::None | PolicyFound::Faulty(_) => "/",
    }
}

/// The file in which somebody's deploy command is still missing.
fn without_command(wishes: &Wishes, files: &[ProposedFile]) -> Option<String> {
    let path = match &wishes.way {
        Way::Here => GATE.to_owned(),
        Way::Workflow(file) => file.path(),
    };
    let file = files.iter().find(|file| file.path == path)?;
    let text = if file.change == Change::Yours { file.old.as_deref().unwrap_or_default() } else { &file.text };
    text.contains(workflows::PLACEHOLDER).then_some(path)
}

fn settings(wishes: &Wishes, names: &[String]) -> String {
    let listed = names.join(", ");
    match wishes.way {
        Way::Here => format!(
            "in Settings > Environments create {listed}, or GitHub makes them without protection at the first deployment; the deploy step gets the repository's secrets: give \
             it short-lived credentials (OpenID Connect) where you can, or deploy by a workflow of its own (`--deploy workflow`), which gets an environment's"
        ),
        Way::Workflow(_) => format!(
            "in Settings > Environments create {listed}, let only the default branch use them, keep administrators from going round it, put the deploy secrets there, and \
             leave required reviewers off: shipgate asks for the approvals itself, and a second question would be asked behind its back"
        ),
    }
}

fn protection(findings: &Findings, branch: &str) -> String {
    let owners = match &findings.codeowners {
        Some(path) => format!("see that {path} names owners for `/.github/`"),
        None => "write .github/CODEOWNERS with owners for `/.github/`".to_owned(),
    };
    format!("protect {branch}: require reviews and the checks, and {owners}: whoever can change {WORKFLOWS} or the policy unseen makes the rules")
}
