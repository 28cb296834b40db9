//! Every command but the deciding of `/deploy`: who may, what changes, what is said.

use super::decide::{Asked, decide, facts_of, unknown_environment};
use super::deploy::{deploy, react, reconsider, status};
use super::trust::{self, Trusted, Untrusted};
use super::{Outcome, RunError, World};
use crate::audit::{AuditEvent, Outcome as Ended};
use crate::domain::{EnvName, PullNumber};
use crate::facts::Facts;
use crate::gates::{Judgement, Permission, may, may_command};
use crate::gather::{self, Need};
use crate::intake::{Command, CommentEvent, Deploy, Mistake, Request};
use crate::perform::{Note, Said, Swap, fresh_claim, say, swap_lock};
use crate::plan::{self, LockChange, Refusal, Sticky, Whose};
use crate::policy::{Environment, Policy};
use crate::ports::{Ask, Forge, Programs, Reaction, Repo, Survey, Swapped};
use crate::report::escape::{code, fenced, markdown as escape};
use crate::report::markdown;

/// Handles one request.
pub(super) async fn request<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, survey: &Survey, request: &Request) -> Result<Outcome, RunError> {
    let trusted = trust::policy(survey).map_err(|error| RunError::Policy(error.to_string()))?;
    let one = One { survey, request, trusted: &trusted };
    let environment = match request.command.environment() {
        None => None,
        Some(word) => {
            if let Some(environment) = trusted.policy.environment(word) {
                Some(environment)
            } else {
                let text = escape(&unknown_environment(&trusted.policy, word));
                return Ok(refuse(world, &one, "There is no such environment", &text).await);
            }
        }
    };
    match (&request.command, environment) {
        (Command::Deploy(wish), Some(environment)) => {
            let asked = Asked { request, deploy: wish, policy: &trusted.policy, text: &trusted.text, environment };
            deploy(world, survey, &asked).await
        }
        (Command::Plan(wish), Some(environment)) => {
            let asked = Asked { request, deploy: wish, policy: &trusted.policy, text: &trusted.text, environment };
            Ok(plan_only(world, &one, &asked).await)
        }
        (Command::Status { .. }, environment) => Ok(show_status(world, &one, environment).await),
        (Command::Help, _) | (_, None) => {
            let text = markdown::help(&trusted.policy.commands.prefix);
            Ok(reply(world, &one, "Commands", &text).await)
        }
        (_, Some(environment)) => allowed(world, &one, environment).await,
    }
}

/// One request with what it is judged by.
struct One<'a> {
    survey: &'a Survey,
    request: &'a Request,
    trusted: &'a Trusted,
}

/// The commands that not everybody may give: asks who may, then acts.
async fn allowed<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, one: &One<'_>, environment: &Environment) -> Result<Outcome, RunError> {
    let (facts, permission) = permission(world, one, environment).await;
    if let Some(refused) = refused(world, one, Some(environment), permission).await {
        return Ok(refused);
    }
    match &one.request.command {
        Command::Approve { .. } => word(world, one, environment, (AuditEvent::ApprovalRecorded, "approved")).await,
        Command::Reject { .. } => word(world, one, environment, (AuditEvent::RejectionRecorded, "rejected")).await,
        Command::Confirm { .. } => word(world, one, environment, (AuditEvent::ConfirmationRecorded, "confirmed")).await,
        Command::Cancel { .. } => Ok(cancel(world, one, environment, &facts).await),
        Command::Lock { .. } | Command::Unlock { .. } => change_lock(world, one, environment, facts).await,
        Command::Deploy(_) | Command::Plan(_) | Command::Status { .. } | Command::Help => Ok(Outcome::nothing("handled elsewhere")),
    }
}

/// Whether the person may give the command, with the facts that say so.
async fn permission<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, one: &One<'_>, environment: &Environment) -> (Facts, Permission) {
    let policy = &one.trusted.policy;
    let wish = Deploy::of(environment.name.clone());
    let need = Need { request: one.request, deploy: &wish, policy, environment, said: &[] };
    let facts = gather::complete(world.forge, facts_of(one.survey, one.request), &need).await;
    let permission = if matches!(&one.request.command, Command::Unlock { force: Some(_), .. }) {
        may(&policy.commands.force_unlock, &one.request.actor, &facts)
    } else {
        may_command(&policy.commands, one.request.command.name(), &one.request.actor, &facts)
    };
    (facts, permission)
}

/// Says no where they may not.
async fn refused<F: Forge, R: Repo, P: Programs>(
    world: &World<'_, F, R, P>,
    one: &One<'_>,
    environment: Option<&Environment>,
    permission: Permission,
) -> Option<Outcome> {
    let (Permission::Refused(why) | Permission::CannotVerify(crate::facts::Why { what: why, .. })) = permission else { return None };
    let name = environment.map(|environment| &environment.name);
    world.acting().note(AuditEvent::CommandRefused, entry(one, name).outcome(Ended::Refused).detail("reasons", why.as_str()));
    Some(refuse(world, one, "You may not do that", &escape(&why)).await)
}

/// An approval, rejection or confirmation: the comment itself is the record. What waits is judged again.
async fn word<F: Forge, R: Repo, P: Programs>(
    world: &World<'_, F, R, P>,
    one: &One<'_>,
    environment: &Environment,
    (event, done): (AuditEvent, &str),
) -> Result<Outcome, RunError> {
    world.acting().note(event, entry(one, Some(&environment.name)).outcome(Ended::Done).detail("commit", one.survey.pull.head.as_str()));
    react(world, one.request, Reaction::PlusOne).await;
    let judged = reconsider(world, one.request.pull).await?;
    Ok(judged.unwrap_or_else(|| Outcome::done(format!("{done}: {}", environment.name))))
}

async fn plan_only<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, one: &One<'_>, asked: &Asked<'_>) -> Outcome {
    let decision = decide(world, one.survey, asked).await;
    let body = status(world, asked, &decision, &markdown::Standing::Planned(&decision.plan));
    let existing = plan::status_comment(&one.request.key, &one.survey.pull).map(|comment| comment.id);
    say(&world.acting(), &Said { pull: one.request.pull, key: &one.request.key, existing, body: &body }).await;
    world.runner.summary(&body);
    // A plan is no decision to deploy: a job that deploys on `go` must not run on it.
    world.runner.output("decision", "none");
    Outcome::done(format!("planned: {}", crate::report::table::word(decision.evaluation().verdict.judgement())))
}

async fn cancel<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, one: &One<'_>, environment: &Environment, facts: &Facts) -> Outcome {
    let policy = &one.trusted.policy;
    let before: Vec<Request> = plan::requests(&one.survey.pull, &super::grammar(policy))
        .into_iter()
        .filter(|request| request.at < one.request.at && request.key != one.request.key)
        .collect();
    let waiting = plan::pending(&before, policy, facts).into_iter().find(|(name, _)| *name == environment.name);
    let Some((_, waiting)) = waiting else {
        return refuse(world, one, "Nothing to cancel", &format!("No deployment of this pull request to {} is waiting.", code(environment.name.as_str())))
            .await;
    };
    let why = format!("{} withdrew it.", one.request.actor.login);
    let subject = markdown::Subject { request: &waiting, environment: &environment.name, commit: one.survey.pull.head.as_str(), url: None, log: None };
    let body = markdown::status_comment(&subject, None, &markdown::Standing::Cancelled(&why));
    let existing = plan::status_comment(&waiting.key, &one.survey.pull).map(|comment| comment.id);
    say(&world.acting(), &Said { pull: one.request.pull, key: &waiting.key, existing, body: &body }).await;
    react(world, one.request, Reaction::PlusOne).await;
    world.acting().note(AuditEvent::DeploymentCancelled, entry(one, Some(&environment.name)).outcome(Ended::Cancelled).detail("request", waiting.key.as_str()));
    Outcome::done(format!("cancelled: {}", environment.name))
}

async fn change_lock<F: Forge, R: Repo, P: Programs>(
    world: &World<'_, F, R, P>,
    one: &One<'_>,
    environment: &Environment,
    mut facts: Facts,
) -> Result<Outcome, RunError> {
    for _ in 0..super::ROUNDS {
        let change = match planned_lock(one.request, environment, &facts) {
            Ok(change) => change,
            Err(refusal) => {
                world
                    .acting()
                    .note(AuditEvent::LockRefused, entry(one, Some(&environment.name)).outcome(Ended::Refused).detail("reasons", refusal.to_string()));
                return Ok(refuse(world, one, "The lock was not changed", &escape(&refusal.to_string())).await);
            }
        };
        let swap = Swap { change: &change, at: &one.survey.base.sha, repository: &one.survey.repository.node_id };
        if swap_lock(&world.acting(), &swap).await? == Swapped::Done {
            return Ok(lock_changed(world, one, environment).await);
        }
        facts.locks = crate::facts::Fact::Known(world.forge.locks().await?);
    }
    Ok(refuse(world, one, "The lock was not changed", "Others kept changing it\\. Give the command again\\.").await)
}

fn planned_lock(request: &Request, environment: &Environment, facts: &Facts) -> Result<LockChange, Refusal> {
    match &request.command {
        Command::Lock { reason, expires, .. } => {
            let until = expires.map(|period| period.after(facts.now));
            plan::lock(&environment.name, &Sticky { request, id: &fresh_claim(), reason: reason.as_ref(), until }, facts)
        }
        Command::Unlock { force, .. } => {
            let whose = if force.is_some() { Whose::Everybodys } else { Whose::Own };
            plan::unlock(&environment.name, request, whose, &fresh_claim(), facts).map(|(change, _)| change)
        }
        _ => Err(Refusal::NotHeld(environment.name.clone())),
    }
}

async fn lock_changed<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, one: &One<'_>, environment: &Environment) -> Outcome {
    let name = code(environment.name.as_str());
    let (event, title, text) = match &one.request.command {
        Command::Lock { reason, expires, .. } => {
            let why = reason.as_ref().map(|reason| format!(": {}", escape(reason.as_str()))).unwrap_or_default();
            let until = expires.map_or_else(|| "until it is unlocked".to_owned(), |period| format!("for {period}"));
            (
                AuditEvent::LockClaimed,
                format!("🔒 {} is locked", environment.name),
                format!("By **{}** {until}{why}.", escape(one.request.actor.login.as_str())),
            )
        }
        _ => (AuditEvent::LockReleased, format!("🔓 {} is unlocked", environment.name), format!("{name} can be deployed to again.")),
    };
    world.acting().note(event, entry(one, Some(&environment.name)).outcome(Ended::Done));
    reply(world, one, &title, &text).await
}

/// Locks and last deployments.
async fn show_status<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, one: &One<'_>, environment: Option<&Environment>) -> Outcome {
    let policy = &one.trusted.policy;
    if let Some(some) = environment.or_else(|| policy.environments.first()) {
        let (_, permission) = permission(world, one, some).await;
        if let Some(refused) = refused(world, one, environment, permission).await {
            return refused;
        }
    }
    let names: Vec<&EnvName> = match environment {
        Some(environment) => vec![&environment.name],
        None => policy.environments.iter().map(|environment| &environment.name).collect(),
    };
    let text = markdown::environments(&names, &gather::from_survey(one.survey));
    reply(world, one, "Environments", &text).await
}

/// One reply to a comment that is nearly a command (row C2).
pub(super) async fn mistaken<F: Forge, R: Repo, P: Programs>(
    world: &World<'_, F, R, P>,
    event: &CommentEvent,
    mistakes: &[Mistake],
    policy: &Policy,
) -> Result<Outcome, RunError> {
    let lines: Vec<String> = mistakes.iter().map(|mistake| format!("- {}", markdown::instruction(&mistake.to_string()))).collect();
    let text = format!("{}\n\nNothing was done. {} shows all commands.", lines.join("\n"), code(&format!("{}help", policy.commands.prefix)));
    let key = plan::comment_key(event.id, 0);
    let body = markdown::reply(key.as_str(), "I did not understand that", &text);
    let acting = world.acting();
    let said = Said { pull: event.pull, key: &key, existing: None, body: &body };
    let (_, reaction) = tokio::join!(say(&acting, &said), world.forge.react(event.id, Reaction::Confused));
    if let Err(error) = reaction {
        tracing::warn!("the reaction could not be added: {error}");
    }
    Ok(Outcome::done("the command was not understood; a reply says why"))
}

/// The policy is missing or broken: said on the pull request, with the whole diagnosis.
pub(super) async fn broken_policy<F: Forge, R: Repo, P: Programs>(
    world: &World<'_, F, R, P>,
    event: &CommentEvent,
    error: Untrusted,
) -> Result<Outcome, RunError> {
    // Without a policy nobody knows whether the comment was meant for us: only what the default grammar reads as a command is answered.
    let grammar = crate::intake::Grammar::default();
    if matches!(crate::intake::parse_comment(&event.body, &grammar), crate::intake::Reading::Commands(_)) {
        let key = plan::comment_key(event.id, 0);
        let body = markdown::reply(key.as_str(), "⛔ There is no valid policy, so nothing can be done", &fenced(&error.to_string()));
        say(&world.acting(), &Said { pull: event.pull, key: &key, existing: None, body: &body }).await;
    }
    Err(RunError::Policy(error.to_string()))
}

/// A closed or merged pull request frees its sticky locks.
pub(super) async fn pull_closed<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, pull: PullNumber) -> Result<Outcome, RunError> {
    let survey = world.forge.survey(&Ask { pull, comment_node: None, actor: None, own_run: world.run }).await?;
    super::orphans::end(world, &survey, &[]).await;
    let mut locks = match survey.locks.get() {
        Ok(locks) => locks.clone(),
        Err(why) => return Ok(Outcome::nothing(format!("the locks could not be read: {}", why.what))),
    };
    let mut freed = Vec::new();
    for _ in 0..super::ROUNDS {
        let changes = plan::free_pull(&locks, pull, &mut fresh_claim, survey.now);
        if changes.is_empty() {
            break;
        }
        for change in &changes {
            let swap = Swap { change, at: &survey.base.sha, repository: &survey.repository.node_id };
            if swap_lock(&world.acting(), &swap).await? == Swapped::Done {
                freed.push(change.environment.to_string());
            }
        }
        locks = world.forge.locks().await?;
    }
    Ok(Outcome::done(if freed.is_empty() { "the pull request held no locks".to_owned() } else { format!("freed {}", freed.join(", ")) }))
}

fn entry(one: &One<'_>, environment: Option<&EnvName>) -> Note {
    let note = Note::of(one.request, one.survey.now).under(one.survey.viewer.as_ref()).repository(&one.survey.repository.slug);
    match environment {
        Some(environment) => note.environment(environment),
        None => note,
    }
}

async fn reply<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, one: &One<'_>, title: &str, text: &str) -> Outcome {
    let body = markdown::reply(one.request.key.as_str(), title, text);
    let existing = plan::status_comment(&one.request.key, &one.survey.pull).map(|comment| comment.id);
    say(&world.acting(), &Said { pull: one.request.pull, key: &one.request.key, existing, body: &body }).await;
    world.runner.output("decision", "none");
    Outcome::done(title)
}

async fn refuse<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, one: &One<'_>, title: &str, text: &str) -> Outcome {
    let acting = world.acting();
    let body = markdown::reply(one.request.key.as_str(), &format!("⛔ {title}"), text);
    let existing = plan::status_comment(&one.request.key, &one.survey.pull).map(|comment| comment.id);
    let said = Said { pull: one.request.pull, key: &one.request.key, existing, body: &body };
    tokio::join!(say(&acting, &said), react(world, one.request, Reaction::MinusOne));
    world.runner.output("decision", "no-go");
    let mut outcome = Outcome::done(title);
    outcome.decision = Some(Judgement::NoGo);
    outcome
}
