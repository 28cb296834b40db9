//! The main job end to end: a real comment event, the built binary, the sandbox over HTTP.

use shipgate::sandbox::state::ReviewState;

use crate::stage::{DEVELOPER, OPERATOR, REPOSITORY, REVIEWER, Stage};

#[test]
fn c1_d1_d3_a_deploy_to_staging_goes_from_comment_to_audited_end() {
    let stage = Stage::new();
    let pull = stage.pull("faster");
    stage.hub.review((REPOSITORY, pull), REVIEWER, ReviewState::Approved);
    let job = stage.says(pull, DEVELOPER, "/deploy staging");
    assert_eq!((job.code, job.output("decision").as_str()), (0, "go"), "{}", job.stderr);
    assert_eq!(job.output("environment"), "staging");
    assert_eq!(job.output("sha"), stage.hub.head((REPOSITORY, pull)).as_str());
    let deployments = stage.hub.deployments(REPOSITORY, "staging");
    assert_eq!(deployments.len(), 1);
    assert_eq!(stage.ours(pull).len(), 1, "one comment a deployment");

    let post = stage.ends(&job, "success");
    assert_eq!(post.code, 0, "{}", post.stderr);
    let comments = stage.ours(pull);
    assert_eq!(comments.len(), 1, "rewritten in place");
    assert!(comments[0].contains("Deployed to staging"), "{}", comments[0]);
    assert_eq!(
        stage.audited(),
        [
            "deployment.requested started",
            "deployment.approval_checked go",
            "lock.claimed done",
            "deployment.started started",
            "deployment.executed success",
            "lock.released done",
            "deployment.completed success",
        ]
    );
    assert!(stage.hub.unknown_routes().is_empty(), "{:?}", stage.hub.unknown_routes());
}

#[test]
fn g3_production_is_refused_until_two_people_approved_this_very_commit() {
    let stage = Stage::new();
    let pull = stage.pull("faster");
    stage.hub.review((REPOSITORY, pull), REVIEWER, ReviewState::Approved);
    let staging = stage.says(pull, DEVELOPER, "/deploy staging");
    stage.ends(&staging, "success");

    let waits = stage.says(pull, DEVELOPER, "/deploy production");
    assert_eq!((waits.code, waits.output("decision").as_str()), (4, "waiting"), "{}", waits.stderr);
    let comment = stage.ours(pull).pop().expect("a comment");
    assert!(comment.contains("1 of 2 approvals") && comment.contains("/confirm production"), "{comment}");

    let still = stage.says(pull, OPERATOR, "/approve production");
    assert_eq!(still.output("decision"), "waiting", "{}", still.stderr);
    let goes = stage.says(pull, DEVELOPER, "/confirm production");
    assert_eq!(goes.output("decision"), "go", "{}", goes.stderr);
}
