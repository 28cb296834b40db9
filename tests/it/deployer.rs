//! The other side of a dispatch, for end-to-end tests: runs of the deploy workflow that use the action, as the sandbox started them.

use serde_json::Value;
use shipgate::domain::CommitSha;
use shipgate::sandbox::state::{Access, Conclusion, DeploymentState, Permission, ReviewState, WorkflowRun};

use crate::http_client::Client;
use crate::stage::{DEVELOPER, Job, LEAD, PERMISSIONS, REPOSITORY, REVIEWER, Stage};

/// The deploy workflow's file.
pub const DEPLOY: &str = ".github/workflows/deploy.yml";

/// The deploy workflow, as far as the server looks at it.
pub const WORKFLOW_FILE: &str = "name: deploy
run-name: Deploy ${{ inputs.shipgate }}
on:
  workflow_dispatch:
    inputs:
      shipgate: { type: string, required: true }
      region: { type: string }
      version: { type: string }
      what: { type: string }
jobs:
  deploy:
    runs-on: ubuntu-latest
";

/// A policy whose staging is dispatched.
pub const DISPATCHED: &str = "version: 1
environments:
  staging:
    url: https://staging.example.com
    parameters: { region: { one-of: [eu-1, us-1] } }
    deploy:
      workflow: deploy.yml
      inputs: { region: \"{parameter.region}\", version: \"v{version}\", what: \"{environment} #{pull-request}\" }
  production: { after: [staging] }
";

/// A stage with a deploy workflow, and a token that may start it.
pub fn stage(policy: &str) -> Stage {
    let mut stage = Stage::with(policy);
    stage.hub.put(REPOSITORY, LEAD, ("main", &[(DEPLOY, WORKFLOW_FILE)]));
    stage.token = token(&stage);
    stage
}

/// A token such as docs/action.md asks for where a workflow is dispatched.
pub fn token(stage: &Stage) -> String {
    let mut permissions: Vec<(Permission, Access)> = PERMISSIONS.iter().copied().filter(|(permission, _)| *permission != Permission::Actions).collect();
    permissions.push((Permission::Actions, Access::Write));
    stage.hub.actions_token(&permissions)
}

/// An approved pull request.
pub fn ready(stage: &Stage) -> u64 {
    let pull = stage.pull("faster");
    stage.hub.review((REPOSITORY, pull), REVIEWER, ReviewState::Approved);
    pull
}

impl Stage {
    /// The runs of the deploy workflow, oldest first.
    pub fn deploy_runs(&self) -> Vec<WorkflowRun> {
        let state = self.hub.state();
        let repository = state.repository_named(REPOSITORY).expect("the repository");
        let workflow = repository.workflows.iter().find(|workflow| workflow.path == DEPLOY).map(|workflow| workflow.id);
        repository.runs.iter().filter(|run| Some(run.workflow) == workflow).cloned().collect()
    }

    /// The only run of the deploy workflow.
    pub fn deploy_run(&self) -> WorkflowRun {
        let mut runs = self.deploy_runs();
        assert_eq!(runs.len(), 1, "one run, not {runs:#?}");
        runs.remove(0)
    }

    /// A job of a deploy run: the action with these inputs besides the handle.
    pub fn carries(&self, run: &WorkflowRun, inputs: &[(&str, &str)]) -> Job {
        let folder = self.job_folder_of(run.id);
        let handle = run.inputs["shipgate"].as_str().expect("a handle").to_owned();
        let mut more = vec![("GITHUB_EVENT_NAME", "workflow_dispatch"), ("INPUT_DEPLOYMENT", handle.as_str())];
        more.extend(inputs);
        self.run(&folder, &["action"], &more)
    }

    /// The states of the newest deployment to staging, oldest first.
    pub fn states(&self) -> Vec<DeploymentState> {
        let deployment = self.hub.deployments(REPOSITORY, "staging").pop();
        deployment.map(|deployment| deployment.statuses.iter().map(|status| status.state).collect()).unwrap_or_default()
    }

    /// The deployment holds on the lock of staging, as anybody can read them.
    pub fn holds(&self) -> Vec<Value> {
        let client = Client::new(&self.hub, &self.hub.full_token(LEAD));
        let reference = client.get(&format!("/repos/{REPOSITORY}/git/ref/shipgate/lock/staging"));
        if reference.status == 404 {
            return Vec::new();
        }
        let sha = reference.json()["object"]["sha"].as_str().expect("a target").to_owned();
        let tag = client.get(&format!("/repos/{REPOSITORY}/git/tags/{sha}")).json();
        let record: Value = serde_json::from_str(tag["message"].as_str().expect("a message")).expect("a record");
        record["holds"].as_array().expect("holds").iter().filter(|hold| hold["kind"] == "deployment").cloned().collect()
    }

    /// A deploy run ends; the event that says so is delivered to the gate.
    pub fn run_ends(&self, run: u64, conclusion: Conclusion) -> Job {
        self.hub.finish_run(run, conclusion);
        self.delivers("workflow_run", &self.hub.run_event(run))
    }

    /// The head of the pull request.
    pub fn head(&self, pull: u64) -> CommitSha {
        self.hub.head((REPOSITORY, pull))
    }

    /// Somebody deploys to staging; the job of the gate.
    pub fn dispatches(&self, pull: u64) -> Job {
        let job = self.says(pull, DEVELOPER, "/deploy staging");
        assert_eq!((job.code, job.output("decision").as_str()), (0, "dispatched"), "{}", job.stderr);
        job
    }
}
