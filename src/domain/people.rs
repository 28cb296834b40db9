//! People, teams, roles, repositories.

use serde::{Deserialize, Serialize};

use super::text::{Fault, Invalid, checked_text};

checked_text!(
    /// A GitHub login: letters, digits, `-` and `_` (enterprise-managed users), 100 characters at most, with `[bot]` for an app's.
    /// Logins are for showing; people are compared by [`PersonId`].
    Login, "login", check_login);
checked_text!(
    /// A team as `organisation/slug`.
    TeamSlug, "team", check_team);
checked_text!(
    /// A repository as `owner/name`.
    RepoSlug, "repository", check_repo);

/// The numeric id of an account; it never changes, where a login can be given up and taken by somebody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PersonId(pub u64);

/// What kind of account acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ActorKind {
    /// A human's account.
    Human,
    /// A bot, an app, a mannequin, an organisation: everything that cannot approve.
    Machine,
}

/// An account as the server names it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Person {
    /// What makes the account the same account.
    pub id: PersonId,
    /// How it is shown.
    pub login: Login,
    /// Human or machine.
    pub kind: ActorKind,
}

impl Person {
    /// True for a human's account.
    pub fn is_human(&self) -> bool {
        self.kind == ActorKind::Human
    }
}

impl PartialEq for Person {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Person {}

/// A repository role, from least to most (GitHub's five, and none).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// No access beyond the public's.
    None,
    /// May read.
    Read,
    /// May manage issues.
    Triage,
    /// May push.
    Write,
    /// May manage the repository without the dangerous settings.
    Maintain,
    /// May do everything.
    Admin,
}

impl Role {
    /// The name GitHub uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Read => "read",
            Self::Triage => "triage",
            Self::Write => "write",
            Self::Maintain => "maintain",
            Self::Admin => "admin",
        }
    }

    /// The role of that name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::None, Self::Read, Self::Triage, Self::Write, Self::Maintain, Self::Admin].into_iter().find(|role| role.as_str() == text)
    }
}

/// Somebody a policy names: `user:octocat`, `team:acme/sre`, `role:maintain`, `codeowners`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Principal {
    /// One person, by login.
    User(Login),
    /// The members of a team.
    Team(TeamSlug),
    /// Everybody with at least this repository role.
    Role(Role),
    /// The owners, by CODEOWNERS of the base branch, of the changed files.
    Codeowners,
}

impl TryFrom<String> for Principal {
    type Error = Invalid;
    fn try_from(text: String) -> Result<Self, Invalid> {
        const SHAPE: Fault = Fault::Shape("`user:LOGIN`, `team:ORG/SLUG`, `role:ROLE` or `codeowners`");
        let invalid = || Invalid::new("person", &text, SHAPE);
        match text.split_once(':') {
            None if text == "codeowners" => Ok(Self::Codeowners),
            Some(("user", login)) => Ok(Self::User(Login::new(login)?)),
            Some(("team", slug)) => Ok(Self::Team(TeamSlug::new(slug)?)),
            Some(("role", role)) => match Role::parse(role) {
                Some(Role::None) | None => Err(Invalid::new("role", role, Fault::Shape("read, triage, write, maintain or admin"))),
                Some(role) => Ok(Self::Role(role)),
            },
            _ => Err(invalid()),
        }
    }
}

impl std::fmt::Display for Principal {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::User(login) => write!(formatter, "user:{login}"),
            Self::Team(slug) => write!(formatter, "team:{slug}"),
            Self::Role(role) => write!(formatter, "role:{}", role.as_str()),
            Self::Codeowners => formatter.write_str("codeowners"),
        }
    }
}

impl From<Principal> for String {
    fn from(principal: Principal) -> Self {
        principal.to_string()
    }
}

impl RepoSlug {
    /// The owner, before the slash.
    pub fn owner(&self) -> &str {
        self.as_str().split_once('/').map_or("", |(owner, _)| owner)
    }

    /// The name, after the slash.
    pub fn name(&self) -> &str {
        self.as_str().split_once('/').map_or("", |(_, name)| name)
    }
}

impl TeamSlug {
    /// The organisation, before the slash.
    pub fn organisation(&self) -> &str {
        self.as_str().split_once('/').map_or("", |(organisation, _)| organisation)
    }

    /// The team's own slug, after the slash.
    pub fn slug(&self) -> &str {
        self.as_str().split_once('/').map_or("", |(_, slug)| slug)
    }
}

fn check_login(text: &str) -> Result<(), Fault> {
    let bare = text.strip_suffix("[bot]").unwrap_or(text);
    if bare.is_empty() {
        return Err(Fault::Empty);
    }
    if bare.len() > 100 {
        return Err(Fault::TooLong { max: 100 });
    }
    if bare.starts_with('-') {
        return Err(Fault::LeadingDash);
    }
    if bare.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')) {
        Ok(())
    } else {
        Err(Fault::Shape("letters, digits, `-` and `_`"))
    }
}

fn check_part(part: &str) -> bool {
    !part.is_empty() && part != "." && part != ".." && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
}

fn check_pair(text: &str, shape: &'static str) -> Result<(), Fault> {
    if text.len() > 140 {
        return Err(Fault::TooLong { max: 140 });
    }
    if text.starts_with('-') {
        return Err(Fault::LeadingDash);
    }
    match text.split_once('/') {
        Some((owner, name)) if check_part(owner) && check_part(name) => Ok(()),
        _ => Err(Fault::Shape(shape)),
    }
}

fn check_team(text: &str) -> Result<(), Fault> {
    check_pair(text, "`organisation/team`")
}

fn check_repo(text: &str) -> Result<(), Fault> {
    check_pair(text, "`owner/name`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_the_same_by_id_not_by_login() {
        let person = |id, login: &str| Person { id: PersonId(id), login: Login::new(login).expect("valid"), kind: ActorKind::Human };
        assert_eq!(person(1, "octocat"), person(1, "renamed"));
        assert_ne!(person(1, "octocat"), person(2, "octocat"));
    }

    #[test]
    fn principals_read_as_they_are_written() {
        for text in ["user:octocat", "team:acme/sre", "role:maintain", "codeowners"] {
            assert_eq!(Principal::try_from(text.to_owned()).expect("valid").to_string(), text);
        }
        for text in ["octocat", "user:", "team:sre", "role:none", "role:owner", "user:a b", "team:../x", "codeowners:"] {
            assert!(Principal::try_from(text.to_owned()).is_err(), "{text:?}");
        }
    }
}
