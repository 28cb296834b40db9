//! Who can satisfy the policy: whether enough people can approve and anybody may deploy, as far as the server says who is who.

use std::collections::{BTreeMap, BTreeSet};

use super::exam::Exam;
use super::ours::Part;
use super::policy::closed;
use crate::doctor::finding::{Diagnosis, Finding};
use crate::doctor::material::{People, Server};
use crate::doctor::registry::{self, Area};
use crate::domain::{Login, PersonId, Principal, Role, TeamSlug};
use crate::facts::{Fact, Visibility};
use crate::intake::CommandName;
use crate::policy::{Environment, Forks, Policy};

/// The users and teams that a policy names anywhere.
pub fn people_in_question(policy: &Policy) -> (BTreeSet<Login>, BTreeSet<TeamSlug>) {
    let (mut users, mut teams) = (BTreeSet::new(), BTreeSet::new());
    for principal in named(policy) {
        match principal {
            Principal::User(login) if !login.as_str().ends_with("[bot]") => users.extend([login.clone()]),
            Principal::Team(slug) => teams.extend([slug.clone()]),
            Principal::User(_) | Principal::Role(_) | Principal::Codeowners => {}
        }
    }
    (users, teams)
}

fn named(policy: &Policy) -> impl Iterator<Item = &Principal> {
    let commands = policy.commands.who.values().flatten().chain(&policy.commands.force_unlock);
    let gates = policy.environments.iter().map(|environment| &environment.gates);
    commands.chain(gates.flat_map(|gates| gates.permission.who.iter().chain(&gates.approval.from).chain(&gates.policy_change.approve)))
}

pub(super) fn people(exam: &Exam<'_>, diagnosis: &mut Diagnosis) {
    let Some(policy) = &exam.policy else { return };
    blind_to_teams(exam, policy, diagnosis);
    let mut impossible = BTreeSet::new();
    diagnosis.fine_unless(Area::Policy, "every window opens", |diagnosis| impossible = closed(exam, policy, diagnosis));
    if let Some(server) = exam.server() {
        names(exam, policy, server, diagnosis);
        if let Err(why) = server.people.collaborators.get() {
            let finding = Finding::new(&registry::POLICY_PEOPLE_UNREAD, format!("who has which role could not be read: {}", why.what));
            diagnosis.add(finding.mend_as(&why));
        }
    }
    for environment in &policy.environments {
        impossible.extend(approvals(exam, policy, environment, diagnosis));
    }
    unreachable(exam, policy, &impossible, diagnosis);
}

/// The workflow's own token reads no teams: known without asking anybody.
fn blind_to_teams(exam: &Exam<'_>, policy: &Policy, diagnosis: &mut Diagnosis) {
    let ours = exam.ours();
    let mut gates = ours.iter().filter(|ours| ours.part == Part::Gate);
    let Some(gate) = gates.next() else { return };
    let (_, teams) = people_in_question(policy);
    if teams.is_empty() || gate.has_own_token() {
        return;
    }
    for environment in &policy.environments {
        let from = &environment.gates.approval.from;
        let all_teams = environment.gates.approval.count > 0 && from.iter().all(|principal| matches!(principal, Principal::Team(_)));
        if all_teams {
            let what =
                format!("{} counts approvals of teams only, which the token of {} cannot read: they wait for ever", environment.name, gate.workflow.path);
            let finding = Finding::new(&registry::POLICY_UNSATISFIABLE, what).at(exam.place_of(environment.name.as_str()));
            diagnosis.add(finding.mend(registry::POLICY_TEAM_BLIND.mend));
        }
    }
    let listed: Vec<String> = teams.iter().map(|team| format!("`team:{team}`")).collect();
    let what = format!("the policy names {}, and the token of {} cannot read teams", listed.join(", "), gate.workflow.path);
    diagnosis.add(Finding::new(&registry::POLICY_TEAM_BLIND, what));
}

/// Names that nobody has.
fn names(exam: &Exam<'_>, policy: &Policy, server: &Server, diagnosis: &mut Diagnosis) {
    let (users, teams) = people_in_question(policy);
    for login in &users {
        match server.people.users.get(login) {
            Some(Fact::Known(None)) => diagnosis.add(Finding::new(&registry::POLICY_NO_ACCOUNT, format!("there is no account `{login}`"))),
            Some(Fact::Known(Some((_, role)))) if *role < least(exam) => {
                diagnosis.add(Finding::new(&registry::POLICY_NO_ACCESS, format!("`user:{login}` has no access to the repository that somebody gave them")));
            }
            Some(Fact::Known(Some(_))) => diagnosis.fine(Area::Policy, format!("user:{login} has access")),
            Some(Fact::Unavailable(why)) => {
                diagnosis.add(Finding::new(&registry::POLICY_PEOPLE_UNREAD, format!("the role of `user:{login}` could not be read: {}", why.what)));
            }
            Some(Fact::NotAsked) | None => {}
        }
    }
    for team in &teams {
        match server.people.teams.get(team) {
            Some(Fact::Known(members)) => diagnosis.fine(Area::Policy, format!("team:{team} has {} members", members.len())),
            Some(Fact::Unavailable(why)) => {
                diagnosis.add(Finding::new(&registry::POLICY_TEAM_UNREAD, format!("`team:{team}` could not be read: {}", why.what)));
            }
            Some(Fact::NotAsked) | None => {}
        }
    }
}

/// The least role by which a login counts: what somebody gave them.
fn least(exam: &Exam<'_>) -> Role {
    let public = exam.server().is_some_and(|server| server.about.visibility == Visibility::Public);
    if public { Role::Triage } else { Role::Read }
}

/// The people whom principals name; open where not all of them can be known.
enum Circle {
    Open,
    Known(BTreeSet<PersonId>),
}

fn circle(exam: &Exam<'_>, principals: &[Principal]) -> Circle {
    let Some(server) = exam.server() else { return Circle::Open };
    let mut people = BTreeSet::new();
    for principal in principals {
        match of_principal(exam, principal, &server.people) {
            Some(some) => people.extend(some),
            None => return Circle::Open,
        }
    }
    Circle::Known(people)
}

fn of_principal(exam: &Exam<'_>, principal: &Principal, people: &People) -> Option<Vec<PersonId>> {
    match principal {
        Principal::User(login) if login.as_str().ends_with("[bot]") => Some(Vec::new()),
        Principal::User(login) => {
            let found = people.users.get(login)?.known()?;
            Some(found.iter().filter(|(_, role)| *role >= least(exam)).map(|(id, _)| *id).collect())
        }
        Principal::Team(slug) => people.teams.get(slug)?.known().cloned(),
        Principal::Role(role) => {
            let listed = people.collaborators.known()?.all().ok()?;
            Some(listed.iter().filter(|somebody| somebody.role >= *role).map(|somebody| somebody.id).collect())
        }
        Principal::Codeowners => exam.material.files.codeowners.known()?.path.is_none().then(Vec::new),
    }
}

/// Whether an environment's approvals can be had, and anybody may deploy to it; its name where not.
fn approvals(exam: &Exam<'_>, policy: &Policy, environment: &Environment, diagnosis: &mut Diagnosis) -> Option<String> {
    let name = environment.name.as_str();
    let mut impossible = |what: String| {
        diagnosis.add(Finding::new(&registry::POLICY_UNSATISFIABLE, what).at(exam.place_of(name)));
        Some(name.to_owned())
    };
    let commanders = policy.commands.who.get(&CommandName::Deploy).map_or(&[][..], Vec::as_slice);
    if let (Circle::Known(may), Circle::Known(command)) = (circle(exam, &environment.gates.permission.who), circle(exam, commanders))
        && may.is_disjoint(&command)
    {
        return impossible(format!("nobody may deploy to {name}: no account is one of those whom `permission.who` and `commands.who.deploy` name"));
    }
    let rule = &environment.gates.approval;
    let Circle::Known(people) = circle(exam, &rule.from) else { return None };
    let (wanted, there) = (rule.count as usize, people.len());
    if wanted == 0 {
        return None;
    }
    if there < wanted {
        return impossible(format!("{name} asks for {}, and {} give one", some(wanted, "approval"), can(there)));
    }
    if rule.exclude.is_empty() || there > wanted {
        diagnosis.fine(Area::Policy, format!("{name} asks for {}, and {there} people can give one", some(wanted, "approval")));
        return None;
    }
    let excluded = "who made the change or asked for it is excluded";
    if makers_are_among(&rule.from, environment.gates.permission.forks) {
        return impossible(format!("{name} asks for {}; {} give one, and {excluded}", some(wanted, "approval"), can(there)));
    }
    let what = format!("{name} asks for {}, and {} give one: where one of them made the change, {excluded}", some(wanted, "approval"), can(there));
    diagnosis.add(Finding::new(&registry::POLICY_SCARCE, what).at(exam.place_of(name)));
    None
}

/// True where everybody who can push a change is among those who may approve.
fn makers_are_among(from: &[Principal], forks: Forks) -> bool {
    forks == Forks::Refuse && from.iter().any(|principal| matches!(principal, Principal::Role(role) if *role <= Role::Write))
}

fn some(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn can(count: usize) -> String {
    match count {
        0 => "nobody can".to_owned(),
        1 => "only 1 person can".to_owned(),
        count => format!("only {count} people can"),
    }
}

/// Environments behind one to which nothing can be deployed.
fn unreachable(exam: &Exam<'_>, policy: &Policy, impossible: &BTreeSet<String>, diagnosis: &mut Diagnosis) {
    let mut because: BTreeMap<&str, &str> = BTreeMap::new();
    // A valid policy has no circles: as many rounds as environments reach everything.
    for _ in &policy.environments {
        for environment in &policy.environments {
            let blocked = |name: &str| impossible.contains(name) || because.contains_key(name);
            if let Some(before) = environment.after.iter().map(crate::domain::EnvName::as_str).find(|before| blocked(before))
                && !impossible.contains(environment.name.as_str())
            {
                because.insert(environment.name.as_str(), before);
            }
        }
    }
    for (name, before) in because {
        diagnosis
            .add(Finding::new(&registry::POLICY_UNREACHABLE, format!("{name} comes after {before}, to which nothing can be deployed")).at(exam.place_of(name)));
    }
}
