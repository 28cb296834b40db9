//! How the sandbox behaves over HTTP: tokens, pages, limits, faults, and what follows from what happens.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};
use shipgate::domain::{CommitSha, Role};
use shipgate::sandbox::state::{
    ACTIONS_APP, ACTIONS_BOT, Access, Conclusion, DeploymentState, Permission, ReviewRule, ReviewState, RunStatus, TimelineKind, Visibility,
};
use shipgate::sandbox::store::Stamp;
use shipgate::sandbox::world::{Check, Draft};
use shipgate::sandbox::{Fault, On, Sandbox};

use crate::http_client::{Answer, Client};

const SHOP: &str = "acme/shop";

fn shop() -> (Sandbox, CommitSha) {
    let sandbox = Sandbox::start("2026-11-20T09:00:00Z".parse().expect("a time"));
    sandbox.organisation("acme");
    for login in ["ada", "bob", "eve"] {
        sandbox.user(login);
    }
    sandbox.repository(SHOP, Visibility::Public);
    sandbox.grant(SHOP, "ada", Role::Admin);
    sandbox.grant(SHOP, "bob", Role::Write);
    let main = sandbox.put(SHOP, "ada", ("main", &[("README.md", "hello\n")]));
    (sandbox, main)
}

fn ada(sandbox: &Sandbox) -> Client {
    Client::new(sandbox, &sandbox.full_token("ada"))
}

fn message(answer: &Answer) -> String {
    answer.json()["message"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn a_request_without_a_valid_token_is_refused() {
    let (sandbox, _) = shop();
    for token in ["", "nonsense"] {
        let answer = Client::new(&sandbox, token).get("/repos/acme/shop");
        assert_eq!((answer.status, message(&answer).as_str()), (401, "Bad credentials"));
    }
}

#[test]
fn a_missing_permission_is_refused_and_named() {
    let (sandbox, _) = shop();
    let token = sandbox.actions_token(&[(Permission::Contents, Access::Read), (Permission::Members, Access::Read)]);
    let client = Client::new(&sandbox, &token);
    let answer = client.post("/repos/acme/shop/deployments", &json!({ "ref": "main" }));
    assert_eq!((answer.status, message(&answer).as_str()), (403, "Resource not accessible by integration"));
    assert_eq!(answer.header("x-accepted-github-permissions"), Some("deployments=write"));
    assert_eq!(client.get("/repos/acme/shop/contents/README.md").status, 200);
    sandbox.team("acme/sre", &["ada"]);
    assert_eq!(client.get("/orgs/acme/teams/sre/members").status, 403, "a workflow's token never reads teams");
}

#[test]
fn a_reader_cannot_write_and_a_stranger_sees_no_private_repository() {
    let (sandbox, main) = shop();
    sandbox.repository("acme/secret", Visibility::Private);
    let eve = Client::new(&sandbox, &sandbox.full_token("eve"));
    assert_eq!(eve.get("/repos/acme/secret").status, 404);
    assert_eq!(eve.get("/repos/acme/shop").status, 200);
    assert_eq!(eve.post("/repos/acme/shop/git/refs", &json!({ "ref": "refs/heads/x", "sha": main.as_str() })).status, 403);
    sandbox.archive(SHOP);
    let answer = ada(&sandbox).post("/repos/acme/shop/git/refs", &json!({ "ref": "refs/heads/x", "sha": main.as_str() }));
    assert_eq!((answer.status, message(&answer).as_str()), (403, "Repository was archived so is read-only."));
}

#[test]
fn an_unknown_route_is_answered_and_remembered() {
    let (sandbox, _) = shop();
    let answer = ada(&sandbox).get("/repos/acme/shop/stargazers");
    assert_eq!((answer.status, message(&answer).as_str()), (404, "sandbox: no route GET /repos/acme/shop/stargazers"));
    assert_eq!(sandbox.unknown_routes(), ["GET /repos/acme/shop/stargazers"]);
}

#[test]
fn lists_come_in_pages_that_link_to_each_other() {
    let (sandbox, _) = shop();
    sandbox.put(SHOP, "ada", ("topic", &[("a", "b")]));
    let pull = sandbox.open_pull(SHOP, "ada", ("topic", "main"));
    for number in 0..5 {
        sandbox.comment((SHOP, pull), "bob", &format!("comment {number}"));
    }
    let client = ada(&sandbox);
    let mut path = "/repos/acme/shop/issues/1/comments?per_page=2".to_owned();
    let mut bodies = Vec::new();
    loop {
        let answer = client.get(&path);
        bodies.extend(answer.json().as_array().expect("a list").iter().map(|comment| comment["body"].clone()));
        let next = answer.header("link").and_then(|link| link.split(", ").find(|part| part.ends_with("rel=\"next\"")).map(str::to_owned));
        let Some(next) = next else { break };
        let url = next.split(['<', '>']).nth(1).expect("a URL").to_owned();
        path = url.strip_prefix(&sandbox.url()).expect("a URL of the sandbox").to_owned();
    }
    assert_eq!(bodies, (0..5).map(|number| json!(format!("comment {number}"))).collect::<Vec<_>>());
    assert_eq!(sandbox.log().len(), 3);
}

#[test]
fn an_answer_that_has_not_changed_costs_nothing_to_read_again() {
    let (sandbox, _) = shop();
    let client = ada(&sandbox);
    let first = client.get("/repos/acme/shop/branches/main");
    let tag = first.header("etag").expect("an ETag").to_owned();
    let again = Client::new(&sandbox, &sandbox.full_token("bob")).with_header("If-None-Match", &tag).get("/repos/acme/shop/branches/main");
    assert_eq!((again.status, again.body.len(), again.header("x-ratelimit-used")), (304, 0, Some("0")));
    sandbox.put(SHOP, "ada", ("main", &[("x", "y")]));
    let changed = Client::new(&sandbox, &sandbox.full_token("bob")).with_header("If-None-Match", &tag).get("/repos/acme/shop/branches/main");
    assert_eq!(changed.status, 200);
}

#[test]
fn every_server_time_comes_from_the_sandboxs_clock() {
    let (sandbox, _) = shop();
    let client = ada(&sandbox);
    assert_eq!(client.get("/user").header("date"), Some("Fri, 20 Nov 2026 09:00:00 GMT"));
    sandbox.advance(Duration::from_secs(3_661));
    assert_eq!(client.get("/user").header("date"), Some("Fri, 20 Nov 2026 10:01:01 GMT"));
}

#[test]
fn the_version_of_the_api_is_chosen_by_a_header() {
    let (sandbox, _) = shop();
    let client = ada(&sandbox);
    assert_eq!(client.get("/user").header("x-github-api-version-selected"), Some("2022-11-28"));
    sandbox.put(SHOP, "ada", ("main", &[(".github/workflows/deploy.yml", "on: workflow_dispatch\n")]));
    let dispatch = "/repos/acme/shop/actions/workflows/deploy.yml/dispatches";
    assert_eq!(client.post(dispatch, &json!({ "ref": "main" })).status, 204);
    let newer = ada(&sandbox).with_header("X-GitHub-Api-Version", "2026-03-10");
    assert!(newer.post(dispatch, &json!({ "ref": "main" })).json()["workflow_run_id"].is_u64());
    assert_eq!(ada(&sandbox).with_header("X-GitHub-Api-Version", "1999-01-01").get("/user").status, 400);
}

#[test]
fn the_rate_limit_is_counted_used_up_and_given_back_after_an_hour() {
    let (sandbox, _) = shop();
    let client = ada(&sandbox);
    sandbox.set_rate_limit(Some(2));
    let left = |answer: &Answer| answer.header("x-ratelimit-remaining").and_then(|text| text.parse::<u64>().ok());
    assert_eq!(left(&client.get("/user")), Some(1));
    assert_eq!(left(&client.get("/user")), Some(0));
    let refused = client.get("/user");
    assert_eq!((refused.status, left(&refused)), (403, Some(0)));
    sandbox.advance(Duration::from_hours(1));
    assert_eq!(client.get("/user").status, 200);
}

#[test]
fn g14_a_commits_own_dates_do_not_change_when_the_server_saw_it() {
    let (sandbox, main) = shop();
    sandbox.advance(Duration::from_hours(2));
    let old = Stamp { at: "2001-01-01T00:00:00Z".parse().expect("a time"), ..sandbox.stamp("ada") };
    let draft = Draft::new("back-dated").parent(&main).file("x", "y").author(old.clone()).committer(old);
    let sha = sandbox.commit(SHOP, "ada", &draft);
    sandbox.push(SHOP, "bob", ("topic", &sha));
    let client = ada(&sandbox);
    let commit = client.get(&format!("/repos/acme/shop/commits/{sha}")).json();
    assert_eq!(commit["commit"]["committer"]["date"], "2001-01-01T00:00:00Z");
    let suites = client.get(&format!("/repos/acme/shop/commits/{sha}/check-suites")).json();
    assert_eq!((&suites["check_suites"][0]["created_at"], &suites["check_suites"][0]["head_branch"]), (&json!("2026-11-20T11:00:00Z"), &json!("topic")));
    let activity = client.get("/repos/acme/shop/activity?ref=topic").json();
    assert_eq!((&activity[0]["timestamp"], &activity[0]["actor"]["login"]), (&json!("2026-11-20T11:00:00Z"), &json!("bob")));
}

#[test]
fn a_pull_request_follows_its_branch_and_notes_forced_pushes() {
    let (sandbox, main) = shop();
    let first = sandbox.put(SHOP, "ada", ("topic", &[("a", "1")]));
    let pull = sandbox.open_pull(SHOP, "ada", ("topic", "main"));
    sandbox.require_reviews(SHOP, "main", ReviewRule { approvals: 1, dismiss_stale: true, ..ReviewRule::default() });
    sandbox.review((SHOP, pull), "bob", ReviewState::Approved);
    let client = ada(&sandbox);
    let state = || client.get("/repos/acme/shop/pulls/1").json()["mergeable_state"].clone();
    assert_eq!(state(), "clean");
    let other = sandbox.commit(SHOP, "ada", &Draft::new("other").parent(&main).file("a", "2"));
    sandbox.push(SHOP, "ada", ("topic", &other));
    assert_eq!(sandbox.head((SHOP, pull)), other);
    assert_eq!(state(), "blocked");
    let guard = sandbox.state();
    let found = guard.repository_named(SHOP).and_then(|repository| repository.pull(pull)).expect("the pull request");
    let forced = |kind: &TimelineKind| matches!(kind, TimelineKind::HeadForcePushed { before, .. } if before.to_string() == first.as_str());
    assert!(found.events.iter().any(|event| forced(&event.kind)));
    assert_eq!(found.reviews[0].state, ReviewState::Dismissed);
}

#[test]
fn merge_states_are_worked_out_by_a_real_merge() {
    let (sandbox, _) = shop();
    sandbox.put(SHOP, "ada", ("topic", &[("README.md", "one\n")]));
    sandbox.open_pull(SHOP, "ada", ("topic", "main"));
    let client = ada(&sandbox);
    let pull = || client.get("/repos/acme/shop/pulls/1").json();
    assert_eq!(pull()["mergeable_state"], "clean");
    let head = sandbox.head((SHOP, 1));
    let check = sandbox.check(SHOP, &head, Check::going("build", RunStatus::InProgress));
    assert_eq!(pull()["mergeable_state"], "unstable");
    sandbox.require_checks(SHOP, "main", &[("build", Some(ACTIONS_APP))]);
    assert_eq!(pull()["mergeable_state"], "blocked");
    sandbox.finish_check(SHOP, check, Conclusion::Success);
    assert_eq!(pull()["mergeable_state"], "clean");
    sandbox.put(SHOP, "bob", ("main", &[("README.md", "another\n")]));
    assert_eq!((&pull()["mergeable_state"], &pull()["mergeable"]), (&json!("dirty"), &json!(false)));
}

#[test]
fn a_required_check_of_another_app_does_not_count() {
    let (sandbox, _) = shop();
    let other = sandbox.app("impostor");
    sandbox.put(SHOP, "ada", ("topic", &[("a", "1")]));
    sandbox.open_pull(SHOP, "ada", ("topic", "main"));
    sandbox.require_checks(SHOP, "main", &[("build", Some(ACTIONS_APP))]);
    sandbox.check(SHOP, &sandbox.head((SHOP, 1)), Check::ended("build", Conclusion::Success).by_app(other));
    assert_eq!(ada(&sandbox).get("/repos/acme/shop/pulls/1").json()["mergeable_state"], "blocked");
}

#[test]
fn a_success_makes_earlier_successes_inactive_but_not_those_of_production() {
    let (sandbox, main) = shop();
    for environment in ["staging", "production"] {
        let first = sandbox.deployment(SHOP, "ada", (environment, &main, json!({})));
        sandbox.set_deployment_state(first, "ada", DeploymentState::Success);
        let second = sandbox.deployment(SHOP, "ada", (environment, &main, json!({})));
        sandbox.set_deployment_state(second, "ada", DeploymentState::Success);
        let last = sandbox.deployments(SHOP, environment)[0].latest().expect("a status").state;
        let expected = if environment == "staging" { DeploymentState::Inactive } else { DeploymentState::Success };
        assert_eq!(last, expected, "{environment}");
    }
}

#[test]
fn a_deployment_without_wishes_asks_for_checks_and_merges_the_default_branch() {
    let (sandbox, _) = shop();
    sandbox.put(SHOP, "ada", ("topic", &[("a", "1")]));
    let before = sandbox.put(SHOP, "ada", ("main", &[("b", "1")]));
    let client = ada(&sandbox);
    let merged = client.post("/repos/acme/shop/deployments", &json!({ "ref": "topic" }));
    assert_eq!((merged.status, message(&merged).as_str()), (202, "Auto-merged main into topic on deployment."));
    let tip = sandbox.tip(SHOP, "topic").expect("a tip");
    sandbox.check(SHOP, &tip, Check::ended("build", Conclusion::Failure));
    assert_eq!(client.post("/repos/acme/shop/deployments", &json!({ "ref": "topic" })).status, 409);
    let wanted = json!({ "ref": "topic", "required_contexts": [], "auto_merge": false });
    let created = client.post("/repos/acme/shop/deployments", &wanted).json();
    assert_eq!((&created["sha"], &created["environment"], &created["production_environment"]), (&json!(tip.as_str()), &json!("production"), &json!(true)));
    assert_ne!(tip, before);
}

#[test]
fn pushes_with_a_workflows_own_token_start_no_checks_of_github_actions() {
    let (sandbox, main) = shop();
    let sha = sandbox.commit(SHOP, "ada", &Draft::new("next").parent(&main).file("x", "y"));
    let token = sandbox.actions_token(&[(Permission::Contents, Access::Write), (Permission::Checks, Access::Read)]);
    let client = Client::new(&sandbox, &token);
    assert_eq!(client.post("/repos/acme/shop/git/refs", &json!({ "ref": "refs/heads/bot", "sha": sha.as_str() })).status, 201);
    assert_eq!(client.get(&format!("/repos/acme/shop/commits/{sha}/check-suites")).json()["total_count"], 0);
    let actor = sandbox.state().repository_named(SHOP).and_then(|repository| repository.activity.last().map(|entry| entry.actor));
    assert_eq!(actor, Some(ACTIONS_BOT));
}

#[test]
fn creating_a_ref_is_a_claim_that_one_of_two_wins() {
    let (sandbox, main) = shop();
    let (client, other) = (ada(&sandbox), Client::new(&sandbox, &sandbox.full_token("bob")));
    let claim = json!({ "ref": "refs/shipgate/lock/staging", "sha": main.as_str() });
    let statuses = std::thread::scope(|scope| {
        let one = scope.spawn(|| client.post("/repos/acme/shop/git/refs", &claim).status);
        let two = scope.spawn(|| other.post("/repos/acme/shop/git/refs", &claim).status);
        let mut both = [one.join().expect("an answer"), two.join().expect("an answer")];
        both.sort_unstable();
        both
    });
    assert_eq!(statuses, [201, 422]);
}

#[test]
fn faults_are_played_once_and_say_whether_anything_was_done() {
    let (sandbox, _) = shop();
    sandbox.open_issue(SHOP, "ada", "an issue");
    let client = ada(&sandbox);
    let route = "/repos/{owner}/{repo}/issues/{issue_number}/comments";
    let comment = |text: &str| client.send("POST", "/repos/acme/shop/issues/1/comments", Some(&json!({ "body": text })));
    let count = || sandbox.comments((SHOP, 1)).len();
    sandbox.fault(On::route("POST", route), Fault::Status(502));
    assert_eq!((comment("a").map(|answer| answer.status), count()), (Some(502), 0));
    sandbox.fault(On::route("POST", route), Fault::DropBefore);
    assert!((comment("b").is_none(), count()) == (true, 0));
    sandbox.fault(On::route("POST", route), Fault::DropAfter);
    assert!((comment("c").is_none(), count()) == (true, 1));
    sandbox.fault(On::route("POST", route), Fault::BadGatewayAfter);
    assert_eq!((comment("d").map(|answer| answer.status), count()), (Some(502), 2));
    sandbox.fault(On::anything(), Fault::SecondaryLimit { retry_after: Duration::from_mins(1) });
    let limited = comment("e").expect("an answer");
    assert_eq!((limited.status, limited.header("retry-after"), count()), (403, Some("60"), 2));
    sandbox.fault(On::anything(), Fault::Malformed);
    let cut = comment("f").expect("an answer");
    assert!(serde_json::from_slice::<Value>(&cut.body).is_err() && count() == 3);
    sandbox.fault(On::route("GET", route), Fault::ShortPage);
    assert_eq!(client.get("/repos/acme/shop/issues/1/comments").json().as_array().map(Vec::len), Some(1));
    assert_eq!(comment("g").map(|answer| answer.status), Some(201));
    assert_eq!(sandbox.faults_left(), 0);
}

#[test]
fn a_graphql_fault_meets_its_operation() {
    let (sandbox, _) = shop();
    sandbox.fault(On::operation("Who"), Fault::Graphql { kind: "RATE_LIMITED".to_owned(), message: "later".to_owned() });
    let client = ada(&sandbox);
    let asked = json!({ "query": "query Who { viewer { login } }" });
    assert_eq!(client.post("/graphql", &json!({ "query": "query Other { viewer { login } }" })).json()["data"]["viewer"]["login"], "ada");
    assert_eq!(client.post("/graphql", &asked).json()["errors"][0]["type"], "RATE_LIMITED");
    assert_eq!(client.post("/api/graphql", &asked).json()["data"]["viewer"]["login"], "ada");
    let names: Vec<String> = sandbox.log().iter().map(shipgate::sandbox::Exchange::name).collect();
    assert_eq!(names, ["graphql Other", "graphql Who", "graphql Who"]);
}

#[test]
fn the_same_routes_answer_under_the_path_of_an_enterprise_server() {
    let (sandbox, _) = shop();
    assert_eq!(ada(&sandbox).get("/api/v3/repos/acme/shop").json()["full_name"], "acme/shop");
}

#[test]
fn one_connection_carries_many_requests() {
    let (sandbox, _) = shop();
    let token = sandbox.full_token("ada");
    let mut stream = TcpStream::connect(sandbox.url().trim_start_matches("http://")).expect("the sandbox listens");
    for _ in 0..2 {
        stream.write_all(format!("GET /user HTTP/1.1\r\nHost: x\r\nAuthorization: token {token}\r\n\r\n").as_bytes()).expect("sent");
        let mut seen = Vec::new();
        let mut buffer = [0; 4096];
        while !seen.ends_with(b"}") {
            let count = stream.read(&mut buffer).expect("an answer");
            assert!(count > 0, "the connection stays open");
            seen.extend_from_slice(&buffer[..count]);
        }
        assert!(seen.starts_with(b"HTTP/1.1 200 OK"));
    }
}

#[test]
fn a_sandbox_leaves_nothing_behind() {
    let (sandbox, _) = shop();
    let directory = sandbox.state().directory.clone();
    let address = sandbox.url().trim_start_matches("http://").to_owned();
    assert!(directory.is_dir());
    drop(sandbox);
    assert!(!directory.exists() && TcpStream::connect(address).is_err());
}

#[test]
fn the_log_says_who_asked_what_and_what_came_back() {
    let (sandbox, _) = shop();
    ada(&sandbox).get("/api/v3/repos/acme/shop/branches?per_page=5");
    let log = sandbox.log();
    let exchange = log.first().expect("one exchange");
    let seen = (exchange.method.as_str(), exchange.path.as_str(), exchange.query.as_str(), exchange.status, exchange.identity.as_deref());
    assert_eq!(seen, ("GET", "/repos/acme/shop/branches", "per_page=5", Some(200), Some("ada")));
    assert_eq!(exchange.route, Some("/repos/{owner}/{repo}/branches"));
    assert!(!exchange.writes() && exchange.response.as_ref().is_some_and(Value::is_array));
}
