//! Locks, end to end (row G10): whose they are, who waits for them, who frees them.

use std::time::Duration;

use shipgate::sandbox::state::Conclusion;

use crate::stage::{DEVELOPER, Job, LEAD, OPERATOR, REPOSITORY, REVIEWER, Stage};

/// Staging asks for nobody's approval.
const OPEN: &str = "version: 1\nenvironments:\n  staging: { gates: { approval: { count: 0 } } }\n  production: { after: [staging] }\n";

fn run_of(job: &Job) -> u64 {
    std::fs::read_to_string(job.folder.join("run-id")).expect("a run").parse().expect("a number")
}

#[test]
fn g10_anothers_lock_is_waited_for_and_ones_own_is_not() {
    let stage = Stage::with(OPEN);
    let pull = stage.pull("faster");
    stage.says(pull, OPERATOR, "/lock staging \"load test\" --for 2h");
    let told = stage.last(pull);
    assert!(told.contains("🔒 staging is locked") && told.contains("until 2026-03-02T11:01:00Z: load test"), "{told}");
    let job = stage.says(pull, DEVELOPER, "/deploy staging");
    assert_eq!((job.code, job.output("reason").as_str()), (4, "lock.held"), "{}", job.stderr);
    let comment = stage.last(pull);
    assert!(comment.contains("load test") && comment.contains("`/unlock staging`") && comment.contains("octo-sre"), "{comment}");
    let own = stage.says(pull, OPERATOR, "/deploy staging");
    assert_eq!(own.output("decision"), "go", "{}", own.stderr);
    stage.ends(&own, "success");
    stage.says(pull, DEVELOPER, "/status staging");
    assert!(stage.last(pull).contains("locked by **octo-sre**"), "the post step frees its own claim only: {}", stage.last(pull));
}

#[test]
fn g10_a_lock_frees_itself_when_its_time_is_over() {
    let stage = Stage::with(OPEN);
    let pull = stage.pull("faster");
    stage.says(pull, OPERATOR, "/lock staging --for 2h");
    assert_eq!(stage.says(pull, DEVELOPER, "/deploy staging").output("decision"), "waiting");
    stage.hub.advance(Duration::from_hours(2));
    let job = stage.delivers("schedule", &serde_json::json!({}));
    assert_eq!(job.output("decision"), "go", "{}", job.stderr);
}

#[test]
fn g10_only_its_owner_unlocks_or_a_maintainer_by_force_with_a_reason() {
    let stage = Stage::with(OPEN);
    let pull = stage.pull("faster");
    stage.says(pull, REVIEWER, "/lock staging mine");
    let other = stage.says(pull, DEVELOPER, "/unlock staging");
    assert_eq!(other.code, 1, "{}", other.stderr);
    assert!(stage.last(pull).contains("`/unlock staging --force REASON`"), "{}", stage.last(pull));
    let writer = stage.says(pull, DEVELOPER, "/unlock staging --force \"I want\"");
    assert_eq!(writer.code, 1);
    assert!(stage.last(pull).contains("`/unlock --force`") && stage.last(pull).contains("maintain"), "{}", stage.last(pull));
    assert_eq!(stage.says(pull, DEVELOPER, "/deploy staging").output("decision"), "waiting");
    let forced = stage.says(pull, OPERATOR, "/unlock staging --force \"on holiday\"");
    assert_eq!(forced.output("decision"), "go", "what waited goes: {}", forced.stderr);
    let released = stage.audit().into_iter().find(|line| line["event"] == "lock.released").expect("a line");
    assert_eq!((released["details"]["reason"].as_str(), released["details"]["holder"].as_str()), (Some("on holiday"), Some(REVIEWER)), "{released}");
    stage.ends(&forced, "success");
    let nobody = stage.says(pull, REVIEWER, "/unlock staging");
    assert_eq!(nobody.code, 1);
    assert!(stage.last(pull).contains("nobody holds staging"), "{}", stage.last(pull));
}

#[test]
fn g10_a_lock_by_somebody_else_is_not_taken_over() {
    let stage = Stage::with(OPEN);
    let pull = stage.pull("faster");
    stage.says(pull, REVIEWER, "/lock staging mine");
    assert_eq!(stage.says(pull, OPERATOR, "/lock staging").code, 1);
    assert!(stage.last(pull).contains("locked by **octo-reviewer**"), "{}", stage.last(pull));
    stage.says(pull, REVIEWER, "/lock staging \"still mine\" --for 30m");
    stage.says(pull, OPERATOR, "/status staging");
    assert!(stage.last(pull).contains("still mine") && !stage.last(pull).contains(": mine"), "{}", stage.last(pull));
}

#[test]
fn g10_the_same_person_deploying_two_pull_requests_at_once_gets_one_go_and_one_waiting() {
    let stage = Stage::with(OPEN);
    let (one, other) = (stage.pull("one"), stage.pull("other"));
    let first = stage.says(one, DEVELOPER, "/deploy staging");
    let second = stage.says(other, DEVELOPER, "/deploy staging");
    assert_eq!(
        (first.output("decision").as_str(), second.output("decision").as_str(), second.output("reason").as_str()),
        ("go", "waiting", "lock.busy"),
        "{}",
        second.stderr
    );
    assert!(stage.one(other).contains("`#1`") || stage.one(other).contains("#<!-- -->1"), "{}", stage.one(other));
    stage.ends(&first, "success");
    let goes = stage.delivers("schedule", &serde_json::json!({}));
    assert_eq!(goes.output("decision"), "go", "{}", goes.stderr);
    assert!(stage.one(other).contains("🚀 Deploying to staging"), "{}", stage.one(other));
}

#[test]
fn g10_a_dead_run_holds_nothing() {
    let stage = Stage::with(OPEN);
    let (one, other) = (stage.pull("one"), stage.pull("other"));
    let first = stage.says(one, DEVELOPER, "/deploy staging");
    assert_eq!(stage.says(other, DEVELOPER, "/deploy staging").output("decision"), "waiting");
    stage.hub.finish_run(run_of(&first), Conclusion::Cancelled);
    let second = stage.says(other, DEVELOPER, "/deploy staging");
    assert_eq!(second.output("decision"), "go", "{}", second.stderr);
    let late = stage.ends(&first, "cancelled");
    assert_eq!(late.code, 0, "{}", late.stderr);
    assert_eq!(stage.says(one, DEVELOPER, "/deploy staging").output("reason"), "lock.busy", "the dead run's end does not free the other's lock");
}

#[test]
fn g10_a_closed_or_merged_pull_request_frees_its_locks_and_waits_no_more() {
    for merged in [false, true] {
        let stage = Stage::new();
        let (pull, other) = (stage.pull("one"), stage.pull("other"));
        stage.says(pull, DEVELOPER, "/lock staging");
        stage.says(pull, DEVELOPER, "/deploy staging");
        stage.says(other, DEVELOPER, "/lock production");
        if merged {
            stage.hub.merge((REPOSITORY, pull), LEAD);
        } else {
            stage.hub.close((REPOSITORY, pull), LEAD);
        }
        let job = stage.delivers("pull_request", &stage.hub.pull_event((REPOSITORY, pull), ("closed", LEAD)));
        assert_eq!(job.code, 0, "{}", job.stderr);
        assert!(job.stderr.contains("freed staging"), "{}", job.stderr);
        let waited = stage.last(pull);
        assert!(waited.contains("is not waiting any more") && waited.contains("The pull request was closed"), "{waited}");
        assert!(stage.audited().contains(&"lock.released done".to_owned()), "{:?}", stage.audited());
        stage.says(other, DEVELOPER, "/status");
        let status = stage.last(other);
        assert!(status.contains("| staging | free |") && status.contains("| production | locked by **octo-dev**"), "{status}");
    }
}

#[test]
fn g10_a_withdrawn_deployment_does_not_start_by_a_later_review() {
    let stage = Stage::new();
    let pull = stage.pull("faster");
    let (_, event) = stage.comment(pull, DEVELOPER, "/deploy staging");
    assert_eq!(stage.delivers("issue_comment", &event).output("decision"), "waiting");
    let stranger = stage.says(pull, crate::stage::READER, "/cancel staging");
    assert_eq!(stranger.code, 1);
    stage.says(pull, DEVELOPER, "/cancel staging");
    let comment = stage.ours(pull).remove(0);
    assert!(comment.contains("is not waiting any more") && comment.contains("octo-dev withdrew it"), "{comment}");
    let review = stage.hub.review((REPOSITORY, pull), REVIEWER, shipgate::sandbox::state::ReviewState::Approved);
    let job = stage.delivers("pull_request_review", &stage.hub.review_event(review, "submitted"));
    assert_eq!((job.code, job.output("decision").as_str()), (0, "none"), "{}", job.stderr);
    let again = stage.delivers("issue_comment", &event);
    assert_eq!(again.output("decision"), "none", "a redelivery does not bring it back: {}", again.stderr);
    assert!(stage.hub.deployments(REPOSITORY, "staging").is_empty());
    assert_eq!(stage.says(pull, DEVELOPER, "/cancel staging").code, 1);
    assert!(stage.last(pull).contains("There is nothing to cancel"), "{}", stage.last(pull));
}

#[test]
fn g10_somebody_who_may_not_cancel_cancels_nothing() {
    let stage = Stage::new();
    let pull = stage.pull("faster");
    stage.says(pull, DEVELOPER, "/deploy staging");
    stage.says(pull, crate::stage::READER, "/cancel staging");
    stage.says(pull, crate::stage::READER, "/deploy staging");
    let job = stage.says(pull, REVIEWER, "/approve staging");
    assert_eq!(job.output("decision"), "go", "what waits goes on waiting: {}", job.stderr);
}
