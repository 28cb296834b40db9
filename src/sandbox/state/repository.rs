//! A repository and its rules.

use std::collections::BTreeMap;

use git2::Oid;
use jiff::Timestamp;

use super::check::{CheckRun, CheckSuite, CommitStatus, Push};
use super::deployment::{Deployment, Environment, Workflow, WorkflowRun};
use super::ids::{NodeKind, node_id};
use super::pull::{Comment, Issue, Pull, Review};
use super::settings::{BranchProtection, Settings};
use crate::domain::Role;
use crate::sandbox::store::Store;

/// Who can see a repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the variants are GitHub's own words")]
pub enum Visibility {
    Public,
    Private,
    Internal,
}

impl Visibility {
    /// The REST word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Private => "private",
            Self::Internal => "internal",
        }
    }
}

/// A repository. Its commits, trees, tags and refs are in a real bare git repository.
pub struct Repository {
    /// Its id.
    pub id: u64,
    /// Its owner's account.
    pub owner: u64,
    /// `owner/name`.
    pub full_name: String,
    /// Its name.
    pub name: String,
    /// Who can see it.
    pub visibility: Visibility,
    /// The default branch.
    pub default_branch: String,
    /// Archived repositories take no writes.
    pub archived: bool,
    /// The repository it was forked from.
    pub parent: Option<u64>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When something was last pushed.
    pub pushed_at: Timestamp,
    /// The roles of accounts.
    pub roles: BTreeMap<u64, Role>,
    /// The roles of teams, by team id.
    pub team_roles: BTreeMap<u64, Role>,
    /// Its rulesets.
    pub rulesets: Vec<Ruleset>,
    /// The classic protection of its branches.
    pub protections: Vec<BranchProtection>,
    /// Its settings.
    pub settings: Settings,
    /// Its environments.
    pub environments: Vec<Environment>,
    /// Its pull requests, by number.
    pub pulls: Vec<Pull>,
    /// Its plain issues, by number.
    pub issues: Vec<Issue>,
    /// All comments, oldest first.
    pub comments: Vec<Comment>,
    /// All pushes, oldest first.
    pub pushes: Vec<Push>,
    /// What is known of commits' signatures; a commit that is not in here is not signed.
    pub signatures: BTreeMap<Oid, Signature>,
    /// All check suites, oldest first.
    pub suites: Vec<CheckSuite>,
    /// All check runs, oldest first.
    pub check_runs: Vec<CheckRun>,
    /// All commit statuses, oldest first.
    pub statuses: Vec<CommitStatus>,
    /// All deployments, oldest first.
    pub deployments: Vec<Deployment>,
    /// Its workflows.
    pub workflows: Vec<Workflow>,
    /// All workflow runs, oldest first.
    pub runs: Vec<WorkflowRun>,
    /// What happened to its branches, oldest first.
    pub activity: Vec<Activity>,
    /// The number the next pull request or issue gets.
    pub next_number: u64,
    /// Its git objects and refs.
    pub git: Store,
}

impl Repository {
    /// A repository without name, owner, or content: its maker fills in what is known of it.
    pub fn empty(git: Store) -> Self {
        Self {
            id: 0,
            owner: 0,
            full_name: String::new(),
            name: String::new(),
            visibility: Visibility::Private,
            default_branch: "main".to_owned(),
            archived: false,
            parent: None,
            created_at: Timestamp::UNIX_EPOCH,
            pushed_at: Timestamp::UNIX_EPOCH,
            roles: BTreeMap::new(),
            team_roles: BTreeMap::new(),
            rulesets: Vec::new(),
            protections: Vec::new(),
            settings: Settings::default(),
            environments: Vec::new(),
            pulls: Vec::new(),
            issues: Vec::new(),
            comments: Vec::new(),
            pushes: Vec::new(),
            signatures: BTreeMap::new(),
            suites: Vec::new(),
            check_runs: Vec::new(),
            statuses: Vec::new(),
            deployments: Vec::new(),
            workflows: Vec::new(),
            runs: Vec::new(),
            activity: Vec::new(),
            next_number: 1,
            git,
        }
    }

    /// Its global node id.
    pub fn node_id(&self) -> String {
        node_id(NodeKind::Repository, self.id)
    }

    /// The pull request of this number.
    pub fn pull(&self, number: u64) -> Option<&Pull> {
        self.pulls.iter().find(|pull| pull.number == number)
    }

    /// The pull request of this number, to change it.
    pub fn pull_mut(&mut self, number: u64) -> Option<&mut Pull> {
        self.pulls.iter_mut().find(|pull| pull.number == number)
    }

    /// The comments on a pull request or issue, oldest first.
    pub fn comments_on(&self, number: u64) -> impl Iterator<Item = &Comment> {
        self.comments.iter().filter(move |comment| comment.issue == number)
    }

    /// A review of any of its pull requests.
    pub fn review(&self, id: u64) -> Option<(&Pull, &Review)> {
        self.pulls.iter().find_map(|pull| pull.reviews.iter().find(|review| review.id == id).map(|review| (pull, review)))
    }

    /// The check suites of a commit, oldest first.
    pub fn suites_of(&self, sha: Oid) -> impl Iterator<Item = &CheckSuite> {
        self.suites.iter().filter(move |suite| suite.head == sha)
    }

    /// The check runs of a suite, oldest first.
    pub fn runs_in(&self, suite: u64) -> impl Iterator<Item = &CheckRun> {
        self.check_runs.iter().filter(move |run| run.suite == suite)
    }

    /// The newest status of each context of a commit, by context.
    pub fn latest_statuses(&self, sha: Oid) -> Vec<&CommitStatus> {
        let mut latest: BTreeMap<&str, &CommitStatus> = BTreeMap::new();
        for status in self.statuses.iter().filter(|status| status.sha == sha) {
            latest.insert(&status.context, status);
        }
        latest.into_values().collect()
    }

    /// True when a ruleset or the classic protection speaks of a branch.
    pub fn protects(&self, branch: &str) -> bool {
        self.rules_for(branch).next().is_some() || self.protections.iter().any(|known| known.branch == branch)
    }

    /// The rulesets that speak of a branch.
    pub fn rules_for(&self, branch: &str) -> impl Iterator<Item = (&Ruleset, &Rule)> {
        self.rulesets.iter().filter(move |set| set.branch == branch).flat_map(|set| set.rules.iter().map(move |rule| (set, rule)))
    }
}

/// What GitHub says of a commit's signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signature {
    /// Made by GitHub itself, for a commit made on the web.
    ByGitHub,
    /// Made by this account, and verified.
    Verified(u64),
    /// Not verified, with GitHub's word for why, e.g. `bad_email`, `unknown_key`.
    Invalid(String),
}

/// A ruleset: rules for one branch.
#[derive(Clone, Debug)]
pub struct Ruleset {
    /// Its id.
    pub id: u64,
    /// Its name.
    pub name: String,
    /// The branch.
    pub branch: String,
    /// Its rules.
    pub rules: Vec<Rule>,
}

/// A rule of a ruleset.
#[derive(Clone, Debug)]
pub enum Rule {
    /// Checks that must pass.
    RequiredChecks {
        /// Which.
        checks: Vec<RequiredCheck>,
        /// Whether the head must contain the base branch's tip.
        freshness: Freshness,
    },
    /// Changes come by pull request only.
    PullRequest(ReviewRule),
    /// Commits must be signed.
    RequiredSignatures,
    /// The branch is never moved back.
    NonFastForward,
}

/// A check that must pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequiredCheck {
    /// The run's name or the status's context.
    pub context: String,
    /// The app that must report it, where the rule names one.
    pub app: Option<u64>,
}

/// Whether a head must contain the base branch's tip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// It must (`strict`).
    UpToDate,
    /// It need not.
    Any,
}

/// What a pull request needs before it can be merged.
#[derive(Clone, Debug, Default)]
pub struct ReviewRule {
    /// So many approving reviews.
    pub approvals: u64,
    /// A push dismisses approvals.
    pub dismiss_stale: bool,
    /// Somebody else than the last pusher must approve.
    pub last_push: bool,
    /// An owner of each changed file must approve.
    pub code_owners: bool,
}

/// What happened to a branch.
#[derive(Clone, Debug)]
pub struct Activity {
    /// Its id.
    pub id: u64,
    /// What the ref pointed at before; `None` where it was new.
    pub before: Option<Oid>,
    /// What it pointed at afterwards; `None` where it was deleted.
    pub after: Option<Oid>,
    /// The full ref name.
    pub ref_name: String,
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: ActivityKind,
    /// By whom.
    pub actor: u64,
}

/// What happened to a branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the variants are GitHub's own words")]
pub enum ActivityKind {
    Push,
    ForcePush,
    BranchCreation,
    BranchDeletion,
    PrMerge,
}

impl ActivityKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Push, Self::ForcePush, Self::BranchCreation, Self::BranchDeletion, Self::PrMerge];

    /// The REST word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Push => "push",
            Self::ForcePush => "force_push",
            Self::BranchCreation => "branch_creation",
            Self::BranchDeletion => "branch_deletion",
            Self::PrMerge => "pr_merge",
        }
    }
}
