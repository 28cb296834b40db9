//! `/cancel`: withdraws a deployment that waits, and stops one that runs (row D7). What a running one leaves is ended by its own workflow, or by the
//! next event.

use super::before::holds;
use super::deploy::{Withdrawn, react, withdraw};
use super::ended::{self, Orphan, Told};
use super::replies::{One, entry, refuse, reply};
use super::{Outcome, RunError, World, grammar, orphans};
use crate::audit::{AuditEvent, Outcome as AuditOutcome};
use crate::domain::{RepoSlug, RunId};
use crate::facts::{Deployment, DeploymentPayload, DispatchedTo};
use crate::gather;
use crate::intake::Request;
use crate::perform::{Ended, Ending, Holder};
use crate::plan;
use crate::policy::Environment;
use crate::ports::{Forge, ForgeFault, Programs, Reaction, Repo, Stopping};
use crate::report::escape::{code, sentence};

/// A deployment that runs.
type Running<'a> = (&'a Deployment, &'a DeploymentPayload);

/// Withdraws what waits for this environment in this pull request, or stops what runs.
pub(super) async fn cancel<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, one: &One<'_>, environment: &Environment) -> Result<Outcome, RunError> {
    if let Some(waiting) = waiting(one, environment) {
        return Ok(withdrawn(world, one, environment, &waiting).await);
    }
    let ours = |(_, payload): &Running<'_>| payload.pull == one.request.pull && payload.environment == environment.name;
    let Some(running) = orphans::running(one.survey).find(ours) else {
        let text = format!("No deployment of this pull request to {} is waiting or running.", code(environment.name.as_str()));
        return Ok(refuse(world, one, "There is nothing to cancel", &text).await);
    };
    match &running.1.dispatched_to {
        Some(to) => stop_dispatched(world, one, (running, to)).await,
        None => stop_here(world, one, running).await,
    }
}

/// The newest request that waits, of those given before.
fn waiting(one: &One<'_>, environment: &Environment) -> Option<Request> {
    let policy = &one.trusted.policy;
    let requests = plan::requests(&one.survey.pull, &grammar(policy), &policy.commands.apps);
    let before: Vec<Request> = requests.into_iter().take_while(|request| request.key != one.request.key).collect();
    let pending = plan::pending(&before, policy, &gather::from_survey(one.survey));
    pending.into_iter().find(|(name, _)| *name == environment.name).map(|(_, request)| request)
}

async fn withdrawn<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, one: &One<'_>, environment: &Environment, waiting: &Request) -> Outcome {
    let why = format!("{} withdrew it.", one.request.actor.login);
    if !withdraw(world, waiting, &Withdrawn { environment: &environment.name, pull: &one.survey.pull, why: &why }).await {
        return refuse(world, one, "It still waits", "Its comment could not be rewritten. Give the command again.").await;
    }
    react(world, one.request, Reaction::PlusOne).await;
    let note = entry(one, Some(&environment.name)).outcome(AuditOutcome::Cancelled).detail("reason", why.as_str()).detail("withdrawn", waiting.key.as_str());
    world.acting().note(AuditEvent::DeploymentCancelled, note);
    Outcome::done(format!("cancelled: {}", environment.name))
}

/// One that runs in the job that gated it: its run is cancelled, and its post step ends it.
async fn stop_here<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, one: &One<'_>, running: Running<'_>) -> Result<Outcome, RunError> {
    let (deployment, payload) = running;
    let hold = holds(one.survey).find(|hold| hold.claim == payload.claim);
    let Some(run) = hold.map_or(payload.run, |hold| hold.run) else {
        let text = "Nobody knows which run carries it out. `unlock` with `--force` and a reason frees its lock.";
        return Ok(refuse(world, one, "The deployment could not be stopped", &sentence(text)).await);
    };
    if Some(run) == world.run {
        return Ok(refuse(world, one, "The deployment was not stopped", "Another command of the same comment deploys in this very job.").await);
    }
    let stopped = stop(world, one, (running, &one.survey.repository.slug, run)).await?;
    if stopped == Some(Stopping::Over) {
        orphans::end_one(world, one.survey, (deployment, payload)).await?;
    }
    Ok(said(world, one, (running, Some(run), stopped)).await)
}

/// One that was dispatched: its run is cancelled. Where no run has taken it over, it is ended at once, and a run that comes later is not let in.
async fn stop_dispatched<F: Forge, R: Repo, P: Programs>(
    world: &World<'_, F, R, P>,
    one: &One<'_>,
    (running, to): (Running<'_>, &DispatchedTo),
) -> Result<Outcome, RunError> {
    let (deployment, payload) = running;
    let run = ended::run_of(world, one.survey, (deployment, payload, to)).await?;
    let stopped = match run {
        Some(run) => stop(world, one, (running, &to.repository, run)).await?,
        None => Some(Stopping::Asked),
    };
    if stopped == Some(Stopping::Over) {
        ended::end_dispatched(world, one.survey, (deployment, payload, to)).await?;
    } else if stopped == Some(Stopping::Asked) {
        let why = format!("{} cancelled it before its workflow had begun.", one.request.actor.login);
        let told = Told { ending: Ending::Cancelled, why: &why, holder: Holder::Nobody, log: None, failed_job: None };
        let ended = ended::end(world, &Orphan::of(one.survey, deployment, payload), &told).await?;
        if ended == Ended::Now {
            react(world, one.request, Reaction::PlusOne).await;
            noted(world, one, running, "it had not begun");
            let text = format!("It had not begun: nothing of it will be deployed. The lock of {} is free.", code(payload.environment.as_str()));
            return Ok(reply(world, one, "🚫 The deployment is cancelled", &text).await);
        }
    }
    Ok(said(world, one, (running, run, stopped)).await)
}

/// Asks a run to stop; `None` where the token may not, which is said already in the log.
async fn stop<F: Forge, R: Repo, P: Programs>(
    world: &World<'_, F, R, P>,
    one: &One<'_>,
    (running, repository, run): (Running<'_>, &RepoSlug, RunId),
) -> Result<Option<Stopping>, RunError> {
    match world.forge.cancel_run(repository, run).await {
        Ok(stopping) => {
            if stopping == Stopping::Asked {
                noted(world, one, running, &format!("run {run} was asked to stop"));
            }
            Ok(Some(stopping))
        }
        Err(error) if matches!(error.fault, ForgeFault::Forbidden { .. } | ForgeFault::NotFound { .. }) => {
            tracing::warn!("run {run} could not be cancelled: {error}");
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

fn noted<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, one: &One<'_>, (deployment, payload): Running<'_>, how: &str) {
    let why = format!("{} cancelled it: {how}", one.request.actor.login);
    let note = entry(one, Some(&payload.environment)).outcome(AuditOutcome::Cancelled).detail("reason", why);
    world.acting().note(AuditEvent::DeploymentCancelled, note.detail("deployment_id", deployment.id.0));
}

/// What is said to whoever cancelled.
async fn said<F: Forge, R: Repo, P: Programs>(
    world: &World<'_, F, R, P>,
    one: &One<'_>,
    (running, run, stopped): (Running<'_>, Option<RunId>, Option<Stopping>),
) -> Outcome {
    let run = run.map_or_else(|| "Its run".to_owned(), |run| format!("Run {run}"));
    let environment = code(running.1.environment.as_str());
    match stopped {
        Some(Stopping::Asked) => {
            react(world, one.request, Reaction::PlusOne).await;
            let text = format!("{run} was asked to stop. Once it has, the deployment's own comment says how it ended, and the lock of {environment} is free.");
            reply(world, one, "🚫 The deployment is being cancelled", &text).await
        }
        Some(Stopping::Over) => {
            let text = format!("{run} is over already; the deployment's own comment says how it ended, and the lock of {environment} is free.");
            reply(world, one, "The deployment is over", &text).await
        }
        None => {
            let text = "The token may not cancel it: give it the permission `actions: write` (in another repository the input `dispatch-token`).";
            refuse(world, one, "The deployment could not be stopped", &format!("{run}: {}", sentence(text))).await
        }
    }
}
