//! Gate `up-to-date` (row G12): the pull request contains the tip of its base branch.
//!
//! Needs no comparison by the server: the commits that the base lacks are known with all their parents. Whatever leads from the head down to the
//! base tip leaves those commits at the tip itself, so the tip is contained exactly where it is a parent of one of them.

use super::case::Case;
use super::registry::GateId;
use super::verdict::{Answer, Answering, ReasonSpec};
use crate::facts::{Commit, Why};
use crate::policy::UpToDateRule;

const BEHIND: ReasonSpec = ReasonSpec { code: "up-to-date.behind", about: "The base branch has commits that the pull request does not contain." };
const UNKNOWN: ReasonSpec = ReasonSpec { code: "up-to-date.unknown", about: "The pull request's commits could not be read, or are too many to be judged." };

/// Every reason that this gate can give.
pub const REASONS: &[ReasonSpec] = &[BEHIND, UNKNOWN];

/// Judges: strictly, with a mere word, or not at all, as the policy says.
pub fn judge(case: &Case<'_>) -> Answer {
    let mut answering = Answering::new(GateId::UpToDate);
    let strict = match case.environment.gates.up_to_date {
        UpToDateRule::Off => {
            answering.saw("not asked for");
            return answering.done();
        }
        UpToDateRule::Warn => false,
        UpToDateRule::Strict => true,
    };
    let (base, tip) = (&case.facts.base.name, case.facts.base.sha.short());
    match (contained(case), strict) {
        (Ok(true), _) => {
            answering.saw(format!("the tip {tip} of {base} is contained"));
        }
        (Ok(false), true) => {
            answering.saw(format!("the tip of {base} is {tip}; no commit of the pull request has it as a parent"));
            answering.refuse(&BEHIND, format!("{base} has commits that the pull request does not contain")).remedy("update the branch from its base");
        }
        (Ok(false), false) => {
            answering.saw(format!("warning: the tip {tip} of {base} is not contained; the policy does not demand it"));
        }
        (Err(why), true) => {
            answering.unknown(&UNKNOWN, "whether the base branch is contained could not be told", why);
        }
        (Err(why), false) => {
            answering.saw(format!("warning: whether the tip {tip} of {base} is contained could not be told: {}", why.what));
        }
    }
    answering.done()
}

fn contained(case: &Case<'_>) -> Result<bool, Why> {
    let listing = case.facts.pull.commits.get()?;
    let commits = listing.all().map_err(|truncated| Why::new(format!("too many commits: {truncated}")).mended_by("split the pull request into smaller ones"))?;
    let tip = &case.facts.base.sha;
    let own = |commit: &Commit| commit.sha == *tip;
    let parent = |commit: &Commit| commit.parents.contains(tip);
    Ok(if commits.is_empty() { case.facts.pull.head == *tip } else { !commits.iter().any(own) && commits.iter().any(parent) })
}
