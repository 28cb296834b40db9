//! Accounts, apps, teams.

use serde_json::{Value, json};

use super::git::encoded;
use super::{Wire, time};
use crate::domain::Role;
use crate::sandbox::state::{Account, AccountKind, App, NodeKind, Repository, Team, node_id};

impl Wire<'_> {
    /// An account by id; `null` where it is gone.
    pub fn user(self, id: u64) -> Value {
        self.state.account(id).map_or(Value::Null, |account| self.account(account))
    }

    /// An account.
    pub fn account(self, account: &Account) -> Value {
        let login = &account.login;
        let encoded = encoded(login);
        let api = |rest: &str| self.api(&format!("/users/{encoded}{rest}"));
        let kind = match account.kind {
            AccountKind::User => "User",
            AccountKind::Bot => "Bot",
            AccountKind::Organization => "Organization",
        };
        let page = self.page(&login.strip_suffix("[bot]").map_or_else(|| format!("/{login}"), |slug| format!("/apps/{slug}")));
        json!({
            "login": login, "id": account.id, "node_id": account.node_id(), "avatar_url": self.page(&format!("/avatars/u/{}", account.id)),
            "gravatar_id": "", "url": api(""), "html_url": page, "followers_url": api("/followers"),
            "following_url": api("/following{/other_user}"), "gists_url": api("/gists{/gist_id}"), "starred_url": api("/starred{/owner}{/repo}"),
            "subscriptions_url": api("/subscriptions"), "organizations_url": api("/orgs"), "repos_url": api("/repos"),
            "events_url": api("/events{/privacy}"), "received_events_url": api("/received_events"), "type": kind, "user_view_type": "public",
            "site_admin": false,
        })
    }

    /// An account as `GET /user` has it.
    pub fn public_user(self, account: &Account) -> Value {
        let more = json!({
            "name": account.name, "company": null, "blog": "", "location": null, "email": null, "hireable": null, "bio": null, "twitter_username": null,
            "public_repos": 0, "public_gists": 0, "followers": 0, "following": 0, "created_at": time(account.created_at),
            "updated_at": time(account.created_at),
        });
        joined(self.account(account), more)
    }

    /// An organisation as webhook payloads have it.
    pub fn organisation(self, account: &Account) -> Value {
        let login = &account.login;
        let api = |rest: &str| self.api(&format!("/orgs/{login}{rest}"));
        json!({
            "login": login, "id": account.id, "node_id": account.node_id(), "url": api(""), "repos_url": api("/repos"), "events_url": api("/events"),
            "hooks_url": api("/hooks"), "issues_url": api("/issues"), "members_url": api("/members{/member}"),
            "public_members_url": api("/public_members{/member}"), "avatar_url": self.page(&format!("/avatars/u/{}", account.id)), "description": null,
        })
    }

    /// An app.
    pub fn app(self, app: &App) -> Value {
        let created = self.state.account(app.bot).map_or(self.state.now(), |bot| bot.created_at);
        let owner = self.state.account(app.bot).map_or(Value::Null, |bot| self.account(bot));
        json!({
            "id": app.id, "slug": app.slug, "node_id": node_id(NodeKind::App, app.id), "owner": owner, "name": app.name, "description": "",
            "external_url": self.page(""), "html_url": self.page(&format!("/apps/{}", app.slug)), "created_at": time(created), "updated_at": time(created),
            "permissions": { "checks": "write", "metadata": "read" }, "events": [],
        })
    }

    /// An app by id; `null` where there is none.
    pub fn app_by_id(self, id: u64) -> Value {
        self.state.app(id).map_or(Value::Null, |app| self.app(app))
    }

    /// A team membership.
    pub fn membership(self, team: &Team, account: &Account) -> Value {
        let organisation = self.state.account(team.organisation).map(|account| account.login.clone()).unwrap_or_default();
        let url = self.api(&format!("/orgs/{organisation}/teams/{}/memberships/{}", team.slug, account.login));
        json!({ "url": url, "role": "member", "state": "active" })
    }

    /// What a person may do in a repository. `permission` knows only four words; `role_name` has all.
    pub fn permission(self, repository: &Repository, account: &Account) -> Value {
        let role = self.state.role(repository, account.id);
        let permission = match role {
            Role::None => "none",
            Role::Read | Role::Triage => "read",
            Role::Write | Role::Maintain => "write",
            Role::Admin => "admin",
        };
        let permissions = permissions(role);
        let user = joined(self.account(account), json!({ "permissions": permissions, "role_name": role.as_str() }));
        json!({ "permission": permission, "user": user, "role_name": role.as_str() })
    }

    /// How an author stands to a repository.
    pub fn association(self, repository: &Repository, author: u64) -> &'static str {
        let member = |team: &&Team| team.organisation == repository.owner && team.members.contains(&author);
        if repository.owner == author {
            "OWNER"
        } else if self.state.teams.iter().any(|team| member(&team)) {
            "MEMBER"
        } else if repository.roles.contains_key(&author) {
            "COLLABORATOR"
        } else if repository.pulls.iter().any(|pull| pull.author == author && pull.merged.is_some()) {
            "CONTRIBUTOR"
        } else {
            "NONE"
        }
    }
}

/// The five switches that a role stands for.
pub fn permissions(role: Role) -> Value {
    json!({
        "admin": role >= Role::Admin, "maintain": role >= Role::Maintain, "push": role >= Role::Write, "triage": role >= Role::Triage,
        "pull": role >= Role::Read,
    })
}

/// One object with the fields of both; those of the second win.
pub fn joined(mut one: Value, other: Value) -> Value {
    if let (Value::Object(fields), Value::Object(more)) = (&mut one, other) {
        fields.extend(more);
    }
    one
}
