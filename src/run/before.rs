//! What became of this request before: the same event may be delivered twice, and a job may be run again (row C5).
//!
//! A deployment that an earlier run of the request left behind is carried on with; one that runs in a job that is alive, or that has
//! ended, is left alone. Whoever may be alive is alive: nobody's claim is taken over on a guess.

use jiff::Timestamp;

use super::decide::Asked;
use super::{RunError, World};
use crate::domain::{CommitSha, DeploymentId, RunId};
use crate::facts::{ClaimId, Deployment, DeploymentState, DispatchedTo, Hold, LockKind, RunState};
use crate::perform::Launch;
use crate::plan;
use crate::ports::{Forge, ForgeError, Programs, Repo, Survey};

/// What became of a request before.
#[derive(Debug)]
pub(super) enum Before {
    /// Nothing that counts: it is judged.
    Nothing,
    /// A deployment was created, and whoever created it is gone.
    Left(Left),
    /// There is nothing to do, and why.
    Settled(String),
}

/// A deployment with the claim of its lock.
#[derive(Clone, Debug)]
pub(super) struct Left {
    pub(super) id: DeploymentId,
    pub(super) claim: ClaimId,
    pub(super) sha: CommitSha,
    /// When it was created, by the server's clock.
    pub(super) since: Timestamp,
    /// Where it was to be dispatched to, where another workflow deploys. Nobody has taken it over.
    pub(super) dispatched_to: Option<DispatchedTo>,
}

impl Left {
    /// What was just started.
    pub(super) fn new(id: DeploymentId, launch: &Launch<'_>) -> Self {
        let sha = launch.clearance.commit().clone();
        Self { id, claim: launch.claim.clone(), sha, since: launch.facts.now, dispatched_to: launch.dispatched_to.cloned() }
    }
}

/// How many deployments of one environment are read back at once.
const MOST: usize = 30;

/// Looks, in what the survey saw, and at the run behind a deployment or hold of this request where there is one. `claim` is this very attempt's.
///
/// # Errors
/// [`RunError`] where nobody can tell: then nothing may be deployed.
pub(super) async fn before<F: Forge, R: Repo, P: Programs>(
    world: &World<'_, F, R, P>,
    survey: &Survey,
    asked: &Asked<'_>,
    claim: &ClaimId,
) -> Result<Before, RunError> {
    let deployments = of_request(world.forge, survey, asked).await?;
    let hold = holds(survey).find(|hold| hold.kind == LockKind::Deployment && hold.request == asked.request.key && hold.is_live(survey.now));
    let Some(deployment) = deployments.iter().find(|deployment| deployment.is_running()) else {
        if !deployments.is_empty() {
            return Ok(Before::Settled(
                "this command was carried out already: the event was delivered again. To deploy again, give the command again".to_owned(),
            ));
        }
        let Some(hold) = hold.filter(|hold| hold.claim != *claim) else { return Ok(Before::Nothing) };
        let gone = gone(world, hold.run, hold.attempt).await?;
        return Ok(if gone { Before::Nothing } else { Before::Settled(alive(hold.run)) });
    };
    let Some(payload) = &deployment.payload else { return Ok(Before::Nothing) };
    if let Some(run) = hold.and_then(|hold| hold.carrier.as_ref()).and_then(|carrier| carrier.run) {
        // Its own workflow carries it out; where that is over, it is ended now.
        super::orphans::end_one(world, survey, (deployment, payload)).await?;
        return Ok(Before::Settled(format!("this command was dispatched already, and run {run} carries it out")));
    }
    if payload.dispatched_to.is_some() && deployment.state() == Some(DeploymentState::Queued) {
        super::orphans::end_one(world, survey, (deployment, payload)).await?;
        return Ok(Before::Settled("this command was dispatched already".to_owned()));
    }
    let (run, attempt) = hold.map_or((payload.run, payload.attempt), |hold| (hold.run, hold.attempt));
    if !gone(world, run, attempt).await? {
        return Ok(Before::Settled(alive(run)));
    }
    Ok(Before::Left(Left {
        id: deployment.id,
        claim: payload.claim.clone(),
        sha: deployment.sha.clone(),
        since: deployment.created_at,
        dispatched_to: payload.dispatched_to.clone(),
    }))
}

/// Every hold that the survey saw.
pub(super) fn holds(survey: &Survey) -> impl Iterator<Item = &Hold> {
    let locks = survey.locks.known().map(Vec::as_slice).unwrap_or_default();
    locks.iter().filter_map(|lock| lock.record.as_ref()).flat_map(|record| &record.holds)
}

/// The deployments of this request. Where the survey's list ends before the request was made, the environment's own is asked.
async fn of_request<F: Forge>(forge: &F, survey: &Survey, asked: &Asked<'_>) -> Result<Vec<Deployment>, RunError> {
    let ours = |deployment: &Deployment| plan::is_ours(deployment, survey.viewer.as_ref());
    let of_this = |deployment: &Deployment| ours(deployment) && deployment.payload.as_ref().is_some_and(|payload| payload.request == asked.request.key);
    let reaches = |items: &[Deployment]| items.iter().any(|deployment| deployment.created_at < asked.request.at);
    if let Some(list) = survey.deployments.known().filter(|list| list.complete || reaches(&list.items) || list.items.iter().any(of_this)) {
        return Ok(list.items.iter().filter(|deployment| of_this(deployment)).cloned().collect());
    }
    let items = forge.deployments(&asked.environment.name).await?;
    if items.len() >= MOST && !reaches(&items) && !items.iter().any(of_this) {
        let why = "there were too many deployments since this command to tell whether it was carried out; give the command again";
        return Err(RunError::Usage(why.to_owned()));
    }
    Ok(items.into_iter().filter(of_this).collect())
}

/// True where whoever ran this is gone for certain: the run is over, or it is this run and an earlier attempt of it.
async fn gone<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, run: Option<RunId>, attempt: Option<u64>) -> Result<bool, ForgeError> {
    match run {
        None => Ok(false),
        Some(run) if world.run == Some(run) => Ok(world.attempt > attempt),
        Some(run) => Ok(world.forge.run_state(run).await? == RunState::Over),
    }
}

fn alive(run: Option<RunId>) -> String {
    match run {
        Some(run) => format!("this command is being carried out already, by run {run}"),
        None => "this command is being carried out already, by nobody knows which run".to_owned(),
    }
}
