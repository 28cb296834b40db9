//! Rate limits: shown before they are reached, and where they are reached it is said when to try again (row D7).

use std::time::Duration;

use shipgate::sandbox::{Fault, On};

use crate::http_client::Client;
use crate::stage::{DEVELOPER, REPOSITORY, Stage};

const OPEN: &str = "version: 1\nenvironments:\n  staging: { gates: { approval: { count: 0 } } }\n";

#[test]
fn d7_little_left_of_the_rate_limit_is_a_warning_with_the_time_of_its_reset() {
    let stage = Stage::with(OPEN);
    let pull = stage.pull("faster");
    stage.hub.set_rate_limit(Some(100));
    let client = Client::new(&stage.hub, &stage.token);
    (0..88).for_each(|_| drop(client.get(&format!("/repos/{REPOSITORY}"))));
    let job = stage.says(pull, DEVELOPER, "/deploy staging");
    assert_eq!(job.output("decision"), "go", "{}", job.stderr);
    let warning = "of the token's 100 requests (core) are left until 2026-03-02T10:";
    assert_eq!((job.stdout.matches("::warning title=shipgate::Only ").count(), job.stdout.matches(warning).count()), (1, 1), "{}", job.stdout);
    assert_eq!(job.stderr.matches(warning).count(), 1, "{}", job.stderr);
    stage.hub.set_rate_limit(None);
    let quiet = stage.says(pull, DEVELOPER, "/status");
    assert!(!quiet.stdout.contains("::warning") && !quiet.stderr.contains("are left"), "{}", quiet.stderr);
}

#[test]
fn d7_where_nothing_can_be_read_the_pull_request_says_when_to_try_again_and_a_re_run_carries_on() {
    for (fault, again) in [
        (Fault::RateLimited, "try again in 3"),
        (Fault::SecondaryLimit { retry_after: Duration::from_secs(90) }, "try again in 90 s, at 2026-03-02T09:0"),
        (Fault::TooManyRequests { retry_after: Duration::from_mins(5) }, "try again in 300 s, at 2026-03-02T09:0"),
        (Fault::Graphql { kind: "RATE_LIMITED".to_owned(), message: "API rate limit exceeded".to_owned() }, "try again in 60 s, at"),
    ] {
        let stage = Stage::with(OPEN);
        let pull = stage.pull("faster");
        stage.hub.fault(On::operation("Survey"), fault.clone());
        let (comment, event) = stage.comment(pull, DEVELOPER, "/deploy staging");
        let job = stage.delivers("issue_comment", &event);
        let said = stage.one(pull);
        assert_eq!((job.code, job.output("decision").as_str()), (10, "error"), "{fault:?}: {}", job.stderr);
        assert!(said.contains("rate limited") && said.contains(again) && said.contains("Nothing was done"), "{fault:?}: {said}");
        assert!(job.stderr.contains("hint: re-run the job after 2026-03-02T"), "{fault:?}: {}", job.stderr);
        assert_eq!(stage.hub.reactions(comment), ["-1"]);
        let job = stage.delivers("issue_comment", &event);
        assert_eq!(job.output("decision"), "go", "{fault:?}: {}", job.stderr);
        assert!(stage.one(pull).contains("Deploying"), "the same comment says so");
    }
}

#[test]
fn d7_what_may_be_no_command_of_ours_is_not_answered_where_nothing_can_be_read() {
    for text in ["/lgtm", "/deplyo staging", "!deploy staging"] {
        let stage = Stage::with(OPEN);
        let pull = stage.pull("faster");
        stage.hub.fault_times(On::operation("Survey"), Fault::SecondaryLimit { retry_after: Duration::from_secs(90) }, 3);
        let (comment, event) = stage.comment(pull, DEVELOPER, text);
        stage.delivers("issue_comment", &event);
        assert_eq!((stage.ours(pull), stage.hub.reactions(comment)), (vec![], vec![]), "{text}");
    }
}

#[test]
fn d7_a_rate_limit_in_the_middle_is_said_in_the_status_comment() {
    let stage = Stage::with(OPEN);
    let pull = stage.pull("faster");
    let fault = Fault::SecondaryLimit { retry_after: Duration::from_secs(90) };
    stage.hub.fault(On::route("POST", "/repos/{owner}/{repo}/deployments"), fault);
    let job = stage.says(pull, DEVELOPER, "/deploy staging");
    assert_eq!(job.code, 10, "{}", job.stderr);
    let said = stage.one(pull);
    assert!(said.contains("Nothing was deployed") && said.contains("try again in 90 s, at 2026-03-02T09:0"), "{said}");
}

#[test]
fn d7_where_the_answer_is_refused_for_too_many_requests_it_comes_the_other_way() {
    let stage = Stage::with(OPEN);
    let pull = stage.pull("faster");
    stage.hub.fault(On::operation("Say"), Fault::RateLimited);
    let job = stage.says(pull, DEVELOPER, "/deploy nowhere");
    assert_eq!(job.code, 1, "{}", job.stderr);
    assert!(stage.one(pull).contains("There is no environment"), "GraphQL and REST have limits of their own");
}
