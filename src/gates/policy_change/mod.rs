//! Gate `policy-change` (row G13): a change of the rules themselves (policy, workflows, CODEOWNERS, hooks) is approved by those who own them,
//! as the base branch names them: never by the change's own rules.

mod paths;

use std::collections::{BTreeMap, BTreeSet};

use super::approval::{Ballot, Carrying, Need, Specs, Words};
use super::case::Case;
use super::people::{Circle, Exclusion, Gap, few, ownership, skipped_lines};
use super::registry::GateId;
use super::verdict::{Answer, Answering, ReasonSpec};
use crate::domain::Principal;
use crate::facts::Why;
use crate::policy::{Owner, Ownership};

pub use paths::touched;

const UNKNOWN: ReasonSpec = ReasonSpec { code: "policy-change.unknown", about: "The changed files, commits, reviews or comments could not be read whole." };
const OWNER_APPROVAL: ReasonSpec =
    ReasonSpec { code: "policy-change.owner-approval", about: "A file that makes the rules is changed, and nobody who owns it approved." };
const CANNOT_VERIFY: ReasonSpec =
    ReasonSpec { code: "policy-change.cannot-verify", about: "It cannot be verified whether those who approved own the files that make the rules." };
const UNSATISFIABLE: ReasonSpec =
    ReasonSpec { code: "policy-change.unsatisfiable", about: "Nobody could approve this change of the rules: those who own the files took part in it." };

/// Every reason that this gate can give.
pub const REASONS: &[ReasonSpec] = &[UNKNOWN, OWNER_APPROVAL, CANNOT_VERIFY, UNSATISFIABLE];

/// Judges.
pub fn judge(case: &Case<'_>) -> Answer {
    weigh(case, Carrying::AsKnown)
}

/// Judges, with this look at approvals of earlier commits.
pub fn weigh(case: &Case<'_>, carrying: Carrying) -> Answer {
    let mut answer = Answering::new(GateId::PolicyChange);
    let paths = match touched(case) {
        Ok(paths) => paths,
        Err(why) => return refuse_unknown(answer, why),
    };
    if paths.is_empty() {
        answer.saw("no file that makes the rules is changed");
        return answer.done();
    }
    answer.saw(format!("changes the rules: {}", few(&paths)));
    match Words::of(case) {
        Ok(words) => judge_paths(&mut answer, case, &paths, (&words, carrying)),
        Err(why) => return refuse_unknown(answer, why),
    }
    answer.done()
}

fn refuse_unknown(mut answer: Answering, why: Why) -> Answer {
    answer.refuse(&UNKNOWN, why.what).remedy(why.mend.unwrap_or_else(|| "give the command again".to_owned()));
    answer.done()
}

fn judge_paths(answer: &mut Answering, case: &Case<'_>, paths: &BTreeSet<String>, (words, carrying): (&Words<'_>, Carrying)) {
    let exclusion = Exclusion::of(case);
    say_gaps(answer, &exclusion);
    let principals = &case.environment.gates.policy_change.approve;
    let ownership = match owners(case, principals) {
        Ok(ownership) => ownership,
        Err(why) => {
            let mend = why.mend.unwrap_or_else(|| "give the command again".to_owned());
            answer.wait(&CANNOT_VERIFY, format!("who owns these files is not known: {}", why.what)).remedy(mend);
            return;
        }
    };
    for line in skipped_lines(&ownership) {
        answer.saw(line);
    }
    let ballot = Ballot::of(case, words, &exclusion, carrying);
    let need = Need { case, ballot: &ballot, exclusion: &exclusion };
    for (circle, paths) in circles(principals, paths, &ownership) {
        match need.unmet(&circle) {
            Err(met) => {
                answer.saw(format!("{}: {met}", few(&paths)));
            }
            Ok(unmet) => unmet.say(answer, Specs { missing: &OWNER_APPROVAL, doubt: &CANNOT_VERIFY, nobody: &UNSATISFIABLE }, (&circle, &paths, &need)),
        }
    }
    for aside in &ballot.aside {
        answer.saw(aside.line.clone());
    }
}

/// CODEOWNERS, where the rule asks for it.
fn owners(case: &Case<'_>, principals: &[Principal]) -> Result<Ownership, Why> {
    if principals.contains(&Principal::Codeowners) { ownership(case.facts) } else { Ok(Ownership::default()) }
}

/// The paths, grouped by those who may approve them.
fn circles(principals: &[Principal], paths: &BTreeSet<String>, ownership: &Ownership) -> Vec<(Circle, Vec<String>)> {
    let mut groups: BTreeMap<&[Owner], Vec<String>> = BTreeMap::new();
    for path in paths {
        groups.entry(ownership.owners(path)).or_default().push(path.clone());
    }
    groups.into_iter().map(|(owners, paths)| (Circle::of_path(principals, owners), paths)).collect()
}

fn say_gaps(answer: &mut Answering, exclusion: &Exclusion) {
    for note in &exclusion.notes {
        answer.saw(note.clone());
    }
    for gap in &exclusion.gaps {
        match gap {
            Gap::Commits(why) => {
                let mend = why.mend.clone().unwrap_or_else(|| "give the command again".to_owned());
                answer.refuse(&UNKNOWN, format!("who took part in the commits is not known: {}", why.what)).remedy(mend);
            }
            Gap::Pusher(why) => {
                let mend = why.mend.clone().unwrap_or_else(|| "take `pusher` out of the policy's `approval.exclude`".to_owned());
                answer.wait(&CANNOT_VERIFY, format!("who pushed the commit is not known: {}", why.what)).remedy(mend);
            }
        }
    }
}

#[cfg(test)]
mod tests;
