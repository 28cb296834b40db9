//! Pull requests, issues, reviews, comments, reactions.

use serde_json::{Value, json};

use super::people::joined;
use super::{Wire, time};
use crate::sandbox::computed::Mergeable;
use crate::sandbox::state::{Comment, Issue, NodeKind, Pull, Reaction, Repository, Review, node_id};

impl Wire<'_> {
    /// A pull request as lists have it.
    pub fn pull(self, repository: &Repository, pull: &Pull) -> Value {
        let number = pull.number;
        let api = |rest: &str| self.repo_api(repository, &format!("/pulls/{number}{rest}"));
        let issue = self.repo_api(repository, &format!("/issues/{number}"));
        let page = self.repo_page(repository, &format!("/pull/{number}"));
        let statuses = self.repo_api(repository, &format!("/statuses/{}", pull.head_sha));
        let review_comment = self.repo_api(repository, "/pulls/comments{/number}");
        let head_repository = pull.head_repository.and_then(|id| self.state.repository(id));
        let labels: Vec<Value> = pull.labels.iter().map(|label| self.label(repository, label)).collect();
        let link = |href: &str| json!({ "href": href });
        json!({
            "url": api(""), "id": pull.id, "node_id": pull.node_id(), "html_url": page, "diff_url": format!("{page}.diff"),
            "patch_url": format!("{page}.patch"), "issue_url": issue, "number": number, "state": if pull.is_open() { "open" } else { "closed" },
            "locked": false, "title": pull.title, "user": self.user(pull.author), "body": pull.body, "created_at": time(pull.created_at),
            "updated_at": time(pull.updated_at), "closed_at": pull.closed_at.map(time), "merged_at": pull.merged.map(|merge| time(merge.at)),
            "merge_commit_sha": pull.merged.map(|merge| merge.commit.to_string()), "assignee": null, "assignees": [], "requested_reviewers": [],
            "requested_teams": [], "labels": labels, "milestone": null, "draft": pull.draft, "commits_url": api("/commits"),
            "review_comments_url": api("/comments"), "review_comment_url": review_comment, "comments_url": format!("{issue}/comments"),
            "statuses_url": statuses,
            "head": self.end(head_repository, &pull.head, &pull.head_sha.to_string()),
            "base": self.end(Some(repository), &pull.base, &pull.base_sha.to_string()),
            "_links": {
                "self": link(&api("")), "html": link(&page), "issue": link(&issue), "comments": link(&format!("{issue}/comments")),
                "review_comments": link(&api("/comments")), "review_comment": link(&review_comment), "commits": link(&api("/commits")),
                "statuses": link(&statuses),
            },
            "author_association": self.association(repository, pull.author), "auto_merge": null, "active_lock_reason": null,
        })
    }

    fn end(self, repository: Option<&Repository>, branch: &str, sha: &str) -> Value {
        let owner = repository.and_then(|repository| self.state.account(repository.owner));
        let login = owner.map_or("unknown", |owner| owner.login.as_str());
        json!({
            "label": format!("{login}:{branch}"), "ref": branch, "sha": sha, "user": owner.map(|owner| self.account(owner)),
            "repo": repository.map(|repository| self.repository(repository)),
        })
    }

    /// A pull request by itself, with what is worked out for it.
    pub fn full_pull(self, repository: &Repository, pull: &Pull) -> Value {
        let mergeable = match self.state.mergeable(repository, pull) {
            Mergeable::Mergeable => Some(true),
            Mergeable::Conflicting => Some(false),
            Mergeable::Unknown => None,
        };
        let files = repository.pull_files(pull);
        let more = json!({
            "merged": pull.merged.is_some(), "mergeable": mergeable, "rebaseable": mergeable,
            "mergeable_state": self.state.merge_state(repository, pull).as_str().to_ascii_lowercase(),
            "merged_by": pull.merged.map_or(Value::Null, |merge| self.user(merge.by)), "comments": repository.comments_on(pull.number).count(),
            "review_comments": 0, "maintainer_can_modify": false, "commits": repository.pull_commits(pull).len(),
            "additions": files.iter().map(|file| file.additions).sum::<usize>(), "deletions": files.iter().map(|file| file.deletions).sum::<usize>(),
            "changed_files": files.len(),
        });
        joined(self.pull(repository, pull), more)
    }

    /// A pull request as checks and runs refer to it.
    pub fn minimal_pull(self, repository: &Repository, pull: &Pull) -> Value {
        let repo = |repository: &Repository| json!({ "id": repository.id, "url": self.repo_api(repository, ""), "name": repository.name });
        let head = pull.head_repository.and_then(|id| self.state.repository(id)).unwrap_or(repository);
        json!({
            "id": pull.id, "number": pull.number, "url": self.repo_api(repository, &format!("/pulls/{}", pull.number)),
            "head": { "ref": pull.head, "sha": pull.head_sha.to_string(), "repo": repo(head) },
            "base": { "ref": pull.base, "sha": pull.base_sha.to_string(), "repo": repo(repository) },
        })
    }

    /// A label.
    pub fn label(self, repository: &Repository, name: &str) -> Value {
        let url = self.repo_api(repository, &format!("/labels/{}", super::git::encoded(name)));
        let id = name.bytes().fold(7_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte)));
        json!({ "id": id, "node_id": format!("LA_{id:08x}"), "url": url, "name": name, "description": "", "color": "ededed", "default": false })
    }

    /// A pull request as the issues API and comment events have it.
    pub fn issue_of_pull(self, repository: &Repository, pull: &Pull) -> Value {
        let page = self.repo_page(repository, &format!("/pull/{}", pull.number));
        let labels: Vec<Value> = pull.labels.iter().map(|label| self.label(repository, label)).collect();
        let head = IssueHead { id: pull.id, node: pull.node_id(), number: pull.number, title: &pull.title, author: pull.author };
        let more = json!({
            "html_url": page, "state": if pull.is_open() { "open" } else { "closed" }, "labels": labels, "created_at": time(pull.created_at),
            "updated_at": time(pull.updated_at), "closed_at": pull.closed_at.map(time), "body": pull.body, "draft": pull.draft,
            "pull_request": {
                "url": self.repo_api(repository, &format!("/pulls/{}", pull.number)), "html_url": page, "diff_url": format!("{page}.diff"),
                "patch_url": format!("{page}.patch"), "merged_at": pull.merged.map(|merge| time(merge.at)),
            },
        });
        joined(self.issue_head(repository, &head), more)
    }

    /// A plain issue.
    pub fn issue(self, repository: &Repository, issue: &Issue) -> Value {
        let node = node_id(NodeKind::Issue, issue.id);
        let head = IssueHead { id: issue.id, node, number: issue.number, title: &issue.title, author: issue.author };
        let more = json!({
            "html_url": self.repo_page(repository, &format!("/issues/{}", issue.number)), "state": "open", "labels": [],
            "created_at": time(issue.created_at), "updated_at": time(issue.created_at), "closed_at": null, "body": null,
        });
        joined(self.issue_head(repository, &head), more)
    }

    fn issue_head(self, repository: &Repository, head: &IssueHead<'_>) -> Value {
        let url = self.repo_api(repository, &format!("/issues/{}", head.number));
        json!({
            "url": url, "repository_url": self.repo_api(repository, ""), "labels_url": format!("{url}/labels{{/name}}"),
            "comments_url": format!("{url}/comments"), "events_url": format!("{url}/events"), "id": head.id, "node_id": head.node, "number": head.number,
            "title": head.title, "user": self.user(head.author), "locked": false, "assignee": null, "assignees": [], "milestone": null,
            "comments": repository.comments_on(head.number).count(), "author_association": self.association(repository, head.author),
            "active_lock_reason": null, "state_reason": null, "performed_via_github_app": null,
            "reactions": rollup(&format!("{url}/reactions"), &[]), "timeline_url": format!("{url}/timeline"),
        })
    }

    /// A comment.
    pub fn comment(self, repository: &Repository, comment: &Comment) -> Value {
        let url = self.repo_api(repository, &format!("/issues/comments/{}", comment.id));
        let kind = if repository.pull(comment.issue).is_some() { "pull" } else { "issues" };
        let page = self.repo_page(repository, &format!("/{kind}/{}#issuecomment-{}", comment.issue, comment.id));
        json!({
            "url": url, "html_url": page, "issue_url": self.repo_api(repository, &format!("/issues/{}", comment.issue)), "id": comment.id,
            "node_id": comment.node_id(), "user": self.user(comment.author), "created_at": time(comment.created_at),
            "updated_at": time(comment.updated_at()), "body": comment.body, "author_association": self.association(repository, comment.author),
            "reactions": rollup(&format!("{url}/reactions"), &comment.reactions),
            "performed_via_github_app": comment.app.map(|app| self.app_by_id(app)),
        })
    }

    /// A reaction.
    pub fn reaction(self, reaction: &Reaction) -> Value {
        json!({
            "id": reaction.id, "node_id": reaction.node_id(), "user": self.user(reaction.user), "content": reaction.content,
            "created_at": time(reaction.created_at),
        })
    }

    /// A review.
    pub fn review(self, repository: &Repository, (pull, review): (&Pull, &Review)) -> Value {
        let page = self.repo_page(repository, &format!("/pull/{}#pullrequestreview-{}", pull.number, review.id));
        let pull_url = self.repo_api(repository, &format!("/pulls/{}", pull.number));
        json!({
            "id": review.id, "node_id": review.node_id(), "user": self.user(review.author), "body": review.body, "state": review.state.as_str(),
            "html_url": page, "pull_request_url": pull_url, "_links": { "html": { "href": page }, "pull_request": { "href": pull_url } },
            "submitted_at": time(review.submitted_at), "commit_id": review.commit.to_string(),
            "author_association": self.association(repository, review.author),
        })
    }
}

struct IssueHead<'a> {
    id: u64,
    node: String,
    number: u64,
    title: &'a str,
    author: u64,
}

fn rollup(url: &str, reactions: &[Reaction]) -> Value {
    let mut drawn = json!({ "url": url, "total_count": reactions.len() });
    for word in ["+1", "-1", "laugh", "confused", "heart", "hooray", "eyes", "rocket"] {
        drawn[word] = json!(reactions.iter().filter(|reaction| reaction.content == word).count());
    }
    drawn
}
