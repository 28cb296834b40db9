//! Gate `approval` (rows G2, G3): enough of the people whom the policy names approved exactly this commit, and nobody who may decide says no.
//!
//! It reads reviews and `/approve` and `/reject` comments. A person counts once, is told apart by id, and only their newest word stands.

mod ballot;
mod blocks;
mod carried;
mod tally;
mod words;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

use super::case::Case;
use super::people::{Circle, Eligible, Exclusion, Gap, Membership, owned_by, ownership, skipped_lines};
use super::registry::GateId;
use super::verdict::{Answer, Answering, ReasonSpec};
use crate::domain::{Login, PersonId};

pub use ballot::{Backer, Ballot, Hold, named};
pub use carried::{Carrying, carry_candidates};
pub use tally::{Need, Specs};
pub use words::Words;

const UNKNOWN: ReasonSpec = ReasonSpec { code: "approval.unknown", about: "The reviews or comments could not be read whole, so that a no may be missing." };
const CHANGES_REQUESTED: ReasonSpec = ReasonSpec { code: "approval.changes-requested", about: "Somebody who may decide asks for changes." };
const REJECTED: ReasonSpec = ReasonSpec { code: "approval.rejected", about: "Somebody rejected the deployment to this environment with `/reject`." };
const COMMITS_UNKNOWN: ReasonSpec =
    ReasonSpec { code: "approval.commits-unknown", about: "The commits could not be read whole, so that their authors cannot be kept from approving." };
const PUSHER_UNKNOWN: ReasonSpec =
    ReasonSpec { code: "approval.pusher-unknown", about: "The server does not say who pushed the commit, so that they cannot be kept from approving." };
const MISSING: ReasonSpec = ReasonSpec { code: "approval.missing", about: "Fewer people than the policy asks for approved this commit." };
const CANNOT_VERIFY: ReasonSpec =
    ReasonSpec { code: "approval.cannot-verify", about: "It cannot be verified whether those who approved are among those whom the policy names." };
const UNSATISFIABLE: ReasonSpec =
    ReasonSpec { code: "approval.unsatisfiable", about: "Fewer people than the policy asks for could approve this commit, whatever they do." };
const OWNERS_MISSING: ReasonSpec = ReasonSpec { code: "approval.owners-missing", about: "No owner of a changed file approved this commit." };

/// Every reason that this gate can give.
pub const REASONS: &[ReasonSpec] =
    &[UNKNOWN, CHANGES_REQUESTED, REJECTED, COMMITS_UNKNOWN, PUSHER_UNKNOWN, MISSING, CANNOT_VERIFY, UNSATISFIABLE, OWNERS_MISSING];

/// Judges.
pub fn judge(case: &Case<'_>) -> Answer {
    weigh(case, Carrying::AsKnown)
}

/// Those whose approval counts.
fn circle(case: &Case<'_>) -> Circle {
    Circle::of_change(&case.environment.gates.approval.from, case.facts)
}

fn weigh(case: &Case<'_>, carrying: Carrying) -> Answer {
    let mut answer = Answering::new(GateId::Approval);
    let words = match Words::of(case) {
        Ok(words) => words,
        Err(why) => {
            answer.refuse(&UNKNOWN, why.what).remedy(why.mend.unwrap_or_else(|| "give the command again".to_owned()));
            return answer.done();
        }
    };
    let from = circle(case);
    blocks::judge(&mut answer, case, &words, &from);
    if case.environment.gates.approval.count == 0 {
        answer.saw("the policy asks for nobody's approval");
        return answer.done();
    }
    let exclusion = Exclusion::of(case);
    say_gaps(&mut answer, &exclusion);
    let ballot = Ballot::of(case, &words, &exclusion, carrying);
    count(&mut answer, case, &from, (&ballot, &exclusion));
    if case.environment.gates.approval.from.contains(&crate::domain::Principal::Codeowners) {
        judge_owners(&mut answer, case, &ballot, &exclusion);
    }
    for aside in &ballot.aside {
        answer.saw(aside.line.clone());
    }
    answer.done()
}

/// Whose approvals count: for the deployment's payload and the audit log.
pub fn counted(case: &Case<'_>) -> Vec<(PersonId, Login)> {
    let Ok(words) = Words::of(case) else { return Vec::new() };
    let ballot = Ballot::of(case, &words, &Exclusion::of(case), Carrying::AsKnown);
    let from = circle(case);
    let counts = |backer: &&Backer<'_>| backer.doubt.is_none() && matches!(from.membership(backer.who, case.facts), Membership::Member(_));
    ballot.backers.iter().filter(counts).map(|backer| (backer.who.person.id, backer.who.person.login.clone())).collect()
}

fn say_gaps(answer: &mut Answering, exclusion: &Exclusion) {
    for note in &exclusion.notes {
        answer.saw(note.clone());
    }
    for gap in &exclusion.gaps {
        match gap {
            Gap::Commits(why) => {
                let what = format!("who took part in the commits is not known: {}", why.what);
                answer.refuse(&COMMITS_UNKNOWN, what).remedy(why.mend.clone().unwrap_or_else(|| "give the command again".to_owned()));
            }
            Gap::Pusher(why) => {
                let what = format!("who pushed the commit is not known, so that they cannot be kept from approving: {}", why.what);
                answer.wait(&PUSHER_UNKNOWN, what).remedy(why.mend.clone().unwrap_or_else(|| "take `pusher` out of the policy's `exclude`".to_owned()));
            }
        }
    }
}

/// Counts those who approved against what the policy asks for.
fn count(answer: &mut Answering, case: &Case<'_>, from: &Circle, (ballot, exclusion): (&Ballot<'_>, &Exclusion)) {
    let wanted = usize::try_from(case.environment.gates.approval.count).unwrap_or(usize::MAX);
    let mut counted = 0;
    let mut doubtful: Vec<(String, crate::facts::Why)> = Vec::new();
    for backer in &ballot.backers {
        match (from.membership(backer.who, case.facts), backer.doubt.clone()) {
            (Membership::Member(by), None) => {
                counted += 1;
                answer.saw(format!("{}: counts ({by})", backer.line));
            }
            (Membership::Unverified(why), _) | (Membership::Member(_), Some(why)) => {
                answer.saw(format!("{}: cannot be verified: {}", backer.line, why.what));
                doubtful.push((backer.who.person.login.to_string(), why));
            }
            (Membership::Stranger, _) => {
                answer.saw(format!("{}: does not count: none of {from}", backer.line));
            }
        }
    }
    answer.saw(format!("{counted} of {wanted} approvals"));
    if counted >= wanted {
        return;
    }
    if !doubtful.is_empty() {
        let whys: Vec<String> = doubtful.iter().map(|(login, why)| format!("{login}: {}", why.what)).collect();
        let mends: std::collections::BTreeSet<&str> = doubtful.iter().filter_map(|(_, why)| why.mend.as_deref()).collect();
        let reason = answer.wait(&CANNOT_VERIFY, format!("it cannot be verified who approved: {}", whys.join("; ")));
        if !mends.is_empty() {
            reason.remedy(mends.into_iter().collect::<Vec<_>>().join("; "));
        }
    }
    match from.eligible(case.facts, exclusion) {
        Eligible::AtMost(most) if most < wanted => {
            answer
                .refuse(&UNSATISFIABLE, format!("{wanted} approvals are asked for, and only {most} of {from} could give one"))
                .remedy("name more people in the policy's `approval.from`, or ask for fewer approvals; a change by somebody else may be approved as well");
        }
        _ if counted + doubtful.len() < wanted => {
            let need = Need { case, ballot, exclusion };
            answer.wait(&MISSING, format!("{counted} of {wanted} approvals")).remedy(need.remedy(from)).by(need.who(from));
        }
        _ => {}
    }
}

/// Where owners are asked, every changed file that has owners needs one of them.
fn judge_owners(answer: &mut Answering, case: &Case<'_>, ballot: &Ballot<'_>, exclusion: &Exclusion) {
    let known = ownership(case.facts).and_then(|ownership| owned_by(case.facts, &ownership).map(|groups| (ownership, groups)));
    let (ownership, groups) = match known {
        Ok(known) => known,
        Err(why) => {
            let reason = answer.wait(&CANNOT_VERIFY, format!("who owns the changed files is not known: {}", why.what));
            if let Some(mend) = why.mend {
                reason.remedy(mend);
            }
            return;
        }
    };
    for line in skipped_lines(&ownership) {
        answer.saw(line);
    }
    let groups: Vec<(Circle, Vec<String>)> = groups.into_iter().map(|(owners, paths)| (Circle::of_owners(&owners), paths.into_iter().collect())).collect();
    if groups.is_empty() {
        answer.saw("no changed file has an owner");
    }
    let need = Need { case, ballot, exclusion };
    for (circle, paths) in &groups {
        match need.unmet(circle) {
            Err(met) => {
                answer.saw(format!("{}: {met}", super::people::few(paths)));
            }
            Ok(unmet) => unmet.say(answer, Specs { missing: &OWNERS_MISSING, doubt: &CANNOT_VERIFY, nobody: &UNSATISFIABLE }, (circle, paths, &need)),
        }
    }
}
