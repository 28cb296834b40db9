//! Gate `permission` (row G13): the person who commands is one of those whom the policy lets command, here; and a fork's commit was approved.
//!
//! A role or team that cannot be read is a no: unknown is never go.

use super::approval::{Ballot, Carrying, Hold, Words, named};
use super::case::Case;
use super::people::{Candidate, Circle, Exclusion, Membership};
use super::registry::GateId;
use super::verdict::{Answer, Answering, ReasonSpec};
use crate::domain::{Login, Person, Principal, Role};
use crate::facts::{Facts, PullOrigin, Why};
use crate::intake::CommandName;
use crate::policy::{Commands, Forks};

const MACHINE: ReasonSpec = ReasonSpec { code: "permission.machine", about: "A bot or app commands, and the policy does not list it." };
const COMMAND: ReasonSpec = ReasonSpec { code: "permission.command", about: "The policy does not let this person give this command." };
const ENVIRONMENT: ReasonSpec = ReasonSpec { code: "permission.environment", about: "The policy does not let this person deploy to this environment." };
const UNKNOWN: ReasonSpec = ReasonSpec { code: "permission.unknown", about: "It cannot be verified whether this person may." };
const FORK: ReasonSpec = ReasonSpec { code: "permission.fork", about: "The pull request comes from a fork, and the policy refuses forks." };
const FORK_APPROVAL: ReasonSpec =
    ReasonSpec { code: "permission.fork-approval", about: "Nobody who may push to this repository approved exactly this commit of a fork." };

/// Every reason that this gate can give.
pub const REASONS: &[ReasonSpec] = &[MACHINE, COMMAND, ENVIRONMENT, UNKNOWN, FORK, FORK_APPROVAL];

/// Whether somebody may do something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Permission {
    /// They may, by this principal.
    Allowed(String),
    /// They may not; the sentence says who may.
    Refused(String),
    /// It cannot be verified: never a yes.
    CannotVerify(Why),
}

/// Whether a person is any of these principals. Says nothing of whether they are human.
pub fn may(principals: &[Principal], person: &Person, facts: &Facts) -> Permission {
    let circle = Circle::of_change(principals, facts);
    match circle.membership(Candidate::new(person), facts) {
        Membership::Member(by) => Permission::Allowed(by),
        Membership::Stranger => Permission::Refused(format!("{} is none of {circle}", named(person))),
        Membership::Unverified(why) => Permission::CannotVerify(why),
    }
}

/// Whether a person may give a command: a human, or an app that the policy lists, and any of those whom it lets give this command.
pub fn may_command(commands: &Commands, name: CommandName, person: &Person, facts: &Facts) -> Permission {
    if !person.is_human() && !is_listed(&commands.apps, person) {
        return Permission::Refused(format!("{} is not a human's account, and the policy's `commands.apps` does not list it", named(person)));
    }
    may(commands.who.get(&name).map_or(&[], Vec::as_slice), person, facts)
}

/// True when the policy lists this app. The API writes an app's login with or without `[bot]`.
pub fn is_listed(apps: &[Login], person: &Person) -> bool {
    let bare = |login: &Login| login.as_str().trim_end_matches("[bot]").to_ascii_lowercase();
    apps.iter().any(|app| bare(app) == bare(&person.login))
}

/// Judges.
pub fn judge(case: &Case<'_>) -> Answer {
    let mut answer = Answering::new(GateId::Permission);
    let actor = &case.request.actor;
    let commands = &case.policy.commands;
    if !actor.is_human() && !is_listed(&commands.apps, actor) {
        answer
            .refuse(&MACHINE, format!("{} is not a human's account", named(actor)))
            .remedy("a person gives the command, or the policy lists the app in `commands.apps`");
    }
    let name = if case.request.command.name() == CommandName::Plan { CommandName::Plan } else { CommandName::Deploy };
    let who = commands.who.get(&name).map_or(&[][..], Vec::as_slice);
    say(&mut answer, &COMMAND, &format!("give /{}", name.as_str()), (may(who, actor, case.facts), who));
    let who = &case.environment.gates.permission.who;
    say(&mut answer, &ENVIRONMENT, &format!("deploy to {}", case.environment.name), (may(who, actor, case.facts), who));
    judge_fork(&mut answer, case);
    answer.done()
}

fn say(answer: &mut Answering, spec: &ReasonSpec, what: &str, (permission, who): (Permission, &[Principal])) {
    match permission {
        Permission::Allowed(by) => {
            answer.saw(format!("may {what} ({by})"));
        }
        Permission::Refused(why) => {
            let users = who.iter().filter_map(|principal| if let Principal::User(login) = principal { Some(login.clone()) } else { None });
            let all: Vec<String> = who.iter().map(ToString::to_string).collect();
            answer.refuse(spec, format!("may not {what}: {why}")).remedy(format!("ask one of {} to give the command", all.join(", "))).by(users);
        }
        Permission::CannotVerify(why) => {
            let text = format!("whether they may {what} cannot be verified: {}", why.what);
            // Where the token only lacks a permission, giving it one is enough: nobody needs to ask again.
            match why.mend {
                Some(mend) => answer.wait(&UNKNOWN, text).remedy(mend),
                None => answer.refuse(&UNKNOWN, text).remedy("give the command again"),
            };
        }
    }
}

fn judge_fork(answer: &mut Answering, case: &Case<'_>) {
    let PullOrigin::Fork(fork) = &case.facts.pull.origin else { return };
    let fork = fork.as_ref().map_or_else(|| "a fork that was deleted".to_owned(), |slug| format!("the fork {slug}"));
    match case.environment.gates.permission.forks {
        Forks::Refuse => {
            answer
                .refuse(&FORK, format!("the pull request comes from {fork}"))
                .remedy("push the branch to this repository and open a pull request from there, or allow forks in the policy (`permission.forks: approved`)");
        }
        Forks::Approved => match fork_approval(case) {
            Ok(line) => {
                answer.saw(format!("from {fork}: {line}: vouches for exactly this commit"));
            }
            Err(why) => {
                answer.wait(&FORK_APPROVAL, format!("the pull request comes from {fork}, and {why}")).remedy(format!(
                    "somebody who may push to this repository reads this very commit and writes `/approve {} {}`",
                    case.environment.name, case.facts.pull.head
                ));
            }
        },
    }
}

/// The approval of exactly the head by a human who may push and did not open the pull request, or what is missing of it.
fn fork_approval(case: &Case<'_>) -> Result<String, String> {
    let missing = || "nobody who may push to this repository approved exactly this commit".to_owned();
    let words = Words::of(case).map_err(|why| why.what)?;
    let ballot = Ballot::of(case, &words, &Exclusion::default(), Carrying::AsKnown);
    let author = case.facts.pull.author.as_ref().map(|author| author.id);
    let mut doubt = None;
    for backer in ballot.backers.iter().filter(|backer| backer.hold == Hold::Exact && Some(backer.who.person.id) != author) {
        match (backer.who.has_role(Role::Write, case.facts), &backer.doubt) {
            (Membership::Member(_), None) => return Ok(backer.line.clone()),
            (Membership::Unverified(why), _) => doubt = Some(why.what),
            (Membership::Member(_), Some(why)) => doubt = Some(why.what.clone()),
            (Membership::Stranger, _) => {}
        }
    }
    Err(doubt.map_or_else(missing, |why| format!("whether those who approved it may push cannot be verified: {why}")))
}

#[cfg(test)]
mod tests;
