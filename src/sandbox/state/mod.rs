//! What this GitHub holds: typed, in memory, with git objects in real repositories. It knows nothing of HTTP.

mod account;
mod check;
mod deployment;
mod ids;
mod product;
mod pull;
mod repository;

use std::path::PathBuf;

use git2::Oid;
use jiff::Timestamp;

pub use account::{ACTIONS_APP, ACTIONS_BOT, Access, Account, AccountKind, App, Permission, Permissions, Scope, Team, Token, Viewer, WEB_FLOW};
pub use check::{CheckRun, CheckSuite, CommitStatus, Conclusion, Push, RunStatus, StatusState};
pub use deployment::{Attempt, Deployment, DeploymentState, DeploymentStatus, Environment, Job, Sent, Workflow, WorkflowRun, WorkflowState};
pub use ids::{NodeKind, git_node_id, node_id, parse_git_node_id, parse_node_id};
pub use product::Product;
pub use pull::{Comment, Edit, Issue, Merge, Pull, PullState, Reaction, Review, ReviewState, TimelineEvent, TimelineKind};
pub use repository::{Activity, ActivityKind, Freshness, Repository, RequiredCheck, ReviewRule, Rule, Ruleset, Signature, Visibility};

use crate::domain::Role;
use crate::sandbox::clock::SandboxClock;

/// Everything.
pub struct State {
    /// The server's clock.
    pub clock: SandboxClock,
    /// Which product it is.
    pub product: Product,
    /// Where the HTTP face is, e.g. `http://127.0.0.1:4711`: the beginning of every URL in an answer.
    pub base_url: String,
    /// The private directory of the git repositories.
    pub directory: PathBuf,
    /// All accounts.
    pub accounts: Vec<Account>,
    /// All apps.
    pub apps: Vec<App>,
    /// All teams.
    pub teams: Vec<Team>,
    /// All tokens.
    pub tokens: Vec<Token>,
    /// All repositories.
    pub repositories: Vec<Repository>,
    next_id: u64,
}

impl State {
    /// A GitHub with nothing in it but GitHub Actions.
    pub fn new(clock: SandboxClock, directory: PathBuf) -> Self {
        let created_at = clock.now();
        let bot = Account {
            id: ACTIONS_BOT,
            login: "github-actions[bot]".to_owned(),
            kind: AccountKind::Bot,
            name: None,
            emails: vec!["41898282+github-actions[bot]@users.noreply.github.com".to_owned()],
            created_at,
        };
        let web_flow = Account {
            id: WEB_FLOW,
            login: "web-flow".to_owned(),
            kind: AccountKind::User,
            name: Some("GitHub Web Flow".to_owned()),
            emails: vec!["noreply@github.com".to_owned()],
            created_at,
        };
        let app = App { id: ACTIONS_APP, slug: "github-actions".to_owned(), name: "GitHub Actions".to_owned(), bot: ACTIONS_BOT };
        Self {
            clock,
            product: Product::Cloud,
            base_url: "http://127.0.0.1".to_owned(),
            directory,
            accounts: vec![bot, web_flow],
            apps: vec![app],
            teams: Vec::new(),
            tokens: Vec::new(),
            repositories: Vec::new(),
            next_id: 1_000,
        }
    }

    /// The server's time.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A number that nothing else has.
    pub fn next_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    /// The account of this id.
    pub fn account(&self, id: u64) -> Option<&Account> {
        self.accounts.iter().find(|account| account.id == id)
    }

    /// The account of this login; logins are compared without case, as GitHub does.
    pub fn account_named(&self, login: &str) -> Option<&Account> {
        self.accounts.iter().find(|account| account.login.eq_ignore_ascii_case(login))
    }

    /// The account that commits with this e-mail address are attributed to.
    pub fn account_of_email(&self, email: &str) -> Option<&Account> {
        self.accounts.iter().find(|account| account.emails.iter().any(|known| known.eq_ignore_ascii_case(email)))
    }

    /// The app of this id.
    pub fn app(&self, id: u64) -> Option<&App> {
        self.apps.iter().find(|app| app.id == id)
    }

    /// The team `organisation/slug`.
    pub fn team(&self, organisation: &str, slug: &str) -> Option<&Team> {
        let organisation = self.account_named(organisation)?.id;
        self.teams.iter().find(|team| team.organisation == organisation && team.slug == slug)
    }

    /// The token with this secret.
    pub fn token(&self, secret: &str) -> Option<&Token> {
        self.tokens.iter().find(|token| token.secret == secret)
    }

    /// The repository of this id.
    pub fn repository(&self, id: u64) -> Option<&Repository> {
        self.repositories.iter().find(|repository| repository.id == id)
    }

    /// The repository of this id, to change it.
    pub fn repository_mut(&mut self, id: u64) -> Option<&mut Repository> {
        self.repositories.iter_mut().find(|repository| repository.id == id)
    }

    /// The repository `owner/name`.
    pub fn repository_named(&self, full_name: &str) -> Option<&Repository> {
        self.repositories.iter().find(|repository| repository.full_name.eq_ignore_ascii_case(full_name))
    }

    /// The role an account has in a repository: the greatest of its own, its teams', and what ownership or visibility give.
    pub fn role(&self, repository: &Repository, account: u64) -> Role {
        let own = repository.roles.get(&account).copied();
        let owner = (repository.owner == account).then_some(Role::Admin);
        let teams = self.teams.iter().filter(|team| team.members.contains(&account)).filter_map(|team| repository.team_roles.get(&team.id).copied());
        let public = (repository.visibility == Visibility::Public).then_some(Role::Read);
        own.into_iter().chain(owner).chain(teams).chain(public).max().unwrap_or(Role::None)
    }

    /// True when the token's account can see the repository: what is public can be seen with any token.
    pub fn sees(&self, viewer: &Viewer, repository: &Repository) -> bool {
        let known = viewer.app.is_some() || self.role(repository, viewer.account) >= Role::Read;
        repository.visibility == Visibility::Public || viewer.scope.holds(repository.id) && known
    }

    /// True when the token is one for this repository: only then may it change anything there, or read what is not public.
    pub fn reaches(&self, viewer: &Viewer, repository: &Repository) -> bool {
        viewer.scope.holds(repository.id) && self.sees(viewer, repository)
    }
}

/// The object id of forty zeros, which stands for "nothing".
pub fn no_object() -> Oid {
    Oid::ZERO_SHA1
}
