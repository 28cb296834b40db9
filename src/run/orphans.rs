//! Deployments whose run is over and whose post step never ran: any later event ends them. No request is made unless the survey shows a deployment of
//! ours that runs in another run.

use super::before::holds;
use super::decide::Asked;
use super::{RunError, World, ended};
use crate::domain::{EnvName, PullNumber, RunId};
use crate::facts::{ClaimId, Deployment, DeploymentPayload, Handle, Hold, RunState};
use crate::intake::Request;
use crate::perform::{Ending, Finished, Holder, Note, finish};
use crate::plan;
use crate::ports::{Ask, Forge, Programs, Repo, Survey};
use crate::report::escape::code;
use crate::report::markdown;

/// Ends every deployment in sight that nobody will end, but those of the requests just handled. What fails is logged: the next event tries again.
pub(super) async fn end<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, survey: &Survey, handled: &[Request]) {
    for (deployment, payload) in running(survey).filter(|(_, payload)| !handled.iter().any(|request| request.key == payload.request)) {
        if let Err(error) = end_one(world, survey, (deployment, payload)).await {
            tracing::warn!("deployment {} could not be ended for a run that is over: {error}", deployment.id);
        }
    }
}

/// Ends the dispatched deployments that keep others from an environment, where their runs are over: whoever wants to deploy need not come again. `true`
/// where one is over now.
pub(super) async fn make_way<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, survey: &Survey, asked: &Asked<'_>) -> bool {
    let mut ended = false;
    for (deployment, payload) in running(survey) {
        let other = payload.dispatched_to.is_some() && payload.environment == asked.environment.name && payload.request != asked.request.key;
        if other {
            match end_one(world, survey, (deployment, payload)).await {
                Ok(over) => ended |= over,
                Err(error) => tracing::warn!("deployment {} could not be ended for a run that is over: {error}", deployment.id),
            }
        }
    }
    ended
}

/// A run that was dispatched is over: the deployment that it carried out is ended, where it has not done so itself. It is named by the handle in the
/// run's name, or by the hold that the run has taken over.
pub(super) async fn run_over<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, run: RunId, handle: Option<&Handle>) -> Result<(), RunError> {
    let Some((environment, pull, claim)) = carried_by(world, run, handle).await? else { return Ok(()) };
    let ask = Ask { pull, comment_node: None, actor: None, own_run: world.run, words: None };
    let (survey, deployments) = tokio::join!(world.forge.survey(&ask), world.forge.deployments(&environment));
    let survey = survey?;
    let ours = |deployment: &&Deployment| deployment.is_running() && deployment.is_of(&claim) && plan::is_ours(deployment, survey.viewer.as_ref());
    if let Some(deployment) = deployments?.iter().find(ours)
        && let Some(payload) = &deployment.payload
    {
        end_one(world, &survey, (deployment, payload)).await?;
    }
    Ok(())
}

/// The deployment that a run carries out or was to: its environment, pull request and claim.
async fn carried_by<F: Forge, R: Repo, P: Programs>(
    world: &World<'_, F, R, P>,
    run: RunId,
    handle: Option<&Handle>,
) -> Result<Option<(EnvName, PullNumber, ClaimId)>, RunError> {
    let by_run = |hold: &&Hold| hold.carrier.as_ref().is_some_and(|carrier| carrier.run == Some(run) && carrier.repository == world.run_repository);
    let by_name = |hold: &&Hold| handle.is_some_and(|handle| hold.claim == handle.claim);
    for lock in world.forge.locks().await? {
        let hold = lock.record.iter().flat_map(|record| &record.holds).find(|hold| by_run(hold) || by_name(hold));
        if let Some(hold) = hold {
            return Ok(Some((lock.environment, hold.pull, hold.claim.clone())));
        }
    }
    let Some(handle) = handle else { return Ok(None) };
    let payload = world.forge.deployment(handle.deployment).await?.and_then(|deployment| deployment.payload);
    let payload = payload.filter(|payload| payload.claim == handle.claim && payload.dispatched_to.is_some());
    Ok(payload.map(|payload| (payload.environment, payload.pull, payload.claim)))
}

/// The deployments of ours that are not over.
pub(super) fn running(survey: &Survey) -> impl Iterator<Item = (&Deployment, &DeploymentPayload)> {
    let deployments = survey.deployments.known().map(|list| list.items.as_slice()).unwrap_or_default();
    let ours = deployments.iter().filter(|deployment| deployment.is_running() && plan::is_ours(deployment, survey.viewer.as_ref()));
    ours.filter_map(|deployment| Some((deployment, deployment.payload.as_ref()?)))
}

/// Ends one where its run is over; `true` where it is over now.
pub(super) async fn end_one<F: Forge, R: Repo, P: Programs>(
    world: &World<'_, F, R, P>,
    survey: &Survey,
    (deployment, payload): (&Deployment, &DeploymentPayload),
) -> Result<bool, RunError> {
    if let Some(to) = &payload.dispatched_to {
        return ended::end_dispatched(world, survey, (deployment, payload, to)).await;
    }
    let hold: Option<&Hold> = holds(survey).find(|hold| hold.claim == payload.claim);
    // Whoever carries it on now is in the lock; the payload says only who began it.
    let Some(run) = hold.map_or(payload.run, |hold| hold.run).filter(|run| Some(*run) != world.run) else { return Ok(false) };
    if world.forge.run_state(run).await? == RunState::Going {
        return Ok(false);
    }
    let text = |lock: &str| {
        let commit = code(deployment.sha.short());
        let text =
            format!("Run {run}, which deployed {commit}, is over and ended without saying how. {lock} Look at the environment, then give the command again.");
        markdown::reply(payload.request.as_str(), &format!("❌ Deployment to {}: nobody knows how it ended", payload.environment), &text)
    };
    let (body, stuck) = (text("The lock is free again."), text("The lock could not be freed yet."));
    let end = Finished {
        ending: Ending::Unknown,
        key: &payload.request,
        pull: payload.pull,
        environment: &payload.environment,
        sha: &deployment.sha,
        claim: &payload.claim,
        holder: Holder::Ourselves,
        lock: None,
        deployment: deployment.id,
        comment: None,
        command_comment: super::post::command_comment(&payload.request),
        body: &body,
        stuck: &stuck,
        environment_url: None,
        log: None,
        repository: &survey.repository.node_id,
        seconds: None,
        entry: entry(survey, deployment, payload),
    };
    finish(&world.acting(), &end).await?;
    Ok(true)
}

fn entry(survey: &Survey, deployment: &Deployment, payload: &DeploymentPayload) -> Note {
    Note::at(survey.now)
        .under(survey.viewer.as_ref())
        .repository(&survey.repository.slug)
        .environment(&payload.environment)
        .services(&payload.services)
        .version(payload.version.as_ref())
        .detail("request", payload.request.as_str())
        .detail("commit", deployment.sha.as_str())
        .detail("deployment_id", deployment.id.0)
}
