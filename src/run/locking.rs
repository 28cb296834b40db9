//! `/lock`, `/unlock`, and what a closed pull request leaves behind.

use super::deploy::{Withdrawn, reconsider, withdraw};
use super::replies::{One, entry, refuse, reply};
use super::{Outcome, RunError, World, grammar, strays, trust};
use crate::audit::{AuditEvent, Outcome as Ended};
use crate::domain::PullNumber;
use crate::facts::{Facts, Hold, LockKind};
use crate::intake::{Command, Request};
use crate::perform::{Note, Swap, fresh_claim, swap_lock};
use crate::plan::{self, LockChange, Refusal, Sticky, Whose};
use crate::policy::Environment;
use crate::ports::{Ask, Forge, Programs, Repo, Survey, Swapped};
use crate::report::escape::{code, markdown as escape, sentence};
use crate::report::markdown;

/// A change of a lock, with the holds that it frees.
struct Planned {
    change: LockChange,
    freed: Vec<Hold>,
}

/// `/lock` and `/unlock` by somebody who may.
pub(super) async fn change<F: Forge, R: Repo, P: Programs>(
    world: &World<'_, F, R, P>,
    one: &One<'_>,
    environment: &Environment,
    mut facts: Facts,
) -> Result<Outcome, RunError> {
    for _ in 0..super::ROUNDS {
        let planned = match planned(one.request, environment, &facts) {
            Ok(planned) => planned,
            Err(refusal) => return Ok(refused(world, one, environment, &refusal).await),
        };
        let swap = Swap { change: &planned.change, at: &one.survey.base.sha, repository: &one.survey.repository.node_id };
        if swap_lock(&world.acting(), &swap).await? == Swapped::Done {
            return changed(world, one, environment, &planned).await;
        }
        facts.locks = crate::facts::Fact::Known(world.forge.locks().await?);
    }
    Ok(refuse(world, one, "The lock was not changed", "Others kept changing it. Give the command again.").await)
}

fn planned(request: &Request, environment: &Environment, facts: &Facts) -> Result<Planned, Refusal> {
    match &request.command {
        Command::Lock { reason, expires, .. } => {
            let until = expires.map(|period| period.after(facts.now));
            let change = plan::lock(&environment.name, &Sticky { request, id: &fresh_claim(), reason: reason.as_ref(), until }, facts)?;
            Ok(Planned { change, freed: Vec::new() })
        }
        Command::Unlock { force, .. } => {
            let whose = if force.is_some() { Whose::Everybodys } else { Whose::Own };
            let (change, freed) = plan::unlock(&environment.name, request, whose, &fresh_claim(), facts)?;
            Ok(Planned { change, freed })
        }
        _ => Err(Refusal::NotHeld(environment.name.clone())),
    }
}

async fn refused<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, one: &One<'_>, environment: &Environment, refusal: &Refusal) -> Outcome {
    let holder = if let Refusal::Held { hold, .. } = refusal { Some(hold.person.login.to_string()) } else { None };
    let note = entry(one, Some(&environment.name)).outcome(Ended::Refused).detail("reasons", refusal.to_string()).detail("holder", holder);
    world.acting().note(AuditEvent::LockRefused, note);
    let prefix = &one.trusted.policy.commands.prefix;
    let unlock = format!("{prefix}unlock {}", environment.name);
    let text = match refusal {
        Refusal::Held { hold, .. } if hold.kind == LockKind::Deployment => {
            format!("{} is held by {}. That ends with the deployment.", code(environment.name.as_str()), markdown::hold(hold))
        }
        Refusal::Held { hold, .. } => format!(
            "{} is {}. {} frees it by {}; whoever may force it writes {}.",
            code(environment.name.as_str()),
            markdown::hold(hold),
            escape(hold.person.login.as_str()),
            code(&unlock),
            code(&format!("{unlock} --force REASON"))
        ),
        Refusal::Unreadable(_) => {
            format!("Its record cannot be read, so nobody knows who holds it. Whoever may force it writes {}.", code(&format!("{unlock} --force REASON")))
        }
        other => format!("{}.", sentence(&other.to_string())),
    };
    refuse(world, one, "The lock was not changed", &text).await
}

async fn changed<F: Forge, R: Repo, P: Programs>(
    world: &World<'_, F, R, P>,
    one: &One<'_>,
    environment: &Environment,
    planned: &Planned,
) -> Result<Outcome, RunError> {
    let name = code(environment.name.as_str());
    let record = &planned.change.record;
    let note = entry(one, Some(&environment.name)).outcome(Ended::Done);
    if let Command::Lock { reason, .. } = &one.request.command {
        let own = record.holds.iter().find(|hold| hold.claim == record.change);
        let until = own.and_then(|hold| hold.until);
        let note = note.detail("claim", record.change.as_str()).detail("until", until.map(|until| until.to_string()));
        world.acting().note(AuditEvent::LockClaimed, note.detail("reason", reason.as_ref().map(|reason| reason.as_str().to_owned())));
        let why = reason.as_ref().map(|reason| format!(": {}", escape(reason.as_str()))).unwrap_or_default();
        let until = until.map_or_else(|| "until it is unlocked".to_owned(), |until| format!("until {until:.0}"));
        let who = escape(one.request.actor.login.as_str());
        let unlock = code(&format!("{}unlock {}", one.trusted.policy.commands.prefix, environment.name));
        let text = format!("**{who}** holds {name} {until}{why}\n\n{unlock} frees it; so does closing this pull request.");
        return Ok(reply(world, one, &format!("🔒 {} is locked", environment.name), &text).await);
    }
    let reason = if let Command::Unlock { force: Some(reason), .. } = &one.request.command { Some(reason.as_str().to_owned()) } else { None };
    for hold in &planned.freed {
        let note = note.clone().detail("claim", hold.claim.as_str()).detail("holder", hold.person.login.as_str()).detail("reason", reason.clone());
        world.acting().note(AuditEvent::LockReleased, note);
    }
    let freed: Vec<String> = planned.freed.iter().map(|hold| format!("- {}", markdown::hold(hold))).collect();
    let mut text = if freed.is_empty() { String::new() } else { format!("Freed:\n\n{}\n\n", freed.join("\n")) };
    let kept: Vec<String> = record.holds.iter().map(|hold| format!("- {}", markdown::hold(hold))).collect();
    let rest = if kept.is_empty() { format!("{name} can be deployed to.") } else { format!("Still in the way:\n\n{}", kept.join("\n")) };
    text.push_str(&rest);
    let outcome = reply(world, one, &format!("🔓 {} is unlocked", environment.name), &text).await;
    Ok(reconsider(world, one.request.pull).await?.unwrap_or(outcome))
}

/// A closed or merged pull request frees its sticky locks, and what waits in it waits no more.
pub(super) async fn pull_closed<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, pull: PullNumber) -> Result<Outcome, RunError> {
    let survey = world.forge.survey(&Ask { pull, comment_node: None, actor: None, own_run: world.run, words: None }).await?;
    withdraw_all(world, &survey).await;
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
                let note = Note::at(survey.now).under(survey.viewer.as_ref()).repository(&survey.repository.slug).environment(&change.environment);
                let note = note.outcome(Ended::Done).detail("pull_request", pull.0).detail("reason", "the pull request was closed");
                world.acting().note(AuditEvent::LockReleased, note);
                freed.push(change.environment.to_string());
            }
        }
        locks = world.forge.locks().await?;
    }
    Ok(Outcome::done(if freed.is_empty() { "the pull request held no locks".to_owned() } else { format!("freed {}", freed.join(", ")) }))
}

async fn withdraw_all<F: Forge, R: Repo, P: Programs>(world: &World<'_, F, R, P>, survey: &Survey) {
    let Ok(trusted) = trust::policy(survey) else { return strays::closed(world, survey).await };
    let requests = plan::requests(&survey.pull, &grammar(&trusted.policy), &trusted.policy.commands.apps);
    for (name, request) in plan::pending(&requests, &trusted.policy, &crate::gather::from_survey(survey)) {
        withdraw(world, &request, &Withdrawn { environment: &name, pull: &survey.pull, why: "The pull request was closed." }).await;
    }
}
