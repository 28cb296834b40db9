//! `/approve`, `/reject`, `/confirm`: the comment itself is the record. Says so where it does not count, and judges anew what waits.

use super::deploy::{react, reconsider};
use super::replies::{One, entry, write};
use super::{Outcome, RunError, World, grammar};
use crate::audit::{AuditEvent, Outcome as Ended};
use crate::facts::Facts;
use crate::gates::{Case, GateId, Judgement, counted};
use crate::intake::{Command, Deploy, Origin, Request};
use crate::plan;
use crate::policy::{ConfirmRule, Environment};
use crate::ports::{Forge, Programs, Reaction, Repo};
use crate::report::escape::{code, sentence};

/// An approval, rejection or confirmation by somebody who may give it.
pub(super) async fn hear<F: Forge, R: Repo, P: Programs>(
    world: &World<'_, F, R, P>,
    one: &One<'_>,
    environment: &Environment,
    facts: &Facts,
) -> Result<Outcome, RunError> {
    let (event, done) = match &one.request.command {
        Command::Approve { .. } => (AuditEvent::ApprovalRecorded, "approved"),
        Command::Reject { .. } => (AuditEvent::RejectionRecorded, "rejected"),
        _ => (AuditEvent::ConfirmationRecorded, "confirmed"),
    };
    let note = entry(one, Some(&environment.name)).detail("commit", one.survey.pull.head.as_str());
    let note = match &one.request.command {
        Command::Reject { reason, .. } => note.detail("reason", reason.as_str()),
        _ => note,
    };
    if let Some((title, why)) = unheard(one, environment, facts) {
        world.acting().note(event, note.outcome(Ended::Refused).detail("reasons", why.as_str()));
        let text = format!("For {}: {}.", code(environment.name.as_str()), sentence(why.trim_end_matches('.')));
        write(world, one, (title, &text), Some(Reaction::Confused)).await;
        return Ok(Outcome::done(format!("{title}: {why}")));
    }
    world.acting().note(event, note.outcome(Ended::Done));
    react(world, one.request, Reaction::PlusOne).await;
    let judged = Box::pin(reconsider(world, one.request.pull)).await?;
    Ok(judged.unwrap_or_else(|| Outcome::done(format!("{done}: {}", environment.name))))
}

/// Why an approval or confirmation does not count, where it does not: title and reason.
fn unheard(one: &One<'_>, environment: &Environment, facts: &Facts) -> Option<(&'static str, String)> {
    let policy = &one.trusted.policy;
    let requests = plan::requests(&one.survey.pull, &grammar(policy), &policy.commands.apps);
    let said = plan::said(&requests);
    let open = plan::pending(&requests, policy, facts).into_iter().find(|(name, _)| *name == environment.name).map(|(_, request)| request);
    let case = |request: &Request, judge: &dyn Fn(&Case<'_>) -> Option<String>| {
        let deploy = match &request.command {
            Command::Deploy(deploy) => deploy.clone(),
            _ => Deploy::of(environment.name.clone()),
        };
        judge(&Case { request, deploy: &deploy, policy, environment, facts, said: &said })
    };
    match &one.request.command {
        Command::Approve { .. } => {
            // Who asks for the deployment is not known yet where none waits; whoever opened the pull request is excluded anyway.
            let likely = || one.survey.pull.author.clone().map(|actor| Request { actor, ..one.request.clone() });
            let request = open.or_else(likely)?;
            case(&request, &|case| not_counted(case, one)).map(|why| ("This approval does not count", why))
        }
        Command::Confirm { .. } if environment.gates.confirm != ConfirmRule::Off => match open {
            Some(request) => case(&request, &|case| not_confirmed(case, one)).map(|why| ("This does not confirm anything", why)),
            None if deploys_beside(one, &requests, environment) => None,
            None => Some(("There is nothing to confirm", format!("no deployment of this pull request waits; give `/deploy {}` first", environment.name))),
        },
        _ => None,
    }
}

fn not_counted(case: &Case<'_>, one: &One<'_>) -> Option<String> {
    let person = &one.request.actor;
    if case.environment.gates.approval.count == 0 || counted(case).iter().any(|(id, _)| *id == person.id) {
        return None;
    }
    let answer = (GateId::Approval.spec().judge)(case);
    let begin = format!("{} (id {})", person.login, person.id.0);
    let line = answer.evidence.iter().find(|line| line.starts_with(&begin))?;
    let why = [": does not count: ", ": cannot be verified: "].iter().find_map(|mark| line.split_once(mark));
    why.map(|(_, why)| why.to_owned())
}

fn not_confirmed(case: &Case<'_>, one: &One<'_>) -> Option<String> {
    let answer = (GateId::Confirm.spec().judge)(case);
    if answer.judgement == Judgement::Go {
        return None;
    }
    let Origin::Comment { id, .. } = &one.request.origin else { return None };
    let begin = format!("comment {id} ");
    let line = answer.evidence.iter().find(|line| line.starts_with(&begin))?;
    line.split_once(" does not confirm: ").map(|(_, why)| why.to_owned())
}

/// True where the same comment gives the deploy command as well, which is read after it.
fn deploys_beside(one: &One<'_>, requests: &[Request], environment: &Environment) -> bool {
    let Origin::Comment { id: own, .. } = &one.request.origin else { return false };
    requests.iter().any(|request| {
        let beside = matches!(&request.origin, Origin::Comment { id, .. } if id == own);
        let here = request.command.environment().and_then(|word| one.trusted.policy.environment(word)).is_some_and(|named| named.name == environment.name);
        beside && here && matches!(request.command, Command::Deploy(_))
    })
}
