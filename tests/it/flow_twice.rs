//! The same event delivered twice acts once (row C5), whatever lies in between.

use shipgate::sandbox::state::ReviewState;

use crate::stage::{DEVELOPER, REPOSITORY, REVIEWER, Stage, job};

fn ready(stage: &Stage) -> u64 {
    let pull = stage.pull("faster");
    stage.hub.review((REPOSITORY, pull), REVIEWER, ReviewState::Approved);
    pull
}

#[test]
fn c5_redelivered_while_it_runs_and_after_its_end_it_acts_once() {
    let stage = Stage::new();
    let pull = ready(&stage);
    let (_, event) = stage.comment(pull, DEVELOPER, "/deploy staging");
    let first = stage.delivers("issue_comment", &event);
    assert_eq!(first.output("decision"), "go", "{}", first.stderr);
    let running = stage.delivers("issue_comment", &event);
    assert_eq!((running.code, running.output("decision").as_str()), (0, "none"), "{}", running.stderr);
    assert_eq!(stage.ends(&running, "success").stderr.trim(), "shipgate: nothing to end: the main step started no deployment");
    stage.ends(&first, "success");
    let after = stage.delivers("issue_comment", &event);
    assert_eq!((after.code, after.output("decision").as_str()), (0, "none"), "{}", after.stderr);
    assert_eq!(stage.hub.deployments(REPOSITORY, "staging").len(), 1);
    assert!(stage.one(pull).contains("✅ Deployed to staging"));
}

#[test]
fn c5_redelivered_after_a_refusal_there_is_still_one_comment() {
    let stage = Stage::new();
    let pull = ready(&stage);
    let (_, event) = stage.comment(pull, DEVELOPER, "/deploy production");
    for _ in 0..2 {
        let job = stage.delivers("issue_comment", &event);
        assert_eq!((job.code, job.output("reason").as_str()), (1, "order.missing"), "{}", job.stderr);
    }
    assert!(stage.one(pull).contains("⛔ Deployment to production is refused"));
}

#[test]
fn c5_redelivered_after_a_newer_command_it_does_nothing() {
    let stage = Stage::new();
    let pull = stage.pull("faster");
    let (_, event) = stage.comment(pull, DEVELOPER, "/deploy staging");
    stage.delivers("issue_comment", &event);
    let newer = stage.says(pull, DEVELOPER, "/deploy staging --version 1.2.3");
    assert_eq!(newer.output("decision"), "waiting");
    let comments = stage.ours(pull);
    assert!(comments[0].contains("A newer command replaced it"), "{comments:?}");
    stage.hub.review((REPOSITORY, pull), REVIEWER, ReviewState::Approved);
    let late = stage.delivers("issue_comment", &event);
    assert_eq!(late.output("decision"), "none", "{}", late.stderr);
    let goes = stage.delivers("schedule", &serde_json::json!({}));
    assert_eq!((goes.output("decision").as_str(), goes.output("version").as_str()), ("go", "1.2.3"), "{}", goes.stderr);
}

#[test]
fn c5_two_deliveries_at_the_same_instant_make_one_deployment_and_one_comment() {
    for _ in 0..4 {
        let stage = Stage::new();
        let pull = ready(&stage);
        let (_, event) = stage.comment(pull, DEVELOPER, "/deploy staging");
        let folders: Vec<_> = (0..4).map(|_| stage.job_folder()).collect();
        let started: Vec<_> = folders
            .iter()
            .map(|folder| {
                std::fs::write(folder.join("event.json"), event.to_string()).expect("the event can be written");
                let audit = folder.join("audit.jsonl").display().to_string();
                let mut command = stage.command(folder, &["action"], &[("GITHUB_EVENT_NAME", "issue_comment"), ("INPUT_AUDIT-FILE", &audit)]);
                command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
                command.spawn().expect("the binary starts")
            })
            .collect();
        let jobs: Vec<_> = started.into_iter().zip(&folders).map(|(child, folder)| job(folder, &child.wait_with_output().expect("it ends"))).collect();
        let said: Vec<&str> = jobs.iter().map(|job| job.stderr.as_str()).collect();
        assert_eq!(stage.hub.deployments(REPOSITORY, "staging").len(), 1, "{said:#?}");
        assert_eq!(jobs.iter().filter(|job| job.output("decision") == "go").count(), 1, "{said:#?}");
        assert!(stage.one(pull).contains("🚀 Deploying to staging"), "{said:#?}");
    }
}
