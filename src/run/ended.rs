//! Ends a dispatched deployment that its own workflow has left: with the conclusion of its run, or because there never was one.

use jiff::{SignedDuration, Timestamp};

use super::before::holds;
use super::retell::{self, Before, Subjected};
use super::{RunError, World, trust};
use crate::domain::{Person, RepoSlug, RunId};
use crate::facts::{Deployment, DeploymentPayload, DeploymentState, DispatchedTo, Lock, Repository, RunState};
use crate::perform::{Ended, Ending, Finished, Holder, Note, finish};
use crate::ports::{Concluded, Forge, FoundRun, JobReport, Programs, Repo, RunReport, SoughtRun, Survey};
use crate::report::markdown::Standing;

/// How old a deployment must be before a run of it that does not show is given up.
const PATIENCE: SignedDuration = SignedDuration::from_mins(5);

/// A deployment that may have to be ended, with what is needed for it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Orphan<'a> {
    pub(super) deployment: &'a Deployment,
    pub(super) payload: &'a DeploymentPayload,
    /// The repository's global node id.
    pub(super) node: &'a str,
    pub(super) slug: &'a RepoSlug,
    pub(super) viewer: Option<&'a Person>,
    pub(super) now: Timestamp,
    /// The lock as we left it, where we did.
    pub(super) lock: Option<&'a Lock>,
    /// A survey, where there is one: it may have seen the comment.
    pub(super) survey: Option<&'a Survey>,
}

impl<'a> Orphan<'a> {
    pub(super) fn of(survey: &'a Survey, deployment: &'a Deployment, payload: &'a DeploymentPayload) -> Self {
        let Repository { node_id, slug, .. } = &survey.repository;
        Self { deployment, payload, node: node_id, slug, viewer: survey.viewer.as_ref(), now: survey.now, lock: None, survey: Some(survey) }
    }
}

/// The run that carries a dispatched deployment out, or that was dispatched for it, where it shows.
pub(super) async fn run_of<F: Forge, R: Repo, P: Programs>(
    world: &World<'_, F, R, P>,
    survey: &Survey,
    (deployment, payload, to): (&Deployment, &DeploymentPayload, &DispatchedTo),
) -> Result<Option<RunId>, RunError> {
    let hold = holds(survey).find(|hold| hold.claim == payload.claim);
    let carrier = hold.and_then(|hold| hold.carrier.as_ref()).and_then(|carrier| carrier.run);
    if let Some(run) = carrier.or_else(|| deployment.run_in(&to.repository)) {
        return Ok(Some(run));
    }
    let handle = payload.handle(&survey.repository.slug, deployment.id);
    let found = world.forge.find_run(&SoughtRun { to, handle: &handle, since: deployment.created_at }).await?;
    Ok(found.map(|run| run.id))
}

/// Ends it where its run is over, or where none came of the dispatch. `true` where it is over now.
pub(super) async fn end_dispatched<F: Forge, R: Repo, P: Programs>(
    world: &World<'_, F, R, P>,
    survey: &Survey,
    (deployment, payload, to): (&Deployment, &DeploymentPayload, &DispatchedTo),
) -> Result<bool, RunError> {
    let orphan = Orphan::of(survey, deployment, payload);
    let Some(run) = run_of(world, survey, (deployment, payload, to)).await? else {
        return never(world, &orphan, to).await;
    };
    let RunReport { url, concluded, .. } = world.forge.run_report(&to.repository, run).await?;
    match concluded {
        Some(concluded) => over(world, &orphan, (&to.repository, &FoundRun { id: run, url }, concluded)).await.map(|_| true),
        None => Ok(false),
    }
}

/// No run shows: given up once whoever dispatched it is gone, and time has passed.
async fn never<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, orphan: &Orphan<'_>, to: &DispatchedTo) -> Result<bool, RunError> {
    if orphan.now.duration_since(orphan.deployment.created_at) < PATIENCE {
        return Ok(false);
    }
    if let Some(run) = orphan.payload.run
        && (Some(run) == world.run || world.forge.run_state(run).await? == RunState::Going)
    {
        return Ok(false);
    }
    let why = format!("No run of {to} shows that would deploy it, and the run that dispatched it is over.");
    let told = Told { ending: Ending::Unknown, why: &why, holder: Holder::Nobody, log: None, failed_job: None };
    end(world, orphan, &told).await.map(|ended| ended == Ended::Now)
}

/// Its run is over, and the deployment is not: it is ended with the run's conclusion.
pub(super) async fn over<F: Forge, R: Repo, P: Programs>(
    world: &World<'_, F, R, P>,
    orphan: &Orphan<'_>,
    (repository, run, concluded): (&RepoSlug, &FoundRun, Concluded),
) -> Result<(Ending, Option<JobReport>), RunError> {
    let begun = orphan.deployment.states.iter().any(|change| change.state == DeploymentState::InProgress);
    let (ending, what) = match (concluded, begun) {
        (Concluded::Success, true) => (Ending::Success, "ended with success".to_owned()),
        (Concluded::Success, false) => {
            let why = "ended with success and never began the deployment: its workflow must give the input `shipgate` to the action";
            (Ending::Unknown, why.to_owned())
        }
        (Concluded::Failure, _) => (Ending::Failure, "failed".to_owned()),
        (Concluded::Cancelled, _) => (Ending::Cancelled, "was cancelled".to_owned()),
        (Concluded::Otherwise, _) => (Ending::Unknown, "ended without saying how".to_owned()),
    };
    let job = match ending {
        Ending::Success => None,
        Ending::Failure | Ending::Cancelled | Ending::Unknown => failed_job(world, repository, run.id).await,
    };
    let jobs = job.as_ref().map(|job| format!(" The job `{}` failed.", job.name.replace('`', "'"))).unwrap_or_default();
    let why = format!("Run {} {what}.{jobs}", run.id);
    let failed_job = job.as_ref().map(|job| job.url.as_str());
    let told = Told { ending, why: &why, holder: Holder::Run(run.id), log: Some(&run.url), failed_job };
    end(world, orphan, &told).await?;
    Ok((ending, job))
}

/// The first job of a run that failed, where it can be told.
pub(super) async fn failed_job<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, repository: &RepoSlug, run: RunId) -> Option<JobReport> {
    match world.forge.run_jobs(repository, run).await {
        Ok(jobs) => jobs.into_iter().find(|job| job.concluded == Some(Concluded::Failure)),
        Err(error) => {
            tracing::warn!("the jobs of run {run} could not be read: {error}");
            None
        }
    }
}

/// How it ended, and what is said of it.
pub(super) struct Told<'a> {
    pub(super) ending: Ending,
    /// What happened, as sentences.
    pub(super) why: &'a str,
    pub(super) holder: Holder,
    pub(super) log: Option<&'a str>,
    pub(super) failed_job: Option<&'a str>,
}

/// Ends it: state, comment, lock.
pub(super) async fn end<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, orphan: &Orphan<'_>, told: &Told<'_>) -> Result<Ended, RunError> {
    let Orphan { deployment, payload, .. } = *orphan;
    let before = match orphan.survey.and_then(|survey| Before::in_survey(survey, payload)) {
        Some(before) => before,
        None => Before::read(world.forge, payload).await?,
    };
    let url = orphan.survey.and_then(|survey| environment_url(survey, payload));
    let subjected = Subjected { deployment, payload, url: url.as_deref(), log: told.log, failed_job: told.failed_job };
    let text = |lock: &str| {
        let words = format!("{} {lock}", told.why);
        let unknown = format!("{words} Look at the environment, then give the command again.");
        let standing = match told.ending {
            Ending::Success => Standing::Succeeded(&words),
            Ending::Cancelled => Standing::Cancelled(&words),
            Ending::Failure => Standing::Failed(&words),
            Ending::Unknown => Standing::Failed(&unknown),
        };
        retell::body(&subjected, &before, &standing)
    };
    let (body, stuck) = (text("The lock is free again."), text("The lock could not be freed yet; it frees itself after its time."));
    let finished = Finished {
        ending: told.ending,
        key: &payload.request,
        pull: payload.pull,
        environment: &payload.environment,
        sha: &deployment.sha,
        claim: &payload.claim,
        holder: told.holder,
        lock: orphan.lock,
        deployment: deployment.id,
        comment: before.id,
        command_comment: super::post::command_comment(&payload.request),
        body: &body,
        stuck: &stuck,
        environment_url: url.clone(),
        log: told.log,
        repository: orphan.node,
        seconds: seconds(deployment, orphan.now),
        entry: entry(orphan),
    };
    Ok(finish(&world.acting(), &finished).await?)
}

/// How long ago it was created.
pub(super) fn seconds(deployment: &Deployment, now: Timestamp) -> Option<u64> {
    u64::try_from(now.duration_since(deployment.created_at).as_secs()).ok()
}

/// Where the environment can be seen, by the policy that counts.
pub(super) fn environment_url(survey: &Survey, payload: &DeploymentPayload) -> Option<String> {
    let trusted = trust::policy(survey).ok()?;
    trusted.policy.environment(&payload.environment)?.url.clone()
}

/// What the audit log has of it.
pub(super) fn entry(orphan: &Orphan<'_>) -> Note {
    let Orphan { deployment, payload, .. } = orphan;
    let mut note = Note::of(&retell::request(deployment, payload), orphan.now).under(orphan.viewer).repository(orphan.slug);
    note = note.environment(&payload.environment).services(&payload.services).version(payload.version.as_ref());
    note.detail("commit", deployment.sha.as_str()).detail("deployment_id", deployment.id.0)
}
