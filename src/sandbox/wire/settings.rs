//! How environments and branches are protected, and what a repository's settings are.

use serde_json::{Value, json};

use super::people::joined;
use super::{Wire, time};
use crate::sandbox::state::{
    AllowedActions, BranchProtection, DeployFrom, Environment, Freshness, NodeKind, Repository, RequiredCheck, ReviewRule, Reviewer, Settings, Team, node_id,
};

impl Wire<'_> {
    /// An environment.
    pub fn environment(self, repository: &Repository, environment: &Environment) -> Value {
        let (name, protection) = (&environment.name, &environment.protection);
        let branches = match &protection.branches {
            DeployFrom::Any => Value::Null,
            other => {
                let protected = *other == DeployFrom::Protected;
                json!({ "protected_branches": protected, "custom_branch_policies": !protected })
            }
        };
        json!({
            "id": environment.id, "node_id": environment.node_id(), "name": name, "url": self.repo_api(repository, &format!("/environments/{name}")),
            "html_url": self.repo_page(repository, &format!("/deployments/activity_log?environments_filter={name}")),
            "created_at": time(environment.created_at), "updated_at": time(environment.created_at), "protection_rules": self.protection_rules(environment),
            "deployment_branch_policy": branches, "can_admins_bypass": !protection.holds_admins,
        })
    }

    fn protection_rules(self, environment: &Environment) -> Vec<Value> {
        let protection = &environment.protection;
        let rule = |kind: &str| json!({ "id": environment.id, "node_id": node_id(NodeKind::Rule, environment.id), "type": kind });
        let mut rules = Vec::new();
        if protection.wait_minutes > 0 {
            rules.push(joined(rule("wait_timer"), json!({ "wait_timer": protection.wait_minutes })));
        }
        if !protection.reviewers.is_empty() {
            let reviewers: Vec<Value> = protection.reviewers.iter().map(|reviewer| self.reviewer(*reviewer)).collect();
            rules.push(joined(rule("required_reviewers"), json!({ "prevent_self_review": protection.prevent_self_review, "reviewers": reviewers })));
        }
        if protection.branches != DeployFrom::Any {
            rules.push(rule("branch_policy"));
        }
        rules
    }

    fn reviewer(self, reviewer: Reviewer) -> Value {
        match reviewer {
            Reviewer::User(id) => json!({ "type": "User", "reviewer": self.user(id) }),
            Reviewer::Team(id) => {
                let team = self.state.teams.iter().find(|team| team.id == id).map_or(Value::Null, |team| self.team(team));
                json!({ "type": "Team", "reviewer": team })
            }
        }
    }

    /// A team.
    pub fn team(self, team: &Team) -> Value {
        let organisation = self.state.account(team.organisation).map(|account| account.login.clone()).unwrap_or_default();
        let url = self.api(&format!("/organizations/{}/team/{}", team.organisation, team.id));
        json!({
            "id": team.id, "node_id": node_id(NodeKind::Team, team.id), "url": url, "members_url": format!("{url}/members{{/member}}"), "name": team.name,
            "description": null, "permission": "pull", "privacy": "closed", "html_url": self.page(&format!("/orgs/{organisation}/teams/{}", team.slug)),
            "repositories_url": format!("{url}/repos"), "slug": team.slug, "type": "organization", "organization_id": team.organisation, "parent": null,
        })
    }

    /// A pattern of branches that may be deployed.
    pub fn deployment_branch_policy(self, (id, name): &(u64, String)) -> Value {
        json!({ "id": id, "node_id": node_id(NodeKind::Rule, *id), "name": name, "type": "branch" })
    }

    /// The classic protection of a branch.
    pub fn branch_protection(self, repository: &Repository, protection: &BranchProtection) -> Value {
        let url = self.repo_api(repository, &format!("/branches/{}/protection", protection.branch));
        let switch = |on: bool| json!({ "enabled": on });
        let mut drawn = json!({
            "url": url, "enforce_admins": { "url": format!("{url}/enforce_admins"), "enabled": protection.holds_admins },
            "required_signatures": { "url": format!("{url}/required_signatures"), "enabled": false }, "required_linear_history": switch(false),
            "allow_force_pushes": switch(protection.force_pushes), "allow_deletions": switch(protection.deletions), "block_creations": switch(false),
            "required_conversation_resolution": switch(false), "lock_branch": switch(false), "allow_fork_syncing": switch(false),
        });
        if let Some(review) = &protection.review {
            drawn["required_pull_request_reviews"] = required_reviews(&url, review);
        }
        if !protection.checks.is_empty() {
            drawn["required_status_checks"] = required_checks(&url, (&protection.checks, protection.freshness));
        }
        drawn
    }

    /// What the settings say of merging pull requests.
    pub fn merge_settings(self, settings: &Settings) -> Value {
        json!({
            "allow_merge_commit": settings.merge_commits, "allow_squash_merge": settings.squashing, "allow_rebase_merge": settings.rebasing,
            "allow_auto_merge": settings.auto_merge, "delete_branch_on_merge": settings.delete_branches,
        })
    }

    /// What a workflow's own token may do where the workflow does not say.
    pub fn workflow_permissions(self, settings: &Settings) -> Value {
        json!({ "default_workflow_permissions": settings.workflow_token.as_str(), "can_approve_pull_request_reviews": settings.workflows_approve })
    }

    /// Which actions workflows may use.
    pub fn actions_permissions(self, repository: &Repository) -> Value {
        let settings = &repository.settings;
        let mut drawn = json!({ "enabled": true, "allowed_actions": settings.actions.as_str(), "sha_pinning_required": settings.pinned_actions });
        if settings.actions == AllowedActions::Selected {
            drawn["selected_actions_url"] = json!(self.repo_api(repository, "/actions/permissions/selected-actions"));
        }
        drawn
    }
}

fn required_reviews(url: &str, review: &ReviewRule) -> Value {
    json!({
        "url": format!("{url}/required_pull_request_reviews"), "dismiss_stale_reviews": review.dismiss_stale,
        "require_code_owner_reviews": review.code_owners, "required_approving_review_count": review.approvals,
        "require_last_push_approval": review.last_push,
    })
}

fn required_checks(url: &str, (checks, freshness): (&[RequiredCheck], Freshness)) -> Value {
    let contexts: Vec<&str> = checks.iter().map(|check| check.context.as_str()).collect();
    let listed: Vec<Value> = checks.iter().map(|check| json!({ "context": check.context, "app_id": check.app })).collect();
    let url = format!("{url}/required_status_checks");
    json!({ "url": url, "contexts_url": format!("{url}/contexts"), "strict": freshness == Freshness::UpToDate, "contexts": contexts, "checks": listed })
}
