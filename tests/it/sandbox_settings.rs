//! How environments and branches are protected, and what the settings are, is told as GitHub tells it, and to those only it tells.

use serde_json::json;
use shipgate::domain::Role;
use shipgate::sandbox::Sandbox;
use shipgate::sandbox::state::{ACTIONS_APP, Access, AllowedActions, Conclusion, DeployFrom, Permission, RequiredCheck, ReviewRule, Visibility};
use shipgate::sandbox::world::Check;

use crate::github_contract::check_log;
use crate::http_client::Client;

const SHOP: &str = "acme/shop";

fn shop() -> Sandbox {
    let sandbox = Sandbox::start("2026-11-20T09:00:00Z".parse().expect("a time"));
    sandbox.organisation("acme");
    for login in ["ada", "bob", "eve"] {
        sandbox.user(login);
    }
    sandbox.team("acme/sre", &["bob"]);
    sandbox.repository(SHOP, Visibility::Private);
    sandbox.grant(SHOP, "ada", Role::Admin);
    sandbox.grant(SHOP, "bob", Role::Write);
    sandbox.put(SHOP, "ada", ("main", &[("a", "1")]));
    sandbox
}

fn of(sandbox: &Sandbox, login: &str) -> Client {
    Client::new(sandbox, &sandbox.full_token(login))
}

#[test]
fn i1_an_environment_says_what_it_asks_before_a_job() {
    let sandbox = shop();
    sandbox.environment(SHOP, "staging");
    sandbox.environment_reviewers(SHOP, "production", &["ada", "acme/sre"]);
    sandbox.environment_branches(SHOP, "production", &["main"]);
    sandbox.protect_environment(SHOP, "production", |protection| {
        protection.wait_minutes = 30;
        protection.holds_admins = true;
    });
    sandbox.protect_environment(SHOP, "preview", |protection| protection.branches = DeployFrom::Protected);
    let client = of(&sandbox, "bob");
    let open = client.get("/repos/acme/shop/environments/staging").json();
    assert_eq!((&open["protection_rules"], &open["deployment_branch_policy"], &open["can_admins_bypass"]), (&json!([]), &json!(null), &json!(true)));
    let strict = client.get("/repos/acme/shop/environments/production").json();
    let rules = strict["protection_rules"].as_array().expect("a list");
    let kinds: Vec<&str> = rules.iter().filter_map(|rule| rule["type"].as_str()).collect();
    assert_eq!(kinds, ["wait_timer", "required_reviewers", "branch_policy"]);
    assert_eq!((&rules[0]["wait_timer"], &rules[1]["prevent_self_review"]), (&json!(30), &json!(false)));
    let reviewers = rules[1]["reviewers"].as_array().expect("a list");
    assert_eq!((&reviewers[0]["reviewer"]["login"], &reviewers[1]["reviewer"]["slug"]), (&json!("ada"), &json!("sre")));
    assert_eq!(strict["deployment_branch_policy"], json!({ "protected_branches": false, "custom_branch_policies": true }));
    assert_eq!(strict["can_admins_bypass"], false);
    let patterns = client.get("/repos/acme/shop/environments/production/deployment-branch-policies").json();
    assert_eq!((&patterns["total_count"], &patterns["branch_policies"][0]["name"]), (&json!(1), &json!("main")));
    let preview = client.get("/repos/acme/shop/environments/preview").json();
    assert_eq!(preview["deployment_branch_policy"], json!({ "protected_branches": true, "custom_branch_policies": false }));
    assert_eq!(client.get("/repos/acme/shop/environments/gone").status, 404);
    check_log(&sandbox);
}

#[test]
fn i1_a_branchs_protection_is_shown_to_administrators_only() {
    let sandbox = shop();
    let path = "/repos/acme/shop/branches/main/protection";
    let message = |client: &Client| {
        let answer = client.get(path);
        (answer.status, answer.json()["message"].as_str().map(str::to_owned))
    };
    assert_eq!(message(&of(&sandbox, "ada")), (404, Some("Branch not protected".to_owned())));
    sandbox.protect_branch(SHOP, "main", |protection| {
        protection.review = Some(ReviewRule { approvals: 2, last_push: true, ..ReviewRule::default() });
        protection.holds_admins = true;
    });
    let shown = of(&sandbox, "ada").get(path).json();
    assert_eq!(shown["required_pull_request_reviews"]["required_approving_review_count"], 2);
    assert_eq!((&shown["enforce_admins"]["enabled"], shown.get("required_status_checks")), (&json!(true), None));
    assert_eq!(message(&of(&sandbox, "bob")), (403, Some("Must have admin rights to Repository.".to_owned())));
    let actions = Client::new(&sandbox, &sandbox.actions_token(&Permission::ALL.map(|permission| (permission, Access::Write))));
    let refused = actions.get(path);
    assert_eq!((refused.status, refused.header("x-accepted-github-permissions")), (403, Some("administration=read")));
    assert_eq!(of(&sandbox, "bob").get("/repos/acme/shop/branches/main").json()["protected"], true);
}

#[test]
fn i1_a_check_that_the_classic_protection_requires_is_required() {
    let sandbox = shop();
    let build = RequiredCheck { context: "build".to_owned(), app: Some(ACTIONS_APP) };
    sandbox.protect_branch(SHOP, "main", |protection| protection.checks = vec![build]);
    let head = sandbox.put(SHOP, "bob", ("topic", &[("a", "2")]));
    let pull = sandbox.open_pull(SHOP, "bob", ("topic", "main"));
    let state = || of(&sandbox, "bob").get(&format!("/repos/acme/shop/pulls/{pull}")).json()["mergeable_state"].clone();
    assert_eq!(state(), "blocked");
    sandbox.check(SHOP, &head, Check::ended("build", Conclusion::Success));
    assert_eq!(state(), "clean");
}

#[test]
fn i1_settings_are_told_to_those_who_may_know_them() {
    let sandbox = shop();
    sandbox.settings(SHOP, |settings| {
        settings.squashing = false;
        settings.workflow_token = Access::Write;
        settings.workflows_approve = true;
        settings.actions = AllowedActions::Selected;
        settings.pinned_actions = true;
    });
    let whole = of(&sandbox, "ada").get("/repos/acme/shop").json();
    assert_eq!((&whole["allow_squash_merge"], &whole["allow_merge_commit"]), (&json!(false), &json!(true)));
    let reader = Client::new(&sandbox, &sandbox.token("bob", &[(Permission::Metadata, Access::Read)]));
    assert_eq!(reader.get("/repos/acme/shop").json().get("allow_squash_merge"), None);
    let token = of(&sandbox, "ada").get("/repos/acme/shop/actions/permissions/workflow").json();
    assert_eq!(token, json!({ "default_workflow_permissions": "write", "can_approve_pull_request_reviews": true }));
    let actions = of(&sandbox, "ada").get("/repos/acme/shop/actions/permissions").json();
    assert_eq!((&actions["allowed_actions"], &actions["sha_pinning_required"]), (&json!("selected"), &json!(true)));
    assert_eq!(reader.get("/repos/acme/shop/actions/permissions").status, 403);
    check_log(&sandbox);
}
