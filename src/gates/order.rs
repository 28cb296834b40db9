//! Gate `order` (row G11): the environments before this one have had the same commit, or the same tree.
//!
//! Only our own deployments count: made by the account we act under, with our payload. Anybody who may write deployments can make others.

use super::case::Case;
use super::registry::GateId;
use super::unknown::quoted;
use super::verdict::{Answer, Answering, ReasonSpec};
use crate::domain::{EnvName, PersonId, ServiceName};
use crate::facts::{Deployment, DeploymentState, Listing, Why};
use crate::intake::CommandName;
use crate::policy::OrderRule;

const MISSING: ReasonSpec = ReasonSpec { code: "order.missing", about: "An environment that comes before has not had this commit." };
const FAILED: ReasonSpec = ReasonSpec { code: "order.failed", about: "The deployment of this commit to an environment that comes before did not succeed." };
const RUNNING: ReasonSpec = ReasonSpec { code: "order.running", about: "The deployment of this commit to an environment that comes before is not finished." };
const UNKNOWN: ReasonSpec =
    ReasonSpec { code: "order.unknown", about: "The deployments could not be read, not far enough back, or nothing tells which of them are ours." };

/// Every reason that this gate can give.
pub const REASONS: &[ReasonSpec] = &[MISSING, FAILED, RUNNING, UNKNOWN];

/// Judges: for every environment before this one, a deployment of ours succeeded there, for everything that is asked for now.
pub fn judge(case: &Case<'_>) -> Answer {
    let mut answering = Answering::new(GateId::Order);
    if case.environment.after.is_empty() {
        answering.saw("no environment comes before this one");
        return answering.done();
    }
    match history(case) {
        Ok(history) => {
            for environment in &case.environment.after {
                history.judge(environment, &mut answering);
            }
        }
        Err(why) => {
            answering.unknown(&UNKNOWN, "what was deployed before could not be told", why);
        }
    }
    answering.done()
}

/// What was deployed, and what to look for in it.
struct History<'a> {
    case: &'a Case<'a>,
    deployments: &'a Listing<Deployment>,
    viewer: PersonId,
}

fn history<'a>(case: &'a Case<'a>) -> Result<History<'a>, Why> {
    let deployments = case.facts.deployments.get()?;
    let unknown = || Why::new("the server does not say which account we act under, so nothing tells which deployments are ours");
    let viewer = case.facts.viewer.as_ref().map(|viewer| viewer.id).ok_or_else(|| unknown().mended_by("use a token whose account the server names"))?;
    Ok(History { case, deployments, viewer })
}

/// How far a deployment came; the best one counts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Came {
    NotFar,
    Running,
    Through,
}

impl Came {
    fn of(deployment: &Deployment) -> Self {
        if deployment.succeeded() {
            Self::Through
        } else if deployment.is_running() {
            Self::Running
        } else {
            Self::NotFar
        }
    }
}

impl History<'_> {
    fn judge(&self, environment: &EnvName, answering: &mut Answering) {
        let services = &self.case.deploy.services;
        if services.is_empty() {
            self.judge_part(environment, None, answering);
        }
        for service in services {
            self.judge_part(environment, Some(service), answering);
        }
    }

    /// Judges one service, or the whole where none was named.
    fn judge_part(&self, environment: &EnvName, part: Option<&ServiceName>, answering: &mut Answering) {
        let what = self.what(part);
        // The listing is newest first, and of equals the first is kept.
        let best = self.candidates(environment, part).rev().max_by_key(|deployment| Came::of(deployment));
        let Some(best) = best else {
            self.say_missing(environment, part, answering);
            return;
        };
        let ended = best.states.first().map_or(best.created_at, |change| change.at);
        let state = best.state().map_or("not begun", word);
        answering.saw(format!("{environment}: deployment {} of {what} at {}, last state {state} at {ended}", best.id, best.created_at));
        self.say_newer_failure(environment, part, best, answering);
        match Came::of(best) {
            Came::Through => {}
            Came::Running => {
                answering.wait(&RUNNING, format!("the deployment {} of {what} to {environment} is not finished", best.id)).remedy("wait until it is finished");
            }
            Came::NotFar => {
                let remedy = format!("find out why it failed, then write `{}`", self.line(environment, part));
                answering.refuse(&FAILED, format!("the deployment {} of {what} to {environment} did not succeed", best.id)).remedy(remedy);
            }
        }
    }

    fn say_missing(&self, environment: &EnvName, part: Option<&ServiceName>, answering: &mut Answering) {
        let what = self.what(part);
        for other in self.deployments.items.iter().filter(|other| other.is_in(environment) && self.is_same(other)) {
            let why = if self.is_ours(other) {
                format!("it covered only {}", quoted(other.payload.iter().flat_map(|payload| &payload.services).map(ServiceName::as_str)))
            } else {
                "it is not one of ours".to_owned()
            };
            answering.saw(format!("{environment}: deployment {} at {} does not count: {why}", other.id, other.created_at));
        }
        answering.saw(format!("{environment}: no deployment of {what} among the {} read, of {}", self.deployments.items.len(), self.deployments.total));
        let (spec, what) = if self.deployments.complete {
            (&MISSING, format!("{environment} has not had {what}"))
        } else {
            (&UNKNOWN, format!("{environment} has not had {what} lately, and older deployments were not read"))
        };
        answering.refuse(spec, what).remedy(format!("write `{}`", self.line(environment, part)));
    }

    /// A success counts although a later try failed; a reader should know.
    fn say_newer_failure(&self, environment: &EnvName, part: Option<&ServiceName>, best: &Deployment, answering: &mut Answering) {
        let newest = self.candidates(environment, part).next().filter(|newest| newest.id != best.id);
        if let Some(newest) = newest {
            let ended = if Came::of(newest) == Came::Running { "is not finished" } else { "did not succeed" };
            answering.saw(format!("{environment}: the newer deployment {} of the same at {} {ended}", newest.id, newest.created_at));
        }
    }

    fn candidates(&self, environment: &EnvName, part: Option<&ServiceName>) -> impl DoubleEndedIterator<Item = &Deployment> {
        self.deployments
            .items
            .iter()
            .filter(move |deployment| deployment.is_in(environment) && self.is_same(deployment) && self.is_ours(deployment) && deployment.covers(part))
    }

    fn is_same(&self, deployment: &Deployment) -> bool {
        let pull = &self.case.facts.pull;
        match self.case.environment.gates.order {
            OrderRule::Commit => deployment.sha == pull.head,
            OrderRule::Tree => deployment.sha == pull.head || deployment.tree.as_ref() == Some(&pull.head_tree),
        }
    }

    fn is_ours(&self, deployment: &Deployment) -> bool {
        deployment.payload.is_some() && deployment.creator == Some(self.viewer)
    }

    fn what(&self, part: Option<&ServiceName>) -> String {
        let pull = &self.case.facts.pull;
        let commit = match self.case.environment.gates.order {
            OrderRule::Commit => format!("the commit {}", pull.head.short()),
            OrderRule::Tree => format!("the tree of the commit {}", pull.head.short()),
        };
        part.map_or_else(|| commit.clone(), |service| format!("`{service}` of {commit}"))
    }

    fn line(&self, environment: &EnvName, part: Option<&ServiceName>) -> String {
        let service = part.map(|service| format!(" {service}")).unwrap_or_default();
        format!("{}{} {environment}{service}", self.case.policy.commands.prefix, CommandName::Deploy.as_str())
    }
}

fn word(state: DeploymentState) -> &'static str {
    match state {
        DeploymentState::Queued => "queued",
        DeploymentState::Pending => "pending",
        DeploymentState::InProgress => "in progress",
        DeploymentState::Success => "success",
        DeploymentState::Failure => "failure",
        DeploymentState::Error => "error",
        DeploymentState::Inactive => "inactive",
        DeploymentState::Unknown => "one that we do not know",
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{World, commit, reasons, saw};
    use super::super::verdict::Judgement::{NoGo, Waiting};
    use super::*;
    use crate::domain::{DeploymentId, ObjectId};
    use crate::facts::{Fact, StateChange};

    type Change = fn(&mut Deployment);

    fn deployments(world: &mut World) -> &mut Listing<Deployment> {
        match &mut world.facts.deployments {
            Fact::Known(listing) => listing,
            other => panic!("the base facts know the deployments: {other:?}"),
        }
    }

    /// Staging had the head at 10:50; this changes that deployment.
    fn with(change: Change) -> World {
        let mut world = World::new();
        change(&mut deployments(&mut world).items[0]);
        world
    }

    fn state(deployment: &mut Deployment, state: DeploymentState) {
        deployment.states = vec![StateChange { state, at: deployment.created_at, log_url: None }];
    }

    fn services(names: &[&str]) -> Vec<ServiceName> {
        names.iter().map(|name| ServiceName::new(*name).expect("a name")).collect()
    }

    #[test]
    fn g11_the_first_environment_comes_after_none() {
        let mut world = World::new();
        world.environment().after.clear();
        world.facts.deployments = Fact::NotAsked;
        assert!(saw(&world.ask(judge), "no environment comes before"));
    }

    #[test]
    fn g11_a_success_of_the_same_commit_before_is_go_with_its_id_and_time() {
        let answer = World::new().ask(judge);
        assert!(reasons(&answer).is_empty() && saw(&answer, "staging: deployment 501 of the commit abababababab at 2026-03-10T10:45:00Z"));
        assert_eq!(reasons(&with(|one| one.environment = "Staging".to_owned()).ask(judge)), [], "the server's names do not distinguish case");
        assert_eq!(
            reasons(&with(|one| one.states.insert(0, StateChange { state: DeploymentState::Inactive, at: one.created_at, log_url: None })).ask(judge)),
            []
        );
    }

    #[test]
    fn g11_what_is_not_ours_or_elsewhere_or_another_commit_does_not_count() {
        let changes: [Change; 6] = [
            |one| one.creator = Some(PersonId(7)),
            |one| one.creator = None,
            |one| one.payload = None,
            |one| one.environment = "staging-eu".to_owned(),
            |one| one.sha = commit("00"),
            |one| (one.sha, one.tree) = (commit("00"), None),
        ];
        for (index, change) in changes.into_iter().enumerate() {
            let answer = with(change).ask(judge);
            assert_eq!(reasons(&answer), [(NoGo, "order.missing")], "change {index}");
            assert_eq!(answer.reasons[0].remedy.as_deref(), Some("write `/deploy staging`"));
        }
        assert!(saw(&with(|one| one.payload = None).ask(judge), "deployment 501 at 2026-03-10T10:45:00Z does not count: it is not one of ours"));
    }

    #[test]
    fn g11_running_is_waiting_and_failed_is_no() {
        for running in [DeploymentState::Queued, DeploymentState::Pending, DeploymentState::InProgress] {
            let mut world = World::new();
            state(&mut deployments(&mut world).items[0], running);
            assert_eq!(reasons(&world.ask(judge)), [(Waiting, "order.running")], "{running:?}");
        }
        for failed in [DeploymentState::Failure, DeploymentState::Error, DeploymentState::Inactive] {
            let mut world = World::new();
            state(&mut deployments(&mut world).items[0], failed);
            assert_eq!(reasons(&world.ask(judge)), [(NoGo, "order.failed")], "{failed:?}");
        }
        assert_eq!(reasons(&with(|one| one.states.clear()).ask(judge)), [(Waiting, "order.running")]);
    }

    #[test]
    fn g11_one_success_is_enough_and_a_newer_failure_is_said() {
        let mut world = World::new();
        let mut newer = deployments(&mut world).items[0].clone();
        newer.id = DeploymentId(502);
        state(&mut newer, DeploymentState::Failure);
        deployments(&mut world).items.insert(0, newer);
        let answer = world.ask(judge);
        assert!(reasons(&answer).is_empty() && saw(&answer, "the newer deployment 502 of the same at 2026-03-10T10:45:00Z did not succeed"), "{answer:#?}");
    }

    #[test]
    fn g11_the_same_tree_counts_only_where_the_policy_says_so() {
        let mut world = with(|one| one.sha = commit("00"));
        assert_eq!(reasons(&world.ask(judge)), [(NoGo, "order.missing")]);
        world.gates().order = OrderRule::Tree;
        assert_eq!(reasons(&world.ask(judge)), []);
        deployments(&mut world).items[0].tree = Some(ObjectId::new("00".repeat(20)).expect("an id"));
        assert_eq!(reasons(&world.ask(judge)), [(NoGo, "order.missing")]);
        deployments(&mut world).items[0].tree = None;
        assert_eq!(reasons(&world.ask(judge)), [(NoGo, "order.missing")]);
    }

    #[test]
    fn g11_the_services_asked_for_must_have_been_deployed_before() {
        let ask = |wanted: &[&str], had: &[&str]| {
            let mut world = World::new();
            world.deploy().services = services(wanted);
            deployments(&mut world).items[0].payload.as_mut().expect("ours").services = services(had);
            world.ask(judge)
        };
        assert_eq!(reasons(&ask(&["shop"], &[])), []);
        assert_eq!(reasons(&ask(&["shop"], &["shop", "ledger"])), []);
        let answer = ask(&["shop", "mail"], &["shop"]);
        assert_eq!(reasons(&answer), [(NoGo, "order.missing")]);
        assert_eq!(answer.reasons[0].remedy.as_deref(), Some("write `/deploy staging mail`"));
        let answer = ask(&[], &["shop"]);
        assert_eq!(reasons(&answer), [(NoGo, "order.missing")], "everything is more than one service");
        assert!(saw(&answer, "does not count: it covered only `shop`"));
    }

    #[test]
    fn g11_every_environment_before_is_asked() {
        let mut world = World::new();
        let staging = world.policy.environments[0].clone();
        world.policy.environments.insert(0, crate::policy::Environment { name: EnvName::new("canary").expect("a name"), ..staging });
        world.environment().after.push(EnvName::new("canary").expect("a name"));
        let answer = world.ask(judge);
        assert_eq!(reasons(&answer), [(NoGo, "order.missing")]);
        assert!(answer.reasons[0].what.starts_with("canary"));
    }

    #[test]
    fn g11_what_could_not_be_read_or_attributed_is_no() {
        let mut world = World::new();
        world.facts.viewer = None;
        assert_eq!(reasons(&world.ask(judge)), [(NoGo, "order.unknown")]);
        let mut world = World::new();
        world.facts.deployments = Fact::Unavailable(Why::new("502"));
        assert_eq!(reasons(&world.ask(judge)), [(NoGo, "order.unknown")]);
        let mut world = World::new();
        (deployments(&mut world).complete, deployments(&mut world).total) = (false, 400);
        assert_eq!(reasons(&world.ask(judge)), [], "what was read is enough");
        deployments(&mut world).items[0].sha = commit("00");
        assert_eq!(reasons(&world.ask(judge)), [(NoGo, "order.unknown")]);
    }
}
