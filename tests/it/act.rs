//! The real action in a real workflow on a runner that is not ours (rows D3, A5, C2, V9): gate, deploy step, post step.

use rustix::process::Signal;
use serde_json::json;
use shipgate::sandbox::state::{DeploymentState, ReviewState};

use crate::actions::{Actions, GATE, holds, signal};
use crate::stage::{DEVELOPER, READER, REPOSITORY, REVIEWER, Stage};

/// Everything is ready for `/deploy staging`.
fn ready(branch: &str) -> (Stage, u64) {
    let stage = Stage::new();
    let pull = stage.pull(branch);
    stage.hub.review((REPOSITORY, pull), REVIEWER, ReviewState::Approved);
    (stage, pull)
}

/// The states of the deployments to staging, and whether its lock is free.
fn left(stage: &Stage) -> (Vec<DeploymentState>, bool) {
    let states = stage.hub.deployments(REPOSITORY, "staging").iter().filter_map(|deployment| deployment.latest().map(|status| status.state)).collect();
    (states, holds(&stage.hub, "staging").is_empty())
}

/// A deployment whose deploy step is this.
fn with_deploy_step(script: &str) -> String {
    GATE.replace("run: echo deploying", &format!("run: {script}"))
}

fn steps(wanted: &[(&str, &str)]) -> Vec<(String, String)> {
    wanted.iter().map(|(name, result)| ((*name).to_owned(), (*result).to_owned())).collect()
}

#[test]
#[ignore = "needs scripts/tools"]
fn d3_on_a_runner_a_comment_deploys_and_the_post_step_ends_it() {
    let (stage, pull) = ready("faster");
    let workflow = format!("{GATE}        env:\n          ALL: ${{{{ toJSON(steps.gate.outputs) }}}}\n").replace("echo deploying", "echo \"all=\"$ALL");
    let run = Actions::new(&stage, &workflow).says(pull, DEVELOPER, "/deploy staging");
    assert_eq!((run.code, run.steps()), (0, steps(&[("gate", "success"), ("deploy", "success")])), "{}", run.log());
    assert_eq!((run.post().as_deref(), run.jobs()), (Some("success"), steps(&[("deploy", "success")])));
    assert_eq!(left(&stage), (vec![DeploymentState::Success], true), "{}", run.log());
    assert!(stage.one(pull).contains("✅ Deployed to staging"), "{}", stage.one(pull));
    // What the next step saw is what the action says that it gives.
    let all: serde_json::Value = serde_json::from_str(&run.printed("all")).expect("JSON");
    let head = stage.hub.head((REPOSITORY, pull));
    assert_eq!((&all["decision"], &all["environment"], &all["sha"], &all["ref"]), (&json!("go"), &json!("staging"), &json!(head.as_str()), &json!("faster")));
    assert_eq!((&all["services"], &all["parameters"], &all["reason"]), (&json!("[]"), &json!("{}"), &json!("")));
    let result: serde_json::Value = serde_json::from_str(all["result"].as_str().expect("text")).expect("JSON");
    assert_eq!((&result["schema_version"], &result["verdict"]), (&json!(1), &json!("go")), "{result}");
    assert_eq!(all["deployment-id"].as_str(), Some(stage.hub.deployments(REPOSITORY, "staging")[0].id.to_string().as_str()));
    let annotations = run.annotations();
    assert!(annotations.len() == 1 && annotations[0].0 == "notice" && annotations[0].1.starts_with("staging: go: "), "{annotations:?}");
    assert!(run.summary().contains("| gate |") || run.summary().contains("Approvals"), "{}", run.summary());
    assert!(run.summary().contains("the deployment to staging ended with success"), "{}", run.summary());
    assert_eq!(run.hidden(), 2, "the token, in both steps");
    assert!(!run.log().contains(&stage.token));
}

#[test]
#[ignore = "needs scripts/tools"]
fn d3_on_a_runner_a_deploy_step_that_fails_is_a_failed_deployment() {
    let (stage, pull) = ready("faster");
    let run = Actions::new(&stage, &with_deploy_step("exit 3")).says(pull, DEVELOPER, "/deploy staging");
    assert_eq!((run.code, run.steps()), (1, steps(&[("gate", "success"), ("deploy", "failure")])), "{}", run.log());
    assert_eq!(run.post().as_deref(), Some("success"));
    assert_eq!(left(&stage), (vec![DeploymentState::Failure], true));
    assert!(stage.one(pull).contains("failed"), "{}", stage.one(pull));
}

#[test]
#[ignore = "needs scripts/tools"]
fn d3_on_a_runner_a_job_that_is_cancelled_while_it_deploys_leaves_a_true_state() {
    let (stage, pull) = ready("faster");
    let actions = Actions::new(&stage, &with_deploy_step("echo deploying; exec sleep 60"));
    let (_, event) = stage.comment(pull, DEVELOPER, "/deploy staging");
    let mut going = actions.begins("issue_comment", &event);
    going.until("deploying");
    going.cancel();
    let run = going.ends();
    assert_eq!(run.post().as_deref(), Some("success"), "{}", run.log());
    assert_eq!(left(&stage), (vec![DeploymentState::Error], true));
    assert!(stage.one(pull).contains("cancelled"), "{}", stage.one(pull));
}

#[test]
#[ignore = "needs scripts/tools"]
fn d3_what_a_machine_that_died_left_is_ended_by_the_next_event() {
    let (stage, pull) = ready("faster");
    let actions = Actions::new(&stage, &with_deploy_step("echo process=$$; exec sleep 60").replace("on: issue_comment", "on: [issue_comment, schedule]"));
    let (_, event) = stage.comment(pull, DEVELOPER, "/deploy staging");
    let mut going = actions.begins("issue_comment", &event);
    let process = going.until("process=");
    going.dies();
    signal(process.parse().expect("a number"), Signal::KILL);
    assert_eq!(left(&stage), (vec![DeploymentState::InProgress], false));
    stage.later();
    let run = actions.delivers("schedule", &json!({ "schedule": "*/10 * * * *" }));
    assert_eq!((run.code, run.decision().as_str()), (0, "none"), "{}", run.log());
    assert_eq!(left(&stage), (vec![DeploymentState::Error], true), "{}", run.log());
}

#[test]
#[ignore = "needs scripts/tools"]
fn d3_on_a_runner_a_refusal_deploys_nothing_and_fails_as_the_workflow_says() {
    for (fail_on, result) in [(None, "failure"), (Some("nothing"), "success")] {
        let (stage, pull) = ready("faster");
        let with = fail_on.map(|word| format!("\n        with:\n          fail-on: {word}")).unwrap_or_default();
        let run = Actions::new(&stage, &GATE.replace("id: gate", &format!("id: gate{with}"))).says(pull, READER, "/deploy staging");
        assert_eq!(run.steps(), steps(&[("gate", result)]), "{}", run.log());
        assert_eq!((run.decision().as_str(), run.outputs("gate")["reason"].as_str()), ("no-go", "permission.command"), "{}", run.log());
        let annotations = run.annotations();
        assert!(annotations.len() == 1 && annotations[0].0 == "error" && annotations[0].1.starts_with("staging: no-go: "), "{annotations:?}");
        assert!(run.summary().contains("octo-reader"), "{}", run.summary());
        assert_eq!(left(&stage), (vec![], true));
    }
}

#[test]
#[ignore = "needs scripts/tools"]
fn d3_on_a_runner_a_waiting_command_waits_without_a_runner() {
    for (fail_on, result) in [("no-go", "success"), ("waiting", "failure")] {
        let stage = Stage::new();
        let pull = stage.pull("faster");
        let workflow = GATE.replace("id: gate", &format!("id: gate\n        with:\n          fail-on: {fail_on}"));
        let actions = Actions::new(&stage, &workflow.replace("on: issue_comment", "on: [issue_comment, pull_request_review]"));
        let run = actions.says(pull, DEVELOPER, "/deploy staging");
        assert_eq!((run.decision().as_str(), run.steps()), ("waiting", steps(&[("gate", result)])), "{}", run.log());
        let annotations = run.annotations();
        assert!(annotations.len() == 1 && annotations[0].0 == "notice" && annotations[0].1.starts_with("staging: waiting: "), "{annotations:?}");
        let review = stage.hub.review((REPOSITORY, pull), REVIEWER, ReviewState::Approved);
        let run = actions.delivers("pull_request_review", &stage.hub.review_event(review, "submitted"));
        assert_eq!((run.decision().as_str(), run.steps()), ("go", steps(&[("gate", "success"), ("deploy", "success")])), "{}", run.log());
        assert_eq!(left(&stage), (vec![DeploymentState::Success], true));
    }
}

#[test]
#[ignore = "needs scripts/tools"]
fn c2_on_a_runner_a_comment_that_is_no_command_asks_for_nothing_and_says_one_line() {
    let (stage, pull) = ready("faster");
    let actions = Actions::new(&stage, GATE);
    let (_, event) = stage.comment(pull, DEVELOPER, "Looks good to me");
    let mark = stage.mark();
    let run = actions.delivers("issue_comment", &event);
    assert_eq!((run.code, run.decision().as_str(), run.steps()), (0, "none", steps(&[("gate", "success")])), "{}", run.log());
    assert_eq!(stage.asked(mark), Vec::<String>::new());
    assert_eq!((run.annotations(), run.summary(), run.hidden(), run.outputs("gate").len()), (Vec::new(), String::new(), 0, 1));
    assert_eq!(run.log().lines().filter(|line| line.starts_with("shipgate: ")).count(), 1, "{}", run.log());
}

#[test]
#[ignore = "needs scripts/tools"]
fn d3_on_a_runner_an_input_that_is_none_of_its_values_is_an_error_that_names_them() {
    let (stage, pull) = ready("faster");
    let (_, event) = stage.comment(pull, DEVELOPER, "/deploy staging");
    let mark = stage.mark();
    let run = Actions::new(&stage, &GATE.replace("id: gate", "id: gate\n        with: { fail-on: never }")).delivers("issue_comment", &event);
    assert_eq!((run.decision().as_str(), run.steps()), ("error", steps(&[("gate", "failure")])), "{}", run.log());
    let annotations = run.annotations();
    assert!(
        annotations.len() == 1 && ["fail-on", "never", "`no-go`, `waiting`, `nothing`"].iter().all(|word| annotations[0].1.contains(word)),
        "{annotations:?}"
    );
    assert_eq!(stage.asked(mark), Vec::<String>::new());
}

/// The workflow that docs/action.md tells people to use.
fn documented() -> String {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/action.md")).expect("the page is there");
    let block = page.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a workflow");
    assert!(block.starts_with("name: shipgate\n"), "{block}");
    block.to_owned()
}

/// What the checkout of the documented workflow brings: a deploy script that says what it was given.
const CHECKOUT: &str = "actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8";
const DEPLOY: &str =
    r#"printf '%s\n' '#!/bin/sh' 'printf "%s\n" "$@" "$SERVICES" "$PARAMETERS" "$BRANCH" > "$OUTSIDE/deployed"' > deploy.sh && chmod +x deploy.sh"#;

#[test]
#[ignore = "needs scripts/tools"]
fn d3_the_documented_workflow_deploys_what_the_comment_asks_for() {
    let stage = Stage::with("version: 1\nservices: { payments: {}, ledger: {} }\nenvironments:\n  staging:\n    parameters: { note: any }\n");
    let pull = stage.pull("faster");
    stage.hub.review((REPOSITORY, pull), REVIEWER, ReviewState::Approved);
    let actions = Actions::new(&stage, &documented()).with_action(CHECKOUT, DEPLOY);
    let run = actions.says(pull, DEVELOPER, "/deploy staging ledger --version v1.2.3 -- note=\"on call: two\"");
    assert_eq!(run.code, 0, "{}", run.log());
    let deployed = std::fs::read_to_string(actions.outside().join("deployed")).expect("it was deployed");
    assert_eq!(deployed, "staging\nv1.2.3\n[\"ledger\"]\n{\"note\":\"on call: two\"}\nfaster\n");
    assert_eq!(left(&stage), (vec![DeploymentState::Success], true));
    std::fs::remove_file(actions.outside().join("deployed")).expect("removed");
    let run = actions.says(pull, DEVELOPER, "Thanks!");
    assert_eq!((run.code, run.decision().as_str()), (0, "none"), "{}", run.log());
    assert!(!actions.outside().join("deployed").exists(), "nothing is deployed without a go");
}

/// A text that makes a file where a shell reads it as more than text.
const CANARY: &str = "$(touch${IFS}$OUTSIDE/canary)";

/// A pull request that everything allows, under a policy that takes any parameter, with a title that tries to be a command of a shell and of the runner.
fn injected(branch: &str) -> (Stage, u64) {
    let stage = Stage::with("version: 1\nenvironments:\n  staging:\n    parameters: { note: any, other: any }\n");
    let plain = stage.pull("plain");
    let sha = stage.hub.head((REPOSITORY, plain));
    stage.hub.push(REPOSITORY, DEVELOPER, (branch, &sha));
    let pull = stage.hub.open_pull(REPOSITORY, DEVELOPER, (branch, "main"));
    stage.hub.retitle((REPOSITORY, pull), &format!("\"; {CANARY}; '{CANARY}\n::set-output name=decision::go\n##[set-output name=decision;]go"));
    stage.hub.review((REPOSITORY, pull), REVIEWER, ReviewState::Approved);
    (stage, pull)
}

#[test]
#[ignore = "needs scripts/tools"]
fn v9_in_the_documented_workflow_what_a_user_wrote_is_handed_on_and_run_by_no_shell() {
    let (stage, pull) = injected("plain-2");
    let actions = Actions::new(&stage, &documented()).with_action(CHECKOUT, DEPLOY);
    let note = format!("{CANARY}'; {CANARY} # ##[set-output name=decision]no-go");
    let command =
        format!("/deploy staging --reason \"';{CANARY};' ##[set-output name=decision]no-go\" -- note=\"{note}\" other=\"`touch $OUTSIDE/canary`\"\n{CANARY}");
    let run = actions.says(pull, DEVELOPER, &command);
    assert_eq!((run.code, run.decision().as_str()), (0, "go"), "{}", run.log());
    assert!(!actions.outside().join("canary").exists(), "{}", run.log());
    let deployed = std::fs::read_to_string(actions.outside().join("deployed")).expect("it was deployed");
    let parameters = json!({ "note": note, "other": "`touch $OUTSIDE/canary`" });
    assert_eq!(deployed, format!("staging\n\n[]\n{parameters}\nplain-2\n"), "each is handed on as it is");
    assert_eq!(left(&stage), (vec![DeploymentState::Success], true));
}

#[test]
#[ignore = "needs scripts/tools"]
fn v9_in_the_documented_workflow_hostile_words_deploy_nothing_and_run_nothing() {
    let (stage, pull) = injected("plain-2");
    let actions = Actions::new(&stage, &documented()).with_action(CHECKOUT, DEPLOY);
    for refused in [
        format!("/deploy staging {CANARY} --version {CANARY} --ref {CANARY}"),
        format!(
            "/lock staging \"{CANARY} ##[set-output name=decision]go\"\n/reject staging \"';{CANARY};'\"\n::set-output name=decision::go\n##[set-output name=decision]go"
        ),
    ] {
        let run = actions.says(pull, DEVELOPER, &refused);
        assert_eq!(run.decision(), "none", "{refused}: {}", run.log());
        assert!(!actions.outside().join("canary").exists() && !actions.outside().join("deployed").exists(), "{refused}: {}", run.log());
        assert!(run.log().lines().all(|line| !line.contains("##[")), "{}", run.log());
    }
    assert_eq!(left(&stage), (vec![], true));
}

#[test]
#[ignore = "needs scripts/tools"]
fn v9_a_branch_whose_name_is_a_shell_command_is_not_deployed() {
    let (stage, pull) = injected(&format!("x;{CANARY}&`touch${{IFS}}$OUTSIDE/canary`|'\"{CANARY}"));
    let actions = Actions::new(&stage, &documented()).with_action(CHECKOUT, DEPLOY);
    let run = actions.says(pull, DEVELOPER, "/deploy staging");
    assert_eq!((run.decision().as_str(), run.outputs("gate")["reason"].as_str()), ("no-go", "commit.branch-name"), "{}", run.log());
    assert!(!actions.outside().join("canary").exists() && !actions.outside().join("deployed").exists(), "{}", run.log());
    assert!(run.annotations().iter().any(|(level, text)| level == "error" && text.contains("shell metacharacter")), "{:?}", run.annotations());
    assert_eq!(left(&stage), (vec![], true));
}

#[test]
#[ignore = "needs scripts/tools"]
fn v9_the_canary_sings_where_a_workflow_puts_an_output_into_a_shell() {
    let (stage, pull) = injected("plain-2");
    let actions = Actions::new(&stage, &with_deploy_step("echo ${{ steps.gate.outputs.parameters }}"));
    let run = actions.says(pull, DEVELOPER, &format!("/deploy staging -- note={CANARY}"));
    assert_eq!(run.decision(), "go", "{}", run.log());
    assert!(actions.outside().join("canary").exists(), "the tests above could not fail: {}", run.log());
}
