//! Pull requests, issues, comments, reviews.

use super::{Place, commit_sha, oid};
use crate::domain::CommitSha;
use crate::sandbox::Sandbox;
use crate::sandbox::acts::{PullSpec, ReviewSpec};
use crate::sandbox::state::{ReviewState, Scope, State, TimelineKind, Viewer};

impl Sandbox {
    /// Opens a pull request and gives its number. The head is a branch, or `owner:branch` of a fork.
    pub fn open_pull(&self, repository: &str, author: &str, (head, base): (&str, &str)) -> u64 {
        let mut state = self.state();
        let author = state.the_account(author);
        let found = state.the_repository(repository);
        let (head_repository, head) = match head.split_once(':') {
            Some((owner, branch)) => (state.the_repository(&format!("{owner}/{}", found.name)).id, branch),
            None => (found.id, head),
        };
        let spec = PullSpec {
            repository: found.id,
            author,
            head_repository,
            head: head.to_owned(),
            base: base.to_owned(),
            title: format!("Merge {head}"),
            body: None,
        };
        state.open_pull(spec).expect("head and base branch exist")
    }

    /// Opens a plain issue and gives its number.
    pub fn open_issue(&self, repository: &str, author: &str, title: &str) -> u64 {
        let mut state = self.state();
        let (author, repository) = (state.the_account(author), state.the_repository(repository).id);
        state.open_issue(repository, author, title).expect("the repository exists")
    }

    /// Changes the title of a pull request.
    pub fn retitle(&self, pull: Place<'_>, title: &str) {
        let mut state = self.state();
        let at = state.now();
        let pull = state.the_repository_mut(pull.0).pull_mut(pull.1).expect("the pull request exists");
        title.clone_into(&mut pull.title);
        pull.edited_at = Some(at);
    }

    /// Makes a pull request a draft.
    pub fn draft(&self, pull: Place<'_>) {
        self.state().the_repository_mut(pull.0).pull_mut(pull.1).expect("the pull request exists").draft = true;
    }

    /// Makes a draft ready for review.
    pub fn ready(&self, pull: Place<'_>) {
        self.state().the_repository_mut(pull.0).pull_mut(pull.1).expect("the pull request exists").draft = false;
    }

    /// Puts a label on a pull request.
    pub fn label(&self, pull: Place<'_>, login: &str, label: &str) {
        let mut state = self.state();
        let (by, repository) = (state.the_account(login), state.the_repository(pull.0).id);
        let kind = TimelineKind::Labeled { label: label.to_owned() };
        let changed = state.change_pull((repository, pull.1), (by, kind), |pull| pull.labels.push(label.to_owned()));
        changed.expect("the pull request exists");
    }

    /// Points a pull request at another base branch.
    pub fn rebase_onto(&self, pull: Place<'_>, login: &str, branch: &str) {
        let mut state = self.state();
        let by = state.the_account(login);
        let found = state.the_repository(pull.0);
        let (repository, tip) = (found.id, found.git.branch(branch).expect("the base branch exists"));
        let from = found.pull(pull.1).expect("the pull request exists").base.clone();
        let kind = TimelineKind::BaseChanged { from, to: branch.to_owned() };
        let changed = state.change_pull((repository, pull.1), (by, kind), |pull| {
            branch.clone_into(&mut pull.base);
            pull.base_sha = tip;
        });
        changed.expect("the pull request exists");
    }

    /// The commit a pull request stands at.
    pub fn head(&self, pull: Place<'_>) -> CommitSha {
        commit_sha(self.state().the_repository(pull.0).pull(pull.1).expect("the pull request exists").head_sha)
    }

    /// Reviews the head of a pull request and gives the review's id.
    pub fn review(&self, pull: Place<'_>, login: &str, verdict: ReviewState) -> u64 {
        let head = self.head(pull);
        self.review_at(pull, login, (verdict, &head))
    }

    /// Reviews a commit of a pull request and gives the review's id.
    pub fn review_at(&self, pull: Place<'_>, login: &str, (verdict, sha): (ReviewState, &CommitSha)) -> u64 {
        let mut state = self.state();
        let (author, repository) = (state.the_account(login), state.the_repository(pull.0).id);
        let spec = ReviewSpec { repository, pull: pull.1, author, state: verdict, body: String::new(), commit: Some(oid(sha)) };
        state.review(spec).expect("the review can be submitted")
    }

    /// Dismisses a review.
    pub fn dismiss(&self, review: u64, login: &str, message: &str) {
        let mut state = self.state();
        let by = state.the_account(login);
        state.dismiss_review(review, by, message).expect("the review exists");
    }

    /// Writes a comment on a pull request or issue and gives its id.
    pub fn comment(&self, place: Place<'_>, login: &str, body: &str) -> u64 {
        let mut state = self.state();
        let repository = state.the_repository(place.0).id;
        let by = state.plain_viewer(login);
        state.comment((repository, place.1), &by, body).expect("the pull request or issue exists")
    }

    /// Rewrites a comment.
    pub fn edit_comment(&self, comment: u64, login: &str, body: &str) {
        let mut state = self.state();
        let by = state.the_account(login);
        state.edit_comment(comment, by, body).expect("the comment exists");
    }

    /// Deletes a comment.
    pub fn delete_comment(&self, comment: u64, login: &str) {
        let mut state = self.state();
        let by = state.the_account(login);
        state.delete_comment(comment, by).expect("the comment exists");
    }

    /// The bodies of the comments on a pull request or issue with their authors' logins, oldest first.
    pub fn comments(&self, place: Place<'_>) -> Vec<(String, String)> {
        let state = self.state();
        let login = |id| state.account(id).map(|account| account.login.clone()).unwrap_or_default();
        state.the_repository(place.0).comments_on(place.1).map(|comment| (login(comment.author), comment.body.clone())).collect()
    }

    /// The reactions to a comment, as GitHub's words, oldest first.
    pub fn reactions(&self, comment: u64) -> Vec<String> {
        let state = self.state();
        let (_, found) = state.comment_of(comment).expect("the comment exists");
        found.reactions.iter().map(|reaction| reaction.content.clone()).collect()
    }

    /// Closes a pull request without merging.
    pub fn close(&self, pull: Place<'_>, login: &str) {
        let mut state = self.state();
        let (by, repository) = (state.the_account(login), state.the_repository(pull.0).id);
        state.close_pull(repository, pull.1, by).expect("the pull request exists");
    }

    /// Opens a closed pull request again.
    pub fn reopen(&self, pull: Place<'_>, login: &str) {
        let mut state = self.state();
        let (by, repository) = (state.the_account(login), state.the_repository(pull.0).id);
        state.reopen_pull(repository, pull.1, by).expect("the pull request exists");
    }

    /// Merges a pull request with a merge commit, which it gives.
    pub fn merge(&self, pull: Place<'_>, login: &str) -> CommitSha {
        let mut state = self.state();
        let (by, repository) = (state.the_account(login), state.the_repository(pull.0).id);
        commit_sha(state.merge_pull(repository, pull.1, by).expect("the pull request can be merged"))
    }
}

impl State {
    pub(super) fn plain_viewer(&self, login: &str) -> Viewer {
        let account = self.the_account(login);
        let app = self.apps.iter().find(|app| app.bot == account).map(|app| app.id);
        Viewer { account, app, permissions: std::collections::BTreeMap::new(), scope: Scope::Everywhere }
    }
}
