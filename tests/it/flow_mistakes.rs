//! What is nearly a command gets one helpful reply, and nothing else happens (rows C1, C2, V1).

use crate::stage::{DEVELOPER, Job, OPERATOR, READER, REPOSITORY, REVIEWER, Stage};

fn says(stage: &Stage, pull: u64, body: &str) -> (Job, String) {
    let job = stage.says(pull, DEVELOPER, body);
    (job, stage.last(pull))
}

#[test]
fn c2_a_mistyped_command_gets_one_reply_with_the_word_that_was_meant() {
    let stage = Stage::new();
    let pull = stage.pull("faster");
    let (job, comment) = says(&stage, pull, "/deplyo staging");
    assert_eq!((job.code, job.output("decision").as_str()), (0, "none"));
    assert!(comment.contains("`/deplyo` is not a command; did you mean `/deploy`?") && comment.contains("Nothing was done"), "{comment}");
    assert_eq!(stage.ours(pull).len(), 1);
    let (_, comment) = says(&stage, pull, "/deploy staging --reson x");
    assert!(comment.contains("did you mean `--reason`?"), "{comment}");
    let (_, comment) = says(&stage, pull, "/reject staging");
    assert!(comment.contains("is missing") && comment.contains("`/reject ENV REASON`"), "{comment}");
}

#[test]
fn v1_an_unknown_environment_gets_the_nearest_names() {
    let stage = Stage::new();
    let pull = stage.pull("faster");
    for command in ["/deploy stagin", "/plan stagin", "/approve stagin", "/lock stagin", "/status stagin", "/cancel stagin"] {
        let (job, comment) = says(&stage, pull, command);
        assert_eq!((job.code, job.output("decision").as_str()), (1, "no-go"), "{command}");
        assert!(comment.contains("There is no environment `stagin`") && comment.contains("Did you mean `staging`?"), "{comment}");
        assert!(comment.contains("`staging`, `production`"), "{comment}");
    }
    let (_, comment) = says(&stage, pull, "/deploy moon");
    assert!(!comment.contains("Did you mean"), "{comment}");
}

#[test]
fn c1_where_one_of_several_commands_is_mistyped_none_acts() {
    let stage = Stage::new();
    let pull = stage.pull("faster");
    for body in ["/lock staging\n/deplyo staging", "/lock staging\n/lock stagin", "/lock staging\n/approve"] {
        let mark = stage.mark();
        stage.says(pull, OPERATOR, body);
        assert!(!stage.wrote(mark).iter().any(|name| name.contains("git/tags")), "{body:?}: {:?}", stage.wrote(mark));
    }
    assert_eq!(stage.ours(pull).len(), 3, "one reply a comment");
    assert!(stage.last(pull).contains("Line 2: "), "{}", stage.last(pull));
}

#[test]
fn c1_several_commands_in_one_comment_act_in_their_order() {
    let stage = Stage::new();
    let pull = stage.pull("faster");
    stage.hub.review((REPOSITORY, pull), REVIEWER, shipgate::sandbox::state::ReviewState::Approved);
    let job = stage.says(pull, DEVELOPER, "/deploy staging\n\n/status");
    assert_eq!((job.code, job.output("decision").as_str()), (0, "go"), "a later command must not hide that it goes: {}", job.stderr);
    assert_eq!(job.output("environment"), "staging");
    let comments = stage.ours(pull);
    assert!(comments[0].contains("🚀 Deploying to staging"), "{comments:?}");
    assert!(comments[1].contains("### Environments") && comments[1].contains("a deployment of `#1` by **octo-dev**"), "{comments:?}");
}

#[test]
fn c1_one_job_deploys_one_thing() {
    let stage = Stage::with("version: 1\nenvironments:\n  dev: { gates: { approval: { count: 0 } } }\n  staging: { gates: { approval: { count: 0 } } }\n");
    let pull = stage.pull("faster");
    let job = stage.says(pull, DEVELOPER, "/deploy dev\n/deploy staging");
    assert_eq!((job.output("decision").as_str(), job.output("environment").as_str()), ("go", "dev"));
    assert!(stage.hub.deployments(REPOSITORY, "staging").is_empty());
    let comment = stage.last(pull);
    assert!(comment.contains("Not carried out") && comment.contains("`/deploy staging`"), "{comment}");
}

#[test]
fn c1_help_lists_every_command_and_the_teams_own_words() {
    let stage = Stage::with("version: 1\ncommands: { aliases: { ship: deploy } }\nenvironments:\n  staging: {}\n");
    let pull = stage.pull("faster");
    let job = stage.says(pull, READER, "/help");
    assert_eq!((job.code, job.output("decision").as_str()), (0, "none"));
    let help = stage.one(pull);
    for spec in shipgate::intake::COMMANDS {
        assert!(help.contains(&format!("`/{}", spec.word)), "{} in {help}", spec.word);
    }
    assert!(help.contains("or `/ship`"), "{help}");
}

#[test]
fn g13_a_command_by_somebody_who_may_not_give_it_is_refused_with_who_may() {
    let stage = Stage::new();
    let pull = stage.pull("faster");
    for command in ["/approve staging", "/lock staging", "/unlock staging", "/reject staging no", "/cancel staging", "/confirm production"] {
        let job = stage.says(pull, READER, command);
        assert_eq!(job.code, 1, "{command}: {}", job.stderr);
        let comment = stage.last(pull);
        assert!(comment.contains("You may not do that") && comment.contains("octo-reader") && comment.contains("write"), "{comment}");
    }
    assert!(stage.audited().iter().all(|line| line == "command.refused refused"), "{:?}", stage.audited());
}

#[test]
fn d5_status_shows_one_environment_or_all() {
    let stage = Stage::new();
    let pull = stage.pull("faster");
    stage.hub.review((REPOSITORY, pull), REVIEWER, shipgate::sandbox::state::ReviewState::Approved);
    let job = stage.says(pull, DEVELOPER, "/deploy staging");
    stage.ends(&job, "success");
    stage.says(pull, OPERATOR, "/lock production \"load test\"");
    stage.says(pull, READER, "/status");
    let all = stage.last(pull);
    assert!(all.contains("| staging | free |") && all.contains("succeeded"), "{all}");
    assert!(all.contains("| production | locked by **octo-sre** since 2026-03-02T09:03:00Z: load test | 🔒 locked | nothing |"), "{all}");
    stage.says(pull, READER, "/status staging");
    let one = stage.last(pull);
    assert!(one.contains("| staging |") && !one.contains("| production |"), "{one}");
}
