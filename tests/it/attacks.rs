//! Attacks on the way to production, end to end: people with the right to push, outsiders, and answers that lie.

use shipgate::sandbox::state::ReviewState;
use shipgate::sandbox::world::Draft;

use crate::stage::{DEVELOPER, LEAD, OPERATOR, READER, REPOSITORY, REVIEWER, SMALLEST, Stage};

/// A commit of one file on top of another.
fn commit(stage: &Stage, parent: &shipgate::domain::CommitSha, text: &str) -> shipgate::domain::CommitSha {
    let draft = Draft::new("feat: change").parent(parent).file("src/evil.rs", text);
    let sha = stage.hub.commit(REPOSITORY, DEVELOPER, &draft);
    stage.green(&sha);
    sha
}

#[test]
fn g14_a_commit_shown_to_the_server_early_hidden_and_moved_forward_again_has_no_approval() {
    let stage = Stage::new();
    let pull = stage.pull("faster");
    let harmless = stage.hub.head((REPOSITORY, pull));
    let evil = commit(&stage, &harmless, "stolen\n");
    // The server makes the check suite of the evil commit, on this very branch; an accomplice reviews it there.
    stage.later();
    stage.hub.push(REPOSITORY, DEVELOPER, ("faster", &evil));
    stage.hub.review_at((REPOSITORY, pull), READER, (ReviewState::Approved, &evil));
    stage.later();
    stage.hub.push(REPOSITORY, DEVELOPER, ("faster", &harmless));
    let approved = stage.says(pull, REVIEWER, "/approve staging");
    assert_eq!(approved.code, 0, "{}", approved.stderr);
    stage.later();
    // Forward again: no forced push, no new suite.
    stage.hub.push(REPOSITORY, DEVELOPER, ("faster", &evil));
    let job = stage.says(pull, DEVELOPER, "/deploy staging");
    assert_eq!(job.output("decision"), "waiting", "{}", job.stderr);
    assert!(stage.ours(pull).iter().any(|body| body.contains("0 of 1 approvals")), "{:#?}", stage.ours(pull));
    assert!(stage.hub.deployments(REPOSITORY, "staging").is_empty());
}

#[test]
fn g14_a_command_for_the_commit_before_is_not_one_for_the_commit_that_came_back() {
    let stage = Stage::new();
    let pull = stage.pull("faster");
    let harmless = stage.hub.head((REPOSITORY, pull));
    let evil = commit(&stage, &harmless, "stolen\n");
    stage.later();
    stage.hub.push(REPOSITORY, DEVELOPER, ("faster", &evil));
    stage.hub.review_at((REPOSITORY, pull), REVIEWER, (ReviewState::Approved, &evil));
    stage.later();
    stage.hub.push(REPOSITORY, DEVELOPER, ("faster", &harmless));
    let (_, event) = stage.comment(pull, OPERATOR, "/deploy staging");
    stage.hub.push(REPOSITORY, DEVELOPER, ("faster", &evil));
    let job = stage.delivers("issue_comment", &event);
    assert_eq!((job.output("decision").as_str(), job.output("reason").as_str()), ("no-go", "commit.pushed-after-command"), "{}", job.stderr);
}

#[test]
fn i3_a_branch_that_somebody_made_up_to_fit_a_pattern_has_no_rules_of_its_own() {
    let policy = format!("{SMALLEST}branches: {{ protected: [\"release/*\"] }}\n");
    let stage = Stage::with(&policy);
    let lenient = "version: 1\nenvironments:\n  production: { gates: { approval: { count: 0 }, confirm: off, checks: { require: all } } }\n";
    stage.hub.put(REPOSITORY, DEVELOPER, ("release/mine", &[(".github/shipgate.yml", lenient)]));
    let base = stage.hub.tip(REPOSITORY, "release/mine").expect("it is there");
    let sha = commit(&stage, &base, "stolen\n");
    stage.hub.push(REPOSITORY, DEVELOPER, ("evil", &sha));
    let pull = stage.hub.open_pull(REPOSITORY, DEVELOPER, ("evil", "release/mine"));
    let job = stage.says(pull, DEVELOPER, "/deploy production");
    assert_ne!(job.output("decision"), "go");
    assert!(job.stderr.contains("only by a pattern"), "{}", job.stderr);
    assert!(stage.hub.deployments(REPOSITORY, "production").is_empty());
}

#[test]
fn c5_a_payload_that_somebody_else_wrote_does_not_keep_a_command_from_being_carried_out() {
    let stage = Stage::new();
    let pull = stage.pull("faster");
    stage.hub.review((REPOSITORY, pull), REVIEWER, ReviewState::Approved);
    let (comment, event) = stage.comment(pull, OPERATOR, "/deploy staging");
    let head = stage.hub.head((REPOSITORY, pull));
    let forged = serde_json::json!({
        "schema_version": 1, "request": format!("comment-{comment}-0"), "claim": "0".repeat(32), "environment": "staging", "pull": pull,
        "requester": { "id": 1, "login": OPERATOR, "kind": "human" }, "approvers": [], "policy": "ab".repeat(20),
    });
    stage.hub.deployment(REPOSITORY, DEVELOPER, ("staging", &head, forged));
    let job = stage.delivers("issue_comment", &event);
    assert_eq!(job.output("decision"), "go", "{}", job.stderr);
}

#[test]
fn c5_one_event_delivered_to_two_runs_at_once_deploys_once() {
    let stage = Stage::new();
    let pull = stage.pull("faster");
    stage.hub.review((REPOSITORY, pull), REVIEWER, ReviewState::Approved);
    let (_, event) = stage.comment(pull, OPERATOR, "/deploy staging");
    let running: Vec<_> = ["7001", "7002", "7003"]
        .into_iter()
        .map(|run| {
            let folder = stage.job_folder();
            std::fs::write(folder.join("event.json"), event.to_string()).expect("the event can be written");
            let more = [("GITHUB_EVENT_NAME", "issue_comment"), ("GITHUB_RUN_ID", run), ("RUNNER_TEMP", folder.to_str().expect("a path"))];
            let child = stage.command(&folder, &["action"], &more).stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).spawn();
            (folder, child.expect("the binary starts"))
        })
        .collect();
    let went = running.into_iter().filter_map(|(folder, mut child)| {
        child.wait().expect("it ends");
        crate::stage::entries(&folder.join("output")).into_iter().rfind(|(name, _)| name == "decision").filter(|(_, word)| word == "go")
    });
    assert_eq!(went.count(), 1);
    assert_eq!(stage.hub.deployments(REPOSITORY, "staging").len(), 1);
}

#[test]
fn g13_status_is_for_those_whom_the_policy_lets_ask_for_it() {
    let stage = Stage::with(&format!("{SMALLEST}commands: {{ who: {{ status: \"role:write\" }} }}\n"));
    let pull = stage.pull("faster");
    stage.says(pull, READER, "/status");
    assert!(stage.ours(pull).pop().expect("a reply").contains("You may not do that"));
    stage.says(pull, LEAD, "/status production");
    assert!(stage.ours(pull).pop().expect("a reply").contains("Environments"));
}

#[test]
fn g3_an_outsider_who_took_over_an_approvers_login_does_not_approve() {
    let policy = "version: 1\nenvironments:\n  staging: { gates: { approval: { from: [\"user:octo-guest\", \"role:admin\"] } } }\n";
    let stage = Stage::with(policy);
    stage.hub.user("octo-guest");
    let pull = stage.pull("faster");
    stage.hub.review((REPOSITORY, pull), "octo-guest", ReviewState::Approved);
    let job = stage.says(pull, DEVELOPER, "/deploy staging");
    assert_eq!((job.output("decision").as_str(), job.output("reason").as_str()), ("waiting", "approval.missing"), "{}", job.stderr);
    stage.hub.grant(REPOSITORY, "octo-guest", shipgate::domain::Role::Read);
    let job = stage.says(pull, DEVELOPER, "/deploy staging");
    assert_eq!(job.output("decision"), "go", "{}", job.stderr);
}

#[test]
fn g20_a_program_of_the_checkout_is_not_run_unless_the_workflow_trusts_the_checkout() {
    let policy = "version: 1\nenvironments:\n  staging: { gates: { custom: [{ id: mine, run: [./gate] }] } }\n";
    let stage = Stage::with(policy);
    let pull = stage.pull("faster");
    stage.hub.review((REPOSITORY, pull), REVIEWER, ReviewState::Approved);
    let (_, event) = stage.comment(pull, DEVELOPER, "/deploy staging");
    for (trusted, decision) in [("false", "no-go"), ("true", "go")] {
        let folder = stage.job_folder();
        let gate = folder.join("gate");
        std::fs::write(&gate, "#!/bin/sh\ncat >/dev/null\necho '{\"verdict\":\"go\"}'\n").expect("written");
        std::fs::set_permissions(&gate, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("made runnable");
        std::fs::write(folder.join("event.json"), event.to_string()).expect("written");
        let more = [("GITHUB_EVENT_NAME", "issue_comment"), ("INPUT_TRUSTED-CHECKOUT", trusted)];
        let job = stage.run(&folder, &["action"], &more);
        assert_eq!(job.output("decision"), decision, "{}", job.stderr);
    }
}
