//! Accounts, teams, tokens, repositories and who may do what in them.

use crate::domain::Role;
use crate::sandbox::Sandbox;
use crate::sandbox::state::{
    ACTIONS_APP, ACTIONS_BOT, Access, Account, AccountKind, App, Permission, Permissions, Repository, RequiredCheck, ReviewRule, Rule, Ruleset, Scope, State,
    Team, Token, Viewer, Visibility,
};
use crate::sandbox::store::Store;

impl Sandbox {
    /// A person; their commits carry the address `LOGIN@example.com`. Gives their id.
    pub fn user(&self, login: &str) -> u64 {
        self.state().add_account(login, AccountKind::User)
    }

    /// An organisation. Gives its id.
    pub fn organisation(&self, login: &str) -> u64 {
        self.state().add_account(login, AccountKind::Organization)
    }

    /// An app with its bot account `SLUG[bot]`. Gives the app's id.
    pub fn app(&self, slug: &str) -> u64 {
        let mut state = self.state();
        let bot = state.add_account(&format!("{slug}[bot]"), AccountKind::Bot);
        let id = state.next_id();
        state.apps.push(App { id, slug: slug.to_owned(), name: slug.to_owned(), bot });
        id
    }

    /// An account gives up its login and takes another; its id stays.
    pub fn rename(&self, login: &str, to: &str) {
        let mut state = self.state();
        let id = state.the_account(login);
        let account = state.accounts.iter_mut().find(|account| account.id == id).expect("it was just found");
        to.clone_into(&mut account.login);
    }

    /// An account is deleted; what it wrote stays, without an author.
    pub fn delete_account(&self, login: &str) {
        let mut state = self.state();
        let id = state.the_account(login);
        state.accounts.retain(|account| account.id != id);
        for team in &mut state.teams {
            team.members.retain(|member| *member != id);
        }
        for repository in &mut state.repositories {
            repository.roles.remove(&id);
        }
    }

    /// The team `organisation/slug` with these members.
    pub fn team(&self, slug: &str, members: &[&str]) {
        let mut state = self.state();
        let (organisation, slug) = slug.split_once('/').expect("a team is named organisation/slug");
        let organisation = state.the_account(organisation);
        let members = members.iter().map(|login| state.the_account(login)).collect();
        let id = state.next_id();
        state.teams.push(Team { id, organisation, slug: slug.to_owned(), name: slug.to_owned(), members });
    }

    /// A token that acts as this person or bot. Gives the secret.
    pub fn token(&self, login: &str, permissions: &[(Permission, Access)]) -> String {
        let mut state = self.state();
        let account = state.the_account(login);
        let app = state.apps.iter().find(|app| app.bot == account).map(|app| app.id);
        state.add_token(login, Viewer { account, app, permissions: permissions.iter().copied().collect(), scope: Scope::Everywhere })
    }

    /// Limits a token to these repositories: what is public elsewhere it can only read, and the rest it cannot see.
    pub fn limit_token(&self, secret: &str, repositories: &[&str]) {
        let mut state = self.state();
        let these = repositories.iter().map(|name| state.the_repository(name).id).collect();
        let token = state.tokens.iter_mut().find(|token| token.secret == secret).expect("the sandbox has given this token");
        token.viewer.scope = Scope::Only(these);
    }

    /// A token that acts as this person and may do everything they may. Gives the secret.
    pub fn full_token(&self, login: &str) -> String {
        self.token(login, &Permission::ALL.map(|permission| (permission, Access::Write)))
    }

    /// A token like a workflow's own `GITHUB_TOKEN`: it acts as `github-actions[bot]`, and never has `members` or
    /// `administration`. It works in every repository, unless [`Sandbox::limit_token`] says where. Gives the secret.
    pub fn actions_token(&self, permissions: &[(Permission, Access)]) -> String {
        let given = |permission: Permission| !matches!(permission, Permission::Members | Permission::Administration);
        let mut permissions: Permissions = permissions.iter().copied().filter(|(permission, _)| given(*permission)).collect();
        permissions.insert(Permission::Metadata, Access::Read);
        self.state().add_token("github-actions[bot]", Viewer { account: ACTIONS_BOT, app: Some(ACTIONS_APP), permissions, scope: Scope::Everywhere })
    }

    /// An empty repository `owner/name` with the default branch `main`. Gives its id.
    pub fn repository(&self, full_name: &str, visibility: Visibility) -> u64 {
        let mut state = self.state();
        let (owner, name) = full_name.split_once('/').expect("a repository is named owner/name");
        let owner = state.the_account(owner);
        let id = state.next_id();
        let store = Store::create(&state.directory.join(format!("{id}.git")), "main").expect("the private directory takes a repository");
        let at = state.now();
        state.repositories.push(Repository {
            id,
            owner,
            full_name: full_name.to_owned(),
            name: name.to_owned(),
            visibility,
            created_at: at,
            pushed_at: at,
            ..Repository::empty(store)
        });
        id
    }

    /// A fork of a repository with the same branches, owned by this person. Gives its full name.
    pub fn fork(&self, full_name: &str, owner: &str) -> String {
        let mut state = self.state();
        let owner_id = state.the_account(owner);
        let (id, at) = (state.next_id(), state.now());
        let parent = state.the_repository(full_name);
        let store = parent.git.fork(&state.directory.join(format!("{id}.git")), &parent.default_branch).expect("the private directory takes a fork");
        for branch in parent.git.refs("refs/heads/") {
            store.create_ref(&branch.name, branch.id).expect("a fork has the same objects");
        }
        let forked = Repository {
            id,
            owner: owner_id,
            full_name: format!("{owner}/{}", parent.name),
            name: parent.name.clone(),
            visibility: parent.visibility,
            default_branch: parent.default_branch.clone(),
            parent: Some(parent.id),
            created_at: at,
            pushed_at: at,
            ..Repository::empty(store)
        };
        let name = forked.full_name.clone();
        state.repositories.push(forked);
        name
    }

    /// Gives a person a role in a repository.
    pub fn grant(&self, repository: &str, login: &str, role: Role) {
        let mut state = self.state();
        let account = state.the_account(login);
        state.the_repository_mut(repository).roles.insert(account, role);
    }

    /// Gives the team `organisation/slug` a role in a repository.
    pub fn grant_team(&self, repository: &str, team: &str, role: Role) {
        let mut state = self.state();
        let (organisation, slug) = team.split_once('/').expect("a team is named organisation/slug");
        let team = state.team(organisation, slug).unwrap_or_else(|| panic!("the sandbox has no team {team}")).id;
        state.the_repository_mut(repository).team_roles.insert(team, role);
    }

    /// Archives a repository: it takes no writes any more.
    pub fn archive(&self, repository: &str) {
        self.state().the_repository_mut(repository).archived = true;
    }

    /// Requires checks on a branch, each by name and, where given, by the app that must report it.
    pub fn require_checks(&self, repository: &str, branch: &str, checks: &[(&str, Option<u64>)]) {
        use crate::sandbox::state::Freshness;
        let checks = checks.iter().map(|(context, app)| RequiredCheck { context: (*context).to_owned(), app: *app }).collect();
        self.rule(repository, branch, Rule::RequiredChecks { checks, freshness: Freshness::Any });
    }

    /// Requires reviews on a branch.
    pub fn require_reviews(&self, repository: &str, branch: &str, review: ReviewRule) {
        self.rule(repository, branch, Rule::PullRequest(review));
    }

    /// Adds a ruleset with one rule for a branch.
    pub fn rule(&self, repository: &str, branch: &str, rule: Rule) {
        let mut state = self.state();
        let id = state.next_id();
        let ruleset = Ruleset { id, name: format!("rules of {branch}"), branch: branch.to_owned(), rules: vec![rule] };
        state.the_repository_mut(repository).rulesets.push(ruleset);
    }

    /// Makes an environment. Gives its id.
    pub fn environment(&self, repository: &str, name: &str) -> u64 {
        let mut state = self.state();
        let repository = state.the_repository(repository).id;
        state.ensure_environment(repository, name)
    }
}

impl State {
    fn add_account(&mut self, login: &str, kind: AccountKind) -> u64 {
        assert!(self.account_named(login).is_none(), "the sandbox has an account {login} already");
        let id = self.next_id();
        let emails = vec![format!("{login}@example.com"), format!("{id}+{login}@users.noreply.github.com")];
        let created_at = self.now();
        self.accounts.push(Account { id, login: login.to_owned(), kind, name: None, emails, created_at });
        id
    }

    fn add_token(&mut self, identity: &str, viewer: Viewer) -> String {
        let secret = format!("sandbox_{:08}", self.next_id());
        self.tokens.push(Token { secret: secret.clone(), identity: identity.to_owned(), viewer });
        secret
    }
}
