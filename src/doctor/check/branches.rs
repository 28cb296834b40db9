//! The rules of the branches whose policy counts: whoever can change such a branch unseen makes the rules.

use super::exam::Exam;
use super::policy::relies_on_owners;
use crate::doctor::finding::{Diagnosis, Finding};
use crate::doctor::material::{Branch, BranchRules, Guard, Listed};
use crate::doctor::registry::{self, Area, FindingSpec};
use crate::domain::BranchName;
use crate::policy::Policy;

/// The most branches that patterns of the policy add.
const MOST: usize = 10;

/// The branches to look at besides the default one, with why they count; and how many more there are.
pub fn branches_in_question<'b>(policy: &Policy, default: &BranchName, there: &'b [BranchName]) -> (Vec<(&'b BranchName, Listed)>, usize) {
    let by_name = |branch: &BranchName| policy.protected_branches.iter().any(|pattern| pattern.as_str() == branch.as_str());
    let listed = |branch: &BranchName| if by_name(branch) { Listed::ByName } else { Listed::ByPattern };
    let mut found: Vec<_> = there.iter().filter(|branch| *branch != default && policy.protects(branch)).map(|branch| (branch, listed(branch))).collect();
    found.sort_by_key(|(_, listed)| *listed == Listed::ByPattern);
    let more = found.len().saturating_sub(MOST);
    found.truncate(MOST);
    (found, more)
}

/// A guard, what its absence is, and the words for it.
const GUARDS: &[(Guard, &FindingSpec, &str)] = &[
    (Guard::NoForcePush, &registry::BRANCH_FORCE_PUSH, "can be force-pushed"),
    (Guard::NoDeletion, &registry::BRANCH_DELETION, "can be deleted"),
    (Guard::Checks, &registry::BRANCH_NO_CHECKS, "requires no checks"),
];

pub(super) fn branches(exam: &Exam<'_>, diagnosis: &mut Diagnosis) {
    let Some(server) = exam.server() else { return };
    for branch in &server.branches {
        match branch.rules.get() {
            Ok(rules) => diagnosis.fine_unless(Area::Branch, format!("{} is guarded", branch.name), |diagnosis| {
                of_branch(exam, (branch, rules), diagnosis);
            }),
            Err(why) => {
                let finding = Finding::new(&registry::BRANCH_UNREAD, format!("the rules of `{}` could not be read: {}", branch.name, why.what));
                diagnosis.add(finding.mend_as(&why));
            }
        }
    }
    if let Some(why) = &server.more_branches {
        let finding = Finding::new(&registry::BRANCH_UNREAD, why.what.clone());
        diagnosis.add(finding.mend_as(why));
    }
}

fn of_branch(exam: &Exam<'_>, (branch, rules): (&Branch, &BranchRules), diagnosis: &mut Diagnosis) {
    let name = &branch.name;
    for why in &rules.unread {
        let finding = Finding::new(&registry::BRANCH_UNREAD, format!("`{name}`: {}", why.what));
        diagnosis.add(finding.mend_as(why));
    }
    for who in &rules.bypass {
        diagnosis.add(Finding::new(&registry::BRANCH_BYPASS, format!("{who} may go round the rules of `{name}`")));
    }
    let mut lacking: Vec<(&'static FindingSpec, String)> = Vec::new();
    if rules.guards.contains(&Guard::PullRequest) {
        reviews(exam, rules, &mut lacking);
    } else {
        lacking.push((&registry::BRANCH_NO_PULL_REQUEST, "can be pushed to without a pull request".to_owned()));
    }
    lacking.extend(GUARDS.iter().filter(|(guard, _, _)| !rules.guards.contains(guard)).map(|(_, spec, words)| (*spec, (*words).to_owned())));
    if branch.listed == Listed::ByPattern && !rules.guards.contains(&Guard::CreationRestricted) {
        lacking.push((&registry::BRANCH_CREATION, "counts by a pattern, and anybody who may push can make such a branch".to_owned()));
    }
    if rules.unread.is_empty() {
        for (spec, words) in lacking {
            diagnosis.add(Finding::new(spec, format!("`{name}` {words}")));
        }
    } else if !lacking.is_empty() {
        // What was not seen may stand in the part that could not be read: it is neither missing nor fine.
        let listed: Vec<String> = lacking.into_iter().map(|(_, words)| words).collect();
        diagnosis.add(Finding::new(&registry::BRANCH_UNREAD, format!("`{name}`: whether it {} is not known", listed.join("; "))));
    }
}

/// What a pull request must have.
fn reviews(exam: &Exam<'_>, rules: &BranchRules, lacking: &mut Vec<(&'static FindingSpec, String)>) {
    if rules.approvals == 0 {
        lacking.push((&registry::BRANCH_NO_REVIEW, "takes pull requests that nobody approved".to_owned()));
    }
    if !rules.guards.contains(&Guard::StaleDismissed) {
        lacking.push((&registry::BRANCH_STALE, "keeps approvals after later pushes".to_owned()));
    }
    if !rules.guards.contains(&Guard::LastPush) {
        lacking.push((&registry::BRANCH_LAST_PUSHER, "counts the approval of who pushed last".to_owned()));
    }
    let owners = exam.material.files.codeowners.known().is_some_and(|codeowners| codeowners.path.is_some());
    if owners && exam.policy.as_ref().is_some_and(relies_on_owners) && !rules.guards.contains(&Guard::OwnerReview) {
        lacking.push((&registry::BRANCH_OWNERS, "takes changes without their owners' review, on which the policy relies".to_owned()));
    }
}
