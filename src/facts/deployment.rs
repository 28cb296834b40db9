//! Deployments as the server records them, and the payload that we put into ours.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::dispatch::{DispatchedTo, Handle, run_of_url};
use super::lock::ClaimId;
use crate::domain::{
    BranchName, CommitSha, DeploymentId, EnvName, Login, ObjectId, ParamKey, ParamValue, Person, PersonId, PullNumber, Reason, RepoSlug, RequestKey, RunId,
    ServiceName, Version,
};

/// One deployment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deployment {
    /// Its id.
    pub id: DeploymentId,
    /// Its environment, as the server writes it.
    pub environment: String,
    /// The commit deployed.
    pub sha: CommitSha,
    /// The tree of that commit, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tree: Option<ObjectId>,
    /// When it was created.
    pub created_at: Timestamp,
    /// Who created it; an account's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub creator: Option<PersonId>,
    /// Its states, newest first, as far as they were read.
    pub states: Vec<StateChange>,
    /// Our payload, where it is one of ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload: Option<DeploymentPayload>,
}

/// A status of a deployment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateChange {
    /// The state.
    pub state: DeploymentState,
    /// When it was set.
    pub at: Timestamp,
    /// Where it says that the deployment's log is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_url: Option<String>,
}

/// GitHub's states of a deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the variants are GitHub's own words")]
pub enum DeploymentState {
    Queued,
    Pending,
    InProgress,
    Success,
    Failure,
    Error,
    Inactive,
    /// A word we do not know.
    Unknown,
}

/// What a deployment of ours carries (row D1). People see it in the API; nothing in it grants anything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeploymentPayload {
    /// The payload's version: 1.
    pub schema_version: u32,
    /// The request that led to it (row C5).
    pub request: RequestKey,
    /// The claim of the lock it holds.
    pub claim: ClaimId,
    /// The environment, by its policy name.
    pub environment: EnvName,
    /// The pull request.
    pub pull: PullNumber,
    /// Who asked.
    pub requester: Person,
    /// Who approved.
    pub approvers: Vec<Login>,
    /// The services deployed; all where empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<ServiceName>,
    /// The version, where named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<Version>,
    /// The change ticket, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
    /// Why, where said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// The object id of the policy that judged it.
    pub policy: ObjectId,
    /// The workflow run that deploys, where it is one. Where the lock's hold names another, that one counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<RunId>,
    /// Which attempt of that run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<u64>,
    /// Where it was dispatched to, where another workflow carries it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dispatched_to: Option<DispatchedTo>,
    /// The branch whose head is deployed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<BranchName>,
    /// The command's parameters.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<ParamKey, ParamValue>,
}

/// Whether a workflow run is still going.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunState {
    /// Queued, waiting or running.
    Going,
    /// Over, or gone.
    Over,
}

impl Deployment {
    /// The newest state, where one was set.
    pub fn state(&self) -> Option<DeploymentState> {
        self.states.first().map(|change| change.state)
    }

    /// True when it succeeded at some time and did not fail after that.
    pub fn succeeded(&self) -> bool {
        let decisive = self.states.iter().find(|change| !matches!(change.state, DeploymentState::Inactive));
        decisive.is_some_and(|change| change.state == DeploymentState::Success)
    }

    /// True when it was to this environment: the server's names of environments do not distinguish case.
    pub fn is_in(&self, environment: &EnvName) -> bool {
        self.environment.eq_ignore_ascii_case(environment.as_str())
    }

    /// True when it was of this service, or of everything; where none is named, only when it was of everything.
    pub fn covers(&self, service: Option<&ServiceName>) -> bool {
        let services = self.payload.as_ref().map_or(&[][..], |payload| &payload.services);
        services.is_empty() || service.is_some_and(|service| services.contains(service))
    }

    /// True when it was created under this claim.
    pub fn is_of(&self, claim: &ClaimId) -> bool {
        self.payload.as_ref().is_some_and(|payload| payload.claim == *claim)
    }

    /// The run that its states name, where one of them names a run of this repository.
    pub fn run_in(&self, repository: &RepoSlug) -> Option<RunId> {
        self.states.iter().filter_map(|state| state.log_url.as_deref()).find_map(|url| run_of_url(url, repository))
    }

    /// True when it was begun and is not finished.
    pub fn is_running(&self) -> bool {
        matches!(self.state(), None | Some(DeploymentState::Queued | DeploymentState::Pending | DeploymentState::InProgress | DeploymentState::Unknown))
    }
}

impl DeploymentPayload {
    /// The handle of the deployment that carries this, in its repository.
    pub fn handle(&self, repository: &RepoSlug, deployment: DeploymentId) -> Handle {
        Handle { repository: repository.clone(), deployment, claim: self.claim.clone() }
    }
}
