//! The deploy workflow's side of a dispatched deployment: a run starts it, and a run ends it (row D2). No event is read as a command here.
//!
//! What lets a run in is the lock: the hold that the gate claimed is taken over by exactly one run. The handle is only the name of the deployment.

use super::before::holds;
use super::ended::{self, Orphan, Told};
use super::retell::{self, Before, Subjected};
use super::{Outcome, RunError, World};
use crate::audit::{AuditEvent, Outcome as AuditOutcome};
use crate::domain::{CommentId, DeploymentId, RepoSlug, RunId};
use crate::facts::{Deployment, DeploymentPayload, DeploymentState, Handle, Hold, Lock};
use crate::gates::Judgement;
use crate::perform::{Ended, Ending, Holder, Mark, TakenOver, Takeover, TakeoverError, mark, take_over};
use crate::plan::{self, Taker};
use crate::ports::{Ask, Forge, Programs, Repo, Survey};
use crate::report::markdown::Standing;
use crate::runner::{RunnerError, Value};

/// What a job of the deploy workflow does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Starts the deployment; the post step ends it with the job's outcome.
    Whole,
    /// Starts it; a later job ends it.
    Start,
    /// Ends it so.
    Finish(Ending),
}

/// Starts or ends the deployment that a handle names.
///
/// # Errors
/// [`RunError`]: where it is [`RunError::NotOurs`], this run may not deploy.
pub async fn carry<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, handle: &Handle, step: Step) -> Result<Outcome, RunError> {
    let run = world.run.ok_or_else(|| RunError::Usage("a dispatched deployment needs GITHUB_RUN_ID: it belongs to one workflow run".to_owned()))?;
    let seen = look(world, handle).await?;
    match step {
        Step::Whole | Step::Start => begin(world, &seen, (handle, run, step)).await,
        Step::Finish(ending) => finish(world, &seen, (run, ending)).await,
    }
}

/// The deployment, and everything around it as it stands.
struct Seen {
    deployment: Deployment,
    payload: DeploymentPayload,
    survey: Survey,
}

impl Seen {
    fn hold(&self) -> Option<&Hold> {
        holds(&self.survey).find(|hold| hold.claim == self.payload.claim)
    }
}

/// Reads the deployment, and whether it is what the handle says: of ours, under this claim, dispatched to this repository.
async fn look<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, handle: &Handle) -> Result<Seen, RunError> {
    let not_ours = |why: String| RunError::NotOurs(format!("deployment {} of {} {why}", handle.deployment, handle.repository));
    let found = world.forge.deployment(handle.deployment).await?;
    let deployment = found.ok_or_else(|| not_ours("does not exist, or the token may not see it".to_owned()))?;
    let payload = deployment.payload.clone().ok_or_else(|| not_ours("was not created by shipgate".to_owned()))?;
    if payload.claim != handle.claim {
        return Err(not_ours("was created under another claim than the handle names".to_owned()));
    }
    match &payload.dispatched_to {
        Some(to) if to.repository == world.run_repository => {}
        Some(to) => return Err(not_ours(format!("was dispatched to {}, and this run is one of {}", to.repository, world.run_repository))),
        None => return Err(not_ours("was not dispatched: the job that created it deploys it".to_owned())),
    }
    let survey = world.forge.survey(&Ask { pull: payload.pull, comment_node: None, actor: None, own_run: world.run, words: None }).await?;
    let viewer = survey.viewer.as_ref().ok_or_else(|| not_ours("cannot be told from others': the server does not say whose token this is".to_owned()))?;
    if !plan::is_ours(&deployment, Some(viewer)) {
        let why = format!(
            "was created by another account than {}, whose token this is; where the deploy workflow is in another repository, give both workflows a token of the same app",
            viewer.login
        );
        return Err(not_ours(why));
    }
    Ok(Seen { deployment, payload, survey })
}

/// Takes it over, and tells the later steps what to deploy. Another job of the same run, or a later attempt, is told the same again.
async fn begin<F: Forge, R: Repo, P: Programs>(
    world: &World<'_, F, R, P>,
    seen: &Seen,
    (handle, run, step): (&Handle, RunId, Step),
) -> Result<Outcome, RunError> {
    let Seen { deployment, payload, survey } = seen;
    if !deployment.is_running() {
        let how = if deployment.succeeded() { "with success" } else { "already" };
        return Err(RunError::NotOurs(format!("deployment {} has ended {how}: there is nothing to deploy", deployment.id)));
    }
    let taken = taken(world, seen, (handle, run, step)).await?;
    let existing = Before::in_survey(survey, payload).unwrap_or_default();
    let running = running(world, seen, &existing);
    // Where an earlier attempt died between the two, the state is there and the comment is not.
    let told = deployment.state() == Some(DeploymentState::InProgress) && existing.has_headline_of(&running);
    let comment = if taken == TakenOver::Now || !told {
        let note = ended::entry(&Orphan::of(survey, deployment, payload)).outcome(AuditOutcome::Started).detail("claim", payload.claim.as_str());
        world.acting().note(AuditEvent::DeploymentStarted, note);
        say_running(world, seen, (existing.id, &running)).await
    } else {
        existing.id
    };
    let comment = comment.map(|id| id.to_string()).unwrap_or_default();
    let told = tell(world, seen, &comment).and_then(|()| {
        let deployment = deployment.id.to_string();
        let keep = [("comment", Value::Text(&comment)), ("deployment", Value::Text(&deployment))];
        world.runner.keep(if step == Step::Whole { &keep } else { &[] })
    });
    if let Err(error) = told {
        world.runner.output("decision", "error");
        return Err(error.into());
    }
    Ok(Outcome::decided(Judgement::Go, &payload.environment, format!("deployment {} is carried out by run {run}", deployment.id)))
}

async fn taken<F: Forge, R: Repo, P: Programs>(
    world: &World<'_, F, R, P>,
    seen: &Seen,
    (handle, run, step): (&Handle, RunId, Step),
) -> Result<TakenOver, RunError> {
    let Seen { deployment, payload, survey } = seen;
    let locks = survey.locks.get().map_err(|why| RunError::NotOurs(format!("the locks could not be read: {}", why.what)))?;
    let (pull, started, handle) = (payload.pull.to_string(), deployment.created_at.to_string(), handle.to_string());
    let carried = serde_json::to_value(payload).expect("plain data serialises");
    // The claim last: by it the post step knows that there is something to end.
    let keep = [
        ("request", Value::Text(payload.request.as_str())),
        ("environment", Value::Text(payload.environment.as_str())),
        ("sha", Value::Text(deployment.sha.as_str())),
        ("pull", Value::Text(&pull)),
        ("repository", Value::Text(&survey.repository.node_id)),
        ("started", Value::Text(&started)),
        ("payload", Value::Json(&carried)),
        ("carried", Value::Text(&handle)),
        ("claim", Value::Text(payload.claim.as_str())),
    ];
    let take = Takeover {
        taker: Taker { claim: &payload.claim, repository: &world.run_repository, run, attempt: world.attempt },
        environment: &payload.environment,
        sha: &deployment.sha,
        repository: &survey.repository.node_id,
        now: survey.now,
        lock: locks.iter().find(|lock| lock.environment == payload.environment),
        keep: if step == Step::Whole { &keep } else { &[] },
    };
    take_over(&world.acting(), &take).await.map_err(|error| match error {
        TakeoverError::NotTaken(why) => RunError::NotOurs(format!("deployment {} may not be carried out by this run: {why}", deployment.id)),
        TakeoverError::Forge(error) => error.into(),
        TakeoverError::Runner(error) => error.into(),
        TakeoverError::Stopped => RunError::Stopped,
    })
}

/// The comment's text while it runs.
fn running<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, seen: &Seen, existing: &Before) -> String {
    let Seen { deployment, payload, survey } = seen;
    let url = ended::environment_url(survey, payload);
    let subjected = Subjected { deployment, payload, url: url.as_deref(), log: world.log_url.as_deref(), failed_job: None };
    retell::body(&subjected, existing, &Standing::Running)
}

async fn say_running<F: Forge, R: Repo, P: Programs>(
    world: &World<'_, F, R, P>,
    seen: &Seen,
    (existing, body): (Option<CommentId>, &str),
) -> Option<CommentId> {
    let Seen { deployment, payload, survey } = seen;
    let url = ended::environment_url(survey, payload);
    let running = Mark {
        deployment: deployment.id,
        state: DeploymentState::InProgress,
        description: "The dispatched workflow deploys",
        log: world.log_url.as_deref(),
        environment_url: url.as_deref(),
        pull: payload.pull,
        key: &payload.request,
        existing,
        body,
    };
    let comment = mark(&world.acting(), &running).await;
    world.runner.summary(body);
    comment
}

/// What to deploy, the decision last: what was cut off says nothing.
fn tell<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, seen: &Seen, comment: &str) -> Result<(), RunnerError> {
    let Seen { deployment, payload, .. } = seen;
    let id = deployment.id.to_string();
    let services = serde_json::to_value(&payload.services).expect("names serialise");
    let parameters = serde_json::to_value(&payload.parameters).expect("parameters serialise");
    world.runner.tell(&[
        ("deployment-id", Value::Text(&id)),
        ("lock", Value::Text(payload.claim.as_str())),
        ("comment-id", Value::Text(comment)),
        ("environment", Value::Text(payload.environment.as_str())),
        ("sha", Value::Text(deployment.sha.as_str())),
        ("ref", Value::Text(payload.branch.as_ref().map_or("", |branch| branch.as_str()))),
        ("version", Value::Text(payload.version.as_ref().map_or("", |version| version.as_str()))),
        ("services", Value::Json(&services)),
        ("parameters", Value::Json(&parameters)),
        ("decision", Value::Text("go")),
    ])
}

/// Ends it for a later job of the run that started it; where no job of it came so far, nobody has.
async fn finish<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, seen: &Seen, (run, ending): (RunId, Ending)) -> Result<Outcome, RunError> {
    let Seen { deployment, payload, survey } = seen;
    if !deployment.is_running() {
        return Ok(Outcome::nothing(format!("deployment {} has ended already", deployment.id)));
    }
    let carrier = seen.hold().map(|hold| hold.carrier.as_ref().and_then(|carrier| carrier.run));
    let holder = match carrier {
        Some(Some(carrier)) if carrier == run => Holder::Run(run),
        Some(Some(carrier)) => return Err(RunError::NotOurs(format!("deployment {} is carried out by run {carrier}, not by this one", deployment.id))),
        Some(None) => Holder::Nobody,
        None if deployment.run_in(&world.run_repository) == Some(run) => Holder::Run(run),
        None => return Err(RunError::NotOurs(format!("deployment {} was not started by this run, and its lock is not held any more", deployment.id))),
    };
    let (ending, why) = match (holder, ending) {
        (Holder::Nobody, Ending::Success) => (Ending::Unknown, "No job of the run started the deployment.".to_owned()),
        (Holder::Nobody, _) => (ending, "The run ended before it started the deployment.".to_owned()),
        (_, Ending::Success) => (ending, format!("Run {run} deployed it.")),
        (_, Ending::Failure) => (ending, format!("Run {run} failed.")),
        (_, Ending::Cancelled) => (ending, format!("Run {run} was cancelled.")),
        (_, Ending::Unknown) => (ending, format!("Run {run} ended without saying how.")),
    };
    let job = if ending == Ending::Failure { ended::failed_job(world, &world.run_repository, run).await } else { None };
    let why = job.as_ref().map_or_else(|| why.clone(), |job| format!("{why} The job `{}` failed.", job.name.replace('`', "'")));
    let failed_job = job.as_ref().map(|job| job.url.as_str());
    let told = Told { ending, why: &why, holder, log: world.log_url.as_deref(), failed_job };
    if ended::end(world, &Orphan::of(survey, deployment, payload), &told).await? == Ended::CarriedOn {
        return Err(RunError::NotOurs(format!("deployment {} is carried out by another run, not by this one", deployment.id)));
    }
    world.runner.output("conclusion", ending.as_str());
    Ok(Outcome::done(format!("the deployment to {} ended with {}", payload.environment, ending.as_str())))
}

/// What the main step of a job that does the whole kept for its post step.
pub(super) struct Kept {
    deployment: Deployment,
    payload: DeploymentPayload,
    /// The repository's global node id.
    repository: String,
    slug: RepoSlug,
    /// The lock as the main step left it.
    lock: Option<Lock>,
    /// True once the later steps were told to deploy: the job's outcome is the deployment's then.
    begun: Begun,
}

/// Whether the later steps were told to deploy.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Begun {
    Yes,
    No,
}

impl Kept {
    /// Where the main step took a dispatched deployment over, or was about to.
    pub(super) fn read<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>) -> Option<Self> {
        let state = |name: &str| world.variables.state(name).filter(|value| !value.is_empty());
        let handle: Handle = state("carried")?.parse().ok()?;
        let payload: DeploymentPayload = serde_json::from_str(&state("payload")?).ok()?;
        let told = state("deployment").and_then(|id| id.parse().ok()).map(DeploymentId);
        let deployment = Deployment {
            id: handle.deployment,
            environment: payload.environment.to_string(),
            sha: state("sha")?.parse().ok()?,
            tree: None,
            created_at: state("started")?.parse().ok()?,
            creator: None,
            states: Vec::new(),
            payload: None,
        };
        let begun = if told == Some(handle.deployment) { Begun::Yes } else { Begun::No };
        let lock = state("lock").and_then(|text| serde_json::from_str(&text).ok());
        Some(Self { deployment, payload, repository: state("repository")?, slug: handle.repository, lock, begun })
    }
}

/// Ends it with the job's outcome: the post step of a job that does the whole.
pub(super) async fn post<F: Forge, R: Repo, P: Programs>(
    world: &World<'_, F, R, P>,
    kept: &Kept,
    (status, now): (Ending, jiff::Timestamp),
) -> Result<Outcome, RunError> {
    let Kept { deployment, payload, begun, .. } = kept;
    let (ending, why) = match (begun, status) {
        (Begun::No, _) => (Ending::Unknown, "The step did not come to its end, so that the job's next steps were not told to deploy."),
        (Begun::Yes, Ending::Success) => (status, "The dispatched workflow deployed it."),
        (Begun::Yes, Ending::Failure) => (status, "A step of the job failed."),
        (Begun::Yes, Ending::Cancelled) => (status, "The job was cancelled."),
        (Begun::Yes, Ending::Unknown) => (status, "The job ended without saying how."),
    };
    let run = world.run.ok_or_else(|| RunError::Usage("a dispatched deployment needs GITHUB_RUN_ID: it belongs to one workflow run".to_owned()))?;
    // Where it was begun, it is ours for certain: nobody takes over from us.
    let holder = if *begun == Begun::Yes { Holder::Ourselves } else { Holder::Run(run) };
    let told = Told { ending, why, holder, log: world.log_url.as_deref(), failed_job: None };
    let orphan = Orphan { deployment, payload, node: &kept.repository, slug: &kept.slug, viewer: None, now, lock: kept.lock.as_ref(), survey: None };
    let ended = ended::end(world, &orphan, &told).await?;
    Ok(match ended {
        Ended::Now => Outcome::done(format!("the deployment to {} ended with {}", payload.environment, ending.as_str())),
        Ended::CarriedOn => Outcome::nothing("the deployment is carried out by another run; this one has nothing to end"),
    })
}
