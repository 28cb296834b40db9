//! Accounts, apps, teams, tokens.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::ids::{NodeKind, node_id};

/// The account `github-actions[bot]`, under its real id.
pub const ACTIONS_BOT: u64 = 41_898_282;
/// The app GitHub Actions, under its real id.
pub const ACTIONS_APP: u64 = 15_368;

/// The account that commits what people do on the web, under its real id. Its e-mail address is `noreply@github.com`.
pub const WEB_FLOW: u64 = 19_864_447;

/// What kind of account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the variants are GitHub's own words")]
pub enum AccountKind {
    User,
    Bot,
    Organization,
}

/// A user, a bot, or an organisation.
#[derive(Clone, Debug)]
pub struct Account {
    /// Its number.
    pub id: u64,
    /// Its login; a bot's ends in `[bot]`.
    pub login: String,
    /// Its kind.
    pub kind: AccountKind,
    /// Its display name, where it has one.
    pub name: Option<String>,
    /// The e-mail addresses by which commits are attributed to it.
    pub emails: Vec<String>,
    /// When it was created.
    pub created_at: Timestamp,
}

impl Account {
    /// Its global node id.
    pub fn node_id(&self) -> String {
        let kind = match self.kind {
            AccountKind::User => NodeKind::User,
            AccountKind::Bot => NodeKind::Bot,
            AccountKind::Organization => NodeKind::Organization,
        };
        node_id(kind, self.id)
    }
}

/// An app, which has checks and a bot account.
#[derive(Clone, Debug)]
pub struct App {
    /// Its number.
    pub id: u64,
    /// Its slug, e.g. `github-actions`.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Its bot account.
    pub bot: u64,
}

/// A team of an organisation.
#[derive(Clone, Debug)]
pub struct Team {
    /// Its number.
    pub id: u64,
    /// The organisation's account.
    pub organisation: u64,
    /// Its slug.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// The accounts in it.
    pub members: Vec<u64>,
}

/// What a token may be allowed: the names of GitHub's permissions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the variants are GitHub's own words")]
pub enum Permission {
    Actions,
    Administration,
    Checks,
    Contents,
    Deployments,
    Issues,
    /// Of the organisation.
    Members,
    Metadata,
    PullRequests,
    Statuses,
    Workflows,
}

impl Permission {
    /// Every permission.
    pub const ALL: [Self; 11] = [
        Self::Actions,
        Self::Administration,
        Self::Checks,
        Self::Contents,
        Self::Deployments,
        Self::Issues,
        Self::Members,
        Self::Metadata,
        Self::PullRequests,
        Self::Statuses,
        Self::Workflows,
    ];

    /// The name GitHub uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Actions => "actions",
            Self::Administration => "administration",
            Self::Checks => "checks",
            Self::Contents => "contents",
            Self::Deployments => "deployments",
            Self::Issues => "issues",
            Self::Members => "members",
            Self::Metadata => "metadata",
            Self::PullRequests => "pull_requests",
            Self::Statuses => "statuses",
            Self::Workflows => "workflows",
        }
    }
}

/// How far a permission goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// Reading.
    Read,
    /// Reading and writing.
    Write,
}

impl Access {
    /// The name GitHub uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }
}

/// What a token is allowed.
pub type Permissions = BTreeMap<Permission, Access>;

/// A token. Its secret stands in the clear: it is worth nothing outside this sandbox.
#[derive(Clone, Debug)]
pub struct Token {
    /// What a request sends.
    pub secret: String,
    /// What it is called in the request log.
    pub identity: String,
    /// Whom it acts as, and how far.
    pub viewer: Viewer,
}

/// Who asks, by the token that came with the request.
#[derive(Clone, Debug)]
pub struct Viewer {
    /// The account it acts as.
    pub account: u64,
    /// The app behind it, where it is an app's token.
    pub app: Option<u64>,
    /// What it is allowed.
    pub permissions: Permissions,
    /// Where it is allowed that.
    pub scope: Scope,
}

/// The repositories a token is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All that its account can see.
    Everywhere,
    /// These, by id: as a workflow's own token is for its own repository.
    Only(BTreeSet<u64>),
}

impl Scope {
    /// True when the token is for this repository.
    pub fn holds(&self, repository: u64) -> bool {
        match self {
            Self::Everywhere => true,
            Self::Only(these) => these.contains(&repository),
        }
    }
}

impl Viewer {
    /// True when the token carries the permission, at least so far.
    pub fn may(&self, permission: Permission, access: Access) -> bool {
        self.permissions.get(&permission).is_some_and(|given| *given >= access)
    }
}
