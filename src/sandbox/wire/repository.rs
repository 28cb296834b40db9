//! Repositories, branches, rules, environments, activity.

use git2::Oid;
use serde_json::{Map, Value, json};

use super::people::{joined, permissions};
use super::{Wire, oid_or_zeros, time};
use crate::sandbox::state::{Access, Activity, Freshness, NodeKind, Permission, Repository, Rule, Ruleset, Viewer, Visibility, node_id};

/// Every `…_url` of a repository and what follows `/repos/{owner}/{repo}` in it.
const URLS: &[(&str, &str)] = &[
    ("url", ""),
    ("archive_url", "/{archive_format}{/ref}"),
    ("assignees_url", "/assignees{/user}"),
    ("blobs_url", "/git/blobs{/sha}"),
    ("branches_url", "/branches{/branch}"),
    ("collaborators_url", "/collaborators{/collaborator}"),
    ("comments_url", "/comments{/number}"),
    ("commits_url", "/commits{/sha}"),
    ("compare_url", "/compare/{base}...{head}"),
    ("contents_url", "/contents/{+path}"),
    ("contributors_url", "/contributors"),
    ("deployments_url", "/deployments"),
    ("downloads_url", "/downloads"),
    ("events_url", "/events"),
    ("forks_url", "/forks"),
    ("git_commits_url", "/git/commits{/sha}"),
    ("git_refs_url", "/git/refs{/sha}"),
    ("git_tags_url", "/git/tags{/sha}"),
    ("hooks_url", "/hooks"),
    ("issue_comment_url", "/issues/comments{/number}"),
    ("issue_events_url", "/issues/events{/number}"),
    ("issues_url", "/issues{/number}"),
    ("keys_url", "/keys{/key_id}"),
    ("labels_url", "/labels{/name}"),
    ("languages_url", "/languages"),
    ("merges_url", "/merges"),
    ("milestones_url", "/milestones{/number}"),
    ("notifications_url", "/notifications{?since,all,participating}"),
    ("pulls_url", "/pulls{/number}"),
    ("releases_url", "/releases{/id}"),
    ("stargazers_url", "/stargazers"),
    ("statuses_url", "/statuses/{sha}"),
    ("subscribers_url", "/subscribers"),
    ("subscription_url", "/subscription"),
    ("tags_url", "/tags"),
    ("teams_url", "/teams"),
    ("trees_url", "/git/trees{/sha}"),
];

/// What says how a repository merges.
const MERGING: [&str; 5] = ["allow_merge_commit", "allow_squash_merge", "allow_rebase_merge", "allow_auto_merge", "delete_branch_on_merge"];

impl Wire<'_> {
    /// A repository as it stands inside other things.
    pub fn minimal_repository(self, repository: &Repository) -> Value {
        let mut fields = Map::new();
        for (name, rest) in URLS {
            fields.insert((*name).to_owned(), Value::String(self.repo_api(repository, rest)));
        }
        let more = json!({
            "id": repository.id, "node_id": repository.node_id(), "name": repository.name, "full_name": repository.full_name,
            "owner": self.user(repository.owner), "private": repository.visibility != Visibility::Public, "html_url": self.repo_page(repository, ""),
            "description": null, "fork": repository.parent.is_some(),
        });
        joined(Value::Object(fields), more)
    }

    /// A repository as lists and pull requests have it.
    pub fn repository(self, repository: &Repository) -> Value {
        let open = repository.pulls.iter().filter(|pull| pull.is_open()).count() + repository.issues.len();
        let forks = self.state.repositories.iter().filter(|other| other.parent == Some(repository.id)).count();
        let more = json!({
            "git_url": self.git_url(repository), "ssh_url": format!("git@sandbox.invalid:{}.git", repository.full_name),
            "clone_url": self.git_url(repository), "svn_url": self.repo_page(repository, ""), "mirror_url": null, "homepage": null, "language": null,
            "forks_count": forks, "stargazers_count": 0, "watchers_count": 0, "size": 0, "default_branch": repository.default_branch,
            "open_issues_count": open, "is_template": false, "topics": [], "has_issues": true, "has_projects": false, "has_wiki": false,
            "has_pages": false, "has_downloads": true, "has_discussions": false, "archived": repository.archived, "disabled": false,
            "visibility": repository.visibility.as_str(), "pushed_at": time(repository.pushed_at), "created_at": time(repository.created_at),
            "updated_at": time(repository.pushed_at), "license": null, "forks": forks, "open_issues": open, "watchers": 0, "allow_forking": true, "custom_properties": {},
            "web_commit_signoff_required": false,
        });
        joined(joined(self.minimal_repository(repository), more), self.merge_settings(&repository.settings))
    }

    /// A repository as `GET /repos/{owner}/{repo}` has it.
    pub fn full_repository(self, repository: &Repository, viewer: &Viewer) -> Value {
        let mut more = json!({
            "subscribers_count": 0, "network_count": 0, "permissions": permissions(self.state.role(repository, viewer.account)),
        });
        if let Some(parent) = repository.parent.and_then(|parent| self.state.repository(parent)) {
            more["parent"] = self.repository(parent);
            more["source"] = self.repository(parent);
        }
        let mut drawn = joined(self.repository(repository), more);
        // How it merges is shown to those only who may write its contents.
        if let Value::Object(fields) = &mut drawn
            && !viewer.may(Permission::Contents, Access::Write)
        {
            fields.retain(|name, _| !MERGING.contains(&name.as_str()));
        }
        drawn
    }

    fn git_url(self, repository: &Repository) -> String {
        self.repo_page(repository, ".git")
    }

    /// A branch in a list.
    pub fn short_branch(self, repository: &Repository, name: &str, tip: Oid) -> Value {
        let commit = json!({ "sha": tip.to_string(), "url": self.repo_api(repository, &format!("/commits/{tip}")) });
        json!({ "name": name, "commit": commit, "protected": repository.protects(name) })
    }

    /// A branch.
    pub fn branch(self, repository: &Repository, name: &str, tip: Oid) -> Value {
        let url = self.repo_api(repository, &format!("/branches/{name}"));
        let contexts: Vec<&str> = repository.required_checks(name).iter().map(|check| check.context.as_str()).collect();
        let checks: Vec<Value> = repository.required_checks(name).iter().map(|check| json!({ "context": check.context, "app_id": check.app })).collect();
        let protected = repository.protects(name);
        let level = if contexts.is_empty() { "off" } else { "non_admins" };
        json!({
            "name": name, "commit": self.commit(repository, tip), "_links": { "self": url, "html": self.repo_page(repository, &format!("/tree/{name}")) },
            "protected": protected, "protection_url": format!("{url}/protection"),
            "protection": { "enabled": protected, "required_status_checks": { "enforcement_level": level, "contexts": contexts, "checks": checks } },
        })
    }

    /// A rule that is in force for a branch.
    pub fn rule(self, repository: &Repository, (set, rule): (&Ruleset, &Rule)) -> Value {
        let (kind, parameters) = match rule {
            Rule::RequiredChecks { checks, freshness } => {
                let listed: Vec<Value> = checks
                    .iter()
                    .map(|check| match check.app {
                        Some(app) => json!({ "context": check.context, "integration_id": app }),
                        None => json!({ "context": check.context }),
                    })
                    .collect();
                let strict = *freshness == Freshness::UpToDate;
                let parameters = json!({ "required_status_checks": listed, "strict_required_status_checks_policy": strict, "do_not_enforce_on_create": false });
                ("required_status_checks", Some(parameters))
            }
            Rule::PullRequest(review) => {
                let parameters = json!({
                    "required_approving_review_count": review.approvals, "dismiss_stale_reviews_on_push": review.dismiss_stale,
                    "require_code_owner_review": review.code_owners, "require_last_push_approval": review.last_push, "required_review_thread_resolution": false,
                    "allowed_merge_methods": ["merge", "squash", "rebase"],
                });
                ("pull_request", Some(parameters))
            }
            Rule::RequiredSignatures => ("required_signatures", None),
            Rule::NonFastForward => ("non_fast_forward", None),
        };
        let mut drawn = json!({ "type": kind, "ruleset_source_type": "Repository", "ruleset_source": repository.full_name, "ruleset_id": set.id });
        if let Some(parameters) = parameters {
            drawn["parameters"] = parameters;
        }
        drawn
    }

    /// An entry of the repository's activity.
    pub fn activity(self, entry: &Activity) -> Value {
        json!({
            "id": entry.id, "node_id": node_id(NodeKind::Push, entry.id), "before": oid_or_zeros(entry.before), "after": oid_or_zeros(entry.after),
            "ref": entry.ref_name, "timestamp": time(entry.at), "activity_type": entry.kind.as_str(), "actor": self.user(entry.actor),
        })
    }
}
