//! Deploying by another workflow, as the gate's run sees it: dispatch once, say so, and wait where the policy asks for it (row D2).

use std::collections::BTreeMap;

use super::before::Left;
use super::decide::{Asked, Decision};
use super::deploy::{Decided, end_left, entry, status_at, tell};
use super::waiting::{self, Watched};
use super::{Outcome, RunError, World};
use crate::audit::{AuditEvent, Outcome as Ended};
use crate::domain::{CommentId, DeploymentId, EnvName, RepoSlug};
use crate::facts::{DeploymentState, DispatchedTo, Handle, InputName, Trigger};
use crate::gates::Judgement;
use crate::perform::{Mark, NotSent, Sent, dispatch, mark, seek};
use crate::policy::{Dispatch, Slot};
use crate::ports::{Forge, ForgeError, ForgeFault, FoundRun, NewDispatch, Programs, Repo, SoughtRun};
use crate::report::markdown;
use crate::runner::Value;

/// The most characters of all inputs together, by GitHub's rule.
const MOST_INPUTS: usize = 65_535;

/// The most characters of a handle with its input's name.
const HANDLE: usize = 400;

/// The output `decision` once a workflow was dispatched: the job's own steps do not deploy.
const DISPATCHED: &str = "dispatched";

/// Where an environment's deployments go, where another workflow deploys.
pub(super) fn target(asked: &Asked<'_>, decision: &Decision) -> Option<DispatchedTo> {
    asked.environment.deploy.dispatch().map(|dispatch| dispatch.to(&decision.question().facts.repository.slug))
}

/// Why the inputs cannot be sent, before anything is done.
pub(super) fn too_large(asked: &Asked<'_>, decision: &Decision) -> Option<String> {
    let dispatch = asked.environment.deploy.dispatch()?;
    // The longest id there is stands for the one that is not known yet.
    let inputs = inputs(dispatch, asked, decision, DeploymentId(u64::MAX));
    let size: usize = inputs.iter().map(|(name, value)| name.as_str().chars().count() + value.chars().count()).sum();
    (size + HANDLE > MOST_INPUTS).then(|| format!("the inputs of the workflow have {size} characters, and GitHub takes {MOST_INPUTS}"))
}

fn inputs(dispatch: &Dispatch, asked: &Asked<'_>, decision: &Decision, id: DeploymentId) -> BTreeMap<InputName, String> {
    let pull = &decision.question().facts.pull;
    let value = |slot: &Slot| match slot {
        Slot::Environment => asked.environment.name.to_string(),
        Slot::Sha => pull.head.to_string(),
        Slot::Ref => pull.head_branch.to_string(),
        Slot::Version => asked.deploy.version.as_ref().map(ToString::to_string).unwrap_or_default(),
        Slot::Services => asked.deploy.services.iter().map(ToString::to_string).collect::<Vec<_>>().join(","),
        Slot::PullRequest => pull.number.to_string(),
        Slot::Deployment => id.to_string(),
        Slot::Parameter(key) => asked.deploy.parameters.get(key).map(ToString::to_string).unwrap_or_default(),
    };
    dispatch.inputs.iter().map(|(name, template)| (name.clone(), template.fill(value))).collect()
}

/// A deployment that was created and holds its lock.
pub(super) struct Created<'a> {
    pub(super) dispatch: &'a Dispatch,
    pub(super) to: &'a DispatchedTo,
    pub(super) left: &'a Left,
}

impl<'a> Created<'a> {
    /// `None` where the policy deploys here by now.
    fn of(decided: &Decided<'a>, left: &'a Left) -> Option<Self> {
        Some(Self { dispatch: decided.asked.environment.deploy.dispatch()?, to: left.dispatched_to.as_ref()?, left })
    }
}

/// Dispatches it. What is refused for certain is ended at once; what may have been dispatched is left to its run, or to the job when it is run again.
pub(super) async fn send<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, decided: &Decided<'_>, left: &Left) -> Result<Outcome, RunError> {
    let Decided { asked, decision, .. } = decided;
    let created = &Created::of(decided, left).ok_or_else(|| RunError::Usage("nothing says where to dispatch this deployment".to_owned()))?;
    let facts = &decision.question().facts;
    if world.halt.get() {
        end_left(world, decided, created.left, "the job was stopped before the workflow was dispatched").await?;
        return Err(RunError::Stopped);
    }
    // In this repository, the default branch is known already.
    let default = || (created.to.repository == facts.repository.slug).then(|| facts.repository.default_branch.clone());
    let new = NewDispatch {
        to: created.to.clone(),
        reference: created.dispatch.reference.clone().or_else(default),
        handle: Handle { repository: facts.repository.slug.clone(), deployment: created.left.id, claim: created.left.claim.clone() },
        inputs: inputs(created.dispatch, asked, decision, created.left.id),
    };
    let sent = match dispatch(&world.acting(), &new, created.left.since).await {
        Ok(sent) => sent,
        Err(NotSent::Refused(error)) => {
            let hint = hint(&error, created.to);
            end_left(world, decided, created.left, &format!("{} could not be dispatched: {error}; {hint}", created.to)).await?;
            return Err(RunError::Dispatch { error, hint });
        }
        Err(NotSent::Unknown(error)) => return Err(unknown(world, decided, created, error).await),
    };
    self::sent(world, decided, created, sent).await
}

/// A dispatch that an earlier attempt of this job may have sent, where its run shows.
///
/// # Errors
/// [`ForgeError`] where nobody can tell: then nothing may be dispatched.
pub(super) async fn found<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, left: &Left, here: &RepoSlug) -> Result<Option<FoundRun>, ForgeError> {
    let Some(to) = &left.dispatched_to else { return Ok(None) };
    let handle = Handle { repository: here.clone(), deployment: left.id, claim: left.claim.clone() };
    seek(&world.acting(), &SoughtRun { to, handle: &handle, since: left.since }).await
}

/// It was dispatched by an earlier attempt of this job, as its run shows.
pub(super) async fn resumed<F: Forge, R: Repo, P: Programs>(
    world: &World<'_, F, R, P>,
    decided: &Decided<'_>,
    left: &Left,
    run: FoundRun,
) -> Result<Outcome, RunError> {
    match Created::of(decided, left) {
        Some(created) => sent(world, decided, &created, Sent::Found(run)).await,
        None => Ok(Outcome::nothing(format!("this command was dispatched already, and run {} carries it out", run.id))),
    }
}

/// It is dispatched: says so, tells the post step that there is nothing to end, and waits where the policy asks for it.
pub(super) async fn sent<F: Forge, R: Repo, P: Programs>(
    world: &World<'_, F, R, P>,
    decided: &Decided<'_>,
    created: &Created<'_>,
    sent: Sent,
) -> Result<Outcome, RunError> {
    let Decided { asked, decision, existing } = decided;
    let newer = !matches!(sent, Sent::Run(_)) && is_taken(world, &asked.environment.name, created.left).await;
    let run = match sent {
        Sent::Run(run) | Sent::Found(run) => Some(run),
        Sent::Unseen => None,
    };
    let id = run.as_ref().map_or_else(|| "unseen".to_owned(), |run| run.id.to_string());
    if let Err(error) = world.runner.keep(&[("dispatched", Value::Text(&id))]) {
        tracing::error!("{error}");
    }
    let note = entry(asked, decision).outcome(Ended::Started).detail("deployment_id", created.left.id.0).detail("run", run.as_ref().map(|run| run.id.0));
    world.acting().note(AuditEvent::DeploymentDispatched, note.detail("to", created.to.to_string()));
    let comment = if newer { *existing } else { say(world, decided, created, run.as_ref()).await };
    let (deployment, comment) = (created.left.id.to_string(), comment.map(|id| id.to_string()).unwrap_or_default());
    let (run_id, url) = run.as_ref().map(|run| (run.id.to_string(), run.url.clone())).unwrap_or_default();
    let ids = [("deployment-id", deployment.as_str()), ("lock", created.left.claim.as_str()), ("comment-id", &comment), ("run-id", &run_id), ("run-url", &url)];
    // The deployment goes on whether or not later steps hear of it.
    if let Err(error) = tell(world, asked, decision, (&ids, DISPATCHED)) {
        tracing::error!("{error}");
    }
    let said = match &run {
        Some(run) => format!("dispatched to {}: run {} ({})", created.to, run.id, run.url),
        None => format!("dispatched to {}; its run does not show yet", created.to),
    };
    let outcome = Outcome::decided(Judgement::Go, &asked.environment.name, said);
    match created.dispatch.wait {
        None => Ok(outcome),
        Some(limit) => waiting::end(world, &Watched { decided, to: created.to, left: created.left, limit }, run).await,
    }
}

/// True where a run has taken the deployment over already: what it says is newer. Asked only where time has passed since the dispatch.
async fn is_taken<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, environment: &EnvName, left: &Left) -> bool {
    let locks = world.forge.locks().await.unwrap_or_default();
    let records = locks.iter().filter(|lock| lock.environment == *environment).filter_map(|lock| lock.record.as_ref());
    let hold = records.flat_map(|record| &record.holds).find(|hold| hold.claim == left.claim);
    hold.and_then(|hold| hold.carrier.as_ref()).is_some_and(|carrier| carrier.run.is_some())
}

async fn say<F: Forge, R: Repo, P: Programs>(
    world: &World<'_, F, R, P>,
    decided: &Decided<'_>,
    created: &Created<'_>,
    run: Option<&FoundRun>,
) -> Option<CommentId> {
    let Decided { asked, decision, existing } = decided;
    let words = words(created.to, run);
    let log = run.map(|run| run.url.as_str());
    let body = status_at(asked, decision, (&markdown::Standing::Dispatched(&words), log));
    let said = Mark {
        deployment: created.left.id,
        state: DeploymentState::Queued,
        description: "Every gate says go; the deploy workflow was dispatched",
        log,
        environment_url: None,
        pull: asked.request.pull,
        key: &asked.request.key,
        existing: *existing,
        body: &body,
    };
    let comment = mark(&world.acting(), &said).await;
    world.runner.summary(&body);
    comment
}

/// What the comment says of a dispatched deployment.
pub(super) fn words(to: &DispatchedTo, run: Option<&FoundRun>) -> String {
    let run = run.map_or_else(|| "Its run does not show yet.".to_owned(), |run| format!("Run {} deploys it.", run.id));
    format!("Every gate says go, and {to} was dispatched. {run} The environment is locked until it ends.")
}

/// Nobody knows whether it was dispatched: it is not sent again, nothing is ended, and the comment says what to do.
async fn unknown<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, decided: &Decided<'_>, created: &Created<'_>, error: ForgeError) -> RunError {
    let Decided { asked, decision, existing } = decided;
    if let Err(error) = world.runner.keep(&[("dispatched", Value::Text("unknown"))]) {
        tracing::error!("{error}");
    }
    let hint = format!(
        "look at the runs of {}: where one is there, it deploys; where none is, run this job again: it looks for the run first, and dispatches only where there is none",
        created.to
    );
    let words = format!(
        "The answer of GitHub to the dispatch of {} was lost ({error}), and no run of it shows. The environment stays locked. To go on, {hint}.",
        created.to
    );
    let body = status_at(asked, decision, (&markdown::Standing::Dispatched(&words), world.log_url.as_deref()));
    super::deploy::post_status(world, asked, *existing, &body).await;
    let note = entry(asked, decision).outcome(Ended::Unknown).detail("deployment_id", created.left.id.0).detail("to", created.to.to_string());
    world.acting().note(AuditEvent::DeploymentDispatched, note);
    if let Err(error) = tell(world, asked, decision, (&[], "error")) {
        tracing::error!("{error}");
    }
    RunError::Dispatch { error, hint }
}

/// What to do about a dispatch that was refused.
fn hint(error: &ForgeError, to: &DispatchedTo) -> String {
    let place = match &to.trigger {
        Trigger::Workflow(file) => format!("`.github/workflows/{file}` of {}", to.repository),
        Trigger::Event(_) => format!("the repository {}", to.repository),
    };
    match &error.fault {
        ForgeFault::Invalid(message) if message.contains("Unexpected inputs") => {
            format!("declare {} under `on.workflow_dispatch.inputs` in {place}", quoted_words(message))
        }
        ForgeFault::Invalid(message) if message.contains("workflow_dispatch") => {
            format!("add `workflow_dispatch` with the input `shipgate` to `on` in {place}")
        }
        ForgeFault::Invalid(message) if message.contains("No ref") => format!("name a branch that exists under `deploy.ref` in the policy, with {place} on it"),
        ForgeFault::NotFound { .. } => {
            format!(
                "see that {place} exists on its default branch, and that the token may start it (`actions: write`; in another repository the input `dispatch-token`)"
            )
        }
        ForgeFault::Forbidden { permission, .. } => {
            let permission = permission.unwrap_or("actions: write");
            format!("give the token `{permission}` on {}; in another repository the input `dispatch-token` is used", to.repository)
        }
        ForgeFault::Unauthorised => "give a token that is valid".to_owned(),
        fault if fault.is_transient() => "give the command again".to_owned(),
        _ => format!("look at {place}"),
    }
}

/// The words between double quotes in a message, as code; all our inputs where there are none.
fn quoted_words(message: &str) -> String {
    let plain = |word: &&str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    let words: Vec<String> =
        message.split('"').skip(1).step_by(2).map(|word| word.trim_end_matches('\\')).filter(plain).map(|word| format!("`{word}`")).collect();
    if words.is_empty() { "`shipgate` and the inputs of the policy".to_owned() } else { words.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d2_the_inputs_that_a_workflow_does_not_declare_are_named() {
        assert_eq!(quoted_words(r#"Unexpected inputs provided: ["shipgate", "region-1"]"#), "`shipgate`, `region-1`");
        assert_eq!(quoted_words(r#"Unexpected inputs provided: [\"shipgate\"]"#), "`shipgate`");
        assert_eq!(quoted_words("Unexpected inputs provided"), "`shipgate` and the inputs of the policy");
    }
}
