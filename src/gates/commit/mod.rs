//! Gate `commit` (row G14): the commit is the one that was meant, it was there before the command, and the pull request can be deployed from.
//!
//! A commit's own dates are never looked at: its author chooses them.

use super::arrival::{Presence, presence};
use super::case::Case;
use super::registry::GateId;
use super::verdict::{Answer, Answering, ReasonSpec};
use crate::domain::shown;
use crate::facts::{Commit, Fact, Listing, Mergeable, PullOrigin, PullState, Signature, Why};
use crate::intake::What;
use crate::policy::Signatures;

const NOT_OPEN: ReasonSpec = ReasonSpec { code: "commit.not-open", about: "The pull request is closed or merged." };
const DRAFT: ReasonSpec = ReasonSpec { code: "commit.draft", about: "The pull request is a draft." };
const ARCHIVED: ReasonSpec = ReasonSpec { code: "commit.archived", about: "The repository is archived." };
const BRANCH_NAME: ReasonSpec = ReasonSpec { code: "commit.branch-name", about: "The head branch has a name that a shell or a reader would misread." };
const OTHER: ReasonSpec = ReasonSpec { code: "commit.other", about: "The command names something else than the pull request's head." };
const PUSHED_AFTER: ReasonSpec =
    ReasonSpec { code: "commit.pushed-after-command", about: "The server first saw the commit after the command: whoever commanded cannot have meant it." };
const FIRST_SEEN_UNKNOWN: ReasonSpec = ReasonSpec { code: "commit.first-seen-unknown", about: "The server does not say when the commit came." };
const SIGNATURES: ReasonSpec = ReasonSpec { code: "commit.signatures", about: "A commit's signature is not verified." };
const CONFLICTS: ReasonSpec = ReasonSpec { code: "commit.conflicts", about: "The pull request conflicts with its base branch." };
const MERGEABLE_UNKNOWN: ReasonSpec =
    ReasonSpec { code: "commit.mergeable-unknown", about: "The server has not computed yet whether the pull request conflicts with its base branch." };
const TOO_LARGE: ReasonSpec = ReasonSpec { code: "commit.too-large", about: "The pull request is too large to judge: more than 250 commits or 3,000 files." };
const UNKNOWN: ReasonSpec = ReasonSpec { code: "commit.unknown", about: "The commits or changed files could not be read." };

/// Every reason that this gate can give.
pub const REASONS: &[ReasonSpec] =
    &[NOT_OPEN, DRAFT, ARCHIVED, BRANCH_NAME, OTHER, PUSHED_AFTER, FIRST_SEEN_UNKNOWN, SIGNATURES, CONFLICTS, MERGEABLE_UNKNOWN, TOO_LARGE, UNKNOWN];

/// The most commits that GitHub lists of a pull request.
const MOST_COMMITS: u64 = 250;
/// The most files that GitHub lists of a pull request.
const MOST_FILES: u64 = 3_000;

/// Judges.
pub fn judge(case: &Case<'_>) -> Answer {
    let mut answer = Answering::new(GateId::Commit);
    answer.saw(format!("the head is {}", case.facts.pull.head));
    judge_state(&mut answer, case);
    judge_what(&mut answer, case);
    judge_size(&mut answer, &case.facts.pull.commits, ("commits", MOST_COMMITS));
    judge_size(&mut answer, &case.facts.pull.files, ("changed files", MOST_FILES));
    judge_signatures(&mut answer, case);
    answer.done()
}

fn judge_state(answer: &mut Answering, case: &Case<'_>) {
    let pull = &case.facts.pull;
    match pull.state {
        PullState::Open => {}
        PullState::Closed => {
            answer.refuse(&NOT_OPEN, "the pull request is closed").remedy("open it again, and give the command again");
        }
        PullState::Merged => {
            answer.refuse(&NOT_OPEN, "the pull request is merged").remedy("deploy from a pull request that is open");
        }
    }
    if pull.draft {
        answer.refuse(&DRAFT, "the pull request is a draft").remedy("mark it ready for review, and give the command again");
    }
    if case.facts.repository.archived {
        answer.refuse(&ARCHIVED, "the repository is archived").remedy("take it out of the archive");
    }
    if let Err(invalid) = pull.head_branch.plain() {
        answer.refuse(&BRANCH_NAME, invalid.to_string()).remedy("push the commits to a branch with a plain name, and open a pull request from it");
    }
    match pull.mergeable {
        Mergeable::Clean => {}
        Mergeable::Conflicting => {
            answer
                .refuse(&CONFLICTS, format!("the pull request conflicts with {}", case.facts.base.name))
                .remedy("merge the base branch and solve the conflicts");
        }
        Mergeable::Unknown => {
            answer
                .wait(&MERGEABLE_UNKNOWN, format!("the server has not computed yet whether the pull request conflicts with {}", case.facts.base.name))
                .remedy("wait some seconds and give the command again");
        }
    }
}

/// Only the head can be deployed, and only where whoever commanded can have meant it.
fn judge_what(answer: &mut Answering, case: &Case<'_>) {
    let pull = &case.facts.pull;
    match &case.deploy.what {
        What::Sha(sha) if sha.as_str() == pull.head.as_str() => {
            answer.saw("the command names the whole commit id");
            return;
        }
        What::Sha(sha) if !sha.names(&pull.head) => {
            refuse_other(answer, case, &format!("commit {sha}"));
            return;
        }
        What::Ref(_) if matches!(pull.origin, PullOrigin::Fork(_)) => {
            refuse_other(answer, case, "a branch name, which may mean this repository's branch or the fork's");
            return;
        }
        What::Ref(branch) if branch.as_str() != pull.head_branch.as_str() => {
            refuse_other(answer, case, &format!("`{}`", shown(branch.as_str())));
            return;
        }
        What::Head | What::Ref(_) | What::Sha(_) => {}
    }
    judge_presence(answer, case);
}

fn refuse_other(answer: &mut Answering, case: &Case<'_>, named: &str) {
    answer
        .refuse(&OTHER, format!("the command names {named}, and only the pull request's head can be deployed"))
        .remedy(format!("give the command with `--sha {}`", case.facts.pull.head));
}

fn judge_presence(answer: &mut Answering, case: &Case<'_>) {
    let (pull, asked) = (&case.facts.pull, case.request.at);
    let remedy = format!("look at the commit, and give the command with `--sha {}`", pull.head);
    match presence(pull, asked) {
        Presence::Since(first) => {
            answer.saw(format!("the server had seen it by {first}; the command is of {asked}"));
        }
        Presence::Later(first) => {
            let what = format!("the command is of {asked}, and the server first saw {} on the branch at {first}, not before it", pull.head.short());
            answer.refuse(&PUSHED_AFTER, what).remedy(remedy);
        }
        Presence::Returned(at) => {
            let what = format!("the command is of {asked}, and the branch was moved back to {} at {at}, not before it", pull.head.short());
            answer.refuse(&PUSHED_AFTER, what).remedy(remedy);
        }
        Presence::NoWord => {
            answer.refuse(&FIRST_SEEN_UNKNOWN, format!("the server does not say when {} came", pull.head.short())).remedy(remedy);
        }
    }
}

/// No partial decision: a list that could not be read whole is refused.
fn judge_size<T>(answer: &mut Answering, list: &Fact<Listing<T>>, (what, most): (&str, u64)) {
    match list.get() {
        Err(Why { what: why, mend }) => {
            let reason = answer.refuse(&UNKNOWN, format!("the {what} are not known: {why}"));
            reason.remedy(mend.unwrap_or_else(|| "give the command again".to_owned()));
        }
        Ok(list) if list.total > most || list.items.len() as u64 > most => {
            answer.refuse(&TOO_LARGE, format!("{} {what}: more than {most} cannot be judged", list.total)).remedy("split the pull request");
        }
        Ok(list) => match list.all() {
            Ok(items) => {
                answer.saw(format!("{} {what}", items.len()));
            }
            Err(cut) => {
                answer.refuse(&TOO_LARGE, format!("the {what}: {cut}")).remedy("give the command again; where that does not help, split the pull request");
            }
        },
    }
}

fn judge_signatures(answer: &mut Answering, case: &Case<'_>) {
    if case.environment.gates.commit.signatures == Signatures::Off {
        return;
    }
    // Where the list is not known whole, `judge_size` has refused already.
    let Some(commits) = case.facts.pull.commits.known().and_then(|list| list.all().ok()) else { return };
    if !commits.iter().any(|commit| commit.sha == case.facts.pull.head) {
        answer.refuse(&SIGNATURES, "the head is not among the commits that were read, so that its signature is not known").remedy("give the command again");
    }
    let mut bad: Vec<String> = commits.iter().filter_map(unverified).collect();
    bad.sort();
    if bad.is_empty() {
        answer.saw("every commit's signature is verified");
        return;
    }
    let more = bad.len().saturating_sub(5);
    bad.truncate(5);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    answer
        .refuse(&SIGNATURES, format!("not verified: {}{more}", bad.join(", ")))
        .remedy("sign the commits with a key that their committers' accounts know, and push them again");
}

fn unverified(commit: &Commit) -> Option<String> {
    match &commit.signature {
        Signature::Verified => None,
        Signature::Invalid(why) => Some(format!("{} ({})", commit.sha.short(), shown(why))),
        Signature::None => Some(format!("{} (not signed)", commit.sha.short())),
    }
}

#[cfg(test)]
mod tests;
