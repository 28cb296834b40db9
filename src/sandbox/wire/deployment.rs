//! Deployments and their statuses.

use serde_json::{Value, json};

use super::{Wire, time};
use crate::sandbox::state::{Deployment, DeploymentStatus, Repository};

impl Wire<'_> {
    /// A deployment.
    pub fn deployment(self, repository: &Repository, deployment: &Deployment) -> Value {
        let url = self.repo_api(repository, &format!("/deployments/{}", deployment.id));
        json!({
            "url": url, "id": deployment.id, "node_id": deployment.node_id(), "sha": deployment.sha.to_string(), "ref": deployment.ref_name,
            "task": deployment.task, "payload": deployment.payload, "original_environment": deployment.environment,
            "environment": deployment.environment, "description": deployment.description, "creator": self.user(deployment.creator),
            "created_at": time(deployment.created_at), "updated_at": time(deployment.updated_at), "statuses_url": format!("{url}/statuses"),
            "repository_url": self.repo_api(repository, ""), "transient_environment": deployment.transient,
            "production_environment": deployment.production, "performed_via_github_app": deployment.app.map(|app| self.app_by_id(app)),
        })
    }

    /// A status of a deployment.
    pub fn deployment_status(self, repository: &Repository, (deployment, status): (&Deployment, &DeploymentStatus)) -> Value {
        let url = self.repo_api(repository, &format!("/deployments/{}", deployment.id));
        let log = status.log_url.clone().unwrap_or_default();
        json!({
            "url": format!("{url}/statuses/{}", status.id), "id": status.id, "node_id": status.node_id(), "state": status.state.as_str(),
            "creator": self.user(status.creator), "description": status.description, "environment": deployment.environment, "target_url": log,
            "created_at": time(status.created_at), "updated_at": time(status.created_at), "deployment_url": url,
            "repository_url": self.repo_api(repository, ""), "environment_url": status.environment_url.clone().unwrap_or_default(), "log_url": log,
            "performed_via_github_app": deployment.app.map(|app| self.app_by_id(app)),
        })
    }
}
