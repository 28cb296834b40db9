//! Deploying by dispatch to another repository, by an event, and on older servers (rows D2, D4, I4).

use shipgate::domain::Role;
use shipgate::sandbox::state::DeploymentState::{InProgress, Queued, Success};
use shipgate::sandbox::state::{Conclusion, Permission, Visibility};
use shipgate::sandbox::world::Dispatched;

use crate::deployer::{DEPLOY, DISPATCHED, WORKFLOW_FILE, ready, stage};
use crate::stage::{DEVELOPER, Job, LEAD, OPERATOR, REPOSITORY, Stage};

const INFRA: &str = "octo-org/infra";

const ELSEWHERE: &str = "version: 1
environments:
  staging: { deploy: { workflow: deploy.yml, repository: octo-org/infra } }
";

const EVENT: &str = "version: 1
environments:
  staging: { deploy: { event: deploy/staging, inputs: { sha: \"{sha}\" } } }
";

/// A workflow that starts with an event.
const ON_EVENT: &str = "name: deploy
run-name: Deploy ${{ github.event.client_payload.shipgate }}
on:
  repository_dispatch:
    types: [deploy/staging]
jobs:
  deploy:
    runs-on: ubuntu-latest
";

/// With a second repository that has the deploy workflow, and an app's account that acts in both.
fn with_infra() -> Stage {
    let mut stage = stage(ELSEWHERE);
    stage.hub.repository(INFRA, Visibility::Private);
    stage.hub.grant(INFRA, LEAD, Role::Admin);
    stage.hub.grant(INFRA, OPERATOR, Role::Write);
    stage.hub.put(INFRA, LEAD, ("main", &[(DEPLOY, WORKFLOW_FILE)]));
    stage.token = stage.hub.full_token(OPERATOR);
    stage
}

/// The only run that was dispatched in a repository.
fn only(stage: &Stage, repository: &str) -> Dispatched {
    let mut runs = stage.hub.dispatched(repository);
    assert_eq!(runs.len(), 1, "{runs:#?}");
    runs.remove(0)
}

/// A job of a run in that repository.
fn carries(stage: &Stage, repository: &str, run: &Dispatched, inputs: &[(&str, &str)]) -> Job {
    let folder = stage.job_folder_of(run.run);
    let handle = run.inputs["shipgate"].as_str().expect("a handle").to_owned();
    let mut more = vec![("GITHUB_REPOSITORY", repository), ("INPUT_DEPLOYMENT", handle.as_str())];
    more.extend(inputs);
    stage.run(&folder, &["action"], &more)
}

#[test]
fn d4_a_workflow_of_another_repository_deploys_with_a_token_of_its_own() {
    let stage = with_infra();
    let pull = ready(&stage);
    let elsewhere = stage.hub.full_token(LEAD);
    let (_, event) = stage.comment(pull, DEVELOPER, "/deploy staging");
    let folder = stage.job_folder();
    std::fs::write(folder.join("event.json"), event.to_string()).expect("the event can be written");
    let gate = stage.run(&folder, &["action"], &[("GITHUB_EVENT_NAME", "issue_comment"), ("INPUT_DISPATCH-TOKEN", &elsewhere)]);
    assert_eq!((gate.code, gate.output("decision").as_str()), (0, "dispatched"), "{}", gate.stderr);
    let run = only(&stage, INFRA);
    assert_eq!((run.actor.as_str(), run.branch.as_str()), (LEAD, "main"), "the other token dispatched");
    assert!(stage.hub.dispatched(REPOSITORY).is_empty());
    let job = carries(&stage, INFRA, &run, &[]);
    assert_eq!((job.code, job.output("decision").as_str()), (0, "go"), "{}", job.stderr);
    assert_eq!(stage.states(), [Queued, InProgress]);
    assert_eq!((stage.holds()[0]["carrier"]["repository"].as_str(), &stage.holds()[0]["carrier"]["run"]), (Some(INFRA), &run.run.into()));
    let log = stage.hub.deployments(REPOSITORY, "staging").remove(0).latest().and_then(|status| status.log_url.clone());
    assert_eq!(log, Some(format!("{}/{INFRA}/actions/runs/{}", stage.hub.url(), run.run)));
    assert_eq!(stage.ends(&job, "success").code, 0);
    assert_eq!((stage.states().as_slice(), stage.holds().len()), (&[Queued, InProgress, Success][..], 0));
}

#[test]
fn d4_a_run_of_another_repository_than_was_asked_or_under_another_account_is_not_let_in() {
    let stage = with_infra();
    let pull = ready(&stage);
    let gate = stage.says(pull, DEVELOPER, "/deploy staging");
    assert_eq!(gate.output("decision"), "dispatched", "{}", gate.stderr);
    let run = only(&stage, INFRA);
    let here = carries(&stage, REPOSITORY, &run, &[]);
    assert!(here.code == 1 && here.stderr.contains(&format!("was dispatched to {INFRA}")), "{}", here.stderr);
    let stranger = carries(&stage, INFRA, &run, &[("INPUT_TOKEN", &stage.hub.full_token(LEAD))]);
    assert!(stranger.code == 1 && stranger.stderr.contains("a token of the same app"), "{}", stranger.stderr);
    assert_eq!(stage.states(), [Queued]);
}

#[test]
fn d4_a_token_that_may_not_start_the_other_workflow_is_told_so() {
    let stage = with_infra();
    let pull = ready(&stage);
    let weak = stage.hub.token(LEAD, &[(Permission::Metadata, shipgate::sandbox::state::Access::Read)]);
    let (_, event) = stage.comment(pull, DEVELOPER, "/deploy staging");
    let folder = stage.job_folder();
    std::fs::write(folder.join("event.json"), event.to_string()).expect("the event can be written");
    let gate = stage.run(&folder, &["action"], &[("GITHUB_EVENT_NAME", "issue_comment"), ("INPUT_DISPATCH-TOKEN", &weak)]);
    assert_eq!(gate.code, 10, "{}", gate.stderr);
    assert!(gate.stderr.contains("dispatch-token"), "{}", gate.stderr);
    assert!(stage.holds().is_empty() && !gate.stderr.contains(&weak));
}

#[test]
fn d4_others_are_let_in_once_the_run_of_the_other_repository_is_over() {
    let stage = with_infra();
    let pull = ready(&stage);
    stage.says(pull, DEVELOPER, "/deploy staging");
    let run = only(&stage, INFRA);
    assert_eq!(carries(&stage, INFRA, &run, &[("INPUT_STEP", "start")]).output("decision"), "go");
    let again = stage.says(pull, DEVELOPER, "/deploy staging");
    assert_eq!((again.code, again.output("reason").as_str()), (4, "lock.busy"), "{}", again.stderr);
    stage.hub.finish_run(run.run, Conclusion::Success);
    let again = stage.says(pull, DEVELOPER, "/deploy staging");
    assert_eq!(again.output("decision"), "dispatched", "{}", again.stderr);
    let first = stage.hub.deployments(REPOSITORY, "staging").remove(0);
    assert!(first.statuses.iter().any(|status| status.state == Success), "{first:?}");
}

#[test]
fn d2_an_event_dispatches_and_its_run_is_found_by_its_name() {
    let stage = stage(EVENT);
    stage.hub.put(REPOSITORY, LEAD, ("main", &[(DEPLOY, ON_EVENT)]));
    let pull = ready(&stage);
    let gate = stage.dispatches(pull);
    let run = only(&stage, REPOSITORY);
    assert_eq!((run.event_type.as_deref(), gate.output("run-id")), (Some("deploy/staging"), run.run.to_string()));
    assert_eq!(run.inputs["inputs"]["sha"], stage.head(pull).as_str());
    let job = carries(&stage, REPOSITORY, &run, &[]);
    assert_eq!((job.code, job.output("decision").as_str()), (0, "go"), "{}", job.stderr);
    stage.ends(&job, "success");
    assert_eq!(stage.states(), [Queued, InProgress, Success]);
}

#[test]
fn d2_an_event_that_starts_no_workflow_is_given_up_after_a_while() {
    let stage = stage(EVENT);
    let pull = ready(&stage);
    let gate = stage.dispatches(pull);
    assert!(stage.one(pull).contains("Its run does not show yet"), "{}", stage.one(pull));
    let gates_run: u64 = std::fs::read_to_string(gate.folder.join("run-id")).expect("a file").parse().expect("a number");
    stage.hub.finish_run(gates_run, Conclusion::Success);
    stage.says(pull, LEAD, "/status");
    assert_eq!(stage.holds().len(), 1, "it may come yet");
    stage.hub.clock().advance(std::time::Duration::from_mins(5));
    stage.says(pull, LEAD, "/status");
    assert!(stage.holds().is_empty() && stage.ours(pull)[0].contains("No run of the event `deploy/staging`"), "{:?}", stage.ours(pull));
}

#[test]
fn i4_an_older_server_is_asked_in_its_own_version_and_for_the_run_by_its_name() {
    let stage = stage(DISPATCHED);
    stage.hub.older_server("3.14.2");
    let pull = ready(&stage);
    let gate = stage.dispatches(pull);
    let run = only(&stage, REPOSITORY);
    assert_eq!(gate.output("run-id"), run.run.to_string());
    assert_eq!(carries(&stage, REPOSITORY, &run, &[]).output("decision"), "go");
}

#[test]
fn d2_a_workflow_that_does_not_declare_the_handle_is_named_with_what_it_lacks() {
    let stage = stage(DISPATCHED);
    let undeclared = WORKFLOW_FILE.replace("      shipgate: { type: string, required: true }\n", "");
    stage.hub.put(REPOSITORY, LEAD, ("main", &[(DEPLOY, &undeclared)]));
    let pull = ready(&stage);
    let gate = stage.says(pull, DEVELOPER, "/deploy staging");
    assert!(gate.code == 10 && gate.stderr.contains("declare `shipgate` under"), "{}", gate.stderr);
    assert!(stage.one(pull).contains("declare `shipgate` under") && stage.holds().is_empty(), "{}", stage.one(pull));
}
