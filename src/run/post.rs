//! The post step: ends what the main step started, with the job's outcome. It runs also when the job was cancelled or a step died.

use jiff::Timestamp;

use super::decide::Asked;
use super::saved::read_question;
use super::{Outcome, RunError, World, carried};

use crate::domain::{CommentId, CommitSha, DeploymentId, EnvName, PullNumber, RequestKey};
use crate::facts::{ClaimId, Deployment, DeploymentState, DispatchedTo, Handle, Lock};
use crate::intake::Command;
use crate::perform::{Ended, Ending, Finished, Holder, Note, Said, find_comment, finish, say, seek};
use crate::plan::Question;
use crate::ports::{Forge, NewState, Programs, Repo, SoughtRun};
use crate::report::escape::markdown as escape;
use crate::report::markdown;
use crate::run::decide::Decision;

/// What the main step kept for us (`STATE_…`).
struct Kept {
    key: RequestKey,
    environment: EnvName,
    claim: ClaimId,
    sha: CommitSha,
    pull: PullNumber,
    repository: String,
    started: Option<Timestamp>,
    deployment: Option<DeploymentId>,
    comment: Option<CommentId>,
    record: Option<String>,
    lock: Option<Lock>,
    /// Where it was to be dispatched to.
    dispatch: Option<DispatchedTo>,
}

/// Ends the deployment that the main step started, where it started one.
///
/// # Errors
/// [`RunError`] where GitHub did not take it; the deployment's lock frees itself after its time then.
pub async fn post<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, now: Timestamp) -> Result<Outcome, RunError> {
    if let Some(carried) = carried::Kept::read(world) {
        return carried::post(world, &carried, (Ending::parse(world.variables.input("status").unwrap_or_default().as_str()), now)).await;
    }
    if let Some(run) = world.variables.state("dispatched") {
        return Ok(Outcome::nothing(format!("the deployment was dispatched (run {run}): its own workflow ends it")));
    }
    let Some(kept) = kept(world) else { return Ok(Outcome::nothing("the main step started no deployment")) };
    let decided = kept.record.as_deref().and_then(read_decision);
    // The main step keeps the deployment when it has told the later steps to go: the job's outcome is the deployment's only then.
    let (deployment, ending) = match kept.deployment {
        Some(id) => (id, Ending::parse(world.variables.input("status").unwrap_or_default().as_str())),
        None => match left(world, &kept).await? {
            Some(left) if is_dispatched(world, &kept, &left).await? => {
                return Ok(Outcome::nothing("the deployment was dispatched: its own workflow ends it"));
            }
            Some(left) => (left.id, Ending::Unknown),
            None => return nothing_runs(world, &kept, decided.as_ref()).await,
        },
    };
    let seconds = kept.started.map(|started| u64::try_from(now.as_second() - started.as_second()).unwrap_or(0));
    let body = |lock: &str| {
        let failed = format!("A step of the job failed. {lock}");
        let cancelled = format!("The job was cancelled. {lock}");
        let unknown = match kept.deployment {
            Some(_) => format!("The job ended without saying how. {lock} Look at the environment."),
            None => format!("The step did not come to its end, so that the job's next steps were not told to deploy. {lock} Give the command again."),
        };
        let standing = match ending {
            Ending::Success => markdown::Standing::Succeeded(lock),
            Ending::Failure => markdown::Standing::Failed(&failed),
            Ending::Cancelled => markdown::Standing::Cancelled(&cancelled),
            Ending::Unknown => markdown::Standing::Failed(&unknown),
        };
        let title = format!("Deployment to {}: {}", kept.environment, ending.as_str());
        body(world, (&kept, &title), decided.as_ref(), &standing)
    };
    let (body, stuck) = (body("The lock is free again."), body("The lock could not be freed yet; it frees itself when the run is over."));
    let end = Finished {
        ending,
        key: &kept.key,
        pull: kept.pull,
        environment: &kept.environment,
        sha: &kept.sha,
        claim: &kept.claim,
        holder: if kept.dispatch.is_some() { Holder::Nobody } else { Holder::Ourselves },
        lock: kept.lock.as_ref(),
        deployment,
        comment: kept.comment,
        command_comment: command_comment(&kept.key),
        body: &body,
        stuck: &stuck,
        environment_url: decided.as_ref().and_then(|(decision, _)| environment_url(decision.question())),
        log: None,
        repository: &kept.repository,
        seconds,
        entry: entry(&kept, deployment, (decided.as_ref().map(|(decision, _)| decision), now)),
    };
    if finish(&world.acting(), &end).await? == Ended::CarriedOn {
        return Ok(Outcome::nothing("the deployment was dispatched: its own workflow ends it"));
    }
    let said = format!("the deployment to {} ended with {}", kept.environment, ending.as_str());
    world.runner.summary(&format!("\n{}.\n", escape(&said)));
    Ok(Outcome::done(said))
}

/// The deployment that the main step created and could not tell anybody of, where it still counts as running.
async fn left<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, kept: &Kept) -> Result<Option<Deployment>, RunError> {
    let found = world.forge.deployments(&kept.environment).await?;
    Ok(found.into_iter().find(|deployment| deployment.is_of(&kept.claim) && deployment.is_running()))
}

/// True where the main step died after it had dispatched the deployment: its run shows, or says so already.
async fn is_dispatched<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, kept: &Kept, left: &Deployment) -> Result<bool, RunError> {
    let Some(to) = &kept.dispatch else { return Ok(false) };
    if left.state().is_some() {
        return Ok(true);
    }
    let handle = Handle { repository: world.repository.clone(), deployment: left.id, claim: kept.claim.clone() };
    let sought = SoughtRun { to, handle: &handle, since: left.created_at };
    let Some(run) = seek(&world.acting(), &sought).await? else { return Ok(false) };
    let state = NewState {
        state: DeploymentState::Queued,
        description: "Every gate says go; the deploy workflow was dispatched".to_owned(),
        log_url: Some(run.url),
        environment_url: None,
    };
    // Its run says more, where it has begun by now.
    if world.forge.deployment(left.id).await?.is_some_and(|deployment| deployment.state().is_none()) {
        world.forge.set_state(left.id, &state).await?;
    }
    Ok(true)
}

/// The main step claimed, and no deployment runs: the claim is freed where it is still there. A comment that says more is left as it is.
async fn nothing_runs<F: Forge, R: Repo, P: Programs>(
    world: &World<'_, F, R, P>,
    kept: &Kept,
    decided: Option<&(Decision, crate::policy::Policy)>,
) -> Result<Outcome, RunError> {
    let acting = world.acting();
    let (freed, comment) =
        tokio::join!(acting.release(&kept.environment, &kept.claim, &kept.sha, &kept.repository), find_comment(world.forge, kept.pull, &kept.key));
    if freed? && matches!(comment, Ok(None)) {
        let why = "Nothing was deployed: the step did not come to its end. The lock is free again. Give the command again.";
        let title = format!("Deployment to {}: not begun", kept.environment);
        let body = body(world, (kept, &title), decided, &markdown::Standing::Broken(why));
        say(&acting, &Said { pull: kept.pull, key: &kept.key, existing: None, body: &body }).await;
    }
    Ok(Outcome::done("the main step started no deployment; its claim is free"))
}

/// A deployment was started exactly where its claim was kept.
fn kept<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>) -> Option<Kept> {
    let state = |name: &str| world.variables.state(name).filter(|value| !value.is_empty());
    let number = |name: &str| state(name).and_then(|value| value.parse::<u64>().ok());
    Some(Kept {
        key: RequestKey::new(state("request")?).ok()?,
        environment: EnvName::new(state("environment")?).ok()?,
        claim: ClaimId::new(state("claim")?).ok()?,
        sha: CommitSha::new(state("sha")?).ok()?,
        pull: PullNumber(number("pull")?),
        repository: state("repository")?,
        started: state("started").and_then(|text| text.parse().ok()),
        deployment: number("deployment").map(DeploymentId),
        comment: number("comment").map(CommentId),
        record: state("record"),
        lock: state("lock").and_then(|text| serde_json::from_str(&text).ok()),
        dispatch: state("dispatch").and_then(|text| serde_json::from_str(&text).ok()),
    })
}

/// The comment that the request came with, by its key.
pub(super) fn command_comment(key: &RequestKey) -> Option<CommentId> {
    let rest = key.as_str().strip_prefix("comment-")?;
    let (id, _) = rest.split_once('-')?;
    id.parse().ok().map(CommentId)
}

/// The decision of the main step, judged again from its record: the same facts give the same table.
fn read_decision(path: &str) -> Option<(Decision, crate::policy::Policy)> {
    let question = match read_question(std::path::Path::new(path)) {
        Ok(question) => question,
        Err(error) => {
            tracing::warn!("the decision record could not be read: {error}");
            return None;
        }
    };
    super::saved::judge_question(&question).ok()
}

fn environment_url(question: &Question) -> Option<String> {
    let policy = crate::policy::load(&question.policy.text, question.policy.id.clone()).ok()?;
    policy.environment(&question.environment).and_then(|environment| environment.url.clone())
}

fn body<F: Forge, R: Repo, P: Programs>(
    world: &World<'_, F, R, P>,
    (kept, title): (&Kept, &str),
    decided: Option<&(Decision, crate::policy::Policy)>,
    standing: &markdown::Standing<'_>,
) -> String {
    if let Some((decision, policy)) = decided {
        let question = decision.question();
        if let (Command::Deploy(deploy), Some(environment)) = (&question.request.command, policy.environment(&question.environment)) {
            let asked = Asked { request: &question.request, deploy, policy, text: &question.policy, environment };
            return super::deploy::status(world, &asked, decision, standing);
        }
    }
    markdown::reply(kept.key.as_str(), title, &escape(standing.words()))
}

fn entry(kept: &Kept, deployment: DeploymentId, (decision, now): (Option<&Decision>, Timestamp)) -> Note {
    let note = match decision {
        Some(decision) => {
            let question = decision.question();
            let facts = &question.facts;
            let note =
                Note::of(&question.request, now).under(facts.viewer.as_ref()).repository(&facts.repository.slug).approvers(&decision.evaluation().approvers);
            match &question.request.command {
                Command::Deploy(deploy) => note.services(&deploy.services).version(deploy.version.as_ref()),
                _ => note,
            }
        }
        None => Note::at(now).detail("request", kept.key.as_str()),
    };
    note.environment(&kept.environment).detail("commit", kept.sha.as_str()).detail("deployment_id", deployment.0)
}
