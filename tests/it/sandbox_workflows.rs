//! The sandbox's workflows are there as GitHub's are: by their files, with their declared inputs, their runs, attempts and jobs.

use serde_json::{Value, json};
use shipgate::domain::Role;
use shipgate::sandbox::Sandbox;
use shipgate::sandbox::state::{Access, Conclusion, Permission, RunStatus, Visibility};

use crate::github_contract::check_log;
use crate::http_client::{Answer, Client};

const SHOP: &str = "acme/shop";
const INFRA: &str = "acme/infra";
const DEPLOY: &str = "name: Deploy
run-name: Deploy ${{ inputs.shipgate }}
on:
  workflow_dispatch:
    inputs:
      shipgate: { required: true, type: string }
      region: { type: choice, options: [eu-1, us-1], default: eu-1 }
";
const LISTENER: &str = "name: Listener
run-name: Got ${{ github.event.client_payload.shipgate }}
on: { repository_dispatch: { types: [deploy] } }
";

fn shop() -> Sandbox {
    let sandbox = Sandbox::start("2026-11-20T09:00:00Z".parse().expect("a time"));
    sandbox.organisation("acme");
    sandbox.user("ada");
    for name in [SHOP, INFRA] {
        sandbox.repository(name, Visibility::Private);
        sandbox.grant(name, "ada", Role::Write);
    }
    let files = [(".github/workflows/deploy.yml", DEPLOY), (".github/workflows/listener.yml", LISTENER), (".github/workflows/ci.yml", "on: push\n")];
    sandbox.put(SHOP, "ada", ("main", &files));
    sandbox
}

fn ada(sandbox: &Sandbox) -> Client {
    Client::new(sandbox, &sandbox.full_token("ada")).with_header("X-GitHub-Api-Version", "2026-03-10")
}

fn dispatch(client: &Client, inputs: &Value) -> Answer {
    client.post("/repos/acme/shop/actions/workflows/deploy.yml/dispatches", &json!({ "ref": "main", "inputs": inputs }))
}

fn message(answer: &Answer) -> (u16, String) {
    (answer.status, answer.json()["message"].as_str().unwrap_or_default().to_owned())
}

#[test]
fn d2_workflow_files_register_workflows_under_their_names() {
    let sandbox = shop();
    sandbox.put(SHOP, "ada", ("topic", &[(".github/workflows/new.yml", "on: workflow_dispatch\n"), (".github/workflows/test.yml", "on: [push]\n")]));
    let listed = ada(&sandbox).get("/repos/acme/shop/actions/workflows").json();
    let names: Vec<&str> = listed["workflows"].as_array().expect("a list").iter().filter_map(|workflow| workflow["name"].as_str()).collect();
    // A workflow that can only be dispatched is not there before the default branch has it.
    assert_eq!(names, [".github/workflows/ci.yml", "Deploy", "Listener", ".github/workflows/test.yml"]);
    sandbox.put(SHOP, "ada", ("main", &[(".github/workflows/ci.yml", "name: CI\non: push\n")]));
    assert_eq!(ada(&sandbox).get("/repos/acme/shop/actions/workflows/ci.yml").json()["name"], "CI");
    check_log(&sandbox);
}

#[test]
fn d2_a_dispatch_gives_the_run_with_its_inputs_and_its_name() {
    let sandbox = shop();
    let client = ada(&sandbox);
    let answer = dispatch(&client, &json!({ "shipgate": "acme/shop/7/ab" })).json();
    let run = answer["workflow_run_id"].as_u64().expect("a run");
    let found = sandbox.dispatched(SHOP);
    assert_eq!((found.len(), found[0].run, found[0].status), (1, run, RunStatus::Queued));
    assert_eq!(Value::Object(found[0].inputs.clone()), json!({ "shipgate": "acme/shop/7/ab", "region": "eu-1" }));
    assert_eq!((found[0].title.as_str(), found[0].actor.as_str(), found[0].branch.as_str()), ("Deploy acme/shop/7/ab", "ada", "main"));
    let shown = client.get(&format!("/repos/acme/shop/actions/runs/{run}")).json();
    assert_eq!((&shown["display_title"], &shown["name"]), (&json!("Deploy acme/shop/7/ab"), &json!("Deploy")));
    assert_eq!(sandbox.dispatch_event(run)["inputs"]["region"], "eu-1");
    check_log(&sandbox);
}

#[test]
fn d2_a_dispatch_that_github_would_refuse_is_refused_in_its_words() {
    let sandbox = shop();
    let client = ada(&sandbox);
    let refused = |text: &str| (422, text.to_owned());
    assert_eq!(message(&dispatch(&client, &json!({ "shipgate": "x", "who": "y" }))), refused(r#"Unexpected inputs provided: ["who"]"#));
    assert_eq!(message(&dispatch(&client, &json!({}))), refused("Required input 'shipgate' not provided"));
    let moon = json!({ "shipgate": "x", "region": "moon" });
    assert_eq!(message(&dispatch(&client, &moon)), refused("Provided value 'moon' for input 'region' not in the list of allowed values"));
    let of = |file: &str, name: &str| client.post(&format!("/repos/acme/shop/actions/workflows/{file}/dispatches"), &json!({ "ref": name }));
    assert_eq!(message(&of("ci.yml", "main")), refused("Workflow does not have 'workflow_dispatch' trigger"));
    assert_eq!(message(&of("deploy.yml", "gone")), refused("No ref found for: gone"));
    assert_eq!(of("none.yml", "main").status, 404);
    sandbox.disable_workflow(SHOP, ".github/workflows/deploy.yml");
    assert_eq!(message(&dispatch(&client, &json!({ "shipgate": "x" }))), refused("Cannot trigger a 'workflow_dispatch' on a disabled workflow"));
    assert_eq!(sandbox.dispatched(SHOP), []);
}

#[test]
fn d2_the_file_of_the_ref_counts_not_that_of_the_default_branch() {
    let sandbox = shop();
    sandbox.put(SHOP, "ada", ("topic", &[(".github/workflows/deploy.yml", "on: { workflow_dispatch: { inputs: { other: {} } } }\n")]));
    let dispatch = |inputs: Value| {
        ada(&sandbox).post("/repos/acme/shop/actions/workflows/deploy.yml/dispatches", &json!({ "ref": "refs/heads/topic", "inputs": inputs })).status
    };
    assert_eq!((dispatch(json!({ "other": "x" })), dispatch(json!({ "shipgate": "x" }))), (200, 422));
    let found = sandbox.dispatched(SHOP);
    assert_eq!((found[0].branch.as_str(), found[0].title.as_str()), ("topic", "Deploy"));
}

#[test]
fn d2_a_repository_dispatch_starts_those_that_listen() {
    let sandbox = shop();
    let send = |event_type: &str, payload: Value| {
        ada(&sandbox).post("/repos/acme/shop/dispatches", &json!({ "event_type": event_type, "client_payload": payload })).status
    };
    assert_eq!((send("deploy", json!({ "shipgate": "h" })), send("other", json!({}))), (204, 204));
    let found = sandbox.dispatched(SHOP);
    assert_eq!((found.len(), found[0].title.as_str(), found[0].event_type.as_deref()), (1, "Got h", Some("deploy")));
    let event = sandbox.dispatch_event(found[0].run);
    assert_eq!((&event["action"], &event["client_payload"]["shipgate"], &event["branch"]), (&json!("deploy"), &json!("h"), &json!("main")));
    let many: serde_json::Map<String, Value> = (0..11).map(|number| (format!("k{number}"), json!(1))).collect();
    assert_eq!((send("deploy", Value::Object(many)), send(&"x".repeat(101), json!({}))), (422, 422));
    check_log(&sandbox);
}

#[test]
fn d2_an_older_server_gives_no_run_and_knows_one_version_of_the_api() {
    let sandbox = shop();
    sandbox.older_server("3.14.2");
    let newer = dispatch(&ada(&sandbox), &json!({ "shipgate": "x" }));
    assert_eq!((newer.status, newer.header("x-github-enterprise-version")), (400, Some("3.14.2")));
    let client = Client::new(&sandbox, &sandbox.full_token("ada")).with_header("X-GitHub-Api-Version", "2022-11-28");
    let asked = json!({ "ref": "main", "inputs": { "shipgate": "x" }, "return_run_details": true });
    assert_eq!(client.post("/api/v3/repos/acme/shop/actions/workflows/deploy.yml/dispatches", &asked).status, 204);
    let listed = client.get("/repos/acme/shop/actions/runs?event=workflow_dispatch&created=%3E%3D2026-11-20T09:00:00Z").json();
    assert_eq!((&listed["total_count"], &listed["workflow_runs"][0]["display_title"]), (&json!(1), &json!("Deploy x")));
    assert_eq!(client.get("/repos/acme/shop/actions/runs?created=%3C2026-11-20").json()["total_count"], 0);
}

#[test]
fn d2_a_cancelled_run_ends_when_its_jobs_have_ended() {
    let sandbox = shop();
    let client = ada(&sandbox);
    let run = dispatch(&client, &json!({ "shipgate": "x" })).json()["workflow_run_id"].as_u64().expect("a run");
    let path = |rest: &str| format!("/repos/acme/shop/actions/runs/{run}{rest}");
    let cancel = || client.send("POST", &path("/cancel"), None).expect("an answer").status;
    let job = sandbox.start_job(run, "deploy");
    assert_eq!((cancel(), cancel()), (202, 202));
    assert_eq!(client.get(&path("")).json()["status"], "in_progress");
    let ended = client.get(&path("")).json();
    assert_eq!((&ended["status"], &ended["conclusion"]), (&json!("completed"), &json!("cancelled")));
    assert_eq!(client.get(&path("/jobs")).json()["jobs"][0]["conclusion"], "cancelled");
    assert_eq!((cancel(), client.get(&format!("/repos/acme/shop/actions/jobs/{job}")).json()["status"].clone()), (409, json!("completed")));
    check_log(&sandbox);
}

#[test]
fn d2_attempts_and_their_jobs_are_kept_apart() {
    let sandbox = shop();
    let client = ada(&sandbox);
    let run = dispatch(&client, &json!({ "shipgate": "x" })).json()["workflow_run_id"].as_u64().expect("a run");
    let failed = sandbox.start_job(run, "first");
    sandbox.finish_job(failed, Conclusion::Failure);
    sandbox.finish_run(run, Conclusion::Failure);
    sandbox.rerun(run);
    sandbox.start_job(run, "second");
    let names = |rest: &str| -> Vec<String> {
        let listed = client.get(&format!("/repos/acme/shop/actions/runs/{run}{rest}")).json();
        listed["jobs"].as_array().expect("a list").iter().map(|job| job["name"].as_str().expect("a name").to_owned()).collect()
    };
    assert_eq!((names("/jobs"), names("/jobs?filter=all")), (vec!["second".to_owned()], vec!["first".to_owned(), "second".to_owned()]));
    assert_eq!((names("/attempts/1/jobs"), names("/attempts/2/jobs")), (vec!["first".to_owned()], vec!["second".to_owned()]));
    let attempt = |number: u64| client.get(&format!("/repos/acme/shop/actions/runs/{run}/attempts/{number}"));
    assert_eq!((&attempt(1).json()["conclusion"], &attempt(2).json()["status"]), (&json!("failure"), &json!("in_progress")));
    assert_eq!(attempt(3).status, 404);
    check_log(&sandbox);
}

#[test]
fn d4_a_token_of_one_repository_does_nothing_in_another() {
    let sandbox = shop();
    sandbox.put(INFRA, "ada", ("main", &[(".github/workflows/deploy.yml", DEPLOY)]));
    let everything = Permission::ALL.map(|permission| (permission, Access::Write));
    let (own, other) = (sandbox.actions_token(&everything), sandbox.token("ada", &[(Permission::Actions, Access::Write)]));
    sandbox.limit_token(&own, &[SHOP]);
    sandbox.limit_token(&other, &[INFRA]);
    let dispatched = |token: &str, repository: &str| {
        let asked = json!({ "ref": "main", "inputs": { "shipgate": "x" } });
        Client::new(&sandbox, token).post(&format!("/repos/{repository}/actions/workflows/deploy.yml/dispatches"), &asked).status
    };
    assert_eq!((dispatched(&own, SHOP), dispatched(&own, INFRA)), (204, 404));
    assert_eq!((dispatched(&other, SHOP), dispatched(&other, INFRA)), (404, 204));
    sandbox.user("bob");
    sandbox.repository("bob/open", Visibility::Public);
    sandbox.put("bob/open", "bob", ("main", &[("a", "1")]));
    let client = Client::new(&sandbox, &own);
    assert_eq!(client.get("/repos/bob/open/contents/a").status, 200);
    let refused = client.post("/repos/bob/open/dispatches", &json!({ "event_type": "x" }));
    assert_eq!((refused.status, refused.header("x-accepted-github-permissions")), (403, Some("contents=write")));
}
