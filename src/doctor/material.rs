//! What doctor looks at: files of the repository, and what the server says about it. Everything is known, or it is said why not.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::domain::{BranchName, Login, PersonId, RepoSlug, Role, TeamSlug};
use crate::facts::{Codeowners, Fact, Listing, Visibility, Why};

/// All there is to look at.
#[derive(Clone, Debug)]
pub struct Material {
    /// The files.
    pub files: Files,
    /// What the server says.
    pub server: Asked,
    /// The time, for windows.
    pub now: Timestamp,
    /// This program's version.
    pub version: semver::Version,
}

/// The files that matter, of the work tree or of the default branch.
#[derive(Clone, Debug)]
pub struct Files {
    /// The policy's text; none where there is no policy.
    pub policy: Fact<Option<String>>,
    /// The workflows.
    pub workflows: Fact<Vec<File>>,
    /// CODEOWNERS.
    pub codeowners: Fact<Codeowners>,
    /// The text of `action.yml` in the root, which `uses: ./` means.
    pub action: Fact<Option<String>>,
}

/// A file.
#[derive(Clone, Debug)]
pub struct File {
    /// Its path from the root.
    pub path: String,
    /// Its text.
    pub text: Fact<String>,
}

/// Whether the server was asked.
#[derive(Clone, Debug)]
pub enum Asked {
    /// No, for this reason.
    No(String),
    /// It was, and did not answer.
    Failed(Why),
    /// It answered.
    Yes(Box<Server>),
}

/// What the server says.
#[derive(Clone, Debug)]
pub struct Server {
    /// The repository.
    pub about: About,
    /// The default for workflow tokens.
    pub defaults: Fact<WorkflowDefaults>,
    /// The environments, with patterns of branches.
    pub environments: Fact<Vec<EnvironmentSettings>>,
    /// The rules of each branch whose policy counts, the default branch first; and why it counts.
    pub branches: Vec<Branch>,
    /// Names of branches that match a pattern of the policy and were not looked at, or why they are not known.
    pub more_branches: Option<Why>,
    /// Who may do what.
    pub people: People,
    /// What the token may not read of what a gate reads.
    pub refused: Vec<Refused>,
}

/// A repository.
#[derive(Clone, Debug)]
pub struct About {
    /// Its name.
    pub slug: RepoSlug,
    /// The default branch.
    pub default_branch: BranchName,
    /// Who can see it.
    pub visibility: Visibility,
}

/// The default for workflow tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkflowDefaults {
    /// What a token may do where the workflow says nothing.
    pub token: DefaultToken,
    /// Whether workflows may approve pull requests.
    pub approving: Approving,
}

/// What a token may do where the workflow says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DefaultToken {
    /// Read contents and packages.
    Read,
    /// Write nearly everything.
    Write,
}

/// Whether workflows may approve pull requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Approving {
    /// They may.
    Allowed,
    /// They may not.
    Refused,
}

/// An environment as GitHub has it.
#[derive(Clone, Debug)]
pub struct EnvironmentSettings {
    /// Its name, as GitHub has it.
    pub name: String,
    /// Whether administrators may bypass its rules.
    pub admins: Fact<Approving>,
    /// The kinds of its protection rules, e.g. `required_reviewers`.
    pub rules: BTreeSet<String>,
    /// Which branches may use it.
    pub branches: BranchPolicy,
}

/// Which branches may use an environment.
#[derive(Clone, Debug)]
pub enum BranchPolicy {
    /// Any.
    Any,
    /// Those with rules.
    Protected,
    /// Those that match one of these patterns.
    Patterns(Fact<Vec<String>>),
}

/// A branch whose policy counts.
#[derive(Clone, Debug)]
pub struct Branch {
    /// Its name.
    pub name: BranchName,
    /// Why it counts.
    pub listed: Listed,
    /// Its rules.
    pub rules: Fact<BranchRules>,
}

/// Why a branch's policy counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listed {
    /// It is the default branch.
    Default,
    /// The policy lists it by its name.
    ByName,
    /// A pattern of the policy matches it.
    ByPattern,
}

/// Rulesets and the classic branch protection together: what at least one of them says holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BranchRules {
    /// What is guarded against.
    pub guards: BTreeSet<Guard>,
    /// How many approvals a pull request needs.
    pub approvals: u64,
    /// Who may go round, in words.
    pub bypass: Vec<String>,
    /// Which parts could not be read. While there is one, a guard that was not seen is not missing: it is not known.
    pub unread: Vec<Why>,
}

/// What a branch is guarded against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each is a rule by GitHub's own name")]
pub enum Guard {
    PullRequest,
    StaleDismissed,
    LastPush,
    OwnerReview,
    Checks,
    NoForcePush,
    NoDeletion,
    CreationRestricted,
}

/// Who may do what.
#[derive(Clone, Debug)]
pub struct People {
    /// The humans with access, each with the highest role.
    pub collaborators: Fact<Listing<Collaborator>>,
    /// The users whom the policy names: nobody where there is no such account.
    pub users: BTreeMap<Login, Fact<Option<(PersonId, Role)>>>,
    /// The teams that the policy names.
    pub teams: BTreeMap<TeamSlug, Fact<Vec<PersonId>>>,
}

/// A human with access to the repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collaborator {
    /// Who.
    pub id: PersonId,
    /// The highest role.
    pub role: Role,
}

/// Something that the token may not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// What, e.g. `checks`.
    pub what: &'static str,
    /// The permission that is missing.
    pub permission: &'static str,
}
