//! What GitHub gives is not as it should be: tokens without rights or revoked, policies that are gone, branches and pull requests that change in flight,
//! environments that are renamed (rows D3, D7, G10, G14, I3). Each case states what is wrong, what is said of it where, the exit code, and how things end.

use serde_json::json;
use shipgate::sandbox::state::{Access, Conclusion, DeploymentState, Permission, ReviewState};
use shipgate::sandbox::world::Draft;
use shipgate::sandbox::{Fault, On};

use crate::actions::holds;
use crate::flow_in_flight::Held;
use crate::stage::{DEVELOPER, Job, LEAD, PERMISSIONS, REPOSITORY, REVIEWER, SMALLEST, Stage};

const POLICY: &str = ".github/shipgate.yml";
const BROKEN: &str = "version: 1\nenvironments: [\n";

/// The states of the deployments to staging.
fn states(stage: &Stage) -> Vec<Option<DeploymentState>> {
    stage.hub.deployments(REPOSITORY, "staging").iter().map(|deployment| deployment.latest().map(|status| status.state)).collect()
}

/// Nothing was deployed and nothing is locked.
fn untouched(stage: &Stage, what: &str) {
    assert!(states(stage).is_empty() && holds(&stage.hub, "staging").is_empty(), "{what}: {:?}", states(stage));
}

/// A whole error: its code, its words and what to do, in the log and on the run's page.
fn says(job: &Job, code: i32, words: &[&str], what: &str) {
    assert_eq!((job.code, job.output("decision").as_str()), (code, "error"), "{what}: {}", job.stderr);
    assert!(job.stderr.contains("error[SG-") && job.stderr.contains("hint: "), "{what}: {}", job.stderr);
    for word in words {
        assert!(job.stderr.contains(word), "{what}: {word} is not in {}", job.stderr);
        assert!(job.stdout.contains("::error title=shipgate::") && job.stdout.contains(word), "{what}: {word} is not in {}", job.stdout);
    }
}

/// The token is worth nothing from now on.
fn revoke(stage: &Stage) {
    stage.hub.state().tokens.retain(|token| token.secret != stage.token);
}

fn run_of(job: &Job) -> u64 {
    std::fs::read_to_string(job.folder.join("run-id")).expect("a run").parse().expect("a number")
}

fn policy(stage: &Stage, text: &str) {
    stage.hub.put(REPOSITORY, LEAD, ("main", &[(POLICY, text)]));
}

/// A command with what has to stand before it, and the exit code that it has with a token that may do all.
struct Given {
    before: Option<(&'static str, &'static str)>,
    login: &'static str,
    body: &'static str,
    code: i32,
    does: Does,
}

#[derive(Clone, Copy, PartialEq)]
enum Does {
    Deploys,
    Judges,
    ChangesALock,
    Speaks,
}

const COMMANDS: &[Given] = &[
    Given { before: Some((REVIEWER, "/approve staging")), login: DEVELOPER, body: "/deploy staging", code: 0, does: Does::Deploys },
    Given { before: Some((DEVELOPER, "/deploy staging")), login: REVIEWER, body: "/approve staging", code: 0, does: Does::Deploys },
    Given { before: Some((DEVELOPER, "/deploy staging")), login: REVIEWER, body: "/reject staging no", code: 4, does: Does::Judges },
    Given { before: Some((DEVELOPER, "/deploy production")), login: DEVELOPER, body: "/confirm production", code: 0, does: Does::Speaks },
    Given { before: Some((DEVELOPER, "/deploy staging")), login: DEVELOPER, body: "/cancel staging", code: 0, does: Does::Speaks },
    Given { before: None, login: LEAD, body: "/lock staging", code: 0, does: Does::ChangesALock },
    Given { before: Some((LEAD, "/lock staging")), login: LEAD, body: "/unlock staging", code: 0, does: Does::ChangesALock },
    Given { before: Some((DEVELOPER, "/lock staging")), login: LEAD, body: "/unlock staging --force gone", code: 0, does: Does::ChangesALock },
    Given { before: None, login: DEVELOPER, body: "/plan staging", code: 0, does: Does::Speaks },
    Given { before: None, login: DEVELOPER, body: "/status", code: 0, does: Does::Speaks },
    Given { before: None, login: DEVELOPER, body: "/help", code: 0, does: Does::Speaks },
    Given { before: None, login: DEVELOPER, body: "/deplyo staging", code: 0, does: Does::Speaks },
];

/// What a token that lacks a right comes to: the line that mends it where nothing goes, or what a gate says.
enum Comes {
    AsWithAll,
    Error(&'static str),
    NoGo(&'static str),
}

fn expected(given: &Given, missing: Permission, least: Option<Access>) -> Comes {
    match (missing, least, given.does) {
        (Permission::Contents, None, _) | (Permission::Contents, Some(_), Does::Deploys | Does::ChangesALock) => Comes::Error("`contents: write`"),
        (Permission::Deployments, None, _) | (Permission::Deployments, Some(_), Does::Deploys) => Comes::Error("`deployments: write`"),
        (Permission::PullRequests, None, _) => Comes::Error("`pull-requests: write`"),
        (Permission::Checks | Permission::Statuses, None, Does::Deploys | Does::Judges) => Comes::NoGo("checks: read and statuses: read"),
        // One of `issues` and `pull-requests` is enough to comment and to react; `actions` only tells whether the run behind a lock is alive.
        _ => Comes::AsWithAll,
    }
}

#[test]
fn d3_a_token_that_lacks_a_right_is_told_the_line_to_write_for_every_command_and_nothing_is_half_done() {
    let lacks = PERMISSIONS.iter().flat_map(|(permission, access)| {
        let less = (*access == Access::Write).then_some((*permission, Some(Access::Read)));
        std::iter::once((*permission, None)).chain(less)
    });
    for (missing, least) in lacks {
        for given in COMMANDS {
            let what = format!("{} without {} {least:?}", given.body, missing.as_str());
            let mut stage = Stage::new();
            let pull = stage.pull("faster");
            if let Some((login, body)) = given.before {
                stage.says(pull, login, body);
            }
            let before = stage.ours(pull).len();
            let rest = PERMISSIONS.iter().copied().filter(|(permission, _)| *permission != missing);
            let rights: Vec<(Permission, Access)> = rest.chain(least.map(|access| (missing, access))).collect();
            stage.token = stage.hub.actions_token(&rights);
            let job = stage.says(pull, given.login, given.body);
            let said = stage.ours(pull);
            match expected(given, missing, least) {
                Comes::AsWithAll => assert_eq!(job.code, given.code, "{what}: {}", job.stderr),
                Comes::NoGo(words) => {
                    assert_eq!((job.code, job.output("decision").as_str()), (1, "no-go"), "{what}: {}", job.stderr);
                    assert!(said.iter().any(|body| body.contains(words)), "{what}: {said:#?}");
                    untouched(&stage, &what);
                }
                Comes::Error(line) => {
                    says(&job, 10, &[line, "permissions:"], &what);
                    untouched(&stage, &what);
                    // Where pull requests cannot be read, nobody knows what stands in them. A word of approval stands by itself.
                    let mute = missing == Permission::PullRequests || given.body.starts_with("/deplyo");
                    let by_itself = ["/approve", "/reject", "/confirm"].iter().any(|word| given.body.starts_with(word)) && least.is_some();
                    let told =
                        said.iter().any(|body| body.contains("could not be carried out") && body.contains(line) && body.contains("Give the command again"));
                    assert!(told || mute, "{what}: {said:#?}");
                    assert!(said.len() <= before + usize::from(!by_itself), "{what}: {said:#?}");
                }
            }
            let goes = job.output("decision") == "go";
            assert_eq!((states(&stage).len(), holds(&stage.hub, "staging").len()), (usize::from(goes), usize::from(goes)), "{what}");
            let post = stage.ends(&job, "failure");
            assert_eq!(post.code, 0, "{what}: {}", post.stderr);
            assert!(holds(&stage.hub, "staging").is_empty(), "{what}");
        }
    }
}

#[test]
fn d3_a_token_revoked_between_decision_and_write_deploys_nothing_and_says_nothing_untrue() {
    let held = Held::new();
    let pull = held.stage.pull("faster");
    let job = held.deploys(pull, revoke);
    says(&job, 10, &["the token was not accepted", "give a token that is valid until the job ends"], "in flight");
    untouched(&held.stage, "in flight");
    assert!(held.stage.ours(pull).is_empty(), "{:?}", held.stage.ours(pull));
    assert_eq!(held.stage.ends(&job, "failure").code, 0);
}

#[test]
fn d3_a_token_revoked_after_the_claim_leaves_a_lock_that_holds_nobody_up_once_the_run_is_over() {
    let mut stage = Stage::new();
    let pull = stage.pull("faster");
    stage.hub.review((REPOSITORY, pull), REVIEWER, ReviewState::Approved);
    // What creates the deployment, and what would free the claim.
    stage.hub.fault(On::route("POST", "/repos/{owner}/{repo}/deployments"), Fault::Status(401));
    stage.hub.fault(On::operation("Locks"), Fault::Status(401));
    let job = stage.says(pull, DEVELOPER, "/deploy staging");
    says(&job, 10, &["the token was not accepted"], "after the claim");
    let comment = stage.one(pull);
    assert!(comment.contains("Nothing was deployed: GitHub does not accept shipgate") && !comment.contains("lock is free"), "{comment}");
    assert!(job.stderr.contains("the lock of staging could not be freed; it frees itself"), "{}", job.stderr);
    assert_eq!((states(&stage).len(), holds(&stage.hub, "staging").len()), (0, 1));
    revoke(&stage);
    let post = stage.ends(&job, "failure");
    assert_eq!(post.code, 10, "{}", post.stderr);
    assert!(post.stderr.contains("ended by any later event once this run is over"), "{}", post.stderr);
    stage.hub.finish_run(run_of(&job), Conclusion::Failure);
    stage.token = stage.hub.actions_token(PERMISSIONS);
    let other = stage.pull("other");
    stage.hub.review((REPOSITORY, other), REVIEWER, ReviewState::Approved);
    let next = stage.says(other, DEVELOPER, "/deploy staging");
    assert_eq!((next.code, next.output("decision").as_str()), (0, "go"), "{} {:?}", next.stderr, stage.ours(other));
    assert_eq!(states(&stage), [Some(DeploymentState::InProgress)]);
}

#[test]
fn d3_a_token_that_ends_before_the_post_step_is_said_and_the_next_event_ends_what_is_left() {
    let mut stage = Stage::new();
    let pull = stage.pull("faster");
    stage.hub.review((REPOSITORY, pull), REVIEWER, ReviewState::Approved);
    let job = stage.says(pull, DEVELOPER, "/deploy staging");
    assert_eq!(job.output("decision"), "go", "{}", job.stderr);
    revoke(&stage);
    let post = stage.ends(&job, "success");
    assert_eq!(post.code, 10, "{}", post.stderr);
    for words in ["the token was not accepted", "hint: give a token that is valid until the job ends", "ended by any later event once this run is over"] {
        assert!(post.stderr.contains(words) && post.stdout.contains(words.trim_start_matches("hint: ")), "{words}: {} {}", post.stderr, post.stdout);
    }
    stage.hub.finish_run(run_of(&job), Conclusion::Failure);
    stage.token = stage.hub.actions_token(PERMISSIONS);
    assert_eq!(stage.delivers("schedule", &json!({})).code, 0);
    assert_eq!(states(&stage), [Some(DeploymentState::Error)]);
    assert!(holds(&stage.hub, "staging").is_empty());
    let comment = stage.one(pull);
    assert!(comment.contains("nobody knows how it ended") && comment.contains("Look at the environment"), "{comment}");
}

type Meanwhile = fn(&Held, u64);

#[test]
fn g14_whatever_changes_between_decision_and_claim_deploys_nothing_and_is_said() {
    let cases: &[(&str, Meanwhile, &str)] = &[
        ("made a draft", |held, pull| held.stage.hub.draft((REPOSITORY, pull)), "made a draft in the meantime; mark it ready for review"),
        ("merged", |held, pull| drop(held.stage.hub.merge((REPOSITORY, pull), LEAD)), "closed or merged in the meantime, and only an open one is deployed"),
        ("head deleted", |held, _| held.stage.hub.delete_branch(REPOSITORY, DEVELOPER, "faster"), "closed or merged in the meantime"),
        ("base deleted", |held, _| held.stage.hub.delete_branch(REPOSITORY, LEAD, "main"), "no policy on the base branch any more"),
        ("environment renamed", |held, _| policy(&held.stage, &held.policy.replace("staging:", "stage:")), "the policy on the base branch changed"),
        ("policy broken", |held, _| policy(&held.stage, BROKEN), "the policy on the base branch changed"),
    ];
    for (what, meanwhile, words) in cases {
        let held = Held::new();
        let pull = held.stage.pull("faster");
        let job = held.deploys(pull, |_| meanwhile(&held, pull));
        let outputs = (job.output("decision"), job.output("reason"));
        assert_eq!((job.code, outputs.0.as_str(), outputs.1.as_str()), (1, "no-go", "changed-in-flight"), "{what}: {}", job.stderr);
        assert!(job.stdout.contains(words) && job.stderr.contains(words), "{what}: {} {}", job.stdout, job.stderr);
        let comment = held.stage.one(pull);
        assert!(comment.contains("could not be carried out") && comment.contains(words) && comment.contains("Give the command again"), "{what}: {comment}");
        untouched(&held.stage, what);
        assert_eq!(held.stage.ends(&job, "failure").code, 0, "{what}");
    }
}

/// A deployment to staging that waits for an approval.
fn waits(stage: &Stage) -> (u64, u64) {
    let pull = stage.pull("faster");
    let (comment, event) = stage.comment(pull, DEVELOPER, "/deploy staging");
    assert_eq!(stage.delivers("issue_comment", &event).output("decision"), "waiting");
    (pull, comment)
}

#[test]
fn c4_a_comment_says_that_a_command_waits_only_while_something_will_judge_it_again() {
    let renamed = SMALLEST.replace("staging", "stage");
    let again = |stage: &Stage, pull: u64, body: &str| match body {
        "schedule" => stage.delivers("schedule", &json!({})),
        "closed" => {
            stage.hub.close((REPOSITORY, pull), LEAD);
            stage.delivers("pull_request", &stage.hub.pull_event((REPOSITORY, pull), ("closed", LEAD)))
        }
        body => stage.says(pull, REVIEWER, body),
    };
    for (what, next, code, words) in [
        ("renamed", "/approve staging", 1, "no environment `staging` any more; it knows `stage`, `production`"),
        ("renamed", "/approve stage", 0, "no environment `staging` any more"),
        ("renamed", "schedule", 0, "no environment `staging` any more"),
        ("edited", "schedule", 0, "Its comment was edited or deleted"),
        ("deleted", "/approve staging", 0, "Its comment was edited or deleted"),
        ("broken", "closed", 0, "The pull request was closed"),
    ] {
        let stage = Stage::new();
        let (pull, comment) = waits(&stage);
        match what {
            "renamed" => policy(&stage, &renamed),
            "edited" => stage.hub.edit_comment(comment, DEVELOPER, "/deploy production"),
            "deleted" => stage.hub.delete_comment(comment, DEVELOPER),
            _ => policy(&stage, BROKEN),
        }
        let job = again(&stage, pull, next);
        assert_eq!(job.code, code, "{what}, {next}: {}", job.stderr);
        let ours = stage.ours(pull);
        assert!(ours[0].contains("is not waiting any more") && ours[0].contains(words), "{what}, {next}: {ours:#?}");
        assert!(!ours.iter().any(|body| body.contains("⏳") || body.contains(" waiting -->")), "{what}, {next}: {ours:#?}");
        untouched(&stage, what);
    }
}

#[test]
fn d3_an_environment_renamed_while_it_is_deployed_to_is_ended_under_its_old_name() {
    for text in [SMALLEST.replace("staging", "stage"), BROKEN.to_owned()] {
        let stage = Stage::new();
        let pull = stage.pull("faster");
        stage.hub.review((REPOSITORY, pull), REVIEWER, ReviewState::Approved);
        let job = stage.says(pull, DEVELOPER, "/deploy staging");
        policy(&stage, &text);
        let post = stage.ends(&job, "success");
        assert_eq!(post.code, 0, "{}", post.stderr);
        assert_eq!(states(&stage), [Some(DeploymentState::Success)]);
        assert!(holds(&stage.hub, "staging").is_empty() && stage.one(pull).contains("✅ Deployed to staging"), "{}", stage.one(pull));
    }
}

#[test]
fn i3_a_policy_that_does_not_parse_or_is_gone_stops_what_waits_with_exit_code_3_and_loses_nothing() {
    for gone in [false, true] {
        let stage = Stage::new();
        let (pull, _) = waits(&stage);
        if gone {
            let tip = stage.hub.tip(REPOSITORY, "main").expect("main is there");
            let without = stage.hub.commit(REPOSITORY, LEAD, &Draft::new("chore: no policy").parent(&tip).without(POLICY));
            stage.hub.push(REPOSITORY, LEAD, ("main", &without));
        } else {
            policy(&stage, BROKEN);
        }
        let review = stage.hub.review((REPOSITORY, pull), REVIEWER, ReviewState::Approved);
        let cause = if gone { "there is no .github/shipgate.yml on `main`" } else { "the policy of `main` is not valid" };
        for (name, payload) in [("pull_request_review", stage.hub.review_event(review, "submitted")), ("schedule", json!({}))] {
            let job = stage.delivers(name, &payload);
            says(&job, 3, &[cause, "shipgate policy check", &format!("what waits in #{pull} is not judged again")], name);
        }
        untouched(&stage, cause);
        assert!(stage.one(pull).contains("⏳"), "it still waits, and is judged when the policy is mended: {}", stage.one(pull));
        policy(&stage, SMALLEST);
        let job = stage.delivers("schedule", &json!({}));
        assert_ne!(job.code, 3, "{}", job.stderr);
        assert!(!stage.one(pull).contains("⏳"), "it is judged again: {}", stage.one(pull));
    }
}

#[test]
fn i3_what_a_dead_run_left_is_ended_also_while_the_policy_does_not_parse() {
    for (event, code) in [("/status", 3), ("schedule", 0)] {
        let stage = Stage::new();
        let pull = stage.pull("faster");
        stage.hub.review((REPOSITORY, pull), REVIEWER, ReviewState::Approved);
        let job = stage.says(pull, DEVELOPER, "/deploy staging");
        policy(&stage, BROKEN);
        stage.hub.finish_run(run_of(&job), Conclusion::Failure);
        let next = if event == "schedule" { stage.delivers("schedule", &json!({})) } else { stage.says(pull, DEVELOPER, event) };
        assert_eq!(next.code, code, "{event}: {}", next.stderr);
        assert_eq!(states(&stage), [Some(DeploymentState::Error)], "{event}");
        assert!(holds(&stage.hub, "staging").is_empty(), "{event}");
        assert!(stage.ours(pull)[0].contains("nobody knows how it ended"), "{event}: {:?}", stage.ours(pull));
    }
}

#[test]
fn d7_a_command_that_github_s_failure_stopped_is_answered_once_and_the_answer_gives_way_to_a_later_one() {
    let stage = Stage::new();
    let pull = stage.pull("faster");
    let (_, event) = stage.comment(pull, LEAD, "/lock staging");
    // Each attempt tries three times.
    stage.hub.fault_times(On::route("POST", "/repos/{owner}/{repo}/git/tags"), Fault::Status(500), 6);
    for _ in 0..2 {
        let job = stage.delivers("issue_comment", &event);
        says(&job, 10, &["the server failed with status 500"], "500");
        let comment = stage.one(pull);
        assert!(
            comment.contains("⛔ This command could not be carried out") && comment.contains("GitHub failed") && comment.contains("Give the command again"),
            "{comment}"
        );
    }
    assert_eq!(stage.hub.faults_left(), 0);
    let job = stage.delivers("issue_comment", &event);
    assert_eq!(job.code, 0, "{}", job.stderr);
    assert!(stage.one(pull).contains("🔒 staging is locked"), "{}", stage.one(pull));
}
