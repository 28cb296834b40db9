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
    let commits =
        listing.all().map_err(|truncated| Why::new(format!("too many commits: {truncated}")).mended_by("split the pull request into smaller ones"))?;
    let tip = &case.facts.base.sha;
    let own = |commit: &Commit| commit.sha == *tip;
    let parent = |commit: &Commit| commit.parents.contains(tip);
    Ok(if commits.is_empty() { case.facts.pull.head == *tip } else { !commits.iter().any(own) && commits.iter().any(parent) })
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{World, commit, reasons, saw};
    use super::super::verdict::Judgement::NoGo;
    use super::*;
    use crate::facts::{Fact, Listing, Signature};

    /// Commits by their bytes, each with its parents; the first is the head, the base tip is `cd`.
    fn world(commits: &[(&str, &[&str])]) -> World {
        let mut world = World::new();
        let commit_of = |(sha, parents): &(&str, &[&str])| Commit {
            sha: commit(sha),
            parents: parents.iter().map(|parent| commit(parent)).collect(),
            authors: Vec::new(),
            committer: None,
            signature: Signature::None,
        };
        world.facts.pull.commits = Fact::Known(Listing::whole(commits.iter().map(commit_of).collect()));
        world
    }

    #[test]
    fn g12_the_base_tip_is_contained_where_some_commit_has_it_as_a_parent() {
        assert!(saw(&World::new().ask(judge), "the tip cdcdcdcdcdcd of main is contained"));
        assert_eq!(reasons(&world(&[("ab", &["11"]), ("11", &["cd"])]).ask(judge)), []);
        assert_eq!(reasons(&world(&[("ab", &["11", "cd"]), ("11", &["00"])]).ask(judge)), [], "merged, as the second parent");
    }

    #[test]
    fn g12_a_pull_request_that_lacks_the_base_tip_is_behind() {
        let answer = world(&[("ab", &["11"]), ("11", &["00"])]).ask(judge);
        assert_eq!(reasons(&answer), [(NoGo, "up-to-date.behind")]);
        assert_eq!(answer.reasons[0].remedy.as_deref(), Some("update the branch from its base"));
    }

    #[test]
    fn g12_without_commits_of_its_own_the_head_must_be_the_base_tip() {
        let mut world = world(&[]);
        assert_eq!(reasons(&world.ask(judge)), [(NoGo, "up-to-date.behind")]);
        world.facts.pull.head = commit("cd");
        assert_eq!(reasons(&world.ask(judge)), []);
    }

    #[test]
    fn g12_what_could_not_be_read_whole_is_no() {
        let mut world = World::new();
        if let Fact::Known(commits) = &mut world.facts.pull.commits {
            (commits.complete, commits.total) = (false, 900);
        }
        assert_eq!(reasons(&world.ask(judge)), [(NoGo, "up-to-date.unknown")]);
        world.facts.pull.commits = Fact::Unavailable(Why::new("502"));
        assert_eq!(reasons(&world.ask(judge)), [(NoGo, "up-to-date.unknown")]);
        world.facts.pull.commits = Fact::NotAsked;
        assert_eq!(reasons(&world.ask(judge)), [(NoGo, "up-to-date.unknown")]);
    }

    #[test]
    fn g12_warn_says_and_off_does_not_look() {
        let mut world = world(&[("ab", &["00"])]);
        world.gates().up_to_date = UpToDateRule::Warn;
        let answer = world.ask(judge);
        assert!(reasons(&answer).is_empty() && saw(&answer, "warning: the tip cdcdcdcdcdcd of main is not contained"));
        world.facts.pull.commits = Fact::Unavailable(Why::new("502"));
        let answer = world.ask(judge);
        assert!(reasons(&answer).is_empty() && saw(&answer, "could not be told: 502"));
        world.gates().up_to_date = UpToDateRule::Off;
        assert!(saw(&world.ask(judge), "not asked for"));
    }
}
