//! Starts a cleared deployment: read again, claim, create, mark as running.

use super::Note;
use super::locks::Swap;
use super::{Acting, Said, fresh_claim, say};
use crate::audit::{AuditEvent, Outcome};
use crate::domain::{CommentId, DeploymentId, Login, PersonId};
use crate::facts::{ClaimId, DeploymentPayload, DeploymentState, DispatchedTo, Facts, Lock};
use crate::gates::Clearance;
use crate::intake::{Deploy, Request};
use crate::plan::{self, Claim, LockChange, Refusal};
use crate::policy::{Environment, Tier};
use crate::ports::{Forge, ForgeError, NewDeployment, NewState, Standing, Swapped, Wrote};
use crate::runner::{RunnerError, Value};

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
    /// The claim to make.
    pub claim: &'a ClaimId,
    /// A deployment of this request that an earlier attempt left: it is carried on with instead of another.
    pub adopt: Option<DeploymentId>,
    /// Where the decision record is; empty where it could not be stored.
    pub record: &'a str,
    /// Where it will be dispatched to, where another workflow deploys.
    pub dispatched_to: Option<&'a DispatchedTo>,
}

/// How starting ended.
#[derive(Debug)]
pub enum Started {
    /// It runs.
    Running(Running),
    /// It is created and holds its lock: another workflow is to be dispatched.
    Created(DeploymentId),
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
    /// Its status comment, where it could be written.
    pub comment: Option<CommentId>,
}

/// Why nothing was started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A request failed for good. The lock is free again then, or a log line says that it could not be freed.
    #[error(transparent)]
    Forge(#[from] ForgeError),
    /// The post step would not have heard of it.
    #[error(transparent)]
    Runner(#[from] RunnerError),
    /// Somebody asked us to stop.
    #[error("the job was stopped")]
    Stopped,
}

/// Starts it, or carries on with what an earlier attempt of the same request left.
///
/// # Errors
/// [`StartError`]: nothing runs.
pub async fn start<F: Forge>(acting: &Acting<'_, F>, launch: &Launch<'_>) -> Result<Started, StartError> {
    let change = match plan_claim(acting, launch) {
        Ok(change) => change,
        Err(refusal) => return Ok(Started::LockRefused(refusal)),
    };
    let (record, standing) = tokio::join!(acting.write_lock_record(&change, launch.clearance.commit()), acting.forge.standing(launch.request.pull));
    if let Some(changed) = changed(&standing?, launch.clearance) {
        return Ok(Started::Changed(changed));
    }
    let record = record?;
    keep(acting, launch, &Lock { environment: launch.environment.name.clone(), target: record.clone(), record: Some(change.record.clone()) })?;
    if acting.halt.get() {
        return Err(StartError::Stopped);
    }
    let swap = Swap { change: &change, at: launch.clearance.commit(), repository: &launch.facts.repository.node_id };
    match acting.swap_to(&swap, record).await {
        Ok(Swapped::Done) => {}
        Ok(Swapped::Lost) => return Ok(Started::LockLost),
        Err(error) => {
            // Nobody knows whether it is claimed: what was not claimed is freed in vain.
            if error.wrote == Wrote::Maybe {
                free(acting, launch).await;
            }
            return Err(error.into());
        }
    }
    acting.note(AuditEvent::LockClaimed, entry(launch).outcome(Outcome::Done).detail("claim", launch.claim.as_str()).detail("until", until(&change, launch)));
    if acting.halt.get() {
        free(acting, launch).await;
        return Err(StartError::Stopped);
    }
    match create(acting, launch).await {
        Ok(deployment) if launch.dispatched_to.is_some() => Ok(Started::Created(deployment)),
        Ok(deployment) => Ok(Started::Running(running(acting, launch, deployment).await)),
        Err(error) => {
            // Where a deployment may have been created, its lock stays: the post step looks for it and ends both.
            if error.wrote == Wrote::Nothing {
                free(acting, launch).await;
            }
            Err(error.into())
        }
    }
}

/// What the post step must know, before there is anything to know: it finds the deployment by its claim.
fn keep<F>(acting: &Acting<'_, F>, launch: &Launch<'_>, lock: &Lock) -> Result<(), RunnerError> {
    let (pull, started) = (launch.request.pull.to_string(), launch.facts.now.to_string());
    let lock = serde_json::to_value(lock).expect("plain data serialises");
    let dispatch = serde_json::to_value(launch.dispatched_to).expect("plain data serialises");
    acting.runner.keep(&[
        ("request", Value::Text(launch.request.key.as_str())),
        ("environment", Value::Text(launch.environment.name.as_str())),
        ("sha", Value::Text(launch.clearance.commit().as_str())),
        ("pull", Value::Text(&pull)),
        ("repository", Value::Text(&launch.facts.repository.node_id)),
        ("started", Value::Text(&started)),
        ("record", Value::Text(launch.record)),
        ("lock", Value::Json(&lock)),
        ("dispatch", Value::Json(&dispatch)),
        ("claim", Value::Text(launch.claim.as_str())),
    ])
}

async fn free<F: Forge>(acting: &Acting<'_, F>, launch: &Launch<'_>) {
    acting.free_claim(launch.environment, launch.claim, launch.clearance.commit(), &launch.facts.repository.node_id).await;
}

/// When the claim frees itself.
fn until(change: &LockChange, launch: &Launch<'_>) -> Option<String> {
    change.record.holds.iter().find(|hold| hold.claim == *launch.claim).and_then(|hold| hold.until).map(|until| until.to_string())
}

fn plan_claim<F>(acting: &Acting<'_, F>, launch: &Launch<'_>) -> Result<LockChange, Refusal> {
    let until = launch.environment.gates.lock.expires.after(launch.facts.now);
    let (clearance, request, services) = (launch.clearance, launch.request, &launch.deploy.services);
    let (id, change) = (launch.claim.clone(), fresh_claim());
    let carrier = launch.dispatched_to.map(|to| &to.repository);
    let wish = Claim { clearance, request, services, id, change, until, run: acting.run, attempt: acting.attempt, carrier };
    plan::claim(&wish, launch.facts)
}

/// What no longer is as the clearance says.
fn changed(standing: &Standing, clearance: &Clearance) -> Option<String> {
    if !standing.open {
        return Some("the pull request was closed or merged in the meantime, and only an open one is deployed".to_owned());
    }
    if standing.draft {
        return Some("the pull request was made a draft in the meantime; mark it ready for review".to_owned());
    }
    if standing.head != *clearance.commit() {
        return Some(format!("the head moved from {} to {} in the meantime", clearance.commit().short(), standing.head.short()));
    }
    match &standing.policy {
        None => Some("there is no policy on the base branch any more: the file or the branch was deleted in the meantime".to_owned()),
        Some(policy) if policy != clearance.policy() => Some("the policy on the base branch changed in the meantime".to_owned()),
        Some(_) => None,
    }
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
async fn create<F: Forge>(acting: &Acting<'_, F>, launch: &Launch<'_>) -> Result<DeploymentId, ForgeError> {
    if let Some(deployment) = launch.adopt {
        return Ok(deployment);
    }
    let new = new_deployment(acting, launch);
    match acting.forge.deploy(&new).await {
        Err(error) if error.wrote == Wrote::Maybe => {
            // Where even that cannot be read, the first error says more, and that it may have happened.
            let Ok(found) = acting.forge.deployments(&new.environment).await else { return Err(error) };
            match found.iter().find(|deployment| deployment.is_of(launch.claim)) {
                Some(deployment) => Ok(deployment.id),
                None => acting.forge.deploy(&new).await,
            }
        }
        other => other,
    }
}

fn new_deployment<F>(acting: &Acting<'_, F>, launch: &Launch<'_>) -> NewDeployment {
    let payload = DeploymentPayload {
        schema_version: 1,
        request: launch.request.key.clone(),
        claim: launch.claim.clone(),
        environment: launch.environment.name.clone(),
        pull: launch.request.pull,
        requester: launch.request.actor.clone(),
        approvers: launch.approvers.iter().map(|(_, login)| login.clone()).collect(),
        services: launch.deploy.services.clone(),
        version: launch.deploy.version.clone(),
        ticket: None,
        reason: launch.deploy.reason.clone(),
        policy: launch.clearance.policy().clone(),
        run: acting.run,
        attempt: acting.attempt,
        dispatched_to: launch.dispatched_to.cloned(),
        branch: launch.facts.pull.head_branch.plain().ok(),
        parameters: launch.deploy.parameters.clone(),
    };
    NewDeployment {
        environment: launch.environment.name.clone(),
        sha: launch.clearance.commit().clone(),
        production: launch.environment.tier == Tier::Production,
        description: format!("shipgate: #{} by {}", launch.request.pull, launch.request.actor.login),
        payload,
    }
}

async fn running<F: Forge>(acting: &Acting<'_, F>, launch: &Launch<'_>, deployment: DeploymentId) -> Running {
    let note = entry(launch).outcome(Outcome::Started).detail("deployment_id", deployment.0).detail("claim", launch.claim.as_str());
    acting.note(AuditEvent::DeploymentStarted, note);
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
    Running { deployment, comment }
}
