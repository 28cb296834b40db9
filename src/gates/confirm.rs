//! Gate `confirm` (row G8): whoever commands names the environment a second time, so that nobody deploys to production by a slip.
//!
//! The confirmation is the requester's own, not somebody else's: it says "I mean this", where an approval says "I agree". It is bound to the commit:
//! by its whole id, or because the server had the commit before the confirmation was written.

use super::case::{Case, Said};
use super::registry::GateId;
use super::verdict::{Answer, Answering, ReasonSpec};
use crate::domain::ShaPrefix;
use crate::intake::{Command, CommandName};
use crate::policy::ConfirmRule;

const MISSING: ReasonSpec = ReasonSpec { code: "confirm.missing", about: "The person who commands has not confirmed the environment." };
const OTHER_COMMIT: ReasonSpec = ReasonSpec { code: "confirm.other-commit", about: "The confirmation does not mean the commit that would be deployed." };

/// Every reason that this gate can give.
pub const REASONS: &[ReasonSpec] = &[MISSING, OTHER_COMMIT];

/// Judges: a `/confirm` of this environment and this commit, by the person who commands, not before the command.
pub fn judge(case: &Case<'_>) -> Answer {
    let mut answering = Answering::new(GateId::Confirm);
    let rule = case.environment.gates.confirm;
    if rule == ConfirmRule::Off {
        answering.saw("not asked for");
        return answering.done();
    }
    let mut meant_another = false;
    for said in case.said_here() {
        let Command::Confirm { sha, .. } = &said.command else { continue };
        match heard(case, said, sha.as_ref()) {
            Ok(()) => {
                answering.saw(format!("@{} confirmed {} at {}", said.by.login, case.facts.pull.head.short(), said.at));
                return answering.done();
            }
            Err(miss) => {
                answering.saw(format!("comment {} by @{} at {} does not confirm: {}", said.comment, said.by.login, said.at, miss.why()));
                meant_another |= matches!(miss, Miss::OtherCommit | Miss::NotSeenBefore);
            }
        }
    }
    let head = case.facts.pull.head.short();
    let (spec, what) = if meant_another {
        (&OTHER_COMMIT, format!("the confirmation is not one of the commit {head}"))
    } else {
        (&MISSING, format!("@{} has not confirmed {} for the commit {head}", case.request.actor.login, case.environment.name))
    };
    answering.wait(spec, what).remedy(format!("write `{}`", line(case))).by([case.request.actor.login.clone()]);
    answering.done()
}

/// The line to write. With a short id it is bound to the commit because the server had it before; see [`heard`].
fn line(case: &Case<'_>) -> String {
    let words = format!("{}{} {}", case.policy.commands.prefix, CommandName::Confirm.as_str(), case.environment.name);
    match case.environment.gates.confirm {
        ConfirmRule::Sha => format!("{words} {}", case.facts.pull.head.short()),
        ConfirmRule::Name | ConfirmRule::Off => words,
    }
}

/// Why a confirmation does not count.
#[derive(Clone, Copy)]
enum Miss {
    SomebodyElse,
    BeforeTheCommand,
    NamesNoCommit,
    OtherCommit,
    NotSeenBefore,
}

impl Miss {
    fn why(self) -> &'static str {
        match self {
            Self::SomebodyElse => "only the person who gave the command can confirm it",
            Self::BeforeTheCommand => "it was written before the command",
            Self::NamesNoCommit => "the policy asks for the commit's id behind the environment",
            Self::OtherCommit => "it names another commit",
            Self::NotSeenBefore => "nothing shows that the server had this commit before; another one may have been meant",
        }
    }
}

fn heard(case: &Case<'_>, said: &Said, sha: Option<&ShaPrefix>) -> Result<(), Miss> {
    let head = &case.facts.pull.head;
    if said.by.id != case.request.actor.id || !said.by.is_human() {
        return Err(Miss::SomebodyElse);
    }
    if said.at < case.request.at {
        return Err(Miss::BeforeTheCommand);
    }
    if sha.is_none() && case.environment.gates.confirm == ConfirmRule::Sha {
        return Err(Miss::NamesNoCommit);
    }
    if sha.is_some_and(|sha| !sha.names(head)) {
        return Err(Miss::OtherCommit);
    }
    // The server's times are whole seconds: a push in the same second may have come after.
    let seen_before = || case.facts.pull.sightings.iter().any(|sighting| sighting.at < said.at);
    if sha.is_some_and(|sha| sha.is_whole()) || seen_before() { Ok(()) } else { Err(Miss::NotSeenBefore) }
}
