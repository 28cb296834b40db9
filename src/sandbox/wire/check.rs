//! Check suites, check runs, commit statuses.

use git2::Oid;
use serde_json::{Value, json};

use super::{Wire, oid_or_zeros, time};
use crate::sandbox::computed::suite_state;
use crate::sandbox::state::{CheckRun, CheckSuite, CommitStatus, Conclusion, Repository};

impl Wire<'_> {
    /// A check run.
    pub fn check_run(self, repository: &Repository, run: &CheckRun) -> Value {
        let suite = repository.suites.iter().find(|suite| suite.id == run.suite);
        let url = self.repo_api(repository, &format!("/check-runs/{}", run.id));
        let page = self.repo_page(repository, &format!("/runs/{}", run.id));
        json!({
            "id": run.id, "name": run.name, "node_id": run.node_id(), "head_sha": suite.map(|suite| suite.head.to_string()), "external_id": run.external_id,
            "url": url, "html_url": page, "details_url": run.details_url.clone().unwrap_or(page.clone()), "status": run.status.as_str(),
            "conclusion": run.conclusion.map(Conclusion::as_str), "started_at": run.started_at.map(time),
            "completed_at": run.completed_at.map(time),
            "output": {
                "title": run.title, "summary": run.summary, "text": null, "annotations_count": 0, "annotations_url": format!("{url}/annotations"),
            },
            "check_suite": { "id": run.suite }, "app": suite.map_or(Value::Null, |suite| self.app_by_id(suite.app)),
            "pull_requests": suite.map_or_else(Vec::new, |suite| self.pulls_at(repository, suite.head)),
        })
    }

    /// The open pull requests of this repository that stand at a commit.
    pub fn pulls_at(self, repository: &Repository, sha: Oid) -> Vec<Value> {
        let same = |head: Option<u64>| head == Some(repository.id);
        let pulls = repository.pulls.iter().filter(|pull| pull.is_open() && pull.head_sha == sha && same(pull.head_repository));
        pulls.map(|pull| self.minimal_pull(repository, pull)).collect()
    }

    /// A check suite.
    pub fn check_suite(self, repository: &Repository, suite: &CheckSuite) -> Value {
        let latest: Vec<&CheckRun> = repository.latest_check_runs(suite.head).into_iter().filter(|run| run.suite == suite.id).collect();
        let (status, conclusion) = suite_state(&latest);
        let push = suite.push.and_then(|id| repository.pushes.iter().find(|push| push.id == id));
        let url = self.repo_api(repository, &format!("/check-suites/{}", suite.id));
        json!({
            "id": suite.id, "node_id": suite.node_id(), "head_branch": suite.branch, "head_sha": suite.head.to_string(), "status": status.as_str(),
            "conclusion": conclusion.map(Conclusion::as_str), "url": url, "before": oid_or_zeros(push.and_then(|push| push.before)),
            "after": suite.head.to_string(), "pull_requests": self.pulls_at(repository, suite.head), "app": self.app_by_id(suite.app),
            "repository": self.minimal_repository(repository), "created_at": time(suite.created_at), "updated_at": time(suite.updated_at),
            "head_commit": self.simple_commit(repository, suite.head), "latest_check_runs_count": latest.len(),
            "check_runs_url": format!("{url}/check-runs"), "rerequestable": true, "runs_rerequestable": true,
        })
    }

    /// A commit status.
    pub fn status(self, repository: &Repository, status: &CommitStatus) -> Value {
        let mut drawn = self.simple_status(repository, status);
        drawn["creator"] = self.user(status.creator);
        drawn
    }

    fn simple_status(self, repository: &Repository, status: &CommitStatus) -> Value {
        json!({
            "url": self.repo_api(repository, &format!("/statuses/{}", status.sha)), "avatar_url": self.page(&format!("/avatars/u/{}", status.creator)),
            "id": status.id, "node_id": status.node_id(), "state": status.state.as_str(), "description": status.description,
            "target_url": status.target_url, "context": status.context, "created_at": time(status.created_at), "updated_at": time(status.created_at),
        })
    }

    /// The combined status of a commit.
    pub fn combined_status(self, repository: &Repository, sha: Oid) -> Value {
        let combined = repository.combined_status(sha);
        let statuses: Vec<Value> = combined.statuses.iter().map(|status| self.simple_status(repository, status)).collect();
        let commit = self.repo_api(repository, &format!("/commits/{sha}"));
        json!({
            "state": combined.state.as_str(), "total_count": statuses.len(), "statuses": statuses, "sha": sha.to_string(),
            "repository": self.minimal_repository(repository), "commit_url": commit, "url": format!("{commit}/status"),
        })
    }
}
