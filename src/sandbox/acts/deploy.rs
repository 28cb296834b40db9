//! Deployments and their statuses.

use git2::Oid;
use serde_json::Value;

use super::Missing;
use super::refs::{Expected, RefChange};
use crate::sandbox::state::{
    Conclusion, Deployment, DeploymentState, DeploymentStatus, Environment, Protection, Repository, RunStatus, Signature, State, StatusState, Viewer,
};
use crate::sandbox::store::{CommitSpec, Stamp};

/// A deployment to create.
#[derive(Clone, Debug)]
pub struct DeploySpec {
    /// The repository.
    pub repository: u64,
    /// A branch, tag or commit id.
    pub ref_name: String,
    /// The task.
    pub task: String,
    /// What its creator puts into it.
    pub payload: Value,
    /// The environment.
    pub environment: String,
    /// One line.
    pub description: Option<String>,
    /// The checks that must have passed.
    pub required: RequiredContexts,
    /// Whether the default branch is merged into a branch that lacks some of it.
    pub auto_merge: bool,
    /// True when the environment will be gone one day.
    pub transient: bool,
    /// True when users see it.
    pub production: bool,
}

/// Which checks must have passed before a deployment is created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequiredContexts {
    /// All there are: what GitHub does unless told otherwise.
    All,
    /// These.
    These(Vec<String>),
}

/// What came of a request for a deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deployed {
    /// A deployment of this id.
    Created(u64),
    /// No deployment: the default branch was merged into the branch, which has moved.
    Merged {
        /// The message GitHub gives.
        message: String,
    },
}

/// Why no deployment was created.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeployError {
    /// There is no such repository.
    #[error("Not Found")]
    Missing,
    /// Nothing has that name.
    #[error("No ref found for: {0}")]
    NoRef(String),
    /// The default branch cannot be merged into the branch.
    #[error("Conflict merging {base} into {head}")]
    MergeConflict {
        /// The default branch.
        base: String,
        /// The branch.
        head: String,
    },
    /// Not all required checks have passed.
    #[error("Conflict: Commit status checks failed for {ref_name}.")]
    ChecksFailed {
        /// What was asked for.
        ref_name: String,
    },
}

/// A state to set.
#[derive(Clone, Debug)]
pub struct StateSpec {
    /// The state.
    pub state: DeploymentState,
    /// One line.
    pub description: String,
    /// Where its log is.
    pub log_url: Option<String>,
    /// Where the environment can be seen.
    pub environment_url: Option<String>,
    /// Another environment that the deployment belongs to from now on.
    pub environment: Option<String>,
    /// Whether a success makes earlier successes inactive.
    pub auto_inactive: bool,
}

impl State {
    /// Creates a deployment, as GitHub documents it: checks are asked, and a branch that lacks commits of the default branch gets them merged,
    /// unless the request says otherwise.
    ///
    /// # Errors
    /// [`DeployError`]; nothing changed.
    pub fn deploy(&mut self, by: &Viewer, spec: DeploySpec) -> Result<Deployed, DeployError> {
        let repository = self.repository(spec.repository).ok_or(DeployError::Missing)?;
        let sha = repository.git.resolve(&spec.ref_name).ok_or_else(|| DeployError::NoRef(spec.ref_name.clone()))?;
        if spec.auto_merge
            && let Some(message) = self.auto_merge(by, &spec)?
        {
            return Ok(Deployed::Merged { message });
        }
        let repository = self.repository(spec.repository).ok_or(DeployError::Missing)?;
        if !contexts_pass(repository, sha, &spec.required) {
            return Err(DeployError::ChecksFailed { ref_name: spec.ref_name });
        }
        self.ensure_environment(spec.repository, &spec.environment);
        let (id, now) = (self.next_id(), self.now());
        let repository = self.repository_mut(spec.repository).ok_or(DeployError::Missing)?;
        repository.deployments.push(Deployment {
            id,
            sha,
            ref_name: spec.ref_name,
            task: spec.task,
            payload: spec.payload,
            environment: spec.environment,
            description: spec.description,
            creator: by.account,
            app: by.app,
            created_at: now,
            updated_at: now,
            transient: spec.transient,
            production: spec.production,
            statuses: Vec::new(),
        });
        Ok(Deployed::Created(id))
    }

    /// Makes an environment unless there is one of that name, and gives its id.
    pub fn ensure_environment(&mut self, repository: u64, name: &str) -> u64 {
        let (id, created_at) = (self.next_id(), self.now());
        let Some(repository) = self.repository_mut(repository) else { return id };
        if let Some(known) = repository.environments.iter().find(|known| known.name == name) {
            return known.id;
        }
        repository.environments.push(Environment { id, name: name.to_owned(), protection: Protection::default(), created_at });
        id
    }

    fn auto_merge(&mut self, by: &Viewer, spec: &DeploySpec) -> Result<Option<String>, DeployError> {
        let repository = self.repository(spec.repository).ok_or(DeployError::Missing)?;
        let base_name = repository.default_branch.clone();
        let (Some(head), Some(base)) = (repository.git.branch(&spec.ref_name), repository.git.branch(&base_name)) else { return Ok(None) };
        if repository.git.contains(head, base) {
            return Ok(None);
        }
        let conflict = || DeployError::MergeConflict { base: base_name.clone(), head: spec.ref_name.clone() };
        let tree = repository.git.merged_tree(head, base).ok().flatten().ok_or_else(conflict)?;
        let stamp = Stamp { name: "GitHub".to_owned(), email: "noreply@github.com".to_owned(), at: self.now() };
        let message = format!("Merge branch '{base_name}' into {}", spec.ref_name);
        let commit = CommitSpec { parents: vec![head, base], tree, author: stamp.clone(), committer: stamp, message };
        let merged = repository.git.write_commit(&commit).map_err(|_| conflict())?;
        if let Some(found) = self.repository_mut(spec.repository) {
            found.signatures.insert(merged, Signature::ByGitHub);
        }
        let name = format!("refs/heads/{}", spec.ref_name);
        let change = RefChange { repository: spec.repository, name: &name, expected: Expected::At(head), to: Some(merged), by: by.account };
        self.change_ref(change).map_err(|_| conflict())?;
        Ok(Some(format!("Auto-merged {base_name} into {} on deployment.", spec.ref_name)))
    }

    /// Sets a deployment's state and gives the status's id. A success makes earlier successes in the same environment inactive, where
    /// they are neither transient nor of production, unless the request says otherwise.
    ///
    /// # Errors
    /// [`Missing`] where there is no such deployment.
    pub fn set_deployment_state(&mut self, deployment: u64, by: u64, spec: StateSpec) -> Result<u64, Missing> {
        let (id, now) = (self.next_id(), self.now());
        let repository = self.repositories.iter_mut().find(|repository| repository.deployments.iter().any(|known| known.id == deployment)).ok_or(Missing)?;
        let found = repository.deployments.iter_mut().find(|known| known.id == deployment).ok_or(Missing)?;
        let StateSpec { state, description, log_url, environment_url, environment, auto_inactive } = spec;
        found.environment = environment.unwrap_or_else(|| found.environment.clone());
        found.statuses.push(DeploymentStatus { id, state, description, log_url, environment_url, creator: by, created_at: now });
        found.updated_at = now;
        let (environment, repository_id) = (found.environment.clone(), repository.id);
        if auto_inactive && state == DeploymentState::Success {
            self.make_inactive(repository_id, (deployment, &environment), by);
        }
        Ok(id)
    }

    fn make_inactive(&mut self, repository: u64, (newest, environment): (u64, &str), by: u64) {
        let now = self.now();
        let Some(found) = self.repository(repository) else { return };
        let earlier: Vec<u64> = found
            .deployments
            .iter()
            .filter(|known| known.id != newest && known.environment == environment && !known.transient && !known.production)
            .filter(|known| known.latest().is_some_and(|status| status.state == DeploymentState::Success))
            .map(|known| known.id)
            .collect();
        for deployment in earlier {
            let id = self.next_id();
            let status = DeploymentStatus {
                id,
                state: DeploymentState::Inactive,
                description: String::new(),
                log_url: None,
                environment_url: None,
                creator: by,
                created_at: now,
            };
            let found = self.repository_mut(repository).and_then(|found| found.deployments.iter_mut().find(|known| known.id == deployment));
            if let Some(known) = found {
                known.statuses.push(status);
                known.updated_at = now;
            }
        }
    }
}

fn contexts_pass(repository: &Repository, sha: Oid, required: &RequiredContexts) -> bool {
    let statuses = repository.latest_statuses(sha);
    let runs = repository.latest_check_runs(sha);
    let status_passes = |context: &str| statuses.iter().find(|status| status.context == context).map(|status| status.state == StatusState::Success);
    let run_passes =
        |name: &str| runs.iter().find(|run| run.name == name).map(|run| run.status == RunStatus::Completed && run.conclusion.is_some_and(Conclusion::passes));
    match required {
        RequiredContexts::All => {
            statuses.iter().all(|status| status.state == StatusState::Success) && runs.iter().all(|run| run_passes(&run.name) == Some(true))
        }
        RequiredContexts::These(names) => names.iter().all(|name| status_passes(name).or_else(|| run_passes(name)) == Some(true)),
    }
}
