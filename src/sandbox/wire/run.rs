//! Workflows, their runs, their jobs.

use serde_json::{Value, json};

use super::{Wire, time};
use crate::sandbox::state::{Attempt, Conclusion, Job, NodeKind, Repository, RunStatus, Workflow, WorkflowRun, node_id};

impl Wire<'_> {
    /// A workflow.
    pub fn workflow(self, repository: &Repository, workflow: &Workflow) -> Value {
        json!({
            "id": workflow.id, "node_id": node_id(NodeKind::Workflow, workflow.id), "name": workflow.name, "path": workflow.path, "state": workflow.state.as_str(),
            "created_at": time(workflow.created_at), "updated_at": time(workflow.created_at),
            "url": self.repo_api(repository, &format!("/actions/workflows/{}", workflow.id)),
            "html_url": self.repo_page(repository, &format!("/blob/{}/{}", repository.default_branch, workflow.path)),
            "badge_url": self.repo_page(repository, &format!("/workflows/{}/badge.svg", super::git::encoded(&workflow.name))),
        })
    }

    /// A workflow run.
    pub fn run(self, repository: &Repository, run: &WorkflowRun) -> Value {
        let url = self.repo_api(repository, &format!("/actions/runs/{}", run.id));
        let workflow = repository.workflows.iter().find(|workflow| workflow.id == run.workflow);
        let suite = self.repo_api(repository, &format!("/check-suites/{}", run.suite));
        let name = workflow.map(|workflow| workflow.name.clone());
        json!({
            "id": run.id, "name": name, "node_id": run.node_id(), "head_branch": run.branch, "head_sha": run.head.to_string(),
            "path": workflow.map(|workflow| workflow.path.clone()).unwrap_or_default(), "display_title": run.title,
            "run_number": run.number, "run_attempt": run.attempt, "event": run.event, "status": run.status.as_str(),
            "conclusion": run.conclusion.map(Conclusion::as_str), "workflow_id": run.workflow, "check_suite_id": run.suite,
            "check_suite_node_id": node_id(NodeKind::CheckSuite, run.suite), "url": url,
            "html_url": self.repo_page(repository, &format!("/actions/runs/{}", run.id)), "pull_requests": self.pulls_at(repository, run.head),
            "created_at": time(run.created_at), "updated_at": time(run.updated_at), "actor": self.user(run.actor),
            "triggering_actor": self.user(run.actor), "run_started_at": time(run.started_at), "jobs_url": format!("{url}/jobs"),
            "logs_url": format!("{url}/logs"), "check_suite_url": suite, "artifacts_url": format!("{url}/artifacts"),
            "cancel_url": format!("{url}/cancel"), "rerun_url": format!("{url}/rerun"), "previous_attempt_url": (run.attempt > 1).then(|| format!("{url}/attempts/{}", run.attempt - 1)),
            "workflow_url": self.repo_api(repository, &format!("/actions/workflows/{}", run.workflow)),
            "head_commit": self.simple_commit(repository, run.head), "repository": self.minimal_repository(repository),
            "head_repository": self.minimal_repository(repository),
        })
    }

    /// A run as it was in an earlier attempt.
    pub fn earlier_run(self, repository: &Repository, run: &WorkflowRun, earlier: &Attempt) -> Value {
        let then = WorkflowRun {
            attempt: earlier.number,
            status: RunStatus::Completed,
            conclusion: earlier.conclusion,
            started_at: earlier.started_at,
            updated_at: earlier.updated_at,
            ..run.clone()
        };
        self.run(repository, &then)
    }

    /// A job of a run.
    pub fn job(self, repository: &Repository, (run, job): (&WorkflowRun, &Job)) -> Value {
        let run_url = self.repo_api(repository, &format!("/actions/runs/{}", run.id));
        let workflow = repository.workflows.iter().find(|workflow| workflow.id == run.workflow);
        json!({
            "id": job.id, "run_id": run.id, "workflow_name": workflow.map(|workflow| workflow.name.clone()), "head_branch": run.branch, "run_url": run_url,
            "run_attempt": job.attempt, "node_id": node_id(NodeKind::CheckRun, job.id), "head_sha": run.head.to_string(),
            "url": self.repo_api(repository, &format!("/actions/jobs/{}", job.id)),
            "html_url": self.repo_page(repository, &format!("/actions/runs/{}/job/{}", run.id, job.id)), "status": job.status.as_str(),
            "conclusion": job.conclusion.map(Conclusion::as_str), "created_at": time(job.started_at), "started_at": time(job.started_at),
            "completed_at": job.completed_at.map(time), "name": job.name, "steps": [],
            "check_run_url": self.repo_api(repository, &format!("/check-runs/{}", job.id)), "labels": ["ubuntu-latest"], "runner_id": null,
            "runner_name": null, "runner_group_id": null, "runner_group_name": null,
        })
    }
}
