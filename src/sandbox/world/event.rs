//! Webhook payloads of what has happened.

use serde_json::Value;

use super::{Place, oid};
use crate::domain::CommitSha;
use crate::sandbox::Sandbox;
use crate::sandbox::wire::Wire;

impl Sandbox {
    /// The payload of `issue_comment` (`created`, `edited`, `deleted`) for a comment.
    pub fn comment_event(&self, comment: u64, action: &str) -> Value {
        let state = self.state();
        let (repository, found) = state.comment_of(comment).expect("the comment exists");
        Wire::of(&state).comment_event(repository, found, action)
    }

    /// The payload of `pull_request_review` (`submitted`, `edited`, `dismissed`) for a review.
    pub fn review_event(&self, review: u64, action: &str) -> Value {
        let state = self.state();
        let found = state.repositories.iter().find_map(|repository| repository.review(review).map(|found| (repository, found)));
        let (repository, found) = found.expect("the review exists");
        Wire::of(&state).review_event(repository, found, action)
    }

    /// The payload of `pull_request` (`opened`, `closed`, `reopened` …), sent by what this person did.
    pub fn pull_event(&self, pull: Place<'_>, (action, sender): (&str, &str)) -> Value {
        let state = self.state();
        let repository = state.the_repository(pull.0);
        let found = repository.pull(pull.1).expect("the pull request exists");
        Wire::of(&state).pull_event(repository, found, (action, state.the_account(sender)))
    }

    /// The payload of `pull_request` (`synchronize`) after a push by this person moved the head from this commit.
    pub fn synchronize_event(&self, pull: Place<'_>, (before, sender): (&CommitSha, &str)) -> Value {
        let state = self.state();
        let repository = state.the_repository(pull.0);
        let found = repository.pull(pull.1).expect("the pull request exists");
        Wire::of(&state).synchronize_event(repository, found, (oid(before), state.the_account(sender)))
    }

    /// The payload of `workflow_dispatch` or `repository_dispatch` for a run that was dispatched.
    pub fn dispatch_event(&self, run: u64) -> Value {
        let state = self.state();
        let found = state.repositories.iter().find_map(|repository| repository.runs.iter().find(|known| known.id == run).map(|run| (repository, run)));
        let (repository, run) = found.expect("the workflow run exists");
        match &run.sent {
            Some(sent) => Wire::of(&state).repository_dispatch_event(repository, run, sent),
            None => Wire::of(&state).dispatch_event(repository, run),
        }
    }

    /// The payload of `workflow_run` (`completed`) for a run that is over.
    pub fn run_event(&self, run: u64) -> Value {
        let state = self.state();
        let found = state.repositories.iter().find_map(|repository| repository.runs.iter().find(|known| known.id == run).map(|run| (repository, run)));
        let (repository, run) = found.expect("the workflow run exists");
        Wire::of(&state).run_event(repository, run, "completed")
    }
}
