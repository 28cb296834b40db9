//! Workflows, their runs, their jobs.

use serde_json::{Map, Value};

use crate::sandbox::Sandbox;
use crate::sandbox::acts::RunSpec;
use crate::sandbox::state::{Conclusion, Product, RunStatus, WorkflowState};

/// A run that was dispatched, as a test wants to see it.
#[derive(Clone, Debug, PartialEq)]
pub struct Dispatched {
    /// The run's id.
    pub run: u64,
    /// The workflow's file, e.g. `.github/workflows/deploy.yml`.
    pub workflow: String,
    /// `workflow_dispatch` or `repository_dispatch`.
    pub event: String,
    /// The `event_type` of a `repository_dispatch`.
    pub event_type: Option<String>,
    /// The branch or tag whose file was taken.
    pub branch: String,
    /// The inputs of a `workflow_dispatch` with the defaults filled in, or the `client_payload` of a `repository_dispatch`.
    pub inputs: Map<String, Value>,
    /// What lists of runs show: the `run-name` filled in.
    pub title: String,
    /// Who dispatched.
    pub actor: String,
    /// How far it is.
    pub status: RunStatus,
    /// How it ended, once completed.
    pub conclusion: Option<Conclusion>,
}

impl Sandbox {
    /// This is a GitHub Enterprise Server of this version, e.g. `3.14.2`: it says so in each answer, refuses API versions after
    /// 2022-11-28 with 400, and answers a dispatch without the run's id.
    pub fn older_server(&self, version: &str) {
        self.state().product = Product::Server { version: version.to_owned() };
    }

    /// Makes a workflow known by a path at which no file need be, and gives its id. Files that are pushed to the default branch make
    /// theirs by themselves; only those can be dispatched.
    pub fn workflow(&self, repository: &str, path: &str, name: &str) -> u64 {
        let mut state = self.state();
        let id = state.the_repository(repository).id;
        state.ensure_workflow(id, name, path).expect("the repository exists")
    }

    /// Switches a workflow off, by its file.
    pub fn disable_workflow(&self, repository: &str, path: &str) {
        let mut state = self.state();
        let found = state.the_repository_mut(repository).workflows.iter_mut().find(|workflow| workflow.path == path);
        found.expect("the workflow exists").state = WorkflowState::DisabledManually;
    }

    /// Starts a run of a workflow (by its file) for an event at the tip of a branch, with one job. Gives the run's id.
    pub fn start_run(&self, repository: &str, login: &str, (path, event, branch): (&str, &str, &str)) -> u64 {
        let mut state = self.state();
        let actor = state.the_account(login);
        let found = state.the_repository(repository);
        let workflow = found.workflows.iter().find(|workflow| workflow.path == path).expect("the workflow exists");
        let head = found.git.branch(branch).expect("the branch exists");
        let spec = RunSpec {
            repository: found.id,
            workflow: workflow.id,
            event: event.to_owned(),
            title: None,
            branch: Some(branch.to_owned()),
            head,
            actor,
            inputs: Value::Object(Map::new()),
            sent: None,
        };
        let name = workflow.name.clone();
        let run = state.start_run(spec).expect("the repository exists");
        state.start_job(run, &name).expect("the run was just started");
        run
    }

    /// Starts a job of a run, which is in progress from then on. Gives the job's id.
    pub fn start_job(&self, run: u64, name: &str) -> u64 {
        self.state().start_job(run, name).expect("the workflow run exists")
    }

    /// Ends one job; the run goes on.
    pub fn finish_job(&self, job: u64, conclusion: Conclusion) {
        self.state().finish_job(job, conclusion).expect("the job exists");
    }

    /// Ends a workflow run with its jobs and their check runs.
    pub fn finish_run(&self, run: u64, conclusion: Conclusion) {
        self.state().finish_run(run, conclusion).expect("the workflow run exists");
    }

    /// Starts a run that is over once more, as its next attempt, which has no jobs yet.
    pub fn rerun(&self, run: u64) {
        self.state().rerun(run).expect("the workflow run exists and is over");
    }

    /// The runs of a repository that were dispatched, oldest first.
    pub fn dispatched(&self, repository: &str) -> Vec<Dispatched> {
        let state = self.state();
        let found = state.the_repository(repository);
        let runs = found.runs.iter().filter(|run| matches!(run.event.as_str(), "workflow_dispatch" | "repository_dispatch"));
        let told = runs.map(|run| {
            let payload = run.sent.as_ref().map_or(&run.inputs, |sent| &sent.client_payload);
            Dispatched {
                run: run.id,
                workflow: found.workflows.iter().find(|workflow| workflow.id == run.workflow).map(|workflow| workflow.path.clone()).unwrap_or_default(),
                event: run.event.clone(),
                event_type: run.sent.as_ref().map(|sent| sent.event_type.clone()),
                branch: run.branch.clone().unwrap_or_default(),
                inputs: payload.as_object().cloned().unwrap_or_default(),
                title: run.title.clone(),
                actor: state.account(run.actor).map(|actor| actor.login.clone()).unwrap_or_default(),
                status: run.status,
                conclusion: run.conclusion,
            }
        });
        told.collect()
    }
}
