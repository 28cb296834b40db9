//! Every command but the deciding of `/deploy`: who may, what changes, what is said.

use super::decide::{Asked, decide, facts_of};
use super::deploy::{Withdrawn, deploy, status, withdraw};
use super::replies::{One, entry, help, no_environment, refuse, reply};
use super::{Outcome, RunError, World, grammar, locking, replies, stages, stopping, strays, trust, voices};
use crate::audit::{AuditEvent, Outcome as Ended};
use crate::facts::{Facts, PullState};
use crate::gates::{Judgement, Permission, may, may_command};
use crate::gather::{self, Need};
use crate::intake::{Command, Deploy, Request};
use crate::perform::{Said, say};
use crate::plan;
use crate::policy::Environment;
use crate::ports::{Forge, Programs, Repo, Survey};
use crate::report::escape::{code, sentence};
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
                let (title, text) = no_environment(&trusted.policy, word);
                let known = plan::requests(&survey.pull, &grammar(&trusted.policy), &trusted.policy.commands.apps);
                strays::end(world, survey, (&trusted.policy, &known)).await;
                world.acting().note(AuditEvent::CommandRefused, entry(&one, None).outcome(Ended::Refused).detail("reasons", title.as_str()));
                return Ok(refuse(world, &one, &title, &text).await);
            }
        }
    };
    match (&request.command, environment) {
        (Command::Deploy(wish), Some(environment)) => {
            let asked = Asked { request, deploy: wish, policy: &trusted.policy, text: &trusted.text, environment };
            deploy_once(world, survey, &asked).await
        }
        (Command::Plan(wish), Some(environment)) => {
            let asked = Asked { request, deploy: wish, policy: &trusted.policy, text: &trusted.text, environment };
            Ok(plan_only(world, &one, &asked).await)
        }
        (Command::Status { .. }, environment) => Ok(show_status(world, &one, environment).await),
        (Command::Help, _) | (_, None) => Ok(reply(world, &one, "Commands", &help(&trusted.policy)).await),
        (_, Some(environment)) => Box::pin(allowed(world, &one, environment)).await,
    }
}

/// Says that this command is not carried out, because another one of the same comment deploys already. What approves, rejects or confirms needs
/// nothing: the comment is the record.
pub(super) async fn busy<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, survey: &Survey, request: &Request) -> Result<Outcome, RunError> {
    let trusted = trust::policy(survey).map_err(|error| RunError::Policy(error.to_string()))?;
    if matches!(request.command, Command::Deploy(_) | Command::Unlock { .. }) {
        replies::busy(world, &One { survey, request, trusted: &trusted }).await;
    }
    Ok(Outcome::nothing("one job deploys one thing"))
}

/// A deploy command, unless it was withdrawn or replaced since: then the event was delivered again. It replaces older ones that wait.
async fn deploy_once<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, survey: &Survey, asked: &Asked<'_>) -> Result<Outcome, RunError> {
    let facts = facts_of(survey, asked.request);
    let requests = plan::requests(&survey.pull, &grammar(asked.policy), &asked.policy.commands.apps);
    if plan::status_of(&asked.request.key, &survey.pull) == Some(plan::Status::Withdrawn) {
        return Ok(Outcome::nothing("this command was withdrawn: the event was delivered again"));
    }
    if plan::was_replaced(asked.request, &requests, asked.policy, &facts) {
        return Ok(Outcome::nothing("a newer command took this one's place: the event was delivered again"));
    }
    let fresh = if super::orphans::make_way(world, survey, asked).await { Some(super::survey(world.forge, world.run, asked.request).await?) } else { None };
    let outcome = Box::pin(deploy(world, fresh.as_ref().unwrap_or(survey), asked)).await?;
    if matches!(outcome.decision, Some(Judgement::Go | Judgement::Waiting)) {
        for old in plan::replaced(asked.request, &requests, asked.policy, &facts) {
            withdraw(world, old, &Withdrawn { environment: &asked.environment.name, pull: &survey.pull, why: "A newer command replaced it." }).await;
        }
    }
    Ok(outcome)
}

/// The commands that not everybody may give: asks who may, then acts.
async fn allowed<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, one: &One<'_>, environment: &Environment) -> Result<Outcome, RunError> {
    let (facts, permission) = permission(world, one, environment).await;
    if let Some(refused) = refused(world, one, Some(environment), permission).await {
        return Ok(refused);
    }
    if one.survey.pull.state != PullState::Open && !matches!(one.request.command, Command::Unlock { .. }) {
        return Ok(refuse(world, one, "The pull request is closed", "Only open pull requests are deployed.").await);
    }
    let wish = Deploy::of(environment.name.clone());
    let need = Need { request: one.request, deploy: &wish, policy: &one.trusted.policy, environment, said: &[] };
    match &one.request.command {
        Command::Approve { .. } | Command::Reject { .. } | Command::Confirm { .. } => {
            let facts = gather::complete(world.forge, facts, &need).await;
            voices::hear(world, one, environment, &facts).await
        }
        Command::Cancel { .. } => stopping::cancel(world, one, environment).await,
        Command::Lock { .. } | Command::Unlock { .. } => {
            let facts = gather::complete(world.forge, facts, &need).await;
            locking::change(world, one, environment, facts).await
        }
        Command::Deploy(_) | Command::Plan(_) | Command::Status { .. } | Command::Help => Ok(Outcome::nothing("handled elsewhere")),
    }
}

/// Whether the person may give the command, with the facts that say so.
async fn permission<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, one: &One<'_>, environment: &Environment) -> (Facts, Permission) {
    let policy = &one.trusted.policy;
    let wish = Deploy::of(environment.name.clone());
    let need = Need { request: one.request, deploy: &wish, policy, environment, said: &[] };
    let facts = gather::people(world.forge, facts_of(one.survey, one.request), &need).await;
    let permission = if is_forced(one.request) {
        may(&policy.commands.force_unlock, &one.request.actor, &facts)
    } else {
        may_command(&policy.commands, one.request.command.name(), &one.request.actor, &facts)
    };
    (facts, permission)
}

fn is_forced(request: &Request) -> bool {
    matches!(&request.command, Command::Unlock { force: Some(_), .. })
}

/// Says no where they may not.
pub(super) async fn refused<F: Forge, R: Repo, P: Programs>(
    world: &World<'_, F, R, P>,
    one: &One<'_>,
    environment: Option<&Environment>,
    permission: Permission,
) -> Option<Outcome> {
    let (title, why) = match permission {
        Permission::Allowed(_) => return None,
        Permission::Refused(why) => ("You may not do that", why),
        Permission::CannotVerify(why) => {
            let mend = why.mend.map(|mend| format!("; {mend}")).unwrap_or_default();
            ("It cannot be verified that you may do that", format!("{}{mend}", why.what))
        }
    };
    let forced = if is_forced(one.request) { " --force" } else { "" };
    let word = format!("{}{}{forced}", one.trusted.policy.commands.prefix, one.request.command.name().as_str());
    let name = environment.map(|environment| &environment.name);
    world.acting().note(AuditEvent::CommandRefused, entry(one, name).outcome(Ended::Refused).detail("reasons", why.as_str()));
    Some(refuse(world, one, title, &format!("{}: {}.", code(&word), sentence(&why))).await)
}

async fn plan_only<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, one: &One<'_>, asked: &Asked<'_>) -> Outcome {
    let decision = decide(world, one.survey, asked).await;
    let body = status(world, asked, &decision, &markdown::Standing::Planned(&decision.plan));
    let existing = plan::status_comment(&one.request.key, &one.survey.pull).map(|comment| comment.id);
    say(&world.acting(), &Said { pull: one.request.pull, key: &one.request.key, existing, body: &body }).await;
    world.runner.summary(&body);
    let judgement = decision.evaluation().verdict.judgement();
    let reasons: Vec<&str> = crate::report::table::reasons(decision.evaluation()).iter().map(|reason| reason.code).collect();
    let note = entry(one, Some(&asked.environment.name)).detail("commit", one.survey.pull.head.as_str()).detail("reasons", reasons);
    world.acting().note(AuditEvent::DeploymentPlanned, note.outcome(Ended::Done));
    // A plan is no decision to deploy: a job that deploys on `go` must not run on it.
    Outcome::done(format!("planned: {}", crate::report::table::word(judgement)))
}

/// Where the environments stand, and what comes next.
async fn show_status<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, one: &One<'_>, environment: Option<&Environment>) -> Outcome {
    let policy = &one.trusted.policy;
    if let Some(some) = environment.or_else(|| policy.environments.first()) {
        let (_, permission) = permission(world, one, some).await;
        if let Some(refused) = refused(world, one, environment, permission).await {
            return refused;
        }
    }
    let told = stages::stages(world.forge, policy, &gather::from_survey(one.survey)).await;
    let told = stages::only(told, policy, environment.map(|environment| &environment.name));
    reply(world, one, "Environments", &crate::report::stages::stages(&told)).await
}
