//! Deploying by dispatch, from the comment to the end that the deploy workflow reports (row D2).

use std::process::Stdio;

use shipgate::sandbox::state::DeploymentState::{Error, Failure, InProgress, Queued, Success};
use shipgate::sandbox::state::{Conclusion, WorkflowRun};
use shipgate::sandbox::{Fault, On};

use crate::deployer::{DEPLOY, DISPATCHED, ready, stage};
use crate::stage::{DEVELOPER, LEAD, REPOSITORY, job};

/// The route of a workflow's runs.
const RUNS: &str = "/repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs";

/// The route of a dispatch.
const DISPATCHES: &str = "/repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches";

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
    assert!(
        stage.one(pull).contains("📤 Deployment to staging is dispatched") && stage.one(pull).contains(&format!("Run {} deploys it", run.id)),
        "{}",
        stage.one(pull)
    );
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

#[test]
fn d2_several_jobs_of_one_run_start_the_same_deployment_and_the_last_one_ends_it() {
    let stage = stage(DISPATCHED);
    let pull = ready(&stage);
    stage.dispatches(pull);
    let run = stage.deploy_run();
    let first = stage.carries(&run, &[("INPUT_STEP", "start")]);
    assert_eq!((first.code, first.output("decision").as_str()), (0, "go"), "{}", first.stderr);
    let mark = stage.mark();
    let second = stage.carries(&run, &[("INPUT_STEP", "start")]);
    assert_eq!((second.code, second.output("decision").as_str(), second.output("sha")), (0, "go", first.output("sha")), "{}", second.stderr);
    assert!(stage.wrote(mark).is_empty(), "the second job of the run changes nothing: {:?}", stage.wrote(mark));
    assert_eq!((stage.ends(&first, "failure").code, stage.states().len()), (0, 2), "the post step of `start` ends nothing");
    let job = stage.hub.start_job(run.id, "deploy (eu-1)");
    stage.hub.finish_job(job, Conclusion::Failure);
    let needs = r#"{"start":{"result":"success","outputs":{"sha":"x"}},"deploy":{"result":"failure","outputs":{}}}"#;
    let finish = stage.carries(&run, &[("INPUT_STEP", "finish"), ("INPUT_NEEDS", needs)]);
    assert_eq!((finish.code, finish.output("conclusion").as_str()), (0, "failure"), "{}", finish.stderr);
    assert_eq!((stage.states().as_slice(), stage.holds().len()), (&[Queued, InProgress, Failure][..], 0));
    let comment = stage.one(pull);
    assert!(comment.contains("❌ Deployment to staging failed") && comment.contains("The job `deploy (eu-1)` failed."), "{comment}");
    assert!(comment.contains(&format!("[failed job]({}/{REPOSITORY}/actions/runs/{}/job/{job}", stage.hub.url(), run.id)), "{comment}");
    assert!(comment.contains("| approval | go |"), "what was decided is kept: {comment}");
    let again = stage.carries(&run, &[("INPUT_STEP", "finish"), ("INPUT_NEEDS", needs)]);
    assert_eq!((again.code, stage.states().len()), (0, 3), "{}", again.stderr);
    assert!(again.stderr.contains("has ended already"), "{}", again.stderr);
}

#[test]
fn d2_only_one_of_two_runs_is_let_in() {
    let stage = stage(DISPATCHED);
    let pull = ready(&stage);
    stage.dispatches(pull);
    let run = stage.deploy_run();
    let twin = WorkflowRun { id: stage.hub.start_run(REPOSITORY, DEVELOPER, (DEPLOY, "workflow_dispatch", "main")), ..run.clone() };
    assert_eq!(stage.carries(&run, &[]).output("decision"), "go");
    for step in ["whole", "start"] {
        let late = stage.carries(&twin, &[("INPUT_STEP", step)]);
        assert_eq!((late.code, late.output("decision").as_str()), (1, "error"), "{}", late.stderr);
        assert!(
            late.stderr.contains("error[SG-DEPLOYMENT]: deployment") && late.stderr.contains(&format!("run {} carries it out already", run.id)),
            "{}",
            late.stderr
        );
        assert_eq!(stage.ends(&late, "failure").code, 0);
    }
    let finish = stage.carries(&twin, &[("INPUT_STEP", "finish"), ("INPUT_NEEDS", r#"{"start":{"result":"failure"}}"#)]);
    assert_eq!(finish.code, 1, "{}", finish.stderr);
    assert_eq!((stage.states().as_slice(), stage.holds().len()), (&[Queued, InProgress][..], 1), "the other run changed nothing");
}

#[test]
fn d2_ten_runs_at_the_same_instant_and_one_is_let_in() {
    let stage = stage(DISPATCHED);
    let pull = ready(&stage);
    stage.dispatches(pull);
    let run = stage.deploy_run();
    let handle = run.inputs["shipgate"].as_str().expect("a handle").to_owned();
    let folders: Vec<_> = (0..10).map(|_| stage.job_folder_of(stage.hub.start_run(REPOSITORY, DEVELOPER, (DEPLOY, "workflow_dispatch", "main")))).collect();
    let started: Vec<_> = folders
        .iter()
        .map(|folder| {
            let audit = folder.join("audit.jsonl").display().to_string();
            let mut command = stage.command(folder, &["action"], &[("INPUT_DEPLOYMENT", &handle), ("INPUT_STEP", "start"), ("INPUT_AUDIT-FILE", &audit)]);
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary starts")
        })
        .collect();
    let jobs: Vec<_> = started.into_iter().zip(&folders).map(|(child, folder)| job(folder, &child.wait_with_output().expect("it ends"))).collect();
    let said: Vec<&str> = jobs.iter().map(|job| job.stderr.as_str()).collect();
    assert_eq!(jobs.iter().filter(|job| job.output("decision") == "go").count(), 1, "{said:#?}");
    assert_eq!(jobs.iter().filter(|job| job.code == 1).count(), 9, "{said:#?}");
    assert_eq!((stage.states().as_slice(), stage.holds().len()), (&[Queued, InProgress][..], 1));
}

#[test]
fn d2_a_handle_that_is_not_of_this_deployment_opens_nothing() {
    let stage = stage(DISPATCHED);
    let pull = ready(&stage);
    let gate = stage.dispatches(pull);
    let run = stage.deploy_run();
    let (id, claim) = (gate.output("deployment-id"), gate.output("lock"));
    let theirs = stage.hub.deployment(REPOSITORY, LEAD, ("staging", &stage.head(pull), stage.hub.deployments(REPOSITORY, "staging")[0].payload.clone()));
    for (handle, code, said) in [
        (format!("{REPOSITORY}/{id}/{}", "0".repeat(32)), 1, "under another claim"),
        (format!("{REPOSITORY}/99999999/{claim}"), 1, "does not exist"),
        (format!("{REPOSITORY}/{theirs}/{claim}"), 1, "created by another account"),
        (format!("{REPOSITORY}/{id}"), 2, "OWNER/NAME/DEPLOYMENT/CLAIM"),
        (format!("{REPOSITORY}/{id}/{claim};id"), 2, "OWNER/NAME/DEPLOYMENT/CLAIM"),
    ] {
        let mark = stage.mark();
        let job = stage.carries(&run, &[("INPUT_DEPLOYMENT", &handle)]);
        assert_eq!((job.code, job.output("decision").as_str()), (code, "error"), "{handle}: {}", job.stderr);
        assert!(job.stderr.contains(said), "{handle}: {}", job.stderr);
        assert!(stage.wrote(mark).iter().all(|name| name.starts_with("graphql Survey")), "{:?}", stage.wrote(mark));
    }
    for (step, needs, said) in [("begin", "{}", "the input `step` is `begin`"), ("finish", "", "needs the input `needs`"), ("finish", "[]", "toJSON(needs)")] {
        let job = stage.carries(&run, &[("INPUT_STEP", step), ("INPUT_NEEDS", needs)]);
        assert!(job.code == 2 && job.stderr.contains(said), "{}", job.stderr);
    }
    let states: Vec<usize> = stage.hub.deployments(REPOSITORY, "staging").iter().map(|deployment| deployment.statuses.len()).collect();
    assert_eq!(states, [1, 0], "neither was touched");
}

#[test]
fn d2_a_run_that_was_started_after_the_deployment_ended_is_not_let_in() {
    let stage = stage(DISPATCHED);
    let pull = ready(&stage);
    stage.dispatches(pull);
    let run = stage.deploy_run();
    let job = stage.carries(&run, &[]);
    stage.ends(&job, "failure");
    let again = stage.carries(&run, &[]);
    assert!(again.code == 1 && again.stderr.contains("there is nothing to deploy"), "{}", again.stderr);
    let second = stage.says(pull, DEVELOPER, "/deploy staging");
    assert_eq!(second.output("decision"), "dispatched", "the lock is free: {}", second.stderr);
    assert_eq!(stage.deploy_runs().len(), 2);
}

#[test]
fn d2_a_dispatch_that_is_refused_says_why_and_leaves_nothing() {
    for (status, message, said) in [
        (
            422,
            r#"Unexpected inputs provided: ["shipgate", "region"]"#,
            "declare `shipgate`, `region` under `on.workflow_dispatch.inputs` in `.github/workflows/deploy.yml`",
        ),
        (422, "Workflow does not have 'workflow_dispatch' trigger", "add `workflow_dispatch` with the input `shipgate`"),
        (422, "No ref found for: main", "name a branch that exists"),
        (404, "Not Found", "see that `.github/workflows/deploy.yml`"),
        (403, "Resource not accessible by integration", "give the token `actions: write`"),
    ] {
        let stage = stage(DISPATCHED);
        let pull = ready(&stage);
        stage.hub.fault(On::route("POST", DISPATCHES), Fault::Refusal { status, message: message.to_owned() });
        let gate = stage.says(pull, DEVELOPER, "/deploy staging");
        assert_eq!((gate.code, gate.output("decision").as_str()), (10, "error"), "{}", gate.stderr);
        assert!(gate.stderr.contains("error[SG-DISPATCH]") && gate.stderr.contains(said), "{}", gate.stderr);
        let comment = stage.one(pull);
        assert!(comment.contains("❌ Deployment to staging could not be carried out") && comment.contains(said), "{comment}");
        assert_eq!((stage.states().as_slice(), stage.holds().len(), stage.deploy_runs().len()), (&[Error][..], 0, 0));
        assert_eq!(stage.ends(&gate, "failure").code, 0);
        assert_eq!((stage.states().len(), stage.one(pull).contains("could not be carried out")), (1, true), "the post step leaves it");
    }
}

#[test]
fn d2_a_server_that_does_not_name_the_run_is_asked_for_it_by_the_runs_name() {
    let stage = stage(DISPATCHED);
    let pull = ready(&stage);
    let refusal = Fault::Refusal { status: 400, message: "Invalid API version".to_owned() };
    stage.hub.fault(On::route("POST", DISPATCHES), refusal);
    let mark = stage.mark();
    let gate = stage.dispatches(pull);
    let run = stage.deploy_run();
    assert_eq!(gate.output("run-id"), run.id.to_string());
    let asked = stage.asked(mark);
    assert_eq!(asked.iter().filter(|name| name.contains("/dispatches")).count(), 2, "{asked:?}");
    assert_eq!(asked.iter().filter(|name| name.ends_with("/runs")).count(), 1, "{asked:?}");
    assert_eq!(stage.carries(&run, &[]).output("decision"), "go");
}

#[test]
fn d2_a_dispatch_whose_answer_is_lost_is_looked_for() {
    for fault in [Fault::DropAfter, Fault::BadGatewayAfter, Fault::Malformed] {
        let stage = stage(DISPATCHED);
        let pull = ready(&stage);
        stage.hub.fault(On::route("POST", DISPATCHES), fault.clone());
        let gate = stage.dispatches(pull);
        assert_eq!(gate.output("run-id"), stage.deploy_run().id.to_string(), "{fault:?}: {}", gate.stderr);
        assert_eq!(stage.states(), [Queued]);
    }
}

#[test]
fn d2_a_dispatch_that_may_not_have_arrived_is_not_sent_again_until_the_job_is_run_again() {
    let stage = stage(DISPATCHED);
    let pull = ready(&stage);
    stage.hub.fault(On::route("POST", DISPATCHES), Fault::DropBefore);
    let (_, event) = stage.comment(pull, DEVELOPER, "/deploy staging");
    let folder = stage.job_folder();
    std::fs::write(folder.join("event.json"), event.to_string()).expect("the event can be written");
    let attempt = |number: &str| stage.run(&folder, &["action"], &[("GITHUB_EVENT_NAME", "issue_comment"), ("GITHUB_RUN_ATTEMPT", number)]);
    let first = attempt("1");
    assert_eq!((first.code, first.output("decision").as_str()), (10, "error"), "{}", first.stderr);
    let comment = stage.one(pull);
    assert!(comment.contains("was lost") && comment.contains("run this job again"), "{comment}");
    assert_eq!((stage.deploy_runs().len(), stage.holds().len()), (0, 1));
    assert_eq!(stage.ends(&first, "failure").code, 0);
    assert_eq!(stage.holds().len(), 1, "a run may come yet: the post step leaves it");
    let second = attempt("2");
    assert_eq!((second.code, second.output("decision").as_str()), (0, "dispatched"), "{}", second.stderr);
    assert_eq!((stage.deploy_runs().len(), stage.hub.deployments(REPOSITORY, "staging").len()), (1, 1));
    assert!(stage.one(pull).contains("📤 Deployment to staging is dispatched"), "{}", stage.one(pull));
    assert_eq!(stage.carries(&stage.deploy_run(), &[]).output("decision"), "go");
    let third = attempt("3");
    assert_eq!((third.code, third.output("decision").as_str()), (0, "none"), "{}", third.stderr);
    assert_eq!(stage.deploy_runs().len(), 1);
}

#[test]
fn d6_a_plan_says_how_it_will_be_deployed() {
    let stage = stage(DISPATCHED);
    let pull = ready(&stage);
    stage.says(pull, DEVELOPER, "/plan staging");
    let comment = stage.one(pull);
    assert!(comment.contains("Dispatch the workflow") && comment.contains("with the inputs region, version, what"), "{comment}");
    assert!(!comment.contains("next steps") && stage.deploy_runs().is_empty(), "{comment}");
}

#[test]
fn c5_twenty_deliveries_at_the_same_instant_make_one_dispatch() {
    let stage = stage(DISPATCHED);
    let pull = ready(&stage);
    let (_, event) = stage.comment(pull, DEVELOPER, "/deploy staging");
    let folders: Vec<_> = (0..20).map(|_| stage.job_folder()).collect();
    let started: Vec<_> = folders
        .iter()
        .map(|folder| {
            std::fs::write(folder.join("event.json"), event.to_string()).expect("the event can be written");
            let audit = folder.join("audit.jsonl").display().to_string();
            let mut command = stage.command(folder, &["action"], &[("GITHUB_EVENT_NAME", "issue_comment"), ("INPUT_AUDIT-FILE", &audit)]);
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary starts")
        })
        .collect();
    let jobs: Vec<_> = started.into_iter().zip(&folders).map(|(child, folder)| job(folder, &child.wait_with_output().expect("it ends"))).collect();
    let said: Vec<&str> = jobs.iter().map(|job| job.stderr.as_str()).collect();
    assert_eq!((stage.deploy_runs().len(), stage.hub.deployments(REPOSITORY, "staging").len()), (1, 1), "{said:#?}");
    assert_eq!(jobs.iter().filter(|job| job.output("decision") == "dispatched").count(), 1, "{said:#?}");
    assert!(stage.one(pull).contains("📤 Deployment to staging is dispatched"), "{said:#?}");
    for job in &jobs {
        assert_eq!(stage.ends(job, "success").code, 0);
    }
    assert_eq!((stage.states().as_slice(), stage.holds().len()), (&[Queued][..], 1));
}

#[test]
fn d2_a_list_of_runs_that_comes_late_is_read_again() {
    let stage = stage(DISPATCHED);
    let pull = ready(&stage);
    stage.hub.fault(On::route("POST", DISPATCHES), Fault::DropAfter);
    stage.hub.fault_times(On::route("GET", RUNS), Fault::ShortPage, 3);
    let gate = stage.dispatches(pull);
    assert_eq!(gate.output("run-id"), stage.deploy_run().id.to_string(), "{}", gate.stderr);
}

#[test]
fn d2_where_a_dispatch_never_shows_a_second_may_follow_and_one_of_the_runs_is_let_in() {
    let stage = stage(DISPATCHED);
    let pull = ready(&stage);
    let (_, event) = stage.comment(pull, DEVELOPER, "/deploy staging");
    let folder = stage.job_folder();
    std::fs::write(folder.join("event.json"), event.to_string()).expect("the event can be written");
    let attempt = |number: &str| stage.run(&folder, &["action"], &[("GITHUB_EVENT_NAME", "issue_comment"), ("GITHUB_RUN_ATTEMPT", number)]);
    stage.hub.fault(On::route("POST", DISPATCHES), Fault::DropAfter);
    stage.hub.fault_times(On::route("GET", RUNS), Fault::ShortPage, 4);
    assert_eq!(attempt("1").code, 10);
    assert_eq!(stage.deploy_runs().len(), 1, "one dispatch in one run of the gate");
    stage.hub.fault_times(On::route("GET", RUNS), Fault::ShortPage, 4);
    let second = attempt("2");
    assert_eq!(second.output("decision"), "dispatched", "{}", second.stderr);
    let runs = stage.deploy_runs();
    assert_eq!((runs.len(), stage.hub.deployments(REPOSITORY, "staging").len()), (2, 1));
    let decisions: Vec<String> = runs.iter().map(|run| stage.carries(run, &[("INPUT_STEP", "start")]).output("decision")).collect();
    assert_eq!(decisions, ["go", "error"]);
}
