//! What a lock's record becomes: claimed, renewed, freed. Pure; `perform` swaps the record in.
//!
//! Every function answers the whole next record, made from the one that was read. Expired and dead holds are left out of it.

use jiff::Timestamp;

use crate::domain::{EnvName, PullNumber, Reason, RepoSlug, RunId, ServiceName};
use crate::facts::{Carrier, ClaimId, Fact, Facts, Hold, Lock, LockKind, LockRecord, RunState};
use crate::gates::Clearance;
use crate::intake::Request;

/// A change of one environment's lock: swap `record` in for what the ref pointed at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockChange {
    /// The environment.
    pub environment: EnvName,
    /// What the decision saw the ref point at; `None`: there was no ref.
    pub expected: Option<crate::domain::ObjectId>,
    /// The next record.
    pub record: LockRecord,
}

/// What a deployment's claim is made of.
#[derive(Clone, Debug)]
pub struct Claim<'a> {
    /// The proof that it may deploy.
    pub clearance: &'a Clearance,
    /// The request that deploys.
    pub request: &'a Request,
    /// The services it deploys; all where empty.
    pub services: &'a [ServiceName],
    /// The claim's id.
    pub id: ClaimId,
    /// A fresh id of the change of the record.
    pub change: ClaimId,
    /// When it frees itself.
    pub until: Timestamp,
    /// The workflow run that deploys.
    pub run: Option<RunId>,
    /// Which attempt of it.
    pub attempt: Option<u64>,
    /// The repository of the workflow that carries it out, where it is dispatched.
    pub carrier: Option<&'a RepoSlug>,
}

/// Why a lock was not changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Nobody knows who holds it.
    #[error("the lock of {0} cannot be read")]
    Unreadable(EnvName),
    /// The locks could not be read at all.
    #[error("the locks could not be read: {0}")]
    Unknown(String),
    /// Somebody else holds it.
    #[error("{} holds {environment}{}", hold.person.login, hold.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default())]
    Held {
        /// The environment.
        environment: EnvName,
        /// Who and why.
        hold: Box<Hold>,
    },
    /// There is nothing to free.
    #[error("nobody holds {0}")]
    NotHeld(EnvName),
}

/// The holds of an environment that still count, and what its ref points at.
struct Seen {
    expected: Option<crate::domain::ObjectId>,
    holds: Vec<Hold>,
}

fn seen(facts: &Facts, environment: &EnvName) -> Result<Seen, Refusal> {
    let locks = facts.locks.get().map_err(|why| Refusal::Unknown(why.what))?;
    let Some(lock) = locks.iter().find(|lock| lock.environment == *environment) else {
        return Ok(Seen { expected: None, holds: Vec::new() });
    };
    let record = lock.record.as_ref().ok_or_else(|| Refusal::Unreadable(environment.clone()))?;
    let holds = record.live(facts.now).filter(|hold| !is_dead(hold, facts)).cloned().collect();
    Ok(Seen { expected: Some(lock.target.clone()), holds })
}

/// True when the workflow run behind a deployment's hold is over: nobody will free it any more.
fn is_dead(hold: &Hold, facts: &Facts) -> bool {
    let over = |run: RunId| matches!(facts.runs.get(&run), Some(Fact::Known(RunState::Over)));
    hold.kind == LockKind::Deployment && hold.keeper().is_some_and(over)
}

fn change(environment: &EnvName, seen: Seen, id: &ClaimId, at: Timestamp) -> LockChange {
    let record = LockRecord { schema_version: 1, change: id.clone(), at, holds: seen.holds, audit_head: None };
    LockChange { environment: environment.clone(), expected: seen.expected, record }
}

/// A deployment's claim. A hold of the same request (a redelivery, a re-run) is replaced by the new one.
///
/// # Errors
/// [`Refusal`] where the lock cannot be read, or somebody else holds what is wanted.
pub fn claim(claim: &Claim<'_>, facts: &Facts) -> Result<LockChange, Refusal> {
    let environment = claim.clearance.environment();
    let mut seen = seen(facts, environment)?;
    seen.holds.retain(|hold| hold.request != claim.request.key);
    let own_sticky = |hold: &Hold| hold.kind == LockKind::Sticky && hold.person == claim.request.actor;
    if let Some(hold) = seen.holds.iter().find(|hold| hold.overlaps(claim.services) && !own_sticky(hold)) {
        return Err(Refusal::Held { environment: environment.clone(), hold: Box::new(hold.clone()) });
    }
    seen.holds.push(Hold {
        claim: claim.id.clone(),
        request: claim.request.key.clone(),
        person: claim.request.actor.clone(),
        pull: claim.request.pull,
        kind: LockKind::Deployment,
        run: claim.run,
        attempt: claim.attempt,
        carrier: claim.carrier.map(|repository| Carrier { repository: repository.clone(), run: None, attempt: None }),
        services: claim.services.to_vec(),
        reason: None,
        since: facts.now,
        until: Some(claim.until),
    });
    Ok(change(environment, seen, &claim.change, facts.now))
}

/// A sticky lock on a whole environment. The same person locking again renews theirs.
///
/// # Errors
/// [`Refusal`] where the lock cannot be read, or somebody else holds it stickily.
pub fn lock(environment: &EnvName, sticky: &Sticky<'_>, facts: &Facts) -> Result<LockChange, Refusal> {
    let mut seen = seen(facts, environment)?;
    seen.holds.retain(|hold| !(hold.kind == LockKind::Sticky && hold.person == sticky.request.actor));
    if let Some(hold) = seen.holds.iter().find(|hold| hold.kind == LockKind::Sticky) {
        return Err(Refusal::Held { environment: environment.clone(), hold: Box::new(hold.clone()) });
    }
    seen.holds.push(Hold {
        claim: sticky.id.clone(),
        request: sticky.request.key.clone(),
        person: sticky.request.actor.clone(),
        pull: sticky.request.pull,
        kind: LockKind::Sticky,
        run: None,
        attempt: None,
        carrier: None,
        services: Vec::new(),
        reason: sticky.reason.cloned(),
        since: facts.now,
        until: sticky.until,
    });
    Ok(change(environment, seen, sticky.id, facts.now))
}

/// What a sticky lock is made of.
#[derive(Clone, Debug)]
pub struct Sticky<'a> {
    /// The request.
    pub request: &'a Request,
    /// A fresh id.
    pub id: &'a ClaimId,
    /// Why.
    pub reason: Option<&'a Reason>,
    /// When it frees itself.
    pub until: Option<Timestamp>,
}

/// Whose holds an `/unlock` may free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// The person's own sticky ones.
    Own,
    /// Everybody's, also a running deployment's: `--force` with a reason.
    Everybodys,
}

/// Frees an environment.
///
/// # Errors
/// [`Refusal::Held`] where only somebody else's hold is there, [`Refusal::NotHeld`] where there is none. An unreadable lock can be
/// freed by force.
pub fn unlock(environment: &EnvName, request: &Request, whose: Whose, change_id: &ClaimId, facts: &Facts) -> Result<(LockChange, Vec<Hold>), Refusal> {
    let mut seen = match (seen(facts, environment), whose) {
        (Err(Refusal::Unreadable(_)), Whose::Everybodys) => Seen { expected: target(facts, environment), holds: Vec::new() },
        (result, _) => result?,
    };
    let goes = |hold: &Hold| whose == Whose::Everybodys || (hold.kind == LockKind::Sticky && hold.person == request.actor);
    let (freed, kept): (Vec<Hold>, Vec<Hold>) = seen.holds.into_iter().partition(goes);
    if freed.is_empty() && (whose == Whose::Own || seen.expected.is_none()) {
        return Err(match kept.into_iter().next() {
            Some(hold) => Refusal::Held { environment: environment.clone(), hold: Box::new(hold) },
            None => Refusal::NotHeld(environment.clone()),
        });
    }
    seen.holds = kept;
    Ok((change(environment, seen, change_id, facts.now), freed))
}

fn target(facts: &Facts, environment: &EnvName) -> Option<crate::domain::ObjectId> {
    facts.locks.known()?.iter().find(|lock| lock.environment == *environment).map(|lock| lock.target.clone())
}

/// The record without one claim: the end of a deployment. `None` where the claim is not there any more.
pub fn release(lock: &Lock, claim: &ClaimId, change_id: &ClaimId, at: Timestamp) -> Option<LockChange> {
    let record = lock.record.as_ref()?;
    if !record.holds.iter().any(|hold| hold.claim == *claim) {
        return None;
    }
    let holds = record.live(at).filter(|hold| hold.claim != *claim).cloned().collect();
    let seen = Seen { expected: Some(lock.target.clone()), holds };
    Some(change(&lock.environment, seen, change_id, at))
}

/// The records without a closed pull request's sticky holds: one change an environment that has any.
pub fn free_pull(locks: &[Lock], pull: PullNumber, fresh: &mut dyn FnMut() -> ClaimId, at: Timestamp) -> Vec<LockChange> {
    let stuck = |hold: &Hold| hold.kind == LockKind::Sticky && hold.pull == pull;
    let mut changes = Vec::new();
    for lock in locks {
        let Some(record) = lock.record.as_ref().filter(|record| record.holds.iter().any(stuck)) else { continue };
        let holds = record.live(at).filter(|hold| !stuck(hold)).cloned().collect();
        changes.push(change(&lock.environment, Seen { expected: Some(lock.target.clone()), holds }, &fresh(), at));
    }
    changes
}

/// Why a run may not carry a dispatched deployment out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotTaken {
    /// The claim is not in the lock.
    #[error("the lock of {0} is not held for it any more: it was freed, or has expired")]
    Gone(EnvName),
    /// The job that gated it deploys it.
    #[error("it was not dispatched: the job that created it deploys it")]
    NotDispatched,
    /// Another repository was asked to carry it out.
    #[error("it was dispatched to {0}")]
    Elsewhere(RepoSlug),
    /// Another run was faster.
    #[error("run {0} carries it out already")]
    ByAnother(RunId),
    /// The lock's record cannot be read.
    #[error("the lock of {0} cannot be read")]
    Unreadable(EnvName),
}

/// What a run must do to hold a dispatched deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It holds it already: another job of the run, or an earlier attempt, has taken it over.
    Already,
    /// Swap this in.
    By(LockChange),
}

/// A run that carries a dispatched deployment out.
#[derive(Clone, Copy, Debug)]
pub struct Taker<'a> {
    /// The claim.
    pub claim: &'a ClaimId,
    /// The repository in which the run is.
    pub repository: &'a RepoSlug,
    /// The run.
    pub run: RunId,
    /// Which attempt of it.
    pub attempt: Option<u64>,
}

/// The record in which a run has taken a dispatched deployment's hold over. Of several runs exactly one can: the others lose the swap, and see it.
///
/// # Errors
/// [`NotTaken`].
pub fn take_over(lock: Option<&Lock>, environment: &EnvName, taker: &Taker<'_>, (id, at): (&ClaimId, Timestamp)) -> Result<Taken, NotTaken> {
    let gone = || NotTaken::Gone(environment.clone());
    let lock = lock.ok_or_else(gone)?;
    let record = lock.record.as_ref().ok_or_else(|| NotTaken::Unreadable(environment.clone()))?;
    let hold = record.live(at).find(|hold| hold.claim == *taker.claim && hold.kind == LockKind::Deployment).ok_or_else(gone)?;
    let carrier = hold.carrier.as_ref().ok_or(NotTaken::NotDispatched)?;
    if carrier.repository != *taker.repository {
        return Err(NotTaken::Elsewhere(carrier.repository.clone()));
    }
    match carrier.run {
        Some(run) if run == taker.run => return Ok(Taken::Already),
        Some(run) => return Err(NotTaken::ByAnother(run)),
        None => {}
    }
    let mut holds: Vec<Hold> = record.live(at).cloned().collect();
    for hold in holds.iter_mut().filter(|hold| hold.claim == *taker.claim) {
        hold.carrier = Some(Carrier { repository: taker.repository.clone(), run: Some(taker.run), attempt: taker.attempt });
    }
    Ok(Taken::By(change(environment, Seen { expected: Some(lock.target.clone()), holds }, id, at)))
}
