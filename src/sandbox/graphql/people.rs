//! Accounts as actors: users, bots, organisations; and who may do what in a repository.

use super::args::Args;
use super::fault::Fault;
use super::object::{Answer, Context, Object, Resolved};
use super::organisation;
use super::page::{Connection, Names};
use crate::domain::Role;
use crate::sandbox::state::{Account, AccountKind, NodeKind, Repository, Team, node_id};

/// An account.
pub(super) struct Actor<'s> {
    account: &'s Account,
    type_name: &'static str,
}

impl<'s> Actor<'s> {
    /// The account under its own type.
    pub fn of(account: &'s Account) -> Self {
        let type_name = match account.kind {
            AccountKind::User => "User",
            AccountKind::Bot => "Bot",
            AccountKind::Organization => "Organization",
        };
        Self { account, type_name }
    }

    /// The account where GitHub's schema only has a `User`, as for `viewer`, whatever it is.
    pub fn as_user(account: &'s Account) -> Self {
        Self { account, type_name: "User" }
    }

    /// The account of this id; null where it is gone.
    pub fn find(cx: Context<'s>, id: u64) -> Answer<'s> {
        Answer::maybe(cx.state.account(id).map(Self::of))
    }

    /// The account of this id where the schema allows no null: `ghost`, as GitHub has it, where it is gone.
    pub fn find_or_ghost(cx: Context<'s>, id: u64) -> Answer<'s> {
        match Self::find(cx, id) {
            Answer::Leaf(_) => Answer::object(Ghost),
            found => found,
        }
    }

    /// The account of this id where the schema has a `User`; null where it is none.
    pub fn find_user(cx: Context<'s>, id: u64) -> Answer<'s> {
        Answer::maybe(cx.state.account(id).filter(|account| account.kind == AccountKind::User).map(Self::of))
    }

    /// The login: GraphQL leaves `[bot]` away where the type says it.
    fn login(&self) -> &'s str {
        let login = self.account.login.as_str();
        if self.type_name == "Bot" { login.strip_suffix("[bot]").unwrap_or(login) } else { login }
    }

    fn path(&self) -> String {
        let login = self.login();
        if self.type_name == "Bot" { format!("/apps/{login}") } else { format!("/{login}") }
    }
}

impl<'s> Object<'s> for Actor<'s> {
    fn type_name(&self) -> &'static str {
        self.type_name
    }

    fn field(&self, cx: Context<'s>, name: &str, args: &Args) -> Resolved<'s> {
        let account = self.account;
        Ok(match (name, self.type_name) {
            ("id", _) => account.node_id().into(),
            ("login", _) => self.login().into(),
            ("databaseId", _) => account.id.into(),
            ("url", _) => cx.url(&self.path()).into(),
            ("resourcePath", _) => self.path().into(),
            ("avatarUrl", _) => {
                args.int("size")?;
                cx.url(&format!("/avatars/{}", account.id)).into()
            }
            ("createdAt", _) => account.created_at.into(),
            ("name", "User" | "Organization") => account.name.as_deref().into(),
            (_, "Organization") => return organisation::field(cx, account, name, args),
            _ => return Err(Fault::no_field()),
        })
    }
}

/// The account that stands for all that are gone, under its real id.
struct Ghost;

impl<'s> Object<'s> for Ghost {
    fn type_name(&self) -> &'static str {
        "User"
    }

    fn field(&self, cx: Context<'s>, name: &str, args: &Args) -> Resolved<'s> {
        Ok(match name {
            "id" => node_id(NodeKind::User, GHOST).into(),
            "login" => "ghost".into(),
            "databaseId" => GHOST.into(),
            "url" => cx.url("/ghost").into(),
            "resourcePath" => "/ghost".into(),
            "avatarUrl" => {
                args.int("size")?;
                cx.url(&format!("/avatars/{GHOST}")).into()
            }
            _ => return Err(Fault::no_field()),
        })
    }
}

const GHOST: u64 = 10_137;

/// GitHub's word for a role; `None` for no access.
fn permission_word(role: Role) -> Option<&'static str> {
    match role {
        Role::None => None,
        Role::Read => Some("READ"),
        Role::Triage => Some("TRIAGE"),
        Role::Write => Some("WRITE"),
        Role::Maintain => Some("MAINTAIN"),
        Role::Admin => Some("ADMIN"),
    }
}

const COLLABORATORS: Names = Names { connection: "RepositoryCollaboratorConnection", edge: "RepositoryCollaboratorEdge" };

/// The users with a role in the repository that somebody gave them; a public repository's readers are not among them.
pub(super) fn collaborators<'s>(cx: Context<'s>, repository: &'s Repository, args: &Args) -> Resolved<'s> {
    // A person's token needs the right to push; an app's needs `metadata: read`, which every app has.
    if cx.viewer.app.is_none() && cx.state.role(repository, cx.viewer.account) < Role::Write {
        return Err(Fault::typed("FORBIDDEN", "Must have push access to view repository collaborators."));
    }
    let query = args.text("query")?.map(str::to_ascii_lowercase);
    let login = args.text("login")?;
    let matches = |account: &&Account| {
        let named = |text: &str| query.as_deref().is_none_or(|query| text.to_ascii_lowercase().contains(query));
        (named(&account.login) || account.name.as_deref().is_some_and(named)) && login.is_none_or(|login| account.login.eq_ignore_ascii_case(login))
    };
    let users = cx.state.accounts.iter().filter(|account| account.kind == AccountKind::User).filter(matches);
    let items = users.map(|account| (account.id.to_string(), (account, sources(cx, repository, account)))).filter(|(_, (_, sources))| !sources.is_empty());
    let page = Connection::with_edges(COLLABORATORS, args, items.collect(), |(account, sources)| {
        let permission = permission_word(cx.state.role(repository, account.id));
        let sources = sources.into_iter().map(|(role, from)| Answer::object(PermissionSource { role, from, repository })).collect();
        (Answer::object(Actor::of(account)), vec![("permission", permission.into()), ("permissionSources", Answer::List(sources))])
    });
    page.map(Answer::object)
}

/// Where a role comes from.
#[derive(Clone, Copy)]
enum Source<'s> {
    Repository,
    Team(&'s Team),
}

fn sources<'s>(cx: Context<'s>, repository: &'s Repository, account: &Account) -> Vec<(Role, Source<'s>)> {
    let own = repository.roles.get(&account.id).copied().or((repository.owner == account.id).then_some(Role::Admin));
    let teams = cx.state.teams.iter().filter(|team| team.members.contains(&account.id));
    let by_team = teams.filter_map(|team| repository.team_roles.get(&team.id).map(|role| (*role, Source::Team(team))));
    own.map(|role| (role, Source::Repository)).into_iter().chain(by_team).filter(|(role, _)| *role > Role::None).collect()
}

struct PermissionSource<'s> {
    role: Role,
    from: Source<'s>,
    repository: &'s Repository,
}

impl<'s> Object<'s> for PermissionSource<'s> {
    fn type_name(&self) -> &'static str {
        "PermissionSource"
    }

    fn field(&self, cx: Context<'s>, name: &str, _: &Args) -> Resolved<'s> {
        Ok(match name {
            // Its enum has three words only.
            "permission" => match self.role {
                Role::Admin => "ADMIN".into(),
                Role::Write | Role::Maintain => "WRITE".into(),
                Role::Read | Role::Triage | Role::None => "READ".into(),
            },
            "roleName" => self.role.as_str().into(),
            "organization" => Actor::find(cx, self.repository.owner),
            "source" => match self.from {
                Source::Repository => Answer::object(super::repository::Repo(self.repository)),
                Source::Team(team) => Answer::object(organisation::TeamObject(team)),
            },
            _ => return Err(Fault::no_field()),
        })
    }
}
