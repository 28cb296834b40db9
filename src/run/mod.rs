//! THE pipeline: event → survey → policy → facts → evaluation → plan → effects → report. A newcomer's first file.
//!
//! `explain` stops after the evaluation, `/plan` after the plan, `simulate` takes its facts from a file: nobody writes any of it twice.

mod before;
mod carried;
mod commands;
mod decide;
mod deploy;
mod dispatch;
mod ended;
mod locking;
mod orphans;
mod outcome;
mod post;
mod replies;
mod retell;
mod saved;
mod stages;
mod stopping;
mod strays;
mod trust;
mod unhandled;
mod voices;
mod waiting;

use std::cell::{Cell, RefCell};
use std::path::PathBuf;

use crate::audit::AuditLog;
use crate::domain::{Login, PullNumber, RepoSlug, RunId};
use crate::env::Environment as Variables;
use crate::gates::Judgement;
use crate::intake::{
    Asked, Command, CommentEvent, Concerns, DispatchEvent, Event, Grammar, Origin, Reading, Request, Sender, WhyNot, dispatch_request, parse_comment, requests,
};
use crate::perform::{Acting, Pauses};
use crate::policy::Policy;
use crate::ports::{Ask, Forge, ForgeError, Programs, Reaction, Repo, Survey};
use crate::runner::Runner;

pub use carried::{Step, carry};
pub use decide::{Decision, explain, unknown_environment};
pub use outcome::{Outcome, RunError};
pub use post::post;
pub use saved::{Replayed, SavedError, SimulateOptions, replay, simulate};
pub use stages::status;
pub use unhandled::tell;

/// How often a decision is made again because somebody else changed the lock in between.
const ROUNDS: usize = 4;

/// Everything outside that the pipeline touches.
#[derive(Debug)]
pub struct World<'a, F, R, P> {
    /// GitHub.
    pub forge: &'a F,
    /// Git objects.
    pub repo: &'a R,
    /// This machine's programs.
    pub programs: &'a P,
    /// This process's variables.
    pub variables: &'a Variables,
    /// The audit log.
    pub audit: &'a RefCell<AuditLog>,
    /// The runner's files.
    pub runner: &'a Runner,
    /// Our workflow run.
    pub run: Option<RunId>,
    /// Which attempt of it.
    pub attempt: Option<u64>,
    /// The repository that the forge is for.
    pub repository: RepoSlug,
    /// The repository of our workflow run; another one than the forge's where a deploy workflow lives apart.
    pub run_repository: RepoSlug,
    /// How long to wait before looking again at what others do.
    pub pauses: Pauses,
    /// True once somebody asked us to stop.
    pub halt: &'a Cell<bool>,
    /// Where our run can be seen.
    pub log_url: Option<String>,
    /// Where decision records are kept.
    pub records: PathBuf,
}

impl<F: Forge, R: Repo, P: Programs> World<'_, F, R, P> {
    fn acting(&self) -> Acting<'_, F> {
        let World { forge, audit, runner, run, attempt, halt, pauses, .. } = *self;
        Acting { forge, audit, runner, run, attempt, halt, pauses, log_url: self.log_url.as_deref() }
    }
}

/// Handles one event.
///
/// # Errors
/// [`RunError`] where it could not be handled; what the user can mend is on the pull request already.
pub async fn action<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, event: Event) -> Result<Outcome, RunError> {
    match event {
        Event::Comment(event) => comment(world, &event).await,
        Event::Dispatch(event) => dispatch(world, &event).await,
        Event::Reconsider { concerns, .. } => reconsider_concerned(world, concerns).await,
        Event::RunOver { run, handle, concerns, .. } => {
            if let Err(error) = orphans::run_over(world, run, handle.as_ref()).await {
                tracing::warn!("the deployment of run {run} could not be ended: {error}");
            }
            reconsider_concerned(world, concerns).await
        }
        Event::Sweep => reconsider_all(world, world.forge.open_pulls().await?).await,
        Event::PullClosed { pull, .. } => locking::pull_closed(world, pull).await,
        Event::Ignored(why) => Ok(Outcome::nothing(why.to_string())),
    }
}

async fn reconsider_concerned<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, concerns: Concerns) -> Result<Outcome, RunError> {
    let pulls = match concerns {
        Concerns::Pulls(pulls) => pulls,
        Concerns::Head(head) => world.forge.pulls_with_head(&head).await?,
    };
    reconsider_all(world, pulls).await
}

/// Judges what waits in these pull requests again, until one deployment goes: one job deploys one thing.
async fn reconsider_all<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, pulls: Vec<PullNumber>) -> Result<Outcome, RunError> {
    let mut last = Outcome::nothing("no deployment is waiting");
    let mut broken = None;
    for pull in pulls {
        match Box::pin(deploy::reconsider(world, pull)).await {
            Ok(None) => {}
            Ok(Some(outcome)) if outcome.decision == Some(Judgement::Go) => return Ok(outcome),
            Ok(Some(outcome)) => last = outcome,
            // Others may have another base branch, with a valid policy.
            Err(error @ RunError::Policy(_)) => broken = Some(error),
            Err(error) => return Err(error),
        }
    }
    broken.map_or(Ok(last), Err)
}

/// Handles a dispatch that carries a command.
async fn dispatch<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, event: &DispatchEvent) -> Result<Outcome, RunError> {
    let ask = Ask { pull: event.pull, comment_node: None, actor: Some(event.actor.login.clone()), own_run: world.run, words: None };
    let survey = world.forge.survey(&ask).await?;
    let policy = trust::policy(&survey).map_err(|error| RunError::Policy(error.to_string()))?.policy;
    if let Some(why) = unlisted(&event.sender, &policy) {
        return Ok(Outcome::nothing(why));
    }
    let run = world
        .run
        .ok_or_else(|| RunError::Usage("a dispatch needs GITHUB_RUN_ID: its run is what makes it the same request when it is run again".to_owned()))?;
    let request = dispatch_request(event, &grammar(&policy), run, survey.now).map_err(|mistake| RunError::Usage(mistake.to_string()))?;
    let outcome = commands::request(world, &survey, &request).await;
    if let Err(error) = &outcome {
        unhandled::request(world, &request, error).await;
    }
    orphans::end(world, &survey, std::slice::from_ref(&request)).await;
    outcome
}

/// Handles a new comment. Nothing is written, not even a reaction, before it is sure that it is a command, and whose.
async fn comment<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, event: &CommentEvent) -> Result<Outcome, RunError> {
    let words = may_be_judged(event).then_some(event.id);
    let ask = Ask { pull: event.pull, comment_node: Some(event.node_id.clone()), actor: Some(event.actor.login.clone()), own_run: world.run, words };
    let survey = match world.forge.survey(&ask).await.map_err(RunError::from) {
        Ok(survey) => survey,
        Err(error) => {
            unhandled::event(world, event, &error).await;
            return Err(error);
        }
    };
    if let Some(why) = not_as_sent(event, &survey) {
        return Ok(Outcome::nothing(why));
    }
    let policy = match trust::policy(&survey) {
        Ok(trusted) => trusted.policy,
        Err(error) => {
            orphans::end(world, &survey, &[]).await;
            return replies::broken_policy(world, (event, &survey), error).await;
        }
    };
    if let Some(why) = unlisted(&event.sender, &policy) {
        return Ok(Outcome::nothing(why));
    }
    let requests = match requests(event, &grammar(&policy)) {
        Asked::Requests(requests) => requests,
        Asked::Nothing(why) => return Ok(Outcome::nothing(why.to_string())),
        Asked::Mistaken(mistakes) => return replies::mistaken(world, (event, &survey), &mistakes, &policy).await,
    };
    if let Some(stranger) = replies::stranger(&policy, &requests) {
        return commands::request(world, &survey, stranger).await; // One is mistyped: none acts.
    }
    // Nothing waits for the receipt: where the next requests want more connections than are open, it is the one that has to open another.
    let (outcome, ()) = tokio::join!(biased; in_order(world, (survey, &ask), &requests), receive(world, event, &requests));
    outcome
}

/// A comment's commands in their order, each on fresh facts.
async fn in_order<F: Forge, R: Repo, P: Programs>(
    world: &World<'_, F, R, P>,
    (mut survey, ask): (Survey, &Ask),
    requests: &[Request],
) -> Result<Outcome, RunError> {
    let mut outcome = Outcome::nothing("the comment carried no command");
    for (index, request) in requests.iter().enumerate() {
        let next = async {
            if index > 0 {
                survey = world.forge.survey(ask).await?;
            }
            match outcome.decision {
                Some(Judgement::Go) if may_deploy(&request.command) => commands::busy(world, &survey, request).await,
                _ => commands::request(world, &survey, request).await,
            }
        };
        let next = match next.await {
            Ok(next) => next,
            Err(error) => {
                unhandled::request(world, request, &error).await;
                return Err(error);
            }
        };
        // What was decided stands: a later command that decides nothing must not hide it.
        if outcome.decision != Some(Judgement::Go) && (next.decision.is_some() || outcome.decision.is_none()) {
            outcome = next;
        }
    }
    orphans::end(world, &survey, requests).await;
    Ok(outcome)
}

/// True unless the comment surely needs nobody's words judged, as far as its text alone tells: the team's own words are not known yet.
fn may_be_judged(event: &CommentEvent) -> bool {
    let judged = |command: &Command| !matches!(command, Command::Help | Command::Status { .. } | Command::Cancel { .. });
    match parse_comment(&event.body, &Grammar::default()) {
        Reading::Commands(commands) => commands.iter().any(judged),
        Reading::Mistaken(_) | Reading::NotACommand(WhyNot::OtherWord) => false,
        // Another prefix: nothing is certain.
        Reading::NotACommand(_) => true,
    }
}

/// Commands that may end in a deployment.
fn may_deploy(command: &Command) -> bool {
    match command {
        Command::Deploy(_) | Command::Approve { .. } | Command::Confirm { .. } | Command::Reject { .. } | Command::Unlock { .. } => true,
        Command::Plan(_) | Command::Lock { .. } | Command::Status { .. } | Command::Cancel { .. } | Command::Help => false,
    }
}

/// The receipt. Where a comment only asks to be shown something, the reply is the receipt.
async fn receive<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, event: &CommentEvent, requests: &[Request]) {
    if requests.iter().all(|request| matches!(request.command, Command::Help | Command::Status { .. })) {
        return;
    }
    if let Err(error) = world.forge.react(event.id, Reaction::Eyes).await {
        tracing::warn!("the reaction could not be added: {error}");
    }
}

/// The event's words must be the API's words, never edited since (rows C3, V6).
fn not_as_sent(event: &CommentEvent, survey: &Survey) -> Option<String> {
    match &survey.comment {
        None => Some("the comment is gone".to_owned()),
        Some(comment) if comment.edited_at.is_some() => Some("the comment was edited".to_owned()),
        Some(comment) if comment.body.replace("\r\n", "\n") != event.body.replace("\r\n", "\n") => {
            Some("the comment's text is not what the event said".to_owned())
        }
        Some(_) => None,
    }
}

/// A bot or an app acts only where the policy lists it.
fn unlisted(sender: &Sender, policy: &Policy) -> Option<String> {
    match sender {
        Sender::Human => None,
        Sender::App(login) if policy.commands.apps.iter().any(|app| bare(app) == bare(login)) => None,
        Sender::App(login) => Some(format!("{login} is a bot or an app that the policy does not list under `commands.apps`")),
    }
}

/// An app's login is written with or without `[bot]`.
fn bare(login: &Login) -> String {
    login.as_str().trim_end_matches("[bot]").to_ascii_lowercase()
}

/// How commands are written under a policy.
fn grammar(policy: &Policy) -> Grammar {
    Grammar::new(policy.commands.prefix.clone(), policy.commands.aliases.clone())
}

/// Surveys a request's pull request.
async fn survey<F: Forge>(forge: &F, own_run: Option<RunId>, request: &Request) -> Result<Survey, ForgeError> {
    let comment_node = match &request.origin {
        Origin::Comment { node_id, .. } => Some(node_id.clone()),
        Origin::Dispatch | Origin::Terminal => None,
    };
    forge.survey(&Ask { pull: request.pull, comment_node, actor: Some(request.actor.login.clone()), own_run, words: None }).await
}
