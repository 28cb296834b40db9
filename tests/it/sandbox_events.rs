//! The sandbox's webhook payloads have the fields of GitHub's.

use serde_json::Value;
use shipgate::domain::Role;
use shipgate::sandbox::Sandbox;
use shipgate::sandbox::state::{ReviewState, Visibility};

const SHOP: &str = "acme/shop";

/// Fields that GitHub's examples have and a payload here has not, because they speak of what the sandbox has not.
const ELSEWHERE: [&str; 1] = ["installation"];

fn shop() -> Sandbox {
    let sandbox = Sandbox::start("2026-11-20T09:00:00Z".parse().expect("a time"));
    sandbox.organisation("acme");
    sandbox.user("ada");
    sandbox.user("bob");
    sandbox.repository(SHOP, Visibility::Public);
    sandbox.grant(SHOP, "bob", Role::Write);
    sandbox.put(SHOP, "ada", ("main", &[("a", "1")]));
    sandbox.put(SHOP, "ada", ("topic", &[("a", "2")]));
    sandbox.open_pull(SHOP, "ada", ("topic", "main"));
    sandbox
}

fn example(name: &str) -> Value {
    let all: Value = serde_json::from_str(include_str!("../fixtures/github/webhook-fields.json")).expect("the examples are JSON");
    all[name].clone()
}

/// The paths of fields that the example has and the payload lacks. `null` on either side says nothing of what is below it.
fn lacking(example: &Value, payload: &Value, path: &str) -> Vec<String> {
    let (Value::Object(wanted), Value::Object(found)) = (example, payload) else { return Vec::new() };
    let below = |(key, value): (&String, &Value)| match found.get(key) {
        None if ELSEWHERE.contains(&key.as_str()) => Vec::new(),
        None => vec![format!("{path}/{key}")],
        Some(other) => lacking(value, other, &format!("{path}/{key}")),
    };
    wanted.iter().flat_map(below).collect()
}

fn assert_like(name: &str, payload: &Value) {
    let example = example(name);
    assert!(example.is_object(), "there is an example of {name}");
    assert_eq!(lacking(&example, payload, ""), Vec::<String>::new(), "{name}");
}

#[test]
fn payloads_have_every_field_of_githubs_examples() {
    let sandbox = shop();
    let comment = sandbox.comment((SHOP, 1), "bob", "/deploy staging");
    assert_like("issue_comment created", &sandbox.comment_event(comment, "created"));
    let review = sandbox.review((SHOP, 1), "bob", ReviewState::Approved);
    assert_like("pull_request_review submitted", &sandbox.review_event(review, "submitted"));
    let before = sandbox.head((SHOP, 1));
    sandbox.put(SHOP, "ada", ("topic", &[("a", "3")]));
    assert_like("pull_request synchronize", &sandbox.synchronize_event((SHOP, 1), (&before, "ada")));
    sandbox.close((SHOP, 1), "ada");
    assert_like("pull_request closed", &sandbox.pull_event((SHOP, 1), ("closed", "ada")));
    sandbox.workflow(SHOP, ".github/workflows/deploy.yml", "Deploy");
    let run = sandbox.start_run(SHOP, "ada", (".github/workflows/deploy.yml", "workflow_dispatch", "main"));
    assert_like("workflow_dispatch", &sandbox.dispatch_event(run));
}

#[test]
fn payloads_say_what_happened() {
    let sandbox = shop();
    let comment = sandbox.comment((SHOP, 1), "bob", "/deploy staging");
    let event = sandbox.comment_event(comment, "created");
    assert_eq!((&event["comment"]["body"], &event["sender"]["login"]), (&"/deploy staging".into(), &"bob".into()));
    assert_eq!((&event["issue"]["number"], &event["comment"]["created_at"]), (&1.into(), &event["comment"]["updated_at"]));
    assert!(event["issue"]["pull_request"]["url"].is_string());
    let issue = sandbox.open_issue(SHOP, "ada", "an issue");
    let plain = sandbox.comment_event(sandbox.comment((SHOP, issue), "bob", "/deploy staging"), "created");
    assert!(plain["issue"].get("pull_request").is_none());
    let review = sandbox.review((SHOP, 1), "bob", ReviewState::ChangesRequested);
    assert_eq!(sandbox.review_event(review, "submitted")["review"]["state"], "changes_requested");
    let before = sandbox.head((SHOP, 1));
    let after = sandbox.put(SHOP, "ada", ("topic", &[("a", "3")]));
    let moved = sandbox.synchronize_event((SHOP, 1), (&before, "ada"));
    assert_eq!((moved["before"].as_str(), moved["after"].as_str()), (Some(before.as_str()), Some(after.as_str())));
    sandbox.merge((SHOP, 1), "bob");
    assert_eq!(sandbox.pull_event((SHOP, 1), ("closed", "bob"))["pull_request"]["merged"], true);
}
