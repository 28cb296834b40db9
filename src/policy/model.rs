//! The policy as the rest of the program knows it: complete, every default filled in, nothing contradictory.
//!
//! Only `policy::load` makes one from a file.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil;
use serde::{Deserialize, Serialize};

use super::template::Template;
use crate::checks::CheckRules;
use crate::domain::{
    BranchName, CustomId, EnvName, Expression, Login, Namespace, ObjectId, ParamKey, Pattern, Period, Principal, RepoSlug, ServiceName, Target, VariableName,
};
use crate::facts::{DispatchedTo, InputName, Trigger};
use crate::intake::CommandName;

/// Where the policy stands in a repository.
pub const POLICY_PATH: &str = ".github/shipgate.yml";

/// A whole policy.
#[derive(Clone, Debug, Serialize)]
pub struct Policy {
    /// The git object id of the file it came from.
    pub id: ObjectId,
    /// How commands are written, and who may give them.
    pub commands: Commands,
    /// The service registry.
    pub services: Services,
    /// The environments, in the order of the file.
    pub environments: Vec<Environment>,
    /// Branches besides the default one whose own policy file is trusted (`branches.protected`).
    pub protected_branches: Vec<Pattern>,
    /// What is checked in hooks, on the command line and in the action.
    pub checks: CheckRules,
}

/// How commands are written, and who may give them.
#[derive(Clone, Debug, Serialize)]
pub struct Commands {
    /// What stands before a command's word; 1 to 16 printable ASCII characters.
    pub prefix: String,
    /// Other words for commands.
    pub aliases: BTreeMap<String, CommandName>,
    /// Who may give which command; any of the principals. Every command has an entry.
    pub who: BTreeMap<CommandName, Vec<Principal>>,
    /// Who may free somebody else's lock (`/unlock ENV --force reason`), any of the principals; default `role:maintain`.
    pub force_unlock: Vec<Principal>,
    /// Bots and apps that may give commands nevertheless. They never approve.
    pub apps: Vec<Login>,
}

/// The service registry (row V5).
#[derive(Clone, Debug, Default, Serialize)]
pub struct Services {
    /// The services by name.
    pub known: BTreeMap<ServiceName, Service>,
    /// A command whose lines are names of services, besides.
    pub run: Option<Argv>,
}

/// A service.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Service {
    /// The files it is made of.
    pub paths: Vec<Pattern>,
    /// The services that must be deployed before it.
    pub needs: Vec<ServiceName>,
}

/// A program and its arguments: never a shell (row V9). Not empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Argv(Vec<String>);

/// An environment.
#[derive(Clone, Debug, Serialize)]
pub struct Environment {
    /// Its name.
    pub name: EnvName,
    /// Other words for it.
    pub aliases: Vec<EnvName>,
    /// Production gets the strict defaults.
    pub tier: Tier,
    /// Where it can be seen: an https URL.
    pub url: Option<String>,
    /// The environments that must have the commit before.
    pub after: Vec<EnvName>,
    /// How it is deployed.
    pub deploy: DeployHow,
    /// Variables that must be present and not empty (row V10).
    pub variables: Vec<VariableName>,
    /// The cluster or context, and the namespace.
    pub target: Option<TargetRule>,
    /// The parameters that a command may give.
    pub parameters: BTreeMap<ParamKey, ParameterRule>,
    /// The gates in force.
    pub gates: Gates,
    /// What to look at after a deployment: lines of the plan (row D6).
    pub monitoring: Vec<String>,
    /// What to check after a deployment: lines of the plan (row D6).
    pub validation: Vec<String>,
    /// How to go back: lines of the plan (row D6).
    pub rollback: Vec<String>,
}

/// Production or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tier {
    /// Production.
    Production,
    /// Everything else.
    Other,
}

/// How an environment is deployed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeployHow {
    /// The same job goes on with its next steps.
    Here,
    /// Another workflow is dispatched, and deploys.
    Dispatch(Box<Dispatch>),
}

/// A workflow that is dispatched (row D2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Dispatch {
    /// What starts it.
    pub trigger: Trigger,
    /// Its repository; this one where absent.
    pub repository: Option<RepoSlug>,
    /// The branch or tag that it is taken from; the default branch of its repository where absent. Never the pull request's.
    pub reference: Option<BranchName>,
    /// What it is given besides the handle; 24 at most.
    pub inputs: BTreeMap<InputName, Template>,
    /// How long the job waits for its end; not at all where absent.
    pub wait: Option<Period>,
}

/// Where a deployment goes (rows V3, V4).
#[derive(Clone, Debug, Serialize)]
pub struct TargetRule {
    /// The targets that exist.
    pub inventory: Inventory,
    /// The target where the command names none.
    pub name: Option<Target>,
    /// The namespace where the command names none.
    pub namespace: Option<Namespace>,
}

/// The targets that exist.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Inventory {
    /// These.
    Names(Vec<Target>),
    /// The lines this command prints.
    Run(Argv),
}

/// What values a parameter may have.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ParameterRule {
    /// One of these.
    OneOf(Vec<String>),
    /// Any that fits this pattern (whole, ASCII, case-sensitive).
    Matching(Expression),
    /// Any single line.
    Any,
}

/// The rules of every gate.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Gates {
    /// Gate `permission`.
    pub permission: PermissionRule,
    /// Gate `commit`.
    pub commit: CommitRule,
    /// Gate `policy-change`.
    pub policy_change: PolicyChangeRule,
    /// Gate `checks`.
    pub checks: ChecksRule,
    /// Gate `approval`.
    pub approval: ApprovalRule,
    /// Gate `up-to-date`.
    pub up_to_date: UpToDateRule,
    /// Gate `order`.
    pub order: OrderRule,
    /// Gate `window`; none where it is always open.
    pub window: Option<WindowRule>,
    /// Gate `confirm`.
    pub confirm: ConfirmRule,
    /// Gate `lock`.
    pub lock: LockRule,
    /// Gate `custom`: the team's own.
    pub custom: Vec<CustomRule>,
}

/// Who may deploy here (row G13). `commands.who` must allow the person as well.
#[derive(Clone, Debug, Serialize)]
pub struct PermissionRule {
    /// Any of these; default `role:write`.
    pub who: Vec<Principal>,
    /// Whether pull requests from forks may be deployed; default refuse.
    pub forks: Forks,
}

/// Whether pull requests from forks may be deployed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Forks {
    /// Never.
    Refuse,
    /// With an approval of the exact commit by somebody who may push to this repository, whatever the approval count.
    Approved,
}

/// What is asked of the commit (row G14).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct CommitRule {
    /// Whether every commit's signature must be verified; default off.
    pub signatures: Signatures,
}

/// Whether signatures are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Signatures {
    /// Not asked for.
    Off,
    /// Every commit of the pull request.
    Verified,
}

/// Changes to the rules themselves.
#[derive(Clone, Debug, Serialize)]
pub struct PolicyChangeRule {
    /// The files that make the rules; the policy, workflows, actions, CODEOWNERS and hooks are always among them.
    pub paths: Vec<Pattern>,
    /// Whose approval they need, any of these; default `codeowners`, and `role:maintain` where a file has no owner.
    pub approve: Vec<Principal>,
}

/// Which checks must pass (row G1).
#[derive(Clone, Debug, Serialize)]
pub struct ChecksRule {
    /// Which; default all.
    pub require: ChecksRequired,
    /// Named ones, besides.
    pub also: Vec<NamedCheck>,
    /// Names that do not count.
    pub except: Vec<String>,
}

/// Which checks must pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ChecksRequired {
    /// Every one that reported, and every one that the base branch requires.
    All,
    /// Those that the base branch requires; at least one.
    Required,
    /// None but those named in `also`.
    Named,
}

/// A check by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NamedCheck {
    /// The run's name or the status's context.
    pub name: String,
    /// The slug of the app that must report it, e.g. `github-actions`.
    pub app: Option<String>,
    /// The event that must have started it, e.g. `push`.
    pub event: Option<String>,
}

/// Who must approve (rows G2, G3).
#[derive(Clone, Debug, Serialize)]
pub struct ApprovalRule {
    /// How many; default 1, production 2; 0 asks nobody (changes requested and `/reject` still block).
    pub count: u32,
    /// Whose approvals count, any of these; default `role:write`.
    pub from: Vec<Principal>,
    /// Whose do not, whoever they are; default author, committers, pusher; in production the requester besides.
    pub exclude: BTreeSet<Excluded>,
    /// How long an approval holds; default 14 days, production 3 days.
    pub expires: Period,
}

/// Whose approvals do not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Excluded {
    /// Who opened the pull request.
    Author,
    /// Authors, co-authors and committers of its commits.
    Committers,
    /// Who pushed its head.
    Pusher,
    /// Who gave the deploy command.
    Requester,
}

/// Whether the base branch must be contained (row G12); default strict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum UpToDateRule {
    /// Not looked at.
    Off,
    /// Said, not demanded.
    Warn,
    /// Demanded.
    Strict,
}

/// What must have been deployed to the environments before (row G11); default commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum OrderRule {
    /// The same commit.
    Commit,
    /// A commit with the same tree.
    Tree,
}

/// When an environment may be changed (row G9).
#[derive(Clone, Debug, Serialize)]
pub struct WindowRule {
    /// The IANA time zone.
    pub zone: String,
    /// The open hours; always open where empty.
    pub open: Vec<OpenHours>,
    /// Times of no change.
    pub freeze: Vec<Freeze>,
}

/// Open hours on some days of the week, by the zone's clocks. `until` at or before `from` means: on the next day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OpenHours {
    /// The days on which they begin.
    pub days: BTreeSet<Day>,
    /// From this time, inclusive.
    pub from: civil::Time,
    /// Until this time, exclusive; `None` for the end of the day (24:00).
    pub until: Option<civil::Time>,
}

/// A day of the week, Monday first (ISO 8601).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[expect(missing_docs, reason = "the days of the week")]
pub enum Day {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

/// A time of no change, by the zone's clocks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Freeze {
    /// From, inclusive; a date means its first moment.
    pub from: civil::DateTime,
    /// Until, exclusive; a date in the file means its last moment, so here the first moment of the next day.
    pub until: civil::DateTime,
    /// Why.
    pub why: Option<String>,
}

/// How a deployment is confirmed (row G8); default off, production by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ConfirmRule {
    /// The command itself is enough.
    Off,
    /// `/confirm ENV`.
    Name,
    /// `/confirm ENV SHA`.
    Sha,
}

/// How long locks hold (row G10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct LockRule {
    /// After how long a deployment's hold frees itself if nobody renews it; default 6 hours, the longest a hosted job can run.
    pub expires: Period,
}

/// A team's own gate (row G20).
#[derive(Clone, Debug, Serialize)]
pub struct CustomRule {
    /// Its id.
    pub id: CustomId,
    /// The program that answers.
    pub run: Argv,
    /// How long it may take; default 30 seconds.
    pub timeout: Period,
}

impl Argv {
    /// A program and its arguments; `None` where there is no program, or a part holds NUL.
    pub fn new(parts: Vec<String>) -> Option<Self> {
        let fine = parts.first().is_some_and(|program| !program.is_empty()) && !parts.iter().any(|part| part.contains('\0'));
        fine.then_some(Self(parts))
    }

    /// The program.
    ///
    /// # Panics
    /// Never: not empty by construction.
    pub fn program(&self) -> &str {
        self.0.first().expect("not empty by construction")
    }

    /// Its arguments.
    pub fn arguments(&self) -> &[String] {
        &self.0[1..]
    }
}

impl Policy {
    /// The environment of that name or alias (row V1).
    pub fn environment(&self, word: &EnvName) -> Option<&Environment> {
        self.environments.iter().find(|environment| environment.name == *word || environment.aliases.contains(word))
    }

    /// Every name and alias, for did-you-mean.
    pub fn environment_words(&self) -> impl Iterator<Item = &str> {
        self.environments.iter().flat_map(|environment| std::iter::once(&environment.name).chain(&environment.aliases)).map(EnvName::as_str)
    }

    /// True when a branch's own policy file may judge pull requests into it.
    pub fn protects(&self, branch: &BranchName) -> bool {
        self.protected_branches.iter().any(|pattern| pattern.matches(branch.as_str()))
    }
}

impl DeployHow {
    /// The workflow that is dispatched, where one is.
    pub fn dispatch(&self) -> Option<&Dispatch> {
        match self {
            Self::Here => None,
            Self::Dispatch(dispatch) => Some(dispatch),
        }
    }
}

impl Dispatch {
    /// Where a deployment of this repository goes.
    pub fn to(&self, here: &RepoSlug) -> DispatchedTo {
        DispatchedTo { repository: self.repository.clone().unwrap_or_else(|| here.clone()), trigger: self.trigger.clone() }
    }
}
