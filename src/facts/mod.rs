//! What gates may know: plain, serialisable data. A saved [`Facts`] and a policy give the same judgement on any machine.
//!
//! Nothing here fetches, decides, or knows a clock; `gather` fills it in, `gates` reads it.

mod checks;
mod deployment;
mod dispatch;
mod fact;
mod local;
mod lock;
mod pull;
mod repository;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use checks::{Check, CheckApp, CheckKind, CheckState, Checks, RequiredCheck};
pub use deployment::{Deployment, DeploymentPayload, DeploymentState, RunState, StateChange};
pub use dispatch::{DispatchedTo, EventType, Handle, InputName, RESERVED_INPUT, Trigger, WorkflowFile, run_of_url};
pub use fact::{Fact, Listing, Truncated, Why};
pub use local::{CustomAnswer, CustomVerdict, Local, VariableState};
pub use lock::{Carrier, ClaimId, Hold, LOCK_REFS, Lock, LockKind, LockRecord, lock_ref};
pub use pull::{
    Carry, ChangedFile, Comment, Commit, Contributor, Mergeable, PullOrigin, PullRequest, PullState, Push, Review, ReviewState, Sighting, SightingKind,
    Signature,
};
pub use repository::{Base, Codeowners, Repository, Visibility};

use crate::domain::{CommitSha, Person, PersonId, Role, RunId, TeamSlug};

/// Everything known for one decision.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Facts {
    /// When the decision is made, by the server's clock where it told one. Time is a fact.
    pub now: Timestamp,
    /// The repository.
    pub repository: Repository,
    /// The branch the pull request goes to.
    pub base: Base,
    /// The pull request.
    pub pull: PullRequest,
    /// What the checks of the head say.
    pub checks: Fact<Checks>,
    /// Roles of the people who matter: who commands, who approves. Somebody absent was not asked for.
    pub roles: BTreeMap<PersonId, Fact<Role>>,
    /// Members of the teams the policy names.
    pub teams: BTreeMap<TeamSlug, Fact<Vec<PersonId>>>,
    /// For approvals on earlier commits: whether the head is that commit, mechanically brought onto a newer base.
    pub carried: BTreeMap<CommitSha, Fact<Carry>>,
    /// The locks of all environments that ever had one.
    pub locks: Fact<Vec<Lock>>,
    /// Whether the workflow runs behind deployment holds are still going.
    #[serde(default)]
    pub runs: BTreeMap<RunId, Fact<RunState>>,
    /// Recent deployments of all environments, newest first.
    pub deployments: Fact<Listing<Deployment>>,
    /// What only this machine knows: inventories, variables, answers of the team's own gates.
    pub local: Local,
    /// The account we act under; `None` where the server did not say.
    pub viewer: Option<Person>,
}
