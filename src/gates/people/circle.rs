//! A circle of people, as a policy draws one: users, teams, roles, owners of files. It answers who belongs to it, and how many still could.

use std::collections::BTreeSet;

use super::excluded::Exclusion;
use super::owners::{owned_by, ownership};
use crate::domain::{Login, Person, PersonId, Principal, Role, TeamSlug};
use crate::facts::{Fact, Facts, Visibility, Why};
use crate::policy::Owner;

/// Anybody whom one of the principals or owners names.
#[derive(Clone, Debug, Default)]
pub struct Circle {
    principals: Vec<Principal>,
    owners: Vec<Owner>,
    /// Why the owners are not known, where they are asked for and are not.
    pub gap: Option<Why>,
}

/// Somebody who may belong to a circle.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'a> {
    /// Who.
    pub person: &'a Person,
    /// Whether the server said, on a review of theirs, that they may push.
    pub push: PushRight,
}

/// What the server said of somebody's right to push.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PushRight {
    /// Nothing.
    Unsaid,
    /// They may.
    Said,
}

/// Whether somebody belongs to a circle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Membership {
    /// Yes, by this.
    Member(String),
    /// No.
    Stranger,
    /// It cannot be verified: never yes.
    Unverified(Why),
}

/// How many people could belong to a circle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Eligible {
    /// Not known: a role, or a team that cannot be read, is part of it.
    Open,
    /// At most so many.
    AtMost(usize),
}

impl Circle {
    /// The circle of these principals; `codeowners` are the owners of any changed file.
    pub fn of_change(principals: &[Principal], facts: &Facts) -> Self {
        let mut circle = Self::without_owners(principals);
        if principals.contains(&Principal::Codeowners) {
            match ownership(facts).and_then(|ownership| owned_by(facts, &ownership)) {
                Ok(groups) => circle.owners = groups.into_keys().flatten().collect::<BTreeSet<_>>().into_iter().collect(),
                Err(why) => circle.gap = Some(why),
            }
        }
        circle
    }

    /// The circle of these principals for a path with these owners; `codeowners` are the owners, and `role:maintain` where there are none.
    pub fn of_path(principals: &[Principal], owners: &[Owner]) -> Self {
        let mut circle = Self::without_owners(principals);
        if principals.contains(&Principal::Codeowners) {
            circle.owners = owners.to_vec();
            if owners.is_empty() {
                circle.principals.push(Principal::Role(Role::Maintain));
            }
        }
        circle
    }

    /// The circle of these owners.
    pub fn of_owners(owners: &[Owner]) -> Self {
        Self { owners: owners.to_vec(), ..Self::default() }
    }

    fn without_owners(principals: &[Principal]) -> Self {
        Self { principals: principals.iter().filter(|principal| **principal != Principal::Codeowners).cloned().collect(), ..Self::default() }
    }

    /// Whether somebody belongs to it.
    pub fn membership(&self, candidate: Candidate<'_>, facts: &Facts) -> Membership {
        let principals = self.principals.iter().map(|principal| belongs(principal, candidate, facts));
        let owners = self.owners.iter().map(|owner| owns(owner, candidate, facts));
        let mut doubt = self.gap.clone();
        for membership in principals.chain(owners) {
            match membership {
                Membership::Member(_) => return membership,
                Membership::Unverified(why) => doubt = doubt.or(Some(why)),
                Membership::Stranger => {}
            }
        }
        doubt.map_or(Membership::Stranger, Membership::Unverified)
    }

    /// How many people could belong to it, those excluded left out.
    pub fn eligible(&self, facts: &Facts, exclusion: &Exclusion) -> Eligible {
        if self.gap.is_some() || self.principals.iter().any(|principal| matches!(principal, Principal::Role(_))) {
            return Eligible::Open;
        }
        let (mut people, mut nameless): (BTreeSet<PersonId>, BTreeSet<String>) = (BTreeSet::new(), BTreeSet::new());
        for login in self.users().filter(|login| !login.as_str().ends_with("[bot]") && !exclusion.names(login)) {
            match exclusion.id_of(login, facts) {
                Some(id) => people.insert(id),
                None => nameless.insert(login.as_str().to_ascii_lowercase()),
            };
        }
        for team in self.teams() {
            match team_of(team, facts).and_then(Fact::known) {
                Some(members) => people.extend(members),
                None => return Eligible::Open,
            }
        }
        people.retain(|id| exclusion.why(*id).is_none());
        Eligible::AtMost(people.len() + nameless.len())
    }

    /// The people it names, but for those excluded.
    pub fn logins(&self, exclusion: &Exclusion) -> Vec<Login> {
        let mut logins: Vec<Login> = self.users().filter(|login| !exclusion.names(login)).cloned().collect();
        logins.sort();
        logins.dedup();
        logins
    }

    /// The teams it names.
    pub fn teams(&self) -> impl Iterator<Item = &TeamSlug> {
        let principals = self.principals.iter().filter_map(|principal| if let Principal::Team(slug) = principal { Some(slug) } else { None });
        principals.chain(self.owners.iter().filter_map(|owner| if let Owner::Team(slug) = owner { Some(slug) } else { None }))
    }

    fn users(&self) -> impl Iterator<Item = &Login> {
        let principals = self.principals.iter().filter_map(|principal| if let Principal::User(login) = principal { Some(login) } else { None });
        principals.chain(self.owners.iter().filter_map(|owner| if let Owner::User(login) = owner { Some(login) } else { None }))
    }
}

impl std::fmt::Display for Circle {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        const MOST: usize = 10;
        let principals = self.principals.iter().map(ToString::to_string);
        let owners = self.owners.iter().map(ToString::to_string);
        let mut words: Vec<String> = principals.chain(owners).take(MOST).collect();
        let more = (self.principals.len() + self.owners.len()).saturating_sub(MOST);
        if more > 0 {
            words.push(format!("{more} more"));
        }
        if self.gap.is_some() {
            words.push("codeowners".to_owned());
        }
        formatter.write_str(if words.is_empty() { "nobody" } else { "" })?;
        formatter.write_str(&words.join(", "))
    }
}

impl Membership {
    fn member(by: impl std::fmt::Display) -> Self {
        Self::Member(by.to_string())
    }
}

impl<'a> Candidate<'a> {
    /// Somebody of whom the server said nothing besides.
    pub fn new(person: &'a Person) -> Self {
        Self { person, push: PushRight::Unsaid }
    }

    /// Whether they have at least this role.
    pub fn has_role(self, role: Role, facts: &Facts) -> Membership {
        if self.push == PushRight::Said && role <= Role::Write {
            return Membership::member(Principal::Role(role));
        }
        let login = &self.person.login;
        match facts.roles.get(&self.person.id) {
            Some(Fact::Known(known)) if *known >= role => Membership::member(Principal::Role(role)),
            Some(Fact::Known(_)) => Membership::Stranger,
            Some(Fact::Unavailable(why)) => Membership::Unverified(Why { what: format!("the role of {login}: {}", why.what), mend: why.mend.clone() }),
            Some(Fact::NotAsked) | None => Membership::Unverified(Why::new(format!("the role of {login} is not known"))),
        }
    }
}

impl Candidate<'_> {
    /// Whether somebody gave them access to the repository: on a public one everybody may read. Who took over a login that its owner gave up has none. An
    /// app's login cannot be taken over.
    fn was_let_in(self, facts: &Facts) -> Membership {
        if !self.person.is_human() {
            return Membership::member(&self.person.login);
        }
        let least = if facts.repository.visibility == Visibility::Public { Role::Triage } else { Role::Read };
        self.has_role(least, facts)
    }
}

fn belongs(principal: &Principal, candidate: Candidate<'_>, facts: &Facts) -> Membership {
    match principal {
        Principal::User(login) if is_login_of(login, candidate.person) => match candidate.was_let_in(facts) {
            Membership::Member(_) => Membership::member(principal),
            other => other,
        },
        Principal::User(_) | Principal::Codeowners => Membership::Stranger,
        Principal::Team(slug) => in_team(slug, candidate.person, facts),
        Principal::Role(role) => candidate.has_role(*role, facts),
    }
}

/// GitHub counts a user as owner only with the right to push; that keeps out whoever took over a login that was given up.
fn owns(owner: &Owner, candidate: Candidate<'_>, facts: &Facts) -> Membership {
    match owner {
        Owner::User(login) if is_login_of(login, candidate.person) => match candidate.has_role(Role::Write, facts) {
            Membership::Member(_) => Membership::Member(format!("owner {owner}")),
            other => other,
        },
        Owner::Team(slug) => match in_team(slug, candidate.person, facts) {
            Membership::Member(_) => Membership::Member(format!("owner {owner}")),
            other => other,
        },
        Owner::User(_) | Owner::Email(_) => Membership::Stranger,
    }
}

/// Logins are all that a policy can write. An app is only ever meant by its `[bot]` name.
fn is_login_of(login: &Login, person: &Person) -> bool {
    let (written, own) = (login.as_str(), person.login.as_str());
    let bare = |text: &str| text.strip_suffix("[bot]").unwrap_or(text).to_ascii_lowercase();
    if person.is_human() { written.eq_ignore_ascii_case(own) } else { written.ends_with("[bot]") && bare(written) == bare(own) }
}

fn in_team(slug: &TeamSlug, person: &Person, facts: &Facts) -> Membership {
    match team_of(slug, facts) {
        Some(Fact::Known(members)) if members.contains(&person.id) => Membership::member(Principal::Team(slug.clone())),
        Some(Fact::Known(_)) => Membership::Stranger,
        Some(Fact::Unavailable(why)) => Membership::Unverified(Why { what: format!("the members of team:{slug}: {}", why.what), mend: why.mend.clone() }),
        Some(Fact::NotAsked) | None => Membership::Unverified(Why::new(format!("the members of team:{slug} are not known"))),
    }
}

fn team_of<'a>(slug: &TeamSlug, facts: &'a Facts) -> Option<&'a Fact<Vec<PersonId>>> {
    facts.teams.get(slug).or_else(|| facts.teams.iter().find(|(known, _)| known.as_str().eq_ignore_ascii_case(slug.as_str())).map(|(_, members)| members))
}
