//! What gates that ask people need known, beyond the survey: whose role, and which teams' members. `gather` asks for these and no more.

use std::collections::{BTreeMap, BTreeSet};

use super::case::Case;
use super::people::{Circle, owned_by, ownership};
use super::policy_change::touched;
use crate::domain::{Person, PersonId, Principal, Role, TeamSlug};
use crate::facts::ReviewState;
use crate::intake::{Command, CommandName};

/// The people whose role decides something: who asks, who approved, who said no. Only the first may be no human.
pub fn people_in_question(case: &Case<'_>) -> BTreeMap<PersonId, Person> {
    let reviews = case.facts.pull.reviews.known().into_iter().flat_map(|list| &list.items);
    let reviewers = reviews.filter(|review| review.state != ReviewState::Dismissed).filter_map(|review| review.author.as_ref());
    let spoke = |command: &Command| matches!(command, Command::Approve { .. } | Command::Reject { .. });
    let speakers = case.said_here().filter(|said| spoke(&said.command)).map(|said| &said.by);
    let humans = reviewers.chain(speakers).filter(|person| person.is_human());
    humans.chain([&case.request.actor]).map(|person| (person.id, person.clone())).collect()
}

/// True when something asks for more than the right to push, which is all that a review tells of its author.
pub fn asks_for_more_than_write(case: &Case<'_>) -> bool {
    let gates = &case.environment.gates;
    let mut asked = gates.permission.who.iter().chain(&gates.approval.from).chain(&gates.policy_change.approve);
    // Files that make the rules and have no owner are a maintainer's.
    asked.any(|principal| matches!(principal, Principal::Role(role) if *role > Role::Write)) || touched(case).is_ok_and(|paths| !paths.is_empty())
}

/// The teams whose members decide something, by the policy and by CODEOWNERS as far as it is asked.
pub fn teams_in_question(case: &Case<'_>) -> BTreeSet<TeamSlug> {
    let gates = &case.environment.gates;
    let mut asked: Vec<&Principal> = gates.permission.who.iter().collect();
    if matches!(case.request.command, Command::Unlock { force: Some(_), .. }) {
        asked.extend(&case.policy.commands.force_unlock);
    }
    for name in [CommandName::Deploy, CommandName::Plan, CommandName::Approve, case.request.command.name()] {
        asked.extend(case.policy.commands.who.get(&name).into_iter().flatten());
    }
    if gates.approval.count > 0 {
        asked.extend(&gates.approval.from);
    }
    let mut teams: BTreeSet<TeamSlug> = asked.iter().filter_map(|principal| team_of(principal)).collect();
    if asked.contains(&&Principal::Codeowners) {
        let groups = ownership(case.facts).and_then(|ownership| owned_by(case.facts, &ownership)).unwrap_or_default();
        teams.extend(groups.keys().flat_map(|owners| Circle::of_owners(owners).teams().cloned().collect::<Vec<_>>()));
    }
    let rules = touched(case).unwrap_or_default();
    if !rules.is_empty() {
        let ownership = ownership(case.facts).unwrap_or_default();
        teams.extend(rules.iter().flat_map(|path| Circle::of_path(&gates.policy_change.approve, ownership.owners(path)).teams().cloned().collect::<Vec<_>>()));
    }
    teams
}

fn team_of(principal: &Principal) -> Option<TeamSlug> {
    if let Principal::Team(slug) = principal { Some(slug.clone()) } else { None }
}
