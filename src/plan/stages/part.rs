//! One environment, or one service in it: what was tried, what is there, how it stands.

use std::collections::BTreeSet;

use super::{About, History, Part, Standing, Try, View};
use crate::domain::ServiceName;
use crate::facts::{Deployment, DeploymentState, Fact, Hold, LockKind};
use crate::policy::Environment;

/// The environment that is looked at.
#[derive(Clone, Copy)]
pub(super) struct Case<'a> {
    pub(super) view: &'a View<'a>,
    pub(super) environment: &'a Environment,
    pub(super) holds: &'a Fact<Vec<Hold>>,
}

/// The parts of an environment. Where no service was ever named there is one: everything. A service that has nothing of its own to tell is left out.
pub(super) fn parts(case: &Case<'_>) -> Vec<Part> {
    let history = match case.view.history.get() {
        Ok(history) => history,
        Err(why) => {
            let note = format!("the deployments could not be read: {}", why.what);
            return vec![Part { service: None, standing: Standing::Unknown, newest: None, current: None, notes: vec![note] }];
        }
    };
    let named = Named::of(case, history);
    let whole = (named.whole || named.services.is_empty()).then(|| part(case, history, None));
    let mut parts: Vec<Part> = named.services.iter().map(|service| part(case, history, Some(service))).collect();
    if let Some(whole) = whole {
        parts.retain(|part| part.standing != whole.standing || part.newest.as_ref().is_some_and(|newest| whole.newest.as_ref() != Some(newest)));
        parts.insert(0, whole);
    }
    parts
}

/// What deployments and waiting commands name. For a pull request, in any environment: what one environment got is outstanding in the next.
struct Named {
    whole: bool,
    services: BTreeSet<ServiceName>,
}

impl Named {
    fn of(case: &Case<'_>, history: &History) -> Self {
        let (view, here) = (case.view, &case.environment.name);
        let mut named = Self { whole: false, services: BTreeSet::new() };
        let everywhere = matches!(view.about, About::Pull { .. });
        for deployment in history.all().filter(|deployment| everywhere || deployment.is_in(here)).filter(|one| view.counts(case.environment, one)) {
            named.add(deployment.payload.as_ref().map_or(&[][..], |payload| &payload.services));
        }
        if let About::Pull { waiting, .. } = view.about {
            for (_, request) in waiting {
                named.add(View::services_of(request));
            }
        }
        named
    }

    fn add(&mut self, services: &[ServiceName]) {
        self.whole |= services.is_empty();
        self.services.extend(services.iter().cloned());
    }
}

fn part(case: &Case<'_>, history: &History, service: Option<&ServiceName>) -> Part {
    let view = case.view;
    let ours = || history.of_environment(&case.environment.name).filter(|one| super::super::is_ours(one, view.deployer) && one.covers(service));
    let newest = ours().find(|one| view.counts(case.environment, one));
    let current = ours().find(|one| one.succeeded());
    let mut notes = Vec::new();
    let waits = waits(case, service);
    let standing = match newest {
        Some(one) if one.is_running() => running(case, one, &mut notes),
        Some(one) if one.succeeded() => {
            notes.extend(waits.map(|who| format!("{who}, once more")));
            Standing::Done
        }
        _ if waits.is_some() => {
            notes.extend(waits);
            Standing::Waiting
        }
        Some(_) => Standing::Failed,
        None => untried(case, history, service, &mut notes),
    };
    if standing == Standing::Failed && ours().any(|one| view.counts(case.environment, one) && one.succeeded()) {
        notes.push("an earlier try succeeded, and counts for the environments behind this one".to_owned());
    }
    Part { service: service.cloned(), standing, newest: newest.map(Try::of), current: current.map(Try::of), notes }
}

/// Who asked for it and since when it waits, where it does.
fn waits(case: &Case<'_>, service: Option<&ServiceName>) -> Option<String> {
    let request = case.view.waiting(&case.environment.name)?;
    let services = View::services_of(request);
    let this = services.is_empty() || service.is_some_and(|service| services.contains(service));
    this.then(|| format!("{} asked for it at {:.0}", request.actor.login, request.at))
}

/// A deployment that is not finished holds its lock.
fn running(case: &Case<'_>, deployment: &Deployment, notes: &mut Vec<String>) -> Standing {
    let held = case.holds.known().is_none_or(|holds| holds.iter().any(|hold| deployment.is_of(&hold.claim)));
    if !held {
        notes.push("it holds its lock no more: its run is probably over, and the next event ends it".to_owned());
    }
    Standing::Running
}

/// Nothing of it was deployed, as far as was read.
fn untried(case: &Case<'_>, history: &History, service: Option<&ServiceName>, notes: &mut Vec<String>) -> Standing {
    let wanted: Vec<ServiceName> = service.into_iter().cloned().collect();
    let (own, since) = match case.view.about {
        About::Repository => (None, None),
        About::Pull { pull, .. } => (Some(pull.number), Some(pull.created_at)),
    };
    let holds = match case.holds.get() {
        Ok(holds) => holds,
        Err(why) => {
            notes.push(why.what);
            return Standing::Unknown;
        }
    };
    let overlapping: Vec<&Hold> = holds.iter().filter(|hold| hold.overlaps(&wanted)).collect();
    if overlapping.iter().any(|hold| hold.kind == LockKind::Deployment && own.is_none_or(|own| hold.pull == own)) {
        return Standing::Running;
    }
    if !overlapping.is_empty() {
        return Standing::Locked;
    }
    if history.reaches(&case.environment.name, since) {
        return Standing::Outstanding;
    }
    let (read, total) = history.counts(&case.environment.name);
    notes.push(format!("it is not among the {read} deployments that were read, of {total}"));
    Standing::Unknown
}

impl Try {
    fn of(deployment: &Deployment) -> Self {
        let payload = deployment.payload.as_ref();
        Self {
            deployment: deployment.id,
            commit: deployment.sha.clone(),
            pull: payload.map(|payload| payload.pull),
            version: payload.and_then(|payload| payload.version.clone()),
            state: word(deployment.state()),
            at: deployment.states.first().map_or(deployment.created_at, |change| change.at),
            // What the server adds by itself (`inactive`) names no run.
            run_url: deployment.states.iter().find_map(|change| change.log_url.clone().filter(|url| !url.is_empty())),
        }
    }
}

fn word(state: Option<DeploymentState>) -> &'static str {
    match state {
        None => "created",
        Some(DeploymentState::Queued) => "queued",
        Some(DeploymentState::Pending) => "pending",
        Some(DeploymentState::InProgress) => "running",
        Some(DeploymentState::Success) => "succeeded",
        Some(DeploymentState::Failure) => "failed",
        Some(DeploymentState::Error) => "broken off",
        Some(DeploymentState::Inactive) => "replaced",
        Some(DeploymentState::Unknown) => "in an unknown state",
    }
}
