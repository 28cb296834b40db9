//! The adapter against answers as GitHub gives them.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::doctor::material::{Approving, BranchPolicy, BranchRules, DefaultToken, Guard, Refused, WorkflowDefaults};
use crate::domain::{BranchName, PersonId, Role};
use crate::facts::{Fact, Visibility};
use crate::github::scripted::{Scripted, Turn};
use crate::ports::{ForgeFault, Inspect as _};

fn main_branch() -> BranchName {
    BranchName::new("main").expect("valid")
}

async fn rules(turns: impl IntoIterator<Item = Turn>) -> (BranchRules, Vec<String>) {
    let server = Scripted::new(turns).await;
    (server.github.branch_rules(&main_branch()).await.expect("an answer"), server.routes())
}

fn branch(protected: bool) -> Turn {
    Turn::json(200, &json!({ "name": "main", "protected": protected, "protection": { "enabled": protected } }))
}

fn rule(kind: &str, parameters: &Value) -> Value {
    json!({ "type": kind, "parameters": parameters, "ruleset_source_type": "Repository", "ruleset_source": "acme/shop", "ruleset_id": 7 })
}

#[tokio::test]
async fn i1_the_repository_is_read_with_its_default_branch() {
    let body = |visibility: Value, private: bool| json!({ "full_name": "acme/shop", "default_branch": "trunk", "private": private, "visibility": visibility });
    let server = Scripted::new([
        Turn::json(200, &body("internal".into(), true)),
        Turn::json(200, &body(Value::Null, false)),
        Turn::json(200, &json!({ "full_name": "acme/shop", "default_branch": "-x", "private": true })),
    ])
    .await;
    let about = server.github.about().await.expect("an answer");
    assert_eq!((about.slug.as_str(), about.default_branch.as_str(), about.visibility), ("acme/shop", "trunk", Visibility::Internal));
    assert_eq!(server.github.about().await.expect("an answer").visibility, Visibility::Public);
    assert!(matches!(server.github.about().await.expect_err("no branch").fault, ForgeFault::Malformed(_)));
}

#[tokio::test]
async fn i1_the_default_of_workflow_tokens_is_read_or_the_permission_named() {
    let body = |token: &str| json!({ "default_workflow_permissions": token, "can_approve_pull_request_reviews": true });
    let refused =
        Turn::json(403, &json!({ "message": "Resource not accessible by integration" })).header("x-accepted-github-permissions", "administration=read");
    let server = Scripted::new([Turn::json(200, &body("write")), refused, Turn::json(200, &body("none"))]).await;
    let read = server.github.workflow_defaults().await.expect("an answer");
    assert_eq!(read, WorkflowDefaults { token: DefaultToken::Write, approving: Approving::Allowed });
    assert_eq!(server.github.workflow_defaults().await.expect_err("refused").permission(), Some("administration: read"));
    assert!(matches!(server.github.workflow_defaults().await.expect_err("odd").fault, ForgeFault::Malformed(_)));
}

#[tokio::test]
async fn i1_environments_come_with_their_protection_and_patterns() {
    let environments = json!({ "total_count": 3, "environments": [
        { "name": "staging", "protection_rules": [], "deployment_branch_policy": null, "can_admins_bypass": true },
        { "name": "Production", "can_admins_bypass": false, "deployment_branch_policy": { "protected_branches": false, "custom_branch_policies": true },
          "protection_rules": [{ "id": 1, "node_id": "x", "type": "required_reviewers", "reviewers": [] }, { "id": 2, "node_id": "y", "type": "branch_policy" }] },
        { "name": "a/b", "protection_rules": [], "deployment_branch_policy": { "protected_branches": true, "custom_branch_policies": false } },
    ] });
    let patterns =
        json!({ "total_count": 2, "branch_policies": [{ "id": 1, "name": "release/*", "type": "branch" }, { "id": 2, "name": "v*", "type": "tag" }] });
    let server = Scripted::new([Turn::json(200, &environments), Turn::json(200, &patterns)]).await;
    let read = server.github.environments().await.expect("an answer");
    assert!(matches!((&read[0].branches, &read[0].admins), (BranchPolicy::Any, Fact::Known(Approving::Allowed))));
    assert!(matches!(&read[1].branches, BranchPolicy::Patterns(Fact::Known(patterns)) if patterns == &["release/*"]), "{read:?}");
    assert_eq!(read[1].rules, BTreeSet::from(["required_reviewers".to_owned(), "branch_policy".to_owned()]));
    assert!(matches!((&read[2].branches, &read[2].admins), (BranchPolicy::Protected, Fact::Unavailable(_))), "older servers do not say it");
    assert_eq!(server.routes()[1], "GET /api/v3/repos/acme/shop/environments/Production/deployment-branch-policies?per_page=100");
}

#[tokio::test]
async fn i1_rules_of_rulesets_and_of_the_classic_protection_hold_together() {
    let parameters = json!({ "required_approving_review_count": 2, "dismiss_stale_reviews_on_push": true, "require_last_push_approval": false, "require_code_owner_review": true });
    let checks = json!({ "required_status_checks": [{ "context": "build" }] });
    let ruled =
        json!([rule("pull_request", &parameters), rule("required_status_checks", &checks), rule("deletion", &Value::Null), rule("brand_new", &json!({}))]);
    let set = json!({ "id": 7, "name": "main rules", "bypass_actors": [
        { "actor_id": 5, "actor_type": "RepositoryRole", "bypass_mode": "always" }, { "actor_id": 9, "actor_type": "Team", "bypass_mode": "pull_request" } ] });
    let classic = json!({ "allow_force_pushes": { "enabled": false }, "allow_deletions": { "enabled": true }, "enforce_admins": { "enabled": false },
        "required_pull_request_reviews": { "dismiss_stale_reviews": false, "require_code_owner_reviews": false, "require_last_push_approval": true,
            "required_approving_review_count": 1, "bypass_pull_request_allowances": { "users": [{ "login": "octocat" }] } } });
    let (read, routes) = rules([Turn::json(200, &ruled), Turn::json(200, &set), branch(true), Turn::json(200, &classic)]).await;
    let expected = [Guard::PullRequest, Guard::StaleDismissed, Guard::LastPush, Guard::OwnerReview, Guard::Checks, Guard::NoForcePush, Guard::NoDeletion];
    assert_eq!((read.guards, read.approvals, read.unread), (BTreeSet::from(expected), 2, Vec::new()));
    assert_eq!(read.bypass.len(), 3, "{:?}", read.bypass);
    assert!(read.bypass[0].contains("administrators of the repository") && read.bypass[1].contains("octocat") && read.bypass[2].starts_with("administrators"));
    assert_eq!(routes[0], "GET /api/v3/repos/acme/shop/rules/branches/main?per_page=100&page=1");
    assert_eq!(routes[1], "GET /api/v3/repos/acme/shop/rulesets/7");
}

#[tokio::test]
async fn i1_a_part_of_the_rules_that_cannot_be_read_is_named_and_never_nothing() {
    let none = || Turn::json(200, &json!([]));
    let (read, routes) = rules([none(), branch(false)]).await;
    assert_eq!((read, routes.len()), (BranchRules::default(), 2), "what is not protected needs no question");
    let (read, _) = rules([none(), branch(true), Turn::json(404, &json!({ "message": "Branch not protected" }))]).await;
    assert_eq!(read, BranchRules::default(), "the server says that there is none");
    for refusal in [Turn::json(404, &json!({ "message": "Not Found" })), Turn::json(403, &json!({ "message": "Resource not accessible by integration" }))] {
        let (read, _) = rules([none(), branch(true), refusal]).await;
        assert!(read.unread[0].what.contains("administration: read"), "{:?}", read.unread);
    }
    let hidden = json!({ "id": 7, "name": "main rules" });
    let (read, _) = rules([Turn::json(200, &json!([rule("deletion", &Value::Null)])), Turn::json(200, &hidden), branch(false)]).await;
    assert!(read.unread[0].what.contains("who may go round the ruleset `main rules`"), "{:?}", read.unread);
    let server = Scripted::new([Turn::status(403)]).await;
    assert!(server.github.branch_rules(&main_branch()).await.is_err(), "without the rulesets nothing is known");
}

#[tokio::test]
async fn i1_only_humans_with_their_highest_role_can_approve() {
    let flags = |push: bool| json!({ "pull": true, "triage": push, "push": push, "maintain": false, "admin": false });
    let people = json!([
        { "login": "octocat", "id": 1, "type": "User", "role_name": "maintain", "permissions": flags(true) },
        { "login": "hubot", "id": 2, "type": "User", "role_name": "our-own-role", "permissions": flags(true) },
        { "login": "reader", "id": 3, "type": "User", "role_name": "another-role", "permissions": flags(false) },
        { "login": "robot[bot]", "id": 4, "type": "Bot", "role_name": "write", "permissions": flags(true) },
    ]);
    let server = Scripted::new([Turn::json(200, &people)]).await;
    let read = server.github.collaborators().await.expect("an answer");
    let roles: Vec<_> = read.items.iter().map(|somebody| (somebody.id, somebody.role)).collect();
    assert_eq!(roles, [(PersonId(1), Role::Maintain), (PersonId(2), Role::Write), (PersonId(3), Role::Read)]);
    assert!(read.complete);
}

#[tokio::test]
async fn i1_what_the_token_is_refused_is_named_and_other_failures_are_not_taken_for_it() {
    let refused = || Turn::json(403, &json!({ "message": "Resource not accessible by integration" }));
    let fine = || Turn::json(200, &json!([]));
    let server = Scripted::new([refused(), refused(), refused(), refused(), refused(), refused()]).await;
    assert_eq!(server.github.refused(&main_branch()).await.len(), 6);
    let server = Scripted::new([fine(), fine(), fine(), fine(), fine(), Turn::status(410)]).await;
    assert_eq!(server.github.refused(&main_branch()).await, Vec::<Refused>::new());
    assert!(server.routes().iter().any(|route| route == "GET /api/v3/repos/acme/shop/commits/main/check-runs?per_page=1"));
}

#[tokio::test]
async fn i1_the_files_come_whole_or_with_the_reason_why_not() {
    let blob = |text: Value| json!({ "mode": 0o100_644, "object": { "byteSize": 9, "isTruncated": false, "text": text } });
    let entry = |name: &str, mode: u32, object: Value| json!({ "name": name, "mode": mode, "object": object });
    let whole = json!({ "byteSize": 9, "isTruncated": false, "text": "on: push\n" });
    let entries = json!([
        entry("ci.yml", 0o100_644, whole.clone()),
        entry("link.yaml", 0o120_000, whole.clone()),
        entry("cut.yml", 0o100_644, json!({ "byteSize": 900_000, "isTruncated": true, "text": "on" })),
        entry("binary.yml", 0o100_644, json!({ "byteSize": 9, "isTruncated": false, "text": null })),
        entry("folder.yml", 0o040_000, json!({})),
        entry("notes.md", 0o100_644, whole),
    ]);
    let target = json!({ "policy": blob("version: 1".into()), "workflows": { "mode": 0o040_000, "object": { "entries": entries } }, "action": null,
        "owners1": null, "owners2": blob("* @octocat".into()), "owners3": blob("* @hubot".into()) });
    let data = |target: Value| Turn::data(&json!({ "repository": { "defaultBranchRef": { "target": target } } }));
    let empty = json!({ "policy": null, "workflows": null, "action": null, "owners1": null, "owners2": null, "owners3": null });
    let server = Scripted::new([data(target), data(empty), Turn::data(&json!({ "repository": { "defaultBranchRef": null } }))]).await;
    let files = server.github.files().await.expect("an answer");
    assert_eq!(files.policy, Fact::Known(Some("version: 1".to_owned())));
    assert_eq!(files.codeowners.known().and_then(|owners| owners.path.as_deref()), Some("CODEOWNERS"));
    let workflows = files.workflows.known().expect("known");
    let said: Vec<_> = workflows.iter().map(|file| (file.path.rsplit('/').next().expect("a name"), file.text.get().map_err(|why| why.what))).collect();
    assert_eq!(said[0], ("ci.yml", Ok(&"on: push\n".to_owned())));
    for (index, words) in [(1, "symbolic link"), (2, "cut it short at 900000"), (3, "no text"), (4, "no file")] {
        assert!(said[index].1.as_ref().is_err_and(|why| why.contains(words)), "{:?}", said[index]);
    }
    assert_eq!(said.len(), 5);
    let files = server.github.files().await.expect("an answer");
    assert!(files.policy == Fact::Known(None) && files.workflows.known().is_some_and(Vec::is_empty));
    assert!(server.github.files().await.is_err(), "an empty repository has no files to look at");
}
