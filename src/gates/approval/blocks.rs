//! Those who say no: changes requested and `/reject`, by anybody who may decide.

use crate::domain::Role;
use crate::facts::{Fact, ReviewState};
use crate::gates::case::Case;
use crate::gates::people::{Candidate, Circle, Membership, PushRight};
use crate::gates::verdict::Answering;

use super::ballot::named;
use super::words::{Block, Voice, Words};
use super::{CHANGES_REQUESTED, REJECTED};

/// Whether somebody's no counts.
enum Decides {
    Yes,
    /// Not known: then it counts, because unknown is never go.
    Perhaps(String),
    No(String),
}

/// Adds a reason for every no that counts, and evidence for the others.
pub fn judge(answer: &mut Answering, case: &Case<'_>, words: &Words<'_>, from: &Circle) {
    for voice in &words.voices {
        if let Some(block) = voice.block {
            judge_one(answer, case, (voice, block), from);
        }
    }
    for review in words.nameless.iter().filter(|review| review.state == ReviewState::ChangesRequested) {
        answer
            .wait(&CHANGES_REQUESTED, format!("somebody whose account is gone asked for changes at {}", review.at))
            .remedy("dismiss that review on the pull request's page");
    }
    for review in words.nameless.iter().filter(|review| review.state == ReviewState::Approved) {
        answer.saw(format!("somebody whose account is gone approved at {}: does not count", review.at));
    }
}

fn judge_one(answer: &mut Answering, case: &Case<'_>, (voice, block): (&Voice<'_>, Block<'_>), from: &Circle) {
    let name = named(voice.who.person);
    let what = match block {
        Block::ChangesRequested { at } => format!("{name} asked for changes at {at}"),
        Block::Rejected { at, reason } => format!("{name} rejected this deployment at {at}: {reason}"),
    };
    let what = match decides(case, voice.who, from) {
        Decides::Yes => what,
        Decides::Perhaps(why) => format!("{what} (whether they may decide is not known: {why})"),
        Decides::No(why) => {
            answer.saw(format!("{what}: does not block: {why}"));
            return;
        }
    };
    let login = voice.who.person.login.clone();
    let environment = &case.environment.name;
    match block {
        Block::ChangesRequested { .. } => {
            answer.wait(&CHANGES_REQUESTED, what).remedy("they approve by a new review, or that review is dismissed").by([login]);
        }
        Block::Rejected { .. } => {
            answer.wait(&REJECTED, what).remedy(format!("they withdraw it by writing `/approve {environment}`")).by([login]);
        }
    }
}

fn decides(case: &Case<'_>, who: Candidate<'_>, from: &Circle) -> Decides {
    if who.push == PushRight::Said {
        return Decides::Yes;
    }
    match case.facts.roles.get(&who.person.id) {
        Some(Fact::Known(role)) if *role >= Role::Write => Decides::Yes,
        Some(Fact::Known(role)) => match from.membership(who, case.facts) {
            Membership::Member(_) => Decides::Yes,
            _ => Decides::No(format!("their role is {}, and they are none of {from}", role.as_str())),
        },
        Some(Fact::Unavailable(why)) => Decides::Perhaps(why.what.clone()),
        Some(Fact::NotAsked) | None => Decides::Perhaps("their role was not asked for".to_owned()),
    }
}
