//! How many requests each kind of event takes, and how many of them wait for one another: the program tells when it begins and ends each (row D7).

use shipgate::sandbox::state::ReviewState;
use shipgate::sandbox::{Fault, On};

use crate::depth::depth;
use crate::stage::{DEVELOPER, Job, LEAD, OPERATOR, REPOSITORY, REVIEWER, Stage, entries};

/// What was asked, and how deep: the length of the longest chain in which each request was begun after the one before had ended.
#[derive(Debug, PartialEq, Eq)]
struct Asked {
    names: Vec<String>,
    deep: usize,
}

fn run(stage: &Stage, folder: &std::path::Path, arguments: &[&str], more: &[(&str, &str)]) -> (Job, Asked) {
    let mark = stage.mark();
    let mut variables = vec![("SHIPGATE_LOG", "shipgate=trace")];
    variables.extend(more);
    let job = stage.run(folder, arguments, &variables);
    let mut names = stage.asked(mark);
    names.sort();
    let deep = depth(&job.stderr);
    (job, Asked { names, deep })
}

fn says(stage: &Stage, pull: u64, (login, body): (&str, &str)) -> (Job, Asked) {
    let (_, event) = stage.comment(pull, login, body);
    handles(stage, &event)
}

fn handles(stage: &Stage, event: &serde_json::Value) -> (Job, Asked) {
    let folder = stage.job_folder();
    std::fs::write(folder.join("event.json"), event.to_string()).expect("the event can be written");
    run(stage, &folder, &["action"], &[("GITHUB_EVENT_NAME", "issue_comment")])
}

/// The reactions to a comment, in the order of the alphabet: the receipt and the outcome may be sent at the same time.
fn reactions(stage: &Stage, comment: u64) -> Vec<String> {
    let mut words = stage.hub.reactions(comment);
    words.sort();
    words
}

fn ends(stage: &Stage, job: &Job) -> Asked {
    stage.later();
    let mut state: Vec<(String, String)> = entries(&job.folder.join("state")).into_iter().map(|(name, value)| (format!("STATE_{name}"), value)).collect();
    state.push(("INPUT_STATUS".to_owned(), "success".to_owned()));
    let state: Vec<(&str, &str)> = state.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    run(stage, &job.folder, &["action", "--post"], &state).1
}

const ACTIVITY: &str = "GET /repos/{owner}/{repo}/activity";
const REACTION: &str = "POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions";
const COMMENT: &str = "POST /repos/{owner}/{repo}/issues/{issue_number}/comments";
const RECORD: &str = "POST /repos/{owner}/{repo}/git/tags";
const DEPLOYMENT: &str = "POST /repos/{owner}/{repo}/deployments";
const STATE: &str = "POST /repos/{owner}/{repo}/deployments/{deployment_id}/statuses";
const REWRITE: &str = "PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}";

fn asked(names: &[&str], deep: usize) -> Asked {
    let mut names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    names.sort();
    Asked { names, deep }
}

#[test]
fn d7_a_deployment_takes_nine_requests_five_deep_and_its_post_step_five_two_deep() {
    let stage = Stage::new();
    let pull = stage.pull("faster");
    stage.hub.review((REPOSITORY, pull), REVIEWER, ReviewState::Approved);
    let (job, deploys) = says(&stage, pull, (DEVELOPER, "/deploy staging"));
    assert_eq!(job.output("decision"), "go", "{}", job.stderr);
    let standing = "graphql Standing";
    assert_eq!(deploys, asked(&["graphql Survey", ACTIVITY, REACTION, RECORD, standing, "graphql UpdateRefs", DEPLOYMENT, STATE, COMMENT], 5));
    assert_eq!(ends(&stage, &job), asked(&[STATE, RECORD, "graphql UpdateRefs", REWRITE, REACTION], 2));
}

#[test]
fn d7_a_refusal_and_a_wait_take_four_requests_two_deep() {
    let stage = Stage::new();
    let pull = stage.pull("faster");
    let (comment, event) = stage.comment(pull, DEVELOPER, "/deploy production");
    let (job, refused) = handles(&stage, &event);
    assert_eq!(job.output("decision"), "no-go", "{}", job.stderr);
    assert_eq!(refused, asked(&["graphql Survey", ACTIVITY, REACTION, "graphql Say"], 2));
    assert_eq!(reactions(&stage, comment), ["-1", "eyes"]);
    let (comment, event) = stage.comment(pull, DEVELOPER, "/deploy staging");
    let (job, waits) = handles(&stage, &event);
    assert_eq!(job.output("decision"), "waiting", "{}", job.stderr);
    assert_eq!(waits, asked(&["graphql Survey", ACTIVITY, REACTION, "graphql Say"], 2));
    assert_eq!((reactions(&stage, comment), stage.ours(pull).len()), (vec!["confused".to_owned(), "eyes".to_owned()], 2));
}

#[test]
fn d7_help_and_a_mistake_take_two_requests_and_what_is_no_command_none() {
    let stage = Stage::new();
    let pull = stage.pull("faster");
    for (text, reply) in [("/help", COMMENT), ("/deplyo staging", "graphql Say"), ("/nonsense at all", "")] {
        let wanted: Vec<&str> = ["graphql Survey", reply].into_iter().filter(|name| !name.is_empty()).collect();
        assert_eq!(says(&stage, pull, (DEVELOPER, text)).1, asked(&wanted, wanted.len()), "{text}");
    }
    assert_eq!(says(&stage, pull, (DEVELOPER, "Looks good to me, thank you!")).1, asked(&[], 0));
}

#[test]
fn d7_an_answer_given_again_is_rewritten_in_one_request_with_its_reaction() {
    let stage = Stage::new();
    let pull = stage.pull("faster");
    let (_, event) = stage.comment(pull, DEVELOPER, "/deploy production");
    for say in ["graphql Say", "graphql SayInstead"] {
        assert_eq!(handles(&stage, &event).1, asked(&["graphql Survey", ACTIVITY, REACTION, say], 2));
    }
    assert_eq!(stage.ours(pull).len(), 1);
}

#[test]
fn g14_words_after_the_command_are_judged_by_an_activity_that_was_read_after_them() {
    let stage = Stage::with("version: 1\nenvironments:\n  staging: { gates: { approval: { count: 1 } } }\n");
    let pull = stage.pull("faster");
    let (_, event) = stage.comment(pull, DEVELOPER, "/deploy staging");
    // While the job waits for a runner, somebody approves.
    stage.comment(pull, REVIEWER, "/approve staging");
    let (job, told) = handles(&stage, &event);
    assert_eq!(job.output("decision"), "go", "{}", job.stderr);
    assert_eq!((told.names.iter().filter(|name| *name == ACTIVITY).count(), told.deep), (2, 6));
}

#[test]
fn g14_a_push_and_a_push_back_between_the_two_answers_grant_nothing() {
    let stage = Stage::with("version: 1\nenvironments:\n  staging: { gates: { approval: { count: 1 } } }\n");
    let pull = stage.pull("faster");
    let good = stage.hub.head((REPOSITORY, pull));
    let (_, event) = stage.comment(pull, DEVELOPER, "/deploy staging");
    // The activity as it is read first. Then the branch moves to another commit, which somebody approves, and back again; then the survey is read.
    let client = crate::http_client::Client::new(&stage.hub, &stage.hub.full_token(LEAD));
    let early = client.get(&format!("/repos/{REPOSITORY}/activity?per_page=100")).json();
    stage.later();
    stage.pushes(DEVELOPER, "faster", ("src/other.rs", "fn other() {}\n"));
    stage.comment(pull, REVIEWER, "/approve staging");
    stage.later();
    stage.hub.push(REPOSITORY, DEVELOPER, ("faster", &good));
    stage.hub.fault(On::route("GET", ACTIVITY.trim_start_matches("GET ")), Fault::Stale(early));
    let (job, told) = handles(&stage, &event);
    assert_eq!(stage.hub.faults_left(), 0, "the first answer was the old one");
    assert_ne!(job.output("decision"), "go", "{}", job.stderr);
    assert!(stage.hub.deployments(REPOSITORY, "staging").is_empty());
    assert_eq!(told.names.iter().filter(|name| *name == ACTIVITY).count(), 2, "it was asked for again");
}

#[test]
fn d7_an_answer_that_is_lost_is_looked_for_and_never_written_twice() {
    for fault in [Fault::DropAfter, Fault::BadGatewayAfter, Fault::DropBefore, Fault::Status(502), Fault::Malformed] {
        let stage = Stage::new();
        let pull = stage.pull("faster");
        stage.hub.fault(On::operation("Say"), fault.clone());
        let (comment, event) = stage.comment(pull, OPERATOR, "/deploy production");
        let (job, _) = handles(&stage, &event);
        assert_eq!((job.code, stage.hub.faults_left()), (1, 0), "{fault:?}: {}", job.stderr);
        assert_eq!(stage.ours(pull).len(), 1, "{fault:?}");
        assert_eq!(reactions(&stage, comment), ["-1", "eyes"], "{fault:?}");
    }
}
