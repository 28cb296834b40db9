//! One whole `/deploy staging`, seen from every side at once (row G22), and what each kind of event costs in requests.

use std::fmt::Write as _;

use shipgate::sandbox::state::ReviewState;

use crate::stage::{DEVELOPER, Job, READER, REPOSITORY, REVIEWER, Stage, masked};

fn ready(stage: &Stage) -> u64 {
    let pull = stage.pull("faster");
    stage.hub.review((REPOSITORY, pull), REVIEWER, ReviewState::Approved);
    pull
}

fn outputs(job: &Job) -> String {
    let shown = |(name, value): (String, String)| match name.as_str() {
        "result" => format!("{name} = JSON of {} gates\n", value.matches("\"gate\"").count()),
        "audit-file" | "record" => format!("{name} = {}\n", value.rsplit('/').next().unwrap_or_default()),
        _ => format!("{name} = {value}\n"),
    };
    job.outputs().into_iter().map(shown).collect()
}

#[test]
fn g22_one_whole_deploy_to_staging_reads_like_this() {
    let stage = Stage::new();
    let pull = ready(&stage);
    let mark = stage.mark();
    let job = stage.says(pull, DEVELOPER, "/deploy staging");
    let mut all = format!("exit code {}\n\n== outputs\n{}\n== written, in order\n{}\n", job.code, outputs(&job), in_order(&stage.wrote(mark)));
    let _ = write!(all, "\n== comment\n{}", stage.one(pull));
    let mark = stage.mark();
    let post = stage.ends(&job, "success");
    let _ = write!(all, "\n== post step: exit code {}\n{}\n", post.code, in_order(&stage.wrote(mark)));
    let table = stage.one(pull);
    let _ = write!(all, "\n== comment, up to the table\n{}", table.split("| |").next().unwrap_or_default());
    let _ = write!(all, "\n== audit\n{}\n", stage.audited().join("\n"));
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false }, { insta::assert_snapshot!("deploy_to_staging", masked(&all)) });
}

/// What is written side by side arrives in any order: the steps between are in a row.
fn in_order(names: &[String]) -> String {
    let side_by_side = |name: &String| name.contains("reactions") || name.contains("comments") || name.contains("statuses");
    let mut rows: Vec<String> = names.iter().filter(|name| !side_by_side(name)).cloned().collect();
    let mut beside: Vec<String> = names.iter().filter(|name| side_by_side(name)).map(|name| format!("beside: {name}")).collect();
    beside.sort();
    rows.extend(beside);
    rows.join("\n")
}

#[test]
fn g22_every_kind_of_event_costs_few_requests() {
    let stage = Stage::new();
    let pull = ready(&stage);
    let mark = stage.mark();
    let job = stage.says(pull, DEVELOPER, "/deploy staging");
    assert_eq!(job.output("decision"), "go");
    assert!(stage.asked(mark).len() <= 9, "a deploy that goes: {:#?}", stage.asked(mark));
    let mark = stage.mark();
    stage.ends(&job, "success");
    assert!(stage.asked(mark).len() <= 5, "the post step: {:#?}", stage.asked(mark));
    for (login, command, most) in [
        (DEVELOPER, "/deploy production", 5),
        (READER, "/deploy staging", 5),
        (DEVELOPER, "/help", 2),
        (DEVELOPER, "/status", 2),
        (DEVELOPER, "/plan staging", 4),
    ] {
        let mark = stage.mark();
        stage.says(pull, login, command);
        assert!(stage.asked(mark).len() <= most, "{command} by {login}: {:#?}", stage.asked(mark));
    }
}

#[test]
fn d1_the_deployment_carries_its_states_and_what_led_to_it() {
    let stage = Stage::new();
    let pull = ready(&stage);
    let job = stage.says(pull, DEVELOPER, "/deploy staging --version v1.2.3 --reason \"fixes rounding\"");
    let deployment = stage.hub.deployments(REPOSITORY, "staging").remove(0);
    assert_eq!(deployment.sha.to_string(), stage.hub.head((REPOSITORY, pull)).as_str());
    let payload = &deployment.payload;
    assert_eq!((payload["version"].as_str(), payload["reason"].as_str()), (Some("v1.2.3"), Some("fixes rounding")), "{payload}");
    assert_eq!(payload["approvers"][0], REVIEWER, "{payload}");
    assert_eq!(job.output("version"), "v1.2.3");
    stage.ends(&job, "failure");
    let deployment = stage.hub.deployments(REPOSITORY, "staging").remove(0);
    let last = deployment.statuses.last().map(|status| format!("{:?}", status.state));
    assert_eq!(last.as_deref(), Some("Failure"));
    let comment = stage.one(pull);
    assert!(comment.contains("❌ Deployment to staging failed") && comment.contains("A step of the job failed"), "{comment}");
    let again = stage.says(pull, DEVELOPER, "/deploy staging");
    assert_eq!(again.output("decision"), "go", "the lock is free after a failure: {}", again.stderr);
    stage.ends(&again, "cancelled");
    assert!(stage.last(pull).contains("🚫 Deployment to staging was cancelled"), "{}", stage.last(pull));
}

#[test]
fn d6_a_plan_shows_its_sections_and_changes_nothing_but_its_comment() {
    let stage = Stage::new();
    let pull = ready(&stage);
    let mark = stage.mark();
    let job = stage.says(pull, DEVELOPER, "/plan staging");
    assert_eq!((job.code, job.output("decision").as_str()), (0, "none"), "{}", job.stderr);
    let comment = stage.one(pull);
    for part in [
        "📋 Plan for staging: ✅ go",
        "Nothing was changed",
        "**Risk: low**",
        "**Execution steps**",
        "**Validation checklist**",
        "**Rollback procedure**",
        "| approval | go |",
    ] {
        assert!(comment.contains(part), "{part} in {comment}");
    }
    let wrote: Vec<String> =
        stage.wrote(mark).into_iter().filter(|name| name.starts_with("graphql") || name.contains("git/") || name.contains("deployments")).collect();
    assert!(wrote.is_empty(), "{wrote:?}");
    assert!(stage.hub.deployments(REPOSITORY, "staging").is_empty());
    assert_eq!(stage.audited(), ["deployment.planned done"]);
    assert_eq!(stage.ends(&job, "success").code, 0);
    assert!(stage.hub.deployments(REPOSITORY, "staging").is_empty(), "the post step of a plan ends nothing");
}
