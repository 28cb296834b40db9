//! Webhook payloads: what `GITHUB_EVENT_PATH` holds when a workflow runs.

use git2::Oid;
use serde_json::{Value, json};

use super::Wire;
use super::people::joined;
use crate::sandbox::state::{AccountKind, Comment, Pull, Repository, Review, Sent, WorkflowRun};

impl Wire<'_> {
    /// `issue_comment` with this action, e.g. `created`.
    pub fn comment_event(self, repository: &Repository, comment: &Comment, action: &str) -> Value {
        let issue = repository.issues.iter().find(|issue| issue.number == comment.issue);
        let issue = match (repository.pull(comment.issue), issue) {
            (Some(pull), _) => self.issue_of_pull(repository, pull),
            (None, Some(issue)) => self.issue(repository, issue),
            (None, None) => Value::Null,
        };
        let body = json!({ "action": action, "issue": issue, "comment": self.comment(repository, comment) });
        joined(body, self.circumstances(repository, comment.author))
    }

    /// `pull_request_review` with this action, e.g. `submitted`. Events have the review's state in lower case.
    pub fn review_event(self, repository: &Repository, (pull, review): (&Pull, &Review), action: &str) -> Value {
        let mut drawn = self.review(repository, (pull, review));
        drawn["state"] = json!(review.state.as_str().to_ascii_lowercase());
        if review.body.is_empty() {
            drawn["body"] = Value::Null;
        }
        let body = json!({ "action": action, "review": drawn, "pull_request": self.pull(repository, pull) });
        joined(body, self.circumstances(repository, review.author))
    }

    /// `pull_request` with this action, e.g. `closed`.
    pub fn pull_event(self, repository: &Repository, pull: &Pull, (action, sender): (&str, u64)) -> Value {
        let body = json!({ "action": action, "number": pull.number, "pull_request": self.full_pull(repository, pull) });
        joined(body, self.circumstances(repository, sender))
    }

    /// `pull_request` with the action `synchronize`: the head has moved.
    pub fn synchronize_event(self, repository: &Repository, pull: &Pull, (before, sender): (Oid, u64)) -> Value {
        let ends = json!({ "before": before.to_string(), "after": pull.head_sha.to_string() });
        joined(self.pull_event(repository, pull, ("synchronize", sender)), ends)
    }

    /// `workflow_dispatch`.
    pub fn dispatch_event(self, repository: &Repository, run: &WorkflowRun) -> Value {
        let path = repository.workflows.iter().find(|workflow| workflow.id == run.workflow).map(|workflow| workflow.path.clone());
        let branch = run.branch.clone().unwrap_or_else(|| repository.default_branch.clone());
        let body = json!({ "inputs": run.inputs, "ref": format!("refs/heads/{branch}"), "workflow": path });
        joined(body, self.circumstances(repository, run.actor))
    }

    /// `repository_dispatch`.
    pub fn repository_dispatch_event(self, repository: &Repository, run: &WorkflowRun, sent: &Sent) -> Value {
        let branch = run.branch.clone().unwrap_or_else(|| repository.default_branch.clone());
        let body = json!({ "action": sent.event_type, "branch": branch, "client_payload": sent.client_payload });
        joined(body, self.circumstances(repository, run.actor))
    }

    /// `workflow_run` with this action, e.g. `completed`.
    pub fn run_event(self, repository: &Repository, run: &WorkflowRun, action: &str) -> Value {
        let workflow = repository.workflows.iter().find(|workflow| workflow.id == run.workflow);
        let workflow = workflow.map_or(Value::Null, |workflow| self.workflow(repository, workflow));
        let body = json!({ "action": action, "workflow": workflow, "workflow_run": self.run(repository, run) });
        joined(body, self.circumstances(repository, run.actor))
    }

    fn circumstances(self, repository: &Repository, sender: u64) -> Value {
        let mut drawn = json!({ "repository": self.repository(repository), "sender": self.user(sender) });
        if let Some(owner) = self.state.account(repository.owner).filter(|owner| owner.kind == AccountKind::Organization) {
            drawn["organization"] = self.organisation(owner);
        }
        drawn
    }
}
