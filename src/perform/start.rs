//! Starts a cleared deployment: read again, claim, create, mark as running.

use super::Note;
use super::locks::Swap;
use super::{Acting, Said, fresh_claim, say};
use crate::audit::{AuditEvent, Outcome};
use crate::domain::{CommentId, DeploymentId, Login, PersonId};
use crate::facts::{ClaimId, DeploymentPayload, DeploymentState, Facts};
use crate::gates::Clearance;
use crate::intake::{Deploy, Request};
use crate::plan::{self, Claim, LockChange, Refusal};
use crate::policy::{Environment, Tier};
use crate::ports::{Forge, ForgeError, NewDeployment, NewState, Standing, Swapped, Wrote};

/// What to start.
#[derive(Clone, Copy, Debug)]
pub struct Launch<'a> {
    /// The proof that every gate said go.
    pub clearance: &'a Clearance,
    /// The request.
    pub request: &'a Request,
    /// What it asks.
    pub deploy: &'a Deploy,
    /// The environment's policy.
    pub environment: &'a Environment,
    /// The facts it was decided on.
    pub facts: &'a Facts,
    /// Who approved.
    pub approvers: &'a [(PersonId, Login)],
    /// The status comment's text while it runs.
    pub comment: &'a str,
    /// The status comment, where there is one already.
    pub existing: Option<CommentId>,
}

/// How starting ended.
#[derive(Debug)]
pub enum Started {
    /// It runs.
    Running(Running),
    /// Somebody else changed the lock since the decision: judge again.
    LockLost,
    /// The lock is in the way after all.
    LockRefused(Refusal),
    /// Head, policy or pull request changed since the decision; nothing was done.
    Changed(String),
}

/// A deployment that runs.
#[derive(Clone, Debug)]
pub struct Running {
    /// Its id.
    pub deployment: DeploymentId,
    /// The claim that holds its lock.
    pub claim: ClaimId,
    /// Its status comment, where it could be written.
    pub comment: Option<CommentId>,
}

/// Starts it.
///
/// # Errors
/// [`ForgeError`] where a request failed for good. The lock is free again then, or the error says that it could not be freed.
pub async fn start<F: Forge>(acting: &Acting<'_, F>, launch: &Launch<'_>) -> Result<Started, ForgeError> {
    let change = match plan_claim(acting, launch) {
        Ok(change) => change,
        Err(refusal) => return Ok(Started::LockRefused(refusal)),
    };
    let claim = change.record.change.clone();
    let (record, standing) = tokio::join!(acting.write_lock_record(&change, launch.clearance.commit()), acting.forge.standing(launch.request.pull));
    if let Some(changed) = changed(&standing?, launch.clearance) {
        return Ok(Started::Changed(changed));
    }
    acting.runner.keep("request", launch.request.key.as_str());
    acting.runner.keep("environment", launch.environment.name.as_str());
    acting.runner.keep("claim", claim.as_str());
    acting.runner.keep("sha", launch.clearance.commit().as_str());
    acting.runner.keep("pull", &launch.request.pull.to_string());
    acting.runner.keep("repository", &launch.facts.repository.node_id);
    acting.runner.keep("started", &launch.facts.now.to_string());
    let swap = Swap { change: &change, at: launch.clearance.commit(), repository: &launch.facts.repository.node_id };
    if acting.swap_to(&swap, record?).await? == Swapped::Lost {
        return Ok(Started::LockLost);
    }
    acting.note(AuditEvent::LockClaimed, entry(launch).outcome(Outcome::Done).detail("claim", claim.as_str()).detail("until", until(&change)));
    match create(acting, launch, &claim).await {
        Ok(deployment) => Ok(Started::Running(running(acting, launch, claim, deployment).await)),
        Err(error) => {
            acting.free_claim(launch.environment, &claim, launch.clearance.commit(), &launch.facts.repository.node_id).await;
            Err(error)
        }
    }
}

/// When the claim frees itself.
fn until(change: &LockChange) -> Option<String> {
    change.record.holds.iter().find(|hold| hold.claim == change.record.change).and_then(|hold| hold.until).map(|until| until.to_string())
}

fn plan_claim<F>(acting: &Acting<'_, F>, launch: &Launch<'_>) -> Result<LockChange, Refusal> {
    let until = launch.environment.gates.lock.expires.after(launch.facts.now);
    let wish = Claim { clearance: launch.clearance, request: launch.request, services: &launch.deploy.services, id: fresh_claim(), until, run: acting.run };
    plan::claim(&wish, launch.facts)
}

/// What no longer is as the clearance says.
fn changed(standing: &Standing, clearance: &Clearance) -> Option<String> {
    if !standing.open {
        return Some("the pull request was closed in the meantime".to_owned());
    }
    if standing.head != *clearance.commit() {
        return Some(format!("the head moved from {} to {} in the meantime", clearance.commit().short(), standing.head.short()));
    }
    if standing.policy.as_ref() != Some(clearance.policy()) {
        return Some("the policy on the base branch changed in the meantime".to_owned());
    }
    None
}

fn entry(launch: &Launch<'_>) -> Note {
    Note::of(launch.request, launch.facts.now)
        .under(launch.facts.viewer.as_ref())
        .repository(&launch.facts.repository.slug)
        .environment(&launch.environment.name)
        .services(&launch.deploy.services)
        .version(launch.deploy.version.as_ref())
        .approvers(launch.approvers)
        .detail("commit", launch.clearance.commit().as_str())
}

/// Creates the deployment once: where nobody knows whether it was created, it is looked for by its claim first.
async fn create<F: Forge>(acting: &Acting<'_, F>, launch: &Launch<'_>, claim: &ClaimId) -> Result<DeploymentId, ForgeError> {
    let new = new_deployment(launch, claim);
    match acting.forge.deploy(&new).await {
        Err(error) if error.wrote == Wrote::Maybe => {
            let found = acting.forge.deployments(&new.environment).await?;
            match found.iter().find(|deployment| deployment.payload.as_ref().is_some_and(|payload| payload.claim == *claim)) {
                Some(deployment) => Ok(deployment.id),
                None => acting.forge.deploy(&new).await,
            }
        }
        other => other,
    }
}

fn new_deployment(launch: &Launch<'_>, claim: &ClaimId) -> NewDeployment {
    let payload = DeploymentPayload {
        schema_version: 1,
        request: launch.request.key.clone(),
        claim: claim.clone(),
        environment: launch.environment.name.clone(),
        pull: launch.request.pull,
        requester: launch.request.actor.clone(),
        approvers: launch.approvers.iter().map(|(_, login)| login.clone()).collect(),
        services: launch.deploy.services.clone(),
        version: launch.deploy.version.clone(),
        ticket: None,
        reason: launch.deploy.reason.clone(),
        policy: launch.clearance.policy().clone(),
    };
    NewDeployment {
        environment: launch.environment.name.clone(),
        sha: launch.clearance.commit().clone(),
        production: launch.environment.tier == Tier::Production,
        description: format!("shipgate: #{} by {}", launch.request.pull, launch.request.actor.login),
        payload,
    }
}

async fn running<F: Forge>(acting: &Acting<'_, F>, launch: &Launch<'_>, claim: ClaimId, deployment: DeploymentId) -> Running {
    acting.runner.keep("deployment", &deployment.to_string());
    acting.note(AuditEvent::DeploymentStarted, entry(launch).outcome(Outcome::Started).detail("deployment_id", deployment.0).detail("claim", claim.as_str()));
    let state = NewState {
        state: DeploymentState::InProgress,
        description: "Every gate says go; deploying".to_owned(),
        log_url: acting.log_url.map(str::to_owned),
        environment_url: launch.environment.url.clone(),
    };
    let said = Said { pull: launch.request.pull, key: &launch.request.key, existing: launch.existing, body: launch.comment };
    let (marked, comment) = tokio::join!(acting.forge.set_state(deployment, &state), say(acting, &said));
    if let Err(error) = marked {
        // The deployment exists and holds its lock: it is true that it runs, and its end sets the next state.
        tracing::warn!("the deployment could not be marked as running: {error}");
    }
    if let Some(comment) = comment {
        acting.runner.keep("comment", &comment.to_string());
    }
    Running { deployment, claim, comment }
}
