//! An Enterprise Server that is older than GitHub.com: a deployment goes with what is known, or says plainly why not (row I4).

use shipgate::sandbox::state::ReviewState;

use crate::stage::{DEVELOPER, Job, LEAD, REPOSITORY, REVIEWER, Stage};

const VERSION: &str = "3.9.2";
const SERVER: &str = "this server (GitHub Enterprise Server 3.9.2) does not offer ";

/// A deploy command that every gate would let go on GitHub.com, on a server that lacks these; with the comment.
fn deploys(policy: &str, lacks: &[&str], command: &str) -> (Stage, Job, String) {
    let stage = Stage::with(policy);
    let pull = stage.pull("faster");
    stage.hub.review((REPOSITORY, pull), REVIEWER, ReviewState::Approved);
    stage.hub.set_older(VERSION, lacks);
    let head = stage.hub.head((REPOSITORY, pull));
    let job = stage.says(pull, DEVELOPER, &command.replace("HEAD", head.as_str()));
    let comment = stage.one(pull).replace(['\\'], "");
    (stage, job, comment)
}

fn decision(job: &Job) -> (String, String) {
    (job.output("decision"), job.output("reason"))
}

const USUAL: &str = "version: 1\nenvironments:\n  staging: {}\n";
const NAMED: &str = "version: 1\nenvironments:\n  staging: { gates: { checks: { require: named, also: [test] } } }\n";
const ALONE: &str = "version: 1\nenvironments:\n  staging: { gates: { approval: { count: 0 } } }\n";

#[test]
fn i4_what_has_a_stand_in_or_only_makes_it_stricter_is_not_missed() {
    let lacks = ["Commit.committedViaWeb", "IssueComment.fullDatabaseId", "PullRequestReview.fullDatabaseId"];
    let (stage, job, _) = deploys(USUAL, &lacks, "/deploy staging");
    assert_eq!(job.output("decision"), "go", "{}", job.stderr);
    assert_eq!(stage.ends(&job, "success").code, 0);
    assert!(stage.one(1).contains("Deployed"), "{}", stage.one(1));
    let (_stage, job, comment) = deploys(USUAL, &lacks, "/deploy nowhere");
    assert!(job.code == 1 && comment.contains("There is no environment"), "{comment}");
}

#[test]
fn i4_what_a_gate_needs_is_unknown_and_what_no_gate_asks_is_not() {
    for lack in ["Ref.rules", "Ref.refUpdateRule", "CheckRun.isRequired"] {
        let (stage, job, comment) = deploys(USUAL, &[lack], "/deploy staging");
        assert_eq!(decision(&job), ("no-go".to_owned(), "checks.unknown".to_owned()), "{lack}: {}", job.stderr);
        assert!(comment.contains(&format!("{SERVER}`{lack}`")) && comment.contains("update the server"), "{comment}");
        assert!(stage.hub.deployments(REPOSITORY, "staging").is_empty());
        let (_stage, job, _) = deploys(NAMED, &[lack], "/deploy staging");
        assert_eq!(job.output("decision"), "go", "{lack}: {}", job.stderr);
    }
    let (_stage, job, comment) = deploys(NAMED, &["WorkflowRun.event"], "/deploy staging");
    assert_eq!(decision(&job), ("no-go".to_owned(), "checks.unknown".to_owned()), "{}", job.stderr);
    assert!(comment.contains(&format!("{SERVER}`WorkflowRun.event`")), "{comment}");
}

#[test]
fn i4_without_the_activity_whoever_commands_names_the_commit_and_approvals_wait() {
    let lacks = ["GET /repos/{owner}/{repo}/activity"];
    let (_stage, job, comment) = deploys(ALONE, &lacks, "/deploy staging");
    assert_eq!(decision(&job), ("no-go".to_owned(), "commit.first-seen-unknown".to_owned()), "{}", job.stderr);
    assert!(comment.contains("--sha"), "{comment}");
    let (_stage, job, _) = deploys(ALONE, &lacks, "/deploy staging --sha HEAD");
    assert_eq!(job.output("decision"), "go", "{}", job.stderr);
    let (_stage, job, comment) = deploys(USUAL, &lacks, "/deploy staging --sha HEAD");
    assert_eq!(job.output("decision"), "waiting", "{}", job.stderr);
    assert!(comment.contains(&format!("{SERVER}the repository's activity")) && comment.contains("3.11"), "{comment}");
}

#[test]
fn i4_what_nothing_goes_without_is_named_with_the_servers_version_and_nothing_is_deployed() {
    let (stage, job, comment) = deploys(USUAL, &["Mutation.updateRefs"], "/deploy staging");
    assert_eq!((job.code, job.output("decision").as_str()), (10, "error"), "{}", job.stderr);
    assert!(job.stderr.contains(&format!("{SERVER}Mutation.updateRefs")) && job.stderr.contains("hint: shipgate needs a newer"), "{}", job.stderr);
    assert!(comment.contains(SERVER) && comment.contains("Nothing was deployed"), "{comment}");
    assert!(stage.hub.deployments(REPOSITORY, "staging").is_empty());

    let (_stage, job, comment) = deploys(USUAL, &["PullRequest.latestOpinionatedReviews"], "/deploy staging");
    assert_eq!(job.code, 10, "{}", job.stderr);
    assert!(comment.contains("PullRequest.latestOpinionatedReviews") && comment.contains("Nothing was done"), "{comment}");
}

#[test]
fn i4_where_the_combined_answer_is_lacking_comment_and_reaction_come_each_by_itself() {
    let (_stage, job, comment) = deploys(ALONE, &["Mutation.addReaction", "Mutation.addComment"], "/deploy nowhere");
    assert!(job.code == 1 && comment.contains("There is no environment"), "{comment} {}", job.stderr);
    let stage = Stage::with(ALONE);
    let pull = stage.pull("faster");
    stage.hub.set_older(VERSION, &[]);
    assert_eq!(stage.says(pull, LEAD, "/deploy staging").output("decision"), "go", "a server of one's own that lacks nothing");
}
