//! Gate `lock` (row G10): nobody else holds the environment, or the services asked for.
//!
//! A deployment's hold belongs to a request, not to a person: the same person's other deployment waits too. This only judges; claiming the lock
//! is an effect, and the server's compare-and-swap decides a race.

use super::case::Case;
use super::registry::GateId;
use super::unknown::quoted;
use super::verdict::{Answer, Answering, ReasonSpec};
use crate::domain::{RunId, ServiceName, shown};
use crate::facts::{Fact, Hold, LockKind, LockRecord, RunState, Why};
use crate::intake::CommandName;

const HELD: ReasonSpec = ReasonSpec { code: "lock.held", about: "Somebody else has locked the environment." };
const BUSY: ReasonSpec = ReasonSpec { code: "lock.busy", about: "Another deployment to the environment is running." };
const UNREADABLE: ReasonSpec = ReasonSpec { code: "lock.unreadable", about: "The environment's lock cannot be read: it is held by nobody knows whom." };
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
    hold.keeper().filter(|run| matches!(case.facts.runs.get(run), Some(Fact::Known(RunState::Over))))
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
            answering.wait(&HELD, format!("{environment} is locked {}", text.trim_start_matches("a lock "))).remedy(remedy).by([owner.clone()]);
        }
        Standing::Busy => {
            answering.saw(text.clone());
            if let Some(Fact::Unavailable(why)) = hold.keeper().and_then(|run| case.facts.runs.get(&run)) {
                answering.saw(format!("whether its run is still going could not be told: {}", why.what));
            }
            let remedy = format!("wait until the deployment of #{} is finished", hold.pull);
            answering.wait(&BUSY, format!("{environment} is busy: {text}")).remedy(remedy);
        }
    }
}

/// One line: who holds what, from where, since when, until when, and why.
fn described(hold: &Hold) -> String {
    let kind = match hold.kind {
        LockKind::Deployment => "a deployment",
        LockKind::Sticky => "a lock",
    };
    let services = match &hold.services[..] {
        [] => String::new(),
        some => format!(", of {}", quoted(some.iter().map(ServiceName::as_str))),
    };
    let until = hold.until.map(|until| format!(", until {until}")).unwrap_or_default();
    let reason = hold.reason.as_ref().map(|reason| format!(", because: {}", shown(reason.as_str()))).unwrap_or_default();
    format!("{kind} by @{} from #{}{services}, since {}{until}{reason}", hold.person.login, hold.pull, hold.since)
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{World, human, octavia, reasons, saw};
    use super::super::verdict::Judgement::{NoGo, Waiting};
    use super::*;
    use crate::domain::{EnvName, ObjectId, Person, PullNumber, Reason, RequestKey};
    use crate::facts::{ClaimId, Lock};

    fn hold(by: Person, kind: LockKind) -> Hold {
        Hold {
            claim: ClaimId::new("0".repeat(32)).expect("a claim"),
            request: RequestKey::new("comment-4900-0").expect("a key"),
            person: by,
            pull: PullNumber(11),
            kind,
            run: None,
            attempt: None,
            carrier: None,
            services: Vec::new(),
            reason: Some(Reason::new("load test").expect("a reason")),
            since: "2026-03-10T11:00:00Z".parse().expect("a time"),
            until: Some("2026-03-10T17:00:00Z".parse().expect("a time")),
        }
    }

    fn rosa() -> Person {
        human(201, "rosa")
    }

    fn locked(environment: &str, record: Option<LockRecord>) -> World {
        let mut world = World::new();
        let lock = Lock { environment: EnvName::new(environment).expect("a name"), target: ObjectId::new("11".repeat(20)).expect("an id"), record };
        world.facts.locks = Fact::Known(vec![lock]);
        world
    }

    fn record(holds: Vec<Hold>) -> LockRecord {
        let at = "2026-03-10T11:00:00Z".parse().expect("a time");
        LockRecord { schema_version: 1, change: ClaimId::new("1".repeat(32)).expect("a claim"), at, holds, audit_head: None }
    }

    fn held(holds: Vec<Hold>) -> World {
        locked("production", Some(record(holds)))
    }

    fn in_the_way(world: &World) -> usize {
        holds_in_the_way(&world.case()).expect("the locks are known").len()
    }

    fn dead(world: &World) -> usize {
        dead_holds(&world.case()).expect("the locks are known").len()
    }

    fn services(names: &[&str]) -> Vec<ServiceName> {
        names.iter().map(|name| ServiceName::new(*name).expect("a name")).collect()
    }

    #[test]
    fn g10_what_nobody_holds_is_free() {
        assert!(saw(&World::new().ask(judge), "production is not locked"));
        assert!(saw(&held(Vec::new()).ask(judge), "production is not locked"));
        let elsewhere = locked("staging", Some(record(vec![hold(rosa(), LockKind::Sticky)])));
        assert_eq!(reasons(&elsewhere.ask(judge)), []);
    }

    #[test]
    fn g10_another_persons_lock_is_waiting_with_owner_reason_and_times() {
        let world = held(vec![hold(rosa(), LockKind::Sticky)]);
        let answer = world.ask(judge);
        assert_eq!(reasons(&answer), [(Waiting, "lock.held")]);
        let said = "production is locked by @rosa from #11, since 2026-03-10T11:00:00Z, until 2026-03-10T17:00:00Z, because: load test";
        assert_eq!(answer.reasons[0].what, said);
        assert_eq!(answer.reasons[0].remedy.as_deref(), Some("ask @rosa to write `/unlock production`, or wait until 2026-03-10T17:00:00Z"));
        assert_eq!(answer.reasons[0].who, [rosa().login]);
        assert_eq!((in_the_way(&world), dead(&world)), (1, 0));
    }

    #[test]
    fn g10_ones_own_lock_keeps_only_others_out() {
        let world = held(vec![hold(human(100, "octavia-renamed"), LockKind::Sticky)]);
        let answer = world.ask(judge);
        assert!(reasons(&answer).is_empty() && saw(&answer, "locked by the same person"));
        assert_eq!((in_the_way(&world), dead(&world)), (0, 0));
        assert_eq!(reasons(&held(vec![hold(human(7, "octavia"), LockKind::Sticky)]).ask(judge)), [(Waiting, "lock.held")], "people are their ids");
    }

    #[test]
    fn g10_a_running_deployment_is_in_the_way_of_the_same_persons_other_one() {
        let world = held(vec![hold(octavia(), LockKind::Deployment)]);
        let answer = world.ask(judge);
        assert_eq!(reasons(&answer), [(Waiting, "lock.busy")]);
        assert_eq!(answer.reasons[0].remedy.as_deref(), Some("wait until the deployment of #11 is finished"));
        assert_eq!(in_the_way(&world), 1);
    }

    #[test]
    fn c5_a_redelivered_request_recognises_its_own_claim() {
        let mut world = held(vec![hold(octavia(), LockKind::Deployment)]);
        world.request.key = RequestKey::new("comment-4900-0").expect("a key");
        let answer = world.ask(judge);
        assert!(reasons(&answer).is_empty() && saw(&answer, "already ours"));
        world.facts.now = "2026-03-11T17:00:00Z".parse().expect("a time");
        assert_eq!((in_the_way(&world), dead(&world)), (0, 0), "one's own claim is never dead");
    }

    #[test]
    fn g10_expiry_frees_to_the_second() {
        let mut world = held(vec![hold(rosa(), LockKind::Sticky), hold(rosa(), LockKind::Deployment)]);
        world.facts.now = "2026-03-10T16:59:59Z".parse().expect("a time");
        assert_eq!((reasons(&world.ask(judge)).len(), dead(&world)), (2, 0));
        world.facts.now = "2026-03-10T17:00:00Z".parse().expect("a time");
        let answer = world.ask(judge);
        assert!(reasons(&answer).is_empty() && saw(&answer, "expired: a lock by @rosa"));
        assert_eq!((in_the_way(&world), dead(&world)), (0, 2));
    }

    #[test]
    fn g10_only_a_run_that_is_known_to_be_over_leaves_a_dead_hold() {
        let run = RunId(77);
        let mut world = held(vec![Hold { run: Some(run), ..hold(rosa(), LockKind::Deployment) }]);
        for state in [None, Some(Fact::NotAsked), Some(Fact::Unavailable(Why::new("502"))), Some(Fact::Known(RunState::Going))] {
            world.facts.runs = state.clone().into_iter().map(|state| (run, state)).collect();
            assert_eq!(reasons(&world.ask(judge)), [(Waiting, "lock.busy")], "{state:?}");
            assert_eq!((in_the_way(&world), dead(&world)), (1, 0));
        }
        world.facts.runs.insert(run, Fact::Known(RunState::Over));
        let answer = world.ask(judge);
        assert!(reasons(&answer).is_empty() && saw(&answer, "left by a run that is over (77)"));
        assert_eq!((in_the_way(&world), dead(&world)), (0, 1));
    }

    #[test]
    fn g10_services_are_held_one_by_one_and_the_whole_with_each() {
        let ask = |held_services: &[&str], wanted: &[&str]| {
            let mut world = held(vec![Hold { services: services(held_services), ..hold(rosa(), LockKind::Deployment) }]);
            world.deploy().services = services(wanted);
            world.ask(judge)
        };
        let free = ask(&["shop"], &["mail"]);
        assert!(reasons(&free).is_empty() && saw(&free, "not in the way"));
        for (held_services, wanted) in [(&["shop"][..], &["mail", "shop"][..]), (&["shop"], &[]), (&[], &["shop"]), (&[], &[])] {
            assert_eq!(reasons(&ask(held_services, wanted)), [(Waiting, "lock.busy")], "{held_services:?} {wanted:?}");
        }
    }

    #[test]
    fn g10_a_lock_that_nobody_can_read_is_held_by_nobody_knows_whom() {
        let world = locked("production", None);
        assert_eq!(reasons(&world.ask(judge)), [(NoGo, "lock.unreadable")]);
        assert_eq!(holds_in_the_way(&world.case()), Err(LockFault::Unreadable));
        let newer = locked("production", Some(LockRecord { schema_version: 2, ..record(Vec::new()) }));
        assert_eq!(reasons(&newer.ask(judge)), [(NoGo, "lock.unreadable")]);
        let mut unread = World::new();
        unread.facts.locks = Fact::Unavailable(Why::new("403"));
        assert_eq!(reasons(&unread.ask(judge)), [(NoGo, "lock.unknown")]);
        assert!(dead_holds(&unread.case()).is_err());
    }
}
