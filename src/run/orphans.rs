//! Deployments whose run is over and whose post step never ran: any later event ends them. No request is made unless the survey shows a deployment of
//! ours that runs in another run.

use super::before::holds;
use super::{RunError, World};
use crate::facts::{Deployment, DeploymentPayload, Hold, RunState};
use crate::intake::Request;
use crate::perform::{Ending, Finished, Note, finish};
use crate::plan;
use crate::ports::{Forge, Programs, Repo, Survey};
use crate::report::escape::code;
use crate::report::markdown;

/// Ends every deployment in sight that nobody will end, but those of the requests just handled. What fails is logged: the next event tries again.
pub(super) async fn end<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, survey: &Survey, handled: &[Request]) {
    let deployments = survey.deployments.known().map(|list| list.items.as_slice()).unwrap_or_default();
    for deployment in deployments.iter().filter(|deployment| deployment.is_running() && plan::is_ours(deployment, survey.viewer.as_ref())) {
        let Some(payload) = deployment.payload.as_ref().filter(|payload| !handled.iter().any(|request| request.key == payload.request)) else { continue };
        if let Err(error) = end_one(world, survey, (deployment, payload)).await {
            tracing::warn!("deployment {} could not be ended for a run that is over: {error}", deployment.id);
        }
    }
}

async fn end_one<F: Forge, R: Repo, P: Programs>(
    world: &World<'_, F, R, P>,
    survey: &Survey,
    (deployment, payload): (&Deployment, &DeploymentPayload),
) -> Result<(), RunError> {
    let hold: Option<&Hold> = holds(survey).find(|hold| hold.claim == payload.claim);
    // Whoever carries it on now is in the lock; the payload says only who began it.
    let Some(run) = hold.map_or(payload.run, |hold| hold.run).filter(|run| Some(*run) != world.run) else { return Ok(()) };
    if world.forge.run_state(run).await? == RunState::Going {
        return Ok(());
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
        lock: None,
        deployment: deployment.id,
        comment: None,
        command_comment: super::post::command_comment(&payload.request),
        body: &body,
        stuck: &stuck,
        environment_url: None,
        repository: &survey.repository.node_id,
        seconds: None,
        entry: entry(survey, deployment, payload),
    };
    finish(&world.acting(), &end).await?;
    Ok(())
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
