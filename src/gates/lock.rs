//! Gate `lock` (row G10): nobody else holds the environment, or the services asked for.
//!
//! A deployment's hold belongs to a request, not to a person: the same person's other deployment waits too. This only judges; claiming the lock
//! is an effect, and the server's compare-and-swap decides a race.

use super::case::Case;
use super::registry::GateId;
use super::verdict::{Answer, Answering, ReasonSpec};
use crate::domain::{RunId, shown};
use crate::facts::{Fact, Hold, LockKind, LockRecord, RunState, Why};
use crate::intake::CommandName;

const HELD: ReasonSpec = ReasonSpec { code: "lock.held", about: "Somebody else has locked the environment." };
const BUSY: ReasonSpec = ReasonSpec { code: "lock.busy", about: "Another deployment to the environment is running." };
const UNREADABLE: ReasonSpec =
    ReasonSpec { code: "lock.unreadable", about: "The environment's lock cannot be read: it is held by nobody knows whom." };
const UNKNOWN: ReasonSpec = ReasonSpec { code: "lock.unknown", about: "The locks could not be read." };

/// Every reason that this gate can give.
pub const REASONS: &[ReasonSpec] = &[HELD, BUSY, UNREADABLE, UNKNOWN];

/// The version of lock records that we understand.
const SCHEMA_VERSION: u32 = 1;

/// Why nobody can tell who holds an environment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LockFault {
    /// The locks were not read.
    #[error("the locks could not be read: {}", .0.what)]
    Unknown(Why),
    /// The record makes no sense.
    #[error("the lock's record cannot be understood")]
    Unreadable,
}

/// Judges: no hold of another request or person is in the way.
pub fn judge(case: &Case<'_>) -> Answer {
    let mut answering = Answering::new(GateId::Lock);
    let environment = &case.environment.name;
    let holds = match holds(case) {
        Ok(holds) => holds,
        Err(LockFault::Unknown(why)) => {
            answering.unknown(&UNKNOWN, "the locks could not be read", why);
            return answering.done();
        }
        Err(LockFault::Unreadable) => {
            let remedy = format!("write `{}{} {environment} --force REASON`", case.policy.commands.prefix, CommandName::Unlock.as_str());
            answering.refuse(&UNREADABLE, format!("the lock of {environment} cannot be read, so nobody knows who holds it")).remedy(remedy);
            return answering.done();
        }
    };
    if holds.is_empty() {
        answering.saw(format!("{environment} is not locked"));
    }
    for hold in holds {
        say(case, hold, &mut answering);
    }
    answering.done()
}

/// The holds that keep this request from the environment, or from the services that it asks for.
///
/// # Errors
/// [`LockFault`] where nobody can tell; then nothing may be claimed.
pub fn holds_in_the_way<'a>(case: &Case<'a>) -> Result<Vec<&'a Hold>, LockFault> {
    Ok(holds(case)?.into_iter().filter(|hold| matches!(standing(case, hold), Standing::Held | Standing::Busy)).collect())
}

/// The holds on the environment that keep nobody from it any more: expired, or left by a workflow run that is over. Whoever claims the lock leaves them
/// out of the new record. Never a hold of this very request.
///
/// # Errors
/// [`LockFault`] where nobody can tell.
pub fn dead_holds<'a>(case: &Case<'a>) -> Result<Vec<&'a Hold>, LockFault> {
    Ok(holds(case)?.into_iter().filter(|hold| matches!(standing(case, hold), Standing::Expired | Standing::Left(_))).collect())
}

/// Every hold on the environment, dead ones included.
fn holds<'a>(case: &Case<'a>) -> Result<Vec<&'a Hold>, LockFault> {
    let facts = case.facts;
    let locks = facts.locks.get().map_err(LockFault::Unknown)?;
    let mut holds = Vec::new();
    for lock in locks.iter().filter(|lock| lock.environment == case.environment.name) {
        match &lock.record {
            Some(LockRecord { schema_version: SCHEMA_VERSION, holds: some, .. }) => holds.extend(some),
            _ => return Err(LockFault::Unreadable),
        }
    }
    Ok(holds)
}

/// What a hold means for this request.
enum Standing {
    /// It is this request's own claim.
    Own,
    /// Its time is over.
    Expired,
    /// Its run is over, so that nobody will renew or free it.
    Left(RunId),
    /// It holds other services only.
    Elsewhere,
    /// The same person locked the environment for themselves.
    OwnLock,
    /// Another person locked it.
    Held,
    /// Another deployment holds it.
    Busy,
}

fn standing(case: &Case<'_>, hold: &Hold) -> Standing {
    if hold.request == case.request.key {
        return Standing::Own;
    }
    if !hold.is_live(case.facts.now) {
        return Standing::Expired;
    }
    match (hold.kind, run_over(case, hold)) {
        (LockKind::Deployment, Some(run)) => Standing::Left(run),
        _ if !hold.overlaps(&case.deploy.services) => Standing::Elsewhere,
        (LockKind::Deployment, None) => Standing::Busy,
        (LockKind::Sticky, _) if hold.person.id == case.request.actor.id => Standing::OwnLock,
        (LockKind::Sticky, _) => Standing::Held,
    }
}

/// The hold's run, where it is known to be over.
fn run_over(case: &Case<'_>, hold: &Hold) -> Option<RunId> {
    hold.run.filter(|run| matches!(case.facts.runs.get(run), Some(Fact::Known(RunState::Over))))
}

fn say(case: &Case<'_>, hold: &Hold, answering: &mut Answering) {
    let environment = &case.environment.name;
    let (owner, text) = (&hold.person.login, described(hold));
    match standing(case, hold) {
        Standing::Own => {
            answering.saw(format!("already ours: {text}"));
        }
        Standing::Expired => {
            answering.saw(format!("expired: {text}"));
        }
        Standing::Left(run) => {
            answering.saw(format!("left by a run that is over ({run}): {text}"));
        }
        Standing::Elsewhere => {
            answering.saw(format!("not in the way: {text}"));
        }
        Standing::OwnLock => {
            answering.saw(format!("locked by the same person: {text}"));
        }
        Standing::Held => {
            let unlock = format!("{}{} {environment}", case.policy.commands.prefix, CommandName::Unlock.as_str());
            let wait = hold.until.map(|until| format!(", or wait until {until}")).unwrap_or_default();
            answering.saw(text.clone());
            let remedy = format!("ask @{owner} to write `{unlock}`{wait}");
            answering.wait(&HELD, format!("{environment} is locked: {text}")).remedy(remedy).by([owner.clone()]);
        }
        Standing::Busy => {
            answering.saw(text.clone());
            if let Some(Fact::Unavailable(why)) = hold.run.and_then(|run| case.facts.runs.get(&run)) {
                answering.saw(format!("whether its run is still going could not be told: {}", why.what));
            }
            let remedy = format!("wait until the deployment of #{} is finished", hold.pull);
            answering.wait(&BUSY, format!("another deployment holds {environment}: {text}")).remedy(remedy);
        }
    }
}

/// One line: who holds what, from where, since when, until when, and why.
fn described(hold: &Hold) -> String {
    let kind = match hold.kind {
        LockKind::Deployment => "a deployment",
        LockKind::Sticky => "a lock",
    };
    let mut line = format!("{kind} by @{} from #{}, since {}", hold.person.login, hold.pull, hold.since);
    if let Some(until) = hold.until {
        line.push_str(&format!(", until {until}"));
    }
    if !hold.services.is_empty() {
        line.push_str(&format!(", of {}", super::unknown::quoted(hold.services.iter().map(crate::domain::ServiceName::as_str))));
    }
    if let Some(reason) = &hold.reason {
        line.push_str(&format!(", because: {}", shown(reason.as_str())));
    }
    line
}
