//! The examples that deploy by dispatch, on a runner that is not ours (rows D2, D3, V9): the gate's workflow dispatches, and the deploy workflow runs as the
//! run that the server made of it.

use std::path::Path;

use shipgate::sandbox::state::DeploymentState::{self, Failure, InProgress, Queued, Success};
use shipgate::sandbox::state::{ReviewState, WorkflowRun};

use crate::actions::{Actions, Run, holds};
use crate::deployer::{DEPLOY, ready, token};
use crate::stage::{DEVELOPER, LEAD, REPOSITORY, REVIEWER, Stage};

/// What the examples check out with.
const CHECKOUT: &str = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1";

/// A checkout that brings a deploy script, which says what it was given.
const BRINGS: &str =
    r#"echo "$REF" > "$OUTSIDE/checked-out" && printf '%s\n' '#!/bin/sh' 'printf "%s\n" "$@" >> "$OUTSIDE/deployed"' > deploy.sh && chmod +x deploy.sh"#;

/// A checkout whose deploy script fails.
const BRINGS_A_FAILURE: &str = r"printf '%s\n' '#!/bin/sh' 'exit 3' > deploy.sh && chmod +x deploy.sh";

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Names and texts of an example's workflows, but for `deployment: false` of a job's environment: `act` does not know that key, and would run nothing.
fn workflows(example: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/examples").join(example).join("workflows");
    let files = std::fs::read_dir(folder).expect("the example is there").map(|entry| entry.expect("an entry").path());
    let for_act = |path: &Path| text(path).replace(", deployment: false }", " }");
    files.map(|path| (path.file_name().expect("a name").to_string_lossy().into_owned(), for_act(&path))).collect()
}

/// The example `dispatch`, with the deploy workflow of one job.
fn one_job() -> Vec<(String, String)> {
    let mut files = workflows("dispatch");
    files.retain(|(name, _)| name != "deploy.yml");
    files.push(("deploy.yml".to_owned(), text(&Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/examples/one-job-deploy.yml"))));
    files
}

/// A repository with these workflows on its default branch, and this policy.
fn stage(policy: &str, files: &[(String, String)]) -> Stage {
    let mut stage = Stage::with(policy);
    let deploy = files.iter().find(|(name, _)| name == "deploy.yml").expect("a deploy workflow");
    stage.hub.put(REPOSITORY, LEAD, ("main", &[(DEPLOY, &deploy.1)]));
    stage.token = token(&stage);
    stage
}

fn policy(example: &str) -> String {
    text(&Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/examples").join(example).join("shipgate.yml"))
}

/// A comment is gated on a runner, and dispatches: the run that is to deploy.
fn dispatches(stage: &Stage, actions: &Actions<'_>, pull: u64, command: &str) -> WorkflowRun {
    let gate = actions.says(pull, DEVELOPER, command);
    assert_eq!(gate.code, 0, "{}", gate.log());
    assert_eq!(states(stage), [Queued], "{}", gate.log());
    stage.deploy_run()
}

/// The deploy workflow runs as this run, with what the server was sent.
fn deploys(stage: &Stage, actions: &Actions<'_>, run: &WorkflowRun) -> Run {
    deploys_as(run.id, stage, actions, run)
}

/// The same as another run.
fn deploys_as(id: u64, stage: &Stage, actions: &Actions<'_>, run: &WorkflowRun) -> Run {
    actions.begins_as(id, ("workflow_dispatch", &stage.hub.dispatch_event(run.id))).ends()
}

fn states(stage: &Stage) -> Vec<DeploymentState> {
    stage.hub.deployments(REPOSITORY, "staging").iter().flat_map(|deployment| deployment.statuses.iter().map(|status| status.state)).collect()
}

fn deployed(actions: &Actions<'_>) -> Option<String> {
    std::fs::read_to_string(actions.outside().join("deployed")).ok()
}

/// An example, from the comment to the end; what its deploy script was given.
fn example_deploys(policy: &str, files: &[(String, String)]) -> String {
    let stage = stage(policy, files);
    let pull = ready(&stage);
    let actions = Actions::with(&stage, files).with_action(CHECKOUT, BRINGS);
    let run = dispatches(&stage, &actions, pull, "/deploy staging");
    assert_eq!(deployed(&actions), None, "the gate deploys nothing");
    let deploy = deploys(&stage, &actions, &run);
    assert_eq!(deploy.code, 0, "{}", deploy.log());
    assert_eq!((states(&stage).as_slice(), holds(&stage.hub, "staging").len()), (&[Queued, InProgress, Success][..], 0), "{}", deploy.log());
    assert!(stage.one(pull).contains("✅ Deployed to staging"), "{}", stage.one(pull));
    assert_eq!(text(&actions.outside().join("checked-out")).trim(), stage.hub.head((REPOSITORY, pull)).as_str());
    assert!(!deploy.log().contains(&stage.token));
    deployed(&actions).expect("it was deployed")
}

#[test]
#[ignore = "needs scripts/tools"]
fn d2_on_a_runner_a_comment_dispatches_and_the_example_of_three_jobs_deploys() {
    assert_eq!(example_deploys(&policy("dispatch"), &workflows("dispatch")), "staging\neu-1\n");
}

#[test]
#[ignore = "needs scripts/tools"]
fn d2_on_a_runner_the_example_of_one_job_deploys() {
    assert_eq!(example_deploys(&policy("dispatch"), &one_job()), "staging\neu-1\n");
}

#[test]
#[ignore = "needs scripts/tools"]
fn d2_on_a_runner_the_example_with_a_matrix_deploys_each_of_it_once() {
    let said = example_deploys(&policy("matrix"), &workflows("matrix"));
    for region in ["eu-1", "us-1"] {
        assert_eq!(said.lines().filter(|line| *line == region).count(), 1, "{said}");
    }
}

#[test]
#[ignore = "needs scripts/tools"]
fn d2_on_a_runner_the_example_with_a_reusable_workflow_deploys() {
    assert_eq!(example_deploys(&policy("reusable"), &workflows("reusable")), "staging\n");
}

#[test]
#[ignore = "needs scripts/tools"]
fn d2_on_a_runner_a_deploy_job_that_fails_is_a_failed_deployment() {
    for files in [workflows("dispatch"), one_job()] {
        let stage = stage(&policy("dispatch"), &files);
        let pull = ready(&stage);
        let actions = Actions::with(&stage, &files).with_action(CHECKOUT, BRINGS_A_FAILURE);
        let run = dispatches(&stage, &actions, pull, "/deploy staging");
        let deploy = deploys(&stage, &actions, &run);
        assert_eq!(deploy.code, 1, "{}", deploy.log());
        assert_eq!((states(&stage).as_slice(), holds(&stage.hub, "staging").len()), (&[Queued, InProgress, Failure][..], 0), "{}", deploy.log());
        assert!(stage.one(pull).contains("❌ Deployment to staging failed"), "{}", stage.one(pull));
    }
}

#[test]
#[ignore = "needs scripts/tools"]
fn d2_on_a_runner_a_second_run_of_the_same_deployment_deploys_and_ends_nothing() {
    for files in [workflows("dispatch"), one_job()] {
        let stage = stage(&policy("dispatch"), &files);
        let pull = ready(&stage);
        let actions = Actions::with(&stage, &files).with_action(CHECKOUT, BRINGS);
        let run = dispatches(&stage, &actions, pull, "/deploy staging");
        let first = stage.carries(&run, &[("INPUT_STEP", "start")]);
        assert_eq!(first.output("decision"), "go", "{}", first.stderr);
        let before = stage.one(pull);
        let twin = stage.hub.start_run(REPOSITORY, DEVELOPER, (DEPLOY, "workflow_dispatch", "main"));
        let late = deploys_as(twin, &stage, &actions, &run);
        assert_eq!((late.code, deployed(&actions)), (1, None), "{}", late.log());
        assert_eq!((states(&stage).as_slice(), holds(&stage.hub, "staging").len()), (&[Queued, InProgress][..], 1), "{}", late.log());
        assert_eq!(stage.one(pull), before, "{}", late.log());
    }
}

/// A text that makes a file where a shell reads it as more than text.
const CANARY: &str = "$(touch${IFS}$OUTSIDE/canary)";

#[test]
#[ignore = "needs scripts/tools"]
fn v9_in_the_dispatched_examples_what_a_user_wrote_is_handed_on_and_run_by_no_shell() {
    for files in [workflows("dispatch"), one_job()] {
        let policy = "version: 1\nenvironments:\n  staging:\n    parameters: { region: any }\n    deploy: { workflow: deploy.yml, inputs: { region: \"{parameter.region}\" } }\n";
        let stage = stage(policy, &files);
        let pull = stage.pull("faster");
        stage.hub.retitle((REPOSITORY, pull), &format!("\"; {CANARY}; ::set-output name=decision::go"));
        stage.hub.review((REPOSITORY, pull), REVIEWER, ReviewState::Approved);
        let actions = Actions::with(&stage, &files).with_action(CHECKOUT, BRINGS);
        let region = format!("{CANARY}'; {CANARY} `touch $OUTSIDE/canary` # ##[set-output name=sha]main");
        let run = dispatches(&stage, &actions, pull, &format!("/deploy staging -- region=\"{region}\""));
        assert_eq!(run.inputs["region"].as_str(), Some(region.as_str()));
        let deploy = deploys(&stage, &actions, &run);
        assert_eq!((deploy.code, deployed(&actions)), (0, Some(format!("staging\n{region}\n"))), "{}", deploy.log());
        assert!(!actions.outside().join("canary").exists(), "{}", deploy.log());
        assert_eq!(states(&stage), [Queued, InProgress, Success]);
    }
}
