//! Every REST route of the sandbox is driven over HTTP, and requests and answers are held against GitHub's own description.

use serde_json::{Value, json};
use shipgate::domain::{CommitSha, Role};
use shipgate::sandbox::Sandbox;
use shipgate::sandbox::rest::served;
use shipgate::sandbox::state::{ACTIONS_APP, Access, Conclusion, Permission, ReviewRule, ReviewState, Rule, StatusState, Visibility};
use shipgate::sandbox::world::Check;

use crate::github_contract::{NOT_DESCRIBED, check_exchanges, describes};
use crate::http_client::Client;

const SHOP: &str = "acme/shop";

struct World {
    sandbox: Sandbox,
    client: Client,
    actions: Client,
    head: CommitSha,
    pull: u64,
}

/// A repository in which everything is there once.
fn world() -> World {
    let sandbox = Sandbox::start("2026-11-20T09:00:00Z".parse().expect("a time"));
    sandbox.organisation("acme");
    sandbox.user("ada");
    sandbox.user("bob");
    sandbox.team("acme/sre", &["bob"]);
    sandbox.repository(SHOP, Visibility::Private);
    sandbox.grant(SHOP, "ada", Role::Admin);
    sandbox.grant_team(SHOP, "acme/sre", Role::Write);
    sandbox.put(SHOP, "ada", ("main", &[("README.md", "hello\n"), ("src/a b.txt", "one\n")]));
    let head = sandbox.put(SHOP, "ada", ("feature/x", &[("src/a b.txt", "two\n"), ("new.txt", "new\n")]));
    let pull = sandbox.open_pull(SHOP, "ada", ("feature/x", "main"));
    sandbox.require_checks(SHOP, "main", &[("build", Some(ACTIONS_APP)), ("lint", None)]);
    sandbox.require_reviews(SHOP, "main", ReviewRule { approvals: 1, ..ReviewRule::default() });
    sandbox.rule(SHOP, "main", Rule::RequiredSignatures);
    sandbox.rule(SHOP, "main", Rule::NonFastForward);
    sandbox.label((SHOP, pull), "ada", "ready");
    sandbox.workflow(SHOP, ".github/workflows/ci.yml", "CI");
    let run = sandbox.start_run(SHOP, "ada", (".github/workflows/ci.yml", "push", "feature/x"));
    sandbox.finish_run(run, Conclusion::Success);
    sandbox.check(SHOP, &head, Check::ended("build", Conclusion::Success));
    sandbox.status(SHOP, "ada", (&head, "lint", StatusState::Success));
    sandbox.review((SHOP, pull), "bob", ReviewState::Approved);
    sandbox.environment(SHOP, "staging");
    let client = Client::new(&sandbox, &sandbox.full_token("ada"));
    let all = Permission::ALL.map(|permission| (permission, Access::Write));
    let actions = Client::new(&sandbox, &sandbox.actions_token(&all));
    World { sandbox, client, actions, head, pull }
}

fn repo(rest: &str) -> String {
    format!("/repos/{SHOP}{rest}")
}

fn expect(answer: &crate::http_client::Answer, status: u16) -> Value {
    assert_eq!(answer.status, status, "{}", String::from_utf8_lossy(&answer.body));
    answer.json()
}

fn read_everything(world: &World) {
    let (head, pull) = (&world.head, world.pull);
    let tree = world.client.get(&repo(&format!("/git/commits/{head}"))).json()["tree"]["sha"].as_str().expect("a tree").to_owned();
    for path in [
        "/git/ref/heads/feature/x".to_owned(),
        "/git/matching-refs/heads/".to_owned(),
        format!("/git/trees/{tree}"),
        "/git/trees/main?recursive=1".to_owned(),
        "/contents/README.md".to_owned(),
        "/contents/src/a%20b.txt?ref=feature/x".to_owned(),
        "/contents/src".to_owned(),
        "/contents/".to_owned(),
        "/commits?sha=feature/x&per_page=1".to_owned(),
        "/commits/feature/x".to_owned(),
        format!("/commits/{head}/pulls"),
        "/compare/main...feature/x".to_owned(),
        "/tags".to_owned(),
        "/branches".to_owned(),
        "/branches/main".to_owned(),
        "/branches/feature/x".to_owned(),
        "/rules/branches/main".to_owned(),
        "/pulls?state=all".to_owned(),
        format!("/pulls/{pull}"),
        format!("/pulls/{pull}/files"),
        format!("/pulls/{pull}/commits"),
        format!("/pulls/{pull}/reviews"),
        format!("/issues/{pull}"),
        "/collaborators/bob/permission".to_owned(),
        "/commits/feature/x/check-runs".to_owned(),
        "/commits/feature/x/check-runs?filter=all".to_owned(),
        "/commits/feature/x/check-suites".to_owned(),
        "/commits/feature/x/status".to_owned(),
        "/environments".to_owned(),
        "/environments/staging".to_owned(),
        "/actions/workflows".to_owned(),
        "/actions/workflows/ci.yml/runs".to_owned(),
        "/activity?per_page=1".to_owned(),
        "/activity?ref=refs/heads/main&activity_type=branch_creation".to_owned(),
        String::new(),
    ] {
        expect(&world.client.get(&repo(&path)), 200);
    }
    for path in ["/user", "/rate_limit", "/orgs/acme/teams/sre/members", "/orgs/acme/teams/sre/memberships/bob"] {
        expect(&world.client.get(path), 200);
    }
    let runs = expect(&world.client.get(&repo("/actions/runs")), 200);
    let run = &runs["workflow_runs"][0]["id"];
    expect(&world.client.get(&repo(&format!("/actions/runs/{run}"))), 200);
    let jobs = expect(&world.client.get(&repo(&format!("/actions/runs/{run}/jobs"))), 200);
    assert_eq!(jobs["total_count"], 1);
}

fn talk(world: &World) {
    let comments = repo(&format!("/issues/{}/comments", world.pull));
    let id = expect(&world.client.post(&comments, &json!({ "body": "/deploy staging" })), 201)["id"].clone();
    assert_eq!(expect(&world.client.get(&comments), 200).as_array().map(Vec::len), Some(1));
    let comment = repo(&format!("/issues/comments/{id}"));
    assert_eq!(expect(&world.client.get(&comment), 200)["body"], "/deploy staging");
    expect(&world.client.patch(&comment, &json!({ "body": "edited" })), 200);
    let reactions = format!("{comment}/reactions");
    let reaction = expect(&world.client.post(&reactions, &json!({ "content": "eyes" })), 201)["id"].clone();
    assert_eq!(expect(&world.client.post(&reactions, &json!({ "content": "eyes" })), 200)["id"], reaction);
    expect(&world.client.get(&reactions), 200);
    expect(&world.client.delete(&format!("{reactions}/{reaction}")), 204);
    expect(&world.client.delete(&comment), 204);
    expect(&world.client.get(&comment), 404);
}

fn write_git(world: &World) {
    let head = &world.head;
    let blob = expect(&world.client.post(&repo("/git/blobs"), &json!({ "content": "aGVsbG8=", "encoding": "base64" })), 201);
    assert_eq!(blob["sha"], "b6fc4c620b67d95f953a5c1c1230aaab5db5a1b0");
    let tag = json!({ "tag": "lock", "message": "{}", "object": head.as_str(), "type": "commit" });
    let tag = expect(&world.client.post(&repo("/git/tags"), &tag), 201)["sha"].as_str().expect("an id").to_owned();
    expect(&world.client.get(&repo(&format!("/git/tags/{tag}"))), 200);
    let name = json!({ "ref": "refs/shipgate/lock/staging", "sha": tag });
    expect(&world.client.post(&repo("/git/refs"), &name), 201);
    assert_eq!(expect(&world.client.post(&repo("/git/refs"), &name), 422)["message"], "Reference already exists");
    let tree = world.client.get(&repo(&format!("/git/commits/{head}"))).json()["tree"]["sha"].clone();
    let commit = json!({ "message": "next", "tree": tree, "parents": [head.as_str()] });
    let next = expect(&world.client.post(&repo("/git/commits"), &commit), 201)["sha"].clone();
    expect(&world.client.post(&repo("/git/refs"), &json!({ "ref": "refs/tags/v1", "sha": head.as_str() })), 201);
    expect(&world.client.patch(&repo("/git/refs/tags/v1"), &json!({ "sha": next })), 200);
    expect(&world.client.patch(&repo("/git/refs/tags/v1"), &json!({ "sha": head.as_str() })), 422);
    expect(&world.client.delete(&repo("/git/refs/shipgate/lock/staging")), 204);
    expect(&world.client.get(&repo("/git/ref/shipgate/lock/staging")), 404);
}

fn check(world: &World) {
    let run = json!({ "name": "gate", "head_sha": world.head.as_str(), "status": "in_progress" });
    let id = expect(&world.actions.post(&repo("/check-runs"), &run), 201)["id"].clone();
    let done = json!({ "status": "completed", "conclusion": "success", "output": { "title": "go", "summary": "all gates" } });
    assert_eq!(expect(&world.actions.patch(&repo(&format!("/check-runs/{id}")), &done), 200)["conclusion"], "success");
    expect(&world.client.post(&repo("/check-runs"), &run), 403);
    let status = json!({ "state": "success", "context": "gate", "description": "go" });
    expect(&world.client.post(&repo(&format!("/statuses/{}", world.head)), &status), 201);
}

fn deploy(world: &World) {
    let wanted = json!({
        "ref": world.head.as_str(), "environment": "staging", "auto_merge": false, "required_contexts": [], "payload": { "pull": 1 },
        "production_environment": false, "transient_environment": false, "description": "one",
    });
    let id = expect(&world.actions.post(&repo("/deployments"), &wanted), 201)["id"].clone();
    let statuses = repo(&format!("/deployments/{id}/statuses"));
    for state in ["queued", "in_progress", "success"] {
        let body = json!({ "state": state, "description": "x", "log_url": "https://example.com/log", "environment_url": "https://example.com" });
        expect(&world.actions.post(&statuses, &body), 201);
    }
    assert_eq!(expect(&world.client.get(&statuses), 200)[0]["state"], "success");
    assert_eq!(expect(&world.client.get(&repo("/deployments?environment=staging")), 200)[0]["payload"]["pull"], 1);
    expect(&world.client.get(&repo(&format!("/deployments/{id}"))), 200);
    let unknown = json!({ "ref": "nowhere" });
    assert_eq!(expect(&world.client.post(&repo("/deployments"), &unknown), 422)["message"], "No ref found for: nowhere");
}

fn run_workflows(world: &World) {
    let dispatches = repo("/actions/workflows/ci.yml/dispatches");
    expect(&world.client.post(&dispatches, &json!({ "ref": "main" })), 422);
    let file = "name: CI\non: { workflow_dispatch: { inputs: { a: {} } }, repository_dispatch: }\nrun-name: CI ${{ inputs.a }}\n";
    world.sandbox.put(SHOP, "ada", ("main", &[(".github/workflows/ci.yml", file)]));
    expect(&world.client.get(&repo("/actions/workflows/ci.yml")), 200);
    expect(&world.client.post(&dispatches, &json!({ "ref": "main", "inputs": { "a": "b" } })), 204);
    let run = expect(&world.client.post(&dispatches, &json!({ "ref": "main", "return_run_details": true })), 200)["workflow_run_id"].clone();
    let act = |act: &str| world.client.send("POST", &repo(&format!("/actions/runs/{run}/{act}")), None).expect("an answer");
    expect(&act("cancel"), 202);
    expect(&act("cancel"), 409);
    expect(&act("rerun"), 201);
    let job = world.sandbox.start_job(run.as_u64().expect("an id"), "build");
    expect(&world.client.get(&repo(&format!("/actions/jobs/{job}"))), 200);
    for path in ["", "/jobs?filter=latest", "/jobs?filter=all", "/attempts/1", "/attempts/2", "/attempts/1/jobs", "/attempts/2/jobs"] {
        expect(&world.client.get(&repo(&format!("/actions/runs/{run}{path}"))), 200);
    }
    expect(&world.client.get(&repo("/actions/runs?created=%3E%3D2026-11-20&actor=ada&exclude_pull_requests=true")), 200);
    expect(&world.client.post(&repo("/dispatches"), &json!({ "event_type": "deploy", "client_payload": { "a": 1 } })), 204);
    expect(&world.client.post(&repo("/dispatches"), &json!({ "event_type": "" })), 422);
}

fn pull(world: &World) {
    world.sandbox.put(SHOP, "ada", ("topic", &[("topic.txt", "x\n")]));
    let opened = expect(&world.client.post(&repo("/pulls"), &json!({ "title": "Topic", "head": "topic", "base": "main" })), 201);
    let number = &opened["number"];
    expect(&world.client.patch(&repo(&format!("/pulls/{number}")), &json!({ "title": "Topic two" })), 200);
    expect(&world.client.patch(&repo(&format!("/pulls/{number}")), &json!({ "state": "closed" })), 200);
    expect(&world.client.patch(&repo(&format!("/pulls/{number}")), &json!({ "state": "open" })), 200);
    let reviews = repo(&format!("/pulls/{number}/reviews"));
    expect(&world.actions.post(&reviews, &json!({ "event": "APPROVE" })), 200);
    expect(&world.client.post(&reviews, &json!({ "event": "APPROVE" })), 422);
    assert_eq!(expect(&world.client.put(&repo(&format!("/pulls/{number}/merge")), &json!({})), 200)["merged"], true);
    let closed = expect(&world.client.get(&repo(&format!("/pulls/{number}"))), 200);
    assert_eq!((&closed["state"], &closed["merged"]), (&json!("closed"), &json!(true)));
}

#[test]
fn every_route_of_the_sandbox_is_asked_and_answers_as_github_describes_it() {
    let world = world();
    read_everything(&world);
    talk(&world);
    write_git(&world);
    check(&world);
    deploy(&world);
    run_workflows(&world);
    pull(&world);
    let log = world.sandbox.log();
    check_exchanges(&log);
    assert_eq!(world.sandbox.unknown_routes(), Vec::<String>::new());
    let asked = |method: &str, route: &str| log.iter().any(|exchange| exchange.method == method && exchange.route == Some(route));
    let missed: Vec<_> = served().into_iter().filter(|(method, route)| !asked(method, route)).collect();
    assert!(missed.is_empty(), "served and not asked here: {missed:?}");
}

#[test]
fn every_route_of_the_sandbox_is_described_by_github_or_listed_with_a_reason() {
    let listed = |method: &str, route: &str| NOT_DESCRIBED.iter().any(|(known, path, why)| *known == method && *path == route && !why.is_empty());
    let strange: Vec<_> = served().into_iter().filter(|(method, route)| !describes(method, route) && !listed(method, route)).collect();
    assert!(strange.is_empty(), "{strange:?}");
}
