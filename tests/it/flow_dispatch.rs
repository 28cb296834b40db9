//! Deploying by dispatch, from the comment to the end that the deploy workflow reports (row D2).

use shipgate::sandbox::state::DeploymentState::{InProgress, Queued, Success};

use crate::deployer::{DISPATCHED, ready, stage};
use crate::stage::{DEVELOPER, REPOSITORY};

#[test]
fn d2_a_comment_dispatches_the_workflow_whose_run_starts_and_ends_the_deployment() {
    let stage = stage(DISPATCHED);
    let pull = ready(&stage);
    let gate = stage.says(pull, DEVELOPER, "/deploy staging --version 1.2.3 -- region=eu-1");
    assert_eq!((gate.code, gate.output("decision").as_str()), (0, "dispatched"), "{}", gate.stderr);
    let run = stage.deploy_run();
    assert_eq!((gate.output("run-id"), gate.output("run-url")), (run.id.to_string(), format!("{}/{REPOSITORY}/actions/runs/{}", stage.hub.url(), run.id)));
    assert_eq!((run.inputs["region"].as_str(), run.inputs["version"].as_str()), (Some("eu-1"), Some("v1.2.3")));
    assert_eq!(run.inputs["what"], format!("staging #{pull}"));
    assert_eq!(run.branch.as_deref(), Some("main"), "the default branch, never the pull request's");
    assert_eq!(stage.states(), [Queued]);
    assert!(stage.one(pull).contains("📤 Deployment to staging is dispatched") && stage.one(pull).contains(&format!("Run {} deploys it", run.id)), "{}", stage.one(pull));
    let table = stage.one(pull).split("| |").nth(1).expect("a table").to_owned();
    let post = stage.ends(&gate, "success");
    assert_eq!((post.code, stage.states().as_slice(), stage.holds().len()), (0, &[Queued][..], 1), "the gate's job ends nothing: {}", post.stderr);

    let job = stage.carries(&run, &[]);
    assert_eq!((job.code, job.output("decision").as_str()), (0, "go"), "{}", job.stderr);
    assert_eq!((job.output("environment").as_str(), job.output("sha")), ("staging", stage.head(pull).to_string()));
    assert_eq!((job.output("ref").as_str(), job.output("version").as_str(), job.output("services").as_str()), ("faster", "1.2.3", "[]"));
    assert_eq!((job.output("parameters").as_str(), job.output("deployment-id")), (r#"{"region":"eu-1"}"#, gate.output("deployment-id")));
    assert_eq!(stage.states(), [Queued, InProgress]);
    assert!(stage.one(pull).contains("🚀 Deploying to staging") && stage.one(pull).contains(&table), "{}", stage.one(pull));
    assert_eq!(stage.holds()[0]["carrier"]["run"], run.id);

    let post = stage.ends(&job, "success");
    assert_eq!((post.code, stage.states().as_slice(), stage.holds().len()), (0, &[Queued, InProgress, Success][..], 0), "{}", post.stderr);
    assert!(stage.one(pull).contains("✅ Deployed to staging") && stage.one(pull).contains(&table), "{}", stage.one(pull));
}
