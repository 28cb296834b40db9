//! What waits is judged again by itself, by every event that may have changed something (rows C4, G1, G2, G3).

use serde_json::{Value, json};
use shipgate::domain::CommitSha;
use shipgate::sandbox::state::ReviewState;
use shipgate::sandbox::world::Draft;

use crate::stage::{DEVELOPER, OPERATOR, REPOSITORY, REVIEWER, Stage};

/// Staging asks for nobody's approval, only for the check.
const OPEN: &str = "version: 1\nenvironments:\n  staging: { gates: { approval: { count: 0 } } }\n";

/// A deployment that waits for the check `test`.
fn unchecked(stage: &Stage) -> (u64, CommitSha) {
    let base = stage.hub.tip(REPOSITORY, "main").expect("main is there");
    let sha = stage.hub.commit(REPOSITORY, DEVELOPER, &Draft::new("feat: slow").parent(&base).file("src/slow.rs", "x\n"));
    stage.hub.push(REPOSITORY, DEVELOPER, ("slow", &sha));
    let pull = stage.hub.open_pull(REPOSITORY, DEVELOPER, ("slow", "main"));
    let job = stage.says(pull, DEVELOPER, "/deploy staging");
    assert_eq!((job.output("decision").as_str(), job.output("reason").as_str()), ("waiting", "checks.not-reported"), "{}", job.stderr);
    (pull, sha)
}

/// An event about a commit, as far as it is read, in the form that GitHub documents.
fn about(stage: &Stage, pull: u64, (event, sha): (&str, &CommitSha)) -> Value {
    let (_, comment) = stage.comment(pull, DEVELOPER, "the build is over");
    let subject = json!({ "head_sha": sha, "pull_requests": [], "status": "completed", "conclusion": "success" });
    let mut payload = json!({ "action": "completed", "repository": comment["repository"], "sender": comment["sender"] });
    payload[event] = subject;
    payload
}

#[test]
fn g1_a_finished_check_suite_check_run_or_workflow_run_lets_what_waits_for_it_go() {
    for event in ["check_suite", "check_run", "workflow_run"] {
        let stage = Stage::with(OPEN);
        let (pull, sha) = unchecked(&stage);
        let still = stage.delivers(event, &about(&stage, pull, (event, &sha)));
        assert_eq!(still.output("decision"), "waiting", "{event}: {}", still.stderr);
        stage.green(&sha);
        let job = stage.delivers(event, &about(&stage, pull, (event, &sha)));
        assert_eq!((job.code, job.output("decision").as_str()), (0, "go"), "{event}: {}", job.stderr);
        assert!(stage.one(pull).contains("🚀 Deploying to staging"), "{event}");
    }
}

#[test]
fn g1_a_status_or_the_schedule_lets_what_waits_go() {
    let stage = Stage::with(OPEN);
    let (pull, sha) = unchecked(&stage);
    stage.green(&sha);
    let (_, comment) = stage.comment(pull, DEVELOPER, "done");
    let status = json!({ "sha": sha, "state": "success", "repository": comment["repository"] });
    assert_eq!(stage.delivers("status", &status).output("decision"), "go");

    let stage = Stage::with(OPEN);
    let (_, sha) = unchecked(&stage);
    let none = stage.delivers("schedule", &json!({ "schedule": "*/5 * * * *" }));
    assert_eq!(none.output("decision"), "waiting", "{}", none.stderr);
    stage.green(&sha);
    assert_eq!(stage.delivers("schedule", &json!({ "schedule": "*/5 * * * *" })).output("decision"), "go");
}

#[test]
fn g2_a_review_lets_what_waits_for_it_go() {
    let stage = Stage::new();
    let pull = stage.pull("faster");
    stage.says(pull, DEVELOPER, "/deploy staging");
    stage.later();
    let review = stage.hub.review((REPOSITORY, pull), REVIEWER, ReviewState::Approved);
    let job = stage.delivers("pull_request_review", &stage.hub.review_event(review, "submitted"));
    assert_eq!((job.code, job.output("decision").as_str()), (0, "go"), "{}", job.stderr);
    assert_eq!(job.output("environment"), "staging");
    stage.ends(&job, "success");
    assert!(stage.one(pull).contains("✅ Deployed to staging"));
}

#[test]
fn g2_changes_requested_are_shown_in_what_waits() {
    let stage = Stage::new();
    let pull = stage.pull("faster");
    stage.says(pull, DEVELOPER, "/deploy staging");
    stage.later();
    let review = stage.hub.review((REPOSITORY, pull), REVIEWER, ReviewState::ChangesRequested);
    stage.delivers("pull_request_review", &stage.hub.review_event(review, "submitted"));
    assert!(stage.one(pull).contains("approval.changes-requested"), "{}", stage.one(pull));
    assert_eq!(stage.says(pull, OPERATOR, "/approve staging").output("decision"), "waiting");
}

#[test]
fn g14_a_new_commit_turns_what_waits_into_a_refusal_that_says_so() {
    let stage = Stage::new();
    let pull = stage.pull("faster");
    stage.says(pull, DEVELOPER, "/deploy staging");
    let before = stage.hub.head((REPOSITORY, pull));
    stage.later();
    stage.pushes(DEVELOPER, "faster", ("src/more.rs", "fn more() {}\n"));
    let job = stage.delivers("pull_request", &stage.hub.synchronize_event((REPOSITORY, pull), (&before, DEVELOPER)));
    assert_eq!((job.code, job.output("reason").as_str()), (1, "commit.pushed-after-command"), "{}", job.stderr);
    let comment = stage.one(pull);
    assert!(comment.contains("⛔ Deployment to staging is refused") && comment.contains("give the command again"), "{comment}");
    assert_eq!(stage.says(pull, REVIEWER, "/approve staging").output("decision"), "none", "a refusal waits no more");
    assert_eq!(stage.says(pull, DEVELOPER, "/deploy staging").output("decision"), "go");
}

#[test]
fn g14_a_commit_with_an_old_date_pushed_after_the_command_is_caught() {
    let stage = Stage::with(OPEN);
    let pull = stage.pull("faster");
    let mut stamp = stage.hub.stamp(DEVELOPER);
    stamp.at = "2025-01-01T00:00:00Z".parse().expect("a time");
    let (_, event) = stage.comment(pull, DEVELOPER, "/deploy staging");
    stage.later();
    let tip = stage.hub.tip(REPOSITORY, "faster").expect("the branch is there");
    let draft = Draft::new("fix: long ago").parent(&tip).file("src/evil.rs", "x\n").author(stamp.clone()).committer(stamp);
    let sha = stage.hub.commit(REPOSITORY, DEVELOPER, &draft);
    stage.hub.push(REPOSITORY, DEVELOPER, ("faster", &sha));
    stage.green(&sha);
    let job = stage.delivers("issue_comment", &event);
    assert_eq!((job.code, job.output("reason").as_str()), (1, "commit.pushed-after-command"), "{}", job.stderr);
}

#[test]
fn c1_a_dispatch_carries_a_command_and_says_what_to_do_when_it_waits() {
    let stage = Stage::new();
    let pull = stage.pull("faster");
    let (_, comment) = stage.comment(pull, DEVELOPER, "by dispatch");
    let payload = |command: &str| json!({ "inputs": { "command": command, "pull-request": pull.to_string() }, "repository": comment["repository"], "sender": comment["sender"] });
    let job = stage.delivers("workflow_dispatch", &payload("/deploy staging"));
    assert_eq!((job.code, job.output("decision").as_str()), (4, "waiting"), "{}", job.stderr);
    assert!(stage.one(pull).contains("dispatch the command again"), "{}", stage.one(pull));
    stage.hub.review((REPOSITORY, pull), REVIEWER, ReviewState::Approved);
    let job = stage.delivers("workflow_dispatch", &payload("/deploy staging"));
    assert_eq!((job.code, job.output("decision").as_str()), (0, "go"), "{}", job.stderr);
    stage.ends(&job, "success");
    assert!(stage.last(pull).contains("✅ Deployed to staging"));
    let bad = stage.delivers("workflow_dispatch", &payload("/deplyo staging"));
    assert_eq!(bad.code, 2, "{}", bad.stderr);
    assert!(bad.stderr.contains("deplyo"), "{}", bad.stderr);
}
