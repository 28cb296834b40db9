//! Deployments made by hand: those of other tools, and those of the past.

use serde_json::Value;

use crate::domain::CommitSha;
use crate::sandbox::Sandbox;
use crate::sandbox::acts::{DeploySpec, Deployed, RequiredContexts, StateSpec};
use crate::sandbox::state::{Deployment, DeploymentState};

impl Sandbox {
    /// Records a deployment of a commit with this payload and gives its id.
    pub fn deployment(&self, repository: &str, login: &str, (environment, sha, payload): (&str, &CommitSha, Value)) -> u64 {
        let mut state = self.state();
        let by = state.plain_viewer(login);
        let spec = DeploySpec {
            repository: state.the_repository(repository).id,
            ref_name: sha.as_str().to_owned(),
            task: "deploy".to_owned(),
            payload,
            environment: environment.to_owned(),
            description: None,
            required: RequiredContexts::These(Vec::new()),
            auto_merge: false,
            transient: false,
            production: environment == "production",
        };
        match state.deploy(&by, spec).expect("the commit exists") {
            Deployed::Created(id) => id,
            Deployed::Merged { .. } => unreachable!("auto-merge was not asked for"),
        }
    }

    /// Sets a deployment's state.
    pub fn set_deployment_state(&self, deployment: u64, login: &str, state: DeploymentState) {
        let mut all = self.state();
        let by = all.the_account(login);
        let spec = StateSpec { state, description: String::new(), log_url: None, environment_url: None, environment: None, auto_inactive: true };
        all.set_deployment_state(deployment, by, spec).expect("the deployment exists");
    }

    /// The deployments of an environment, oldest first.
    pub fn deployments(&self, repository: &str, environment: &str) -> Vec<Deployment> {
        let state = self.state();
        let all = state.the_repository(repository).deployments.iter();
        all.filter(|deployment| deployment.environment == environment).cloned().collect()
    }
}
