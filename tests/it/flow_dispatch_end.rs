//! How a dispatched deployment ends: waited for, cancelled, or left by its run (rows D2, D3, D7).

use std::process::Stdio;
use std::time::{Duration, Instant};

use shipgate::sandbox::state::DeploymentState::{self, Error, Failure, InProgress, Queued, Success};
use shipgate::sandbox::state::{Conclusion, ReviewState};
use shipgate::sandbox::{Fault, On};

use crate::deployer::{DISPATCHED, ready, stage};
use crate::stage::{DEVELOPER, Job, LEAD, OPERATOR, REPOSITORY, REVIEWER, Stage, job};

/// A policy whose job waits.
fn waiting(limit: &str) -> String {
    format!("version: 1\nenvironments:\n  staging: {{ deploy: {{ workflow: deploy.yml, wait: {limit} }} }}\n")
}

/// A job that dispatches and waits, started and not waited for; it goes on once its run shows.
fn starts(stage: &Stage, pull: u64) -> (std::process::Child, std::path::PathBuf) {
    let (_, event) = stage.comment(pull, DEVELOPER, "/deploy staging");
    let folder = stage.job_folder();
    std::fs::write(folder.join("event.json"), event.to_string()).expect("the event can be written");
    let mut command = stage.command(&folder, &["action"], &[("GITHUB_EVENT_NAME", "issue_comment"), ("SHIPGATE_WATCH_PAUSE_MS", "10")]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary starts");
    until("the dispatch", || stage.states() == [Queued]);
    (child, folder)
}

fn until(what: &str, mut is: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is() {
        assert!(start.elapsed() < Duration::from_secs(20), "{what} did not happen");
        std::thread::yield_now();
    }
}

fn ended((child, folder): (std::process::Child, std::path::PathBuf)) -> Job {
    job(&folder, &child.wait_with_output().expect("it ends"))
}

#[test]
fn d2_a_job_that_waits_says_how_it_goes_on_and_ends_with_the_deployment() {
    let stage = stage(&waiting("6h"));
    let pull = ready(&stage);
    let gate = starts(&stage, pull);
    let run = stage.deploy_run();
    let mark = stage.mark();
    let looks = |mark: usize| stage.asked(mark).iter().filter(|name| name.ends_with("/runs/{run_id}")).count();
    until("two looks at the run", || looks(mark) > 1);
    stage.hub.start_job(run.id, "build");
    let carrier = stage.carries(&run, &[]);
    let mark = stage.mark();
    until("a look at the jobs", || stage.asked(mark).iter().any(|name| name.ends_with("/jobs")));
    stage.ends(&carrier, "success");
    stage.hub.finish_run(run.id, Conclusion::Success);
    let gate = ended(gate);
    assert_eq!((gate.code, gate.output("decision").as_str(), gate.output("conclusion").as_str()), (0, "dispatched", "success"), "{}", gate.stderr);
    for line in [format!("run {} is queued", run.id), format!("run {} is in progress, 0 of 1 jobs done; now build", run.id), "ended with success".to_owned()] {
        assert!(gate.stderr.contains(&line), "{line} in {}", gate.stderr);
    }
    assert_eq!(stage.states(), [Queued, InProgress, Success]);
    assert_eq!(stage.ends(&gate, "success").code, 0);
    assert!(stage.one(pull).contains("✅ Deployed to staging"), "{}", stage.one(pull));
}

#[test]
fn d2_a_job_that_waits_ends_what_the_run_has_left_and_names_the_job_that_failed() {
    for (conclusion, state, headline, code) in [
        (Conclusion::Failure, Failure, "❌ Deployment to staging failed", 5),
        (Conclusion::Cancelled, Error, "🚫 Deployment to staging was cancelled", 5),
        (Conclusion::Success, Success, "✅ Deployed to staging", 0),
    ] {
        let stage = stage(&waiting("6h"));
        let pull = ready(&stage);
        let gate = starts(&stage, pull);
        let run = stage.deploy_run();
        assert_eq!(stage.carries(&run, &[("INPUT_STEP", "start")]).output("decision"), "go");
        stage.hub.start_job(run.id, "roll out");
        stage.hub.finish_run(run.id, conclusion);
        let gate = ended(gate);
        assert_eq!(gate.code, code, "{}", gate.stderr);
        assert_eq!((stage.states().last().copied(), stage.holds().len()), (Some(state), 0));
        let comment = stage.one(pull);
        assert!(comment.contains(headline) && comment.contains("| approval | go |"), "{comment}");
        assert_eq!(
            comment.contains("The job `roll out` failed.") && gate.stderr.contains("failed job: roll out"),
            conclusion == Conclusion::Failure,
            "{comment}"
        );
    }
}

#[test]
fn d2_a_wait_that_is_over_leaves_the_run_and_its_lock_alone() {
    let stage = stage(&waiting("1m"));
    let pull = ready(&stage);
    let gate = stage.says(pull, DEVELOPER, "/deploy staging");
    assert_eq!((gate.code, gate.output("decision").as_str(), gate.output("conclusion").as_str()), (4, "dispatched", "timed-out"), "{}", gate.stderr);
    assert!(gate.stderr.contains("is not over after 1m: this job stops waiting, the run goes on"), "{}", gate.stderr);
    assert_eq!(stage.ends(&gate, "success").code, 0);
    assert_eq!((stage.states().as_slice(), stage.holds().len()), (&[Queued][..], 1));
    let carrier = stage.carries(&stage.deploy_run(), &[]);
    assert_eq!(carrier.output("decision"), "go");
    stage.ends(&carrier, "success");
    assert!(stage.one(pull).contains("✅ Deployed to staging"));
}

#[cfg(unix)]
#[test]
fn d2_a_signal_ends_the_waiting_at_once_and_nothing_else() {
    let stage = stage(&waiting("6h"));
    let pull = ready(&stage);
    let (child, folder) = starts(&stage, pull);
    let mark = stage.mark();
    until("a look at the run", || stage.asked(mark).iter().any(|name| name.ends_with("/runs/{run_id}")));
    let start = Instant::now();
    rustix::process::kill_process(rustix::process::Pid::from_child(&child), rustix::process::Signal::INT).expect("a signal can be sent");
    let gate = ended((child, folder));
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    assert_eq!(gate.code, 130, "{}", gate.stderr);
    assert!(gate.stderr.contains("error[SG-STOPPED]: stopped by a signal; run"), "{}", gate.stderr);
    assert_eq!(stage.ends(&gate, "cancelled").code, 0);
    assert_eq!((stage.states().as_slice(), stage.holds().len()), (&[Queued][..], 1));
    assert!(stage.one(pull).contains("📤 Deployment to staging is dispatched"), "{}", stage.one(pull));
}

#[test]
fn d7_cancel_stops_the_run_of_a_dispatched_deployment() {
    let stage = stage(DISPATCHED);
    let pull = ready(&stage);
    stage.dispatches(pull);
    let run = stage.deploy_run();
    let carrier = stage.carries(&run, &[]);
    let cancel = stage.says(pull, DEVELOPER, "/cancel staging");
    assert_eq!(cancel.code, 0, "{}", cancel.stderr);
    assert!(stage.last(pull).contains(&format!("Run {} was asked to stop", run.id)), "{}", stage.last(pull));
    assert_eq!(stage.deploy_run().conclusion, Some(Conclusion::Cancelled));
    assert_eq!(stage.ends(&carrier, "cancelled").code, 0);
    assert_eq!((stage.states().last().copied(), stage.holds().len()), (Some(Error), 0));
    assert!(stage.ours(pull)[0].contains("🚫 Deployment to staging was cancelled"), "{:?}", stage.ours(pull));
    assert!(stage.audited().contains(&"deployment.cancelled cancelled".to_owned()));
}

#[test]
fn d7_cancel_ends_a_dispatched_deployment_that_has_not_begun_and_a_late_run_is_not_let_in() {
    let stage = stage(DISPATCHED);
    let pull = ready(&stage);
    stage.dispatches(pull);
    let cancel = stage.says(pull, DEVELOPER, "/cancel staging");
    assert_eq!(cancel.code, 0, "{}", cancel.stderr);
    assert!(stage.last(pull).contains("The deployment is cancelled"), "{}", stage.last(pull));
    assert_eq!((stage.states().as_slice(), stage.holds().len()), (&[Queued, Error][..], 0));
    assert!(stage.ours(pull)[0].contains("octo-dev cancelled it before its workflow had begun"), "{:?}", stage.ours(pull));
    let late = stage.carries(&stage.deploy_run(), &[]);
    assert_eq!((late.code, late.output("decision").as_str()), (1, "error"), "{}", late.stderr);
    assert_eq!(stage.says(pull, DEVELOPER, "/cancel staging").code, 1, "there is nothing left to cancel");
}

#[test]
fn d7_cancel_of_a_run_that_is_over_ends_the_deployment_with_its_conclusion() {
    let stage = stage(DISPATCHED);
    let pull = ready(&stage);
    stage.dispatches(pull);
    let run = stage.deploy_run();
    stage.carries(&run, &[]);
    stage.hub.finish_run(run.id, Conclusion::Failure);
    let cancel = stage.says(pull, DEVELOPER, "/cancel staging");
    assert!(stage.last(pull).contains("is over already"), "{} {}", stage.last(pull), cancel.stderr);
    assert_eq!((stage.states().last().copied(), stage.holds().len()), (Some(Failure), 0));
}

#[test]
fn d7_cancel_stops_the_job_that_deploys_itself_and_needs_a_permission_for_it() {
    let policy = "version: 1\nenvironments:\n  staging: {}\n";
    let stage = stage(policy);
    let pull = ready(&stage);
    let gate = stage.says(pull, DEVELOPER, "/deploy staging");
    assert_eq!(gate.output("decision"), "go");
    stage.hub.fault(On::route("POST", "/repos/{owner}/{repo}/actions/runs/{run_id}/cancel"), Fault::Status(403));
    let refused = stage.says(pull, DEVELOPER, "/cancel staging");
    assert!(refused.code == 1 && stage.last(pull).contains("`actions: write`"), "{} {}", stage.last(pull), refused.stderr);
    let cancel = stage.says(pull, DEVELOPER, "/cancel staging");
    assert!(cancel.code == 0 && stage.last(pull).contains("was asked to stop"), "{} {}", stage.last(pull), cancel.stderr);
    stage.ends(&gate, "cancelled");
    assert_eq!((stage.states().last().copied(), stage.holds().len()), (Some(Error), 0));
}

#[test]
fn d3_the_end_of_the_deploy_run_ends_a_deployment_that_the_run_has_left() {
    for (conclusion, begun, state) in [
        (Conclusion::Success, true, Success),
        (Conclusion::Failure, true, Failure),
        (Conclusion::TimedOut, true, Failure),
        (Conclusion::Cancelled, true, Error),
        (Conclusion::Failure, false, Failure),
        (Conclusion::Cancelled, false, Error),
        (Conclusion::Success, false, Error),
    ] {
        let stage = stage(DISPATCHED);
        let pull = ready(&stage);
        stage.dispatches(pull);
        let run = stage.deploy_run();
        if begun {
            stage.carries(&run, &[("INPUT_STEP", "start")]);
        }
        let job = stage.run_ends(run.id, conclusion);
        assert_eq!(job.code, 0, "{}", job.stderr);
        assert_eq!((stage.states().last().copied(), stage.holds().len()), (Some(state), 0), "{conclusion:?} {begun}: {}", job.stderr);
        let comment = stage.one(pull);
        assert!(comment.contains("The lock is free again.") && comment.contains("| approval | go |"), "{comment}");
        assert_eq!(comment.contains("must give the input `shipgate`"), conclusion == Conclusion::Success && !begun, "{comment}");
        let again = stage.delivers("workflow_run", &stage.hub.run_event(run.id));
        assert_eq!((again.code, stage.states().last().copied()), (0, Some(state)), "{}", again.stderr);
    }
}

#[test]
fn d3_the_end_of_another_run_ends_nothing() {
    let stage = stage(DISPATCHED);
    let pull = ready(&stage);
    stage.dispatches(pull);
    let run = stage.deploy_run();
    assert_eq!(stage.carries(&run, &[]).output("decision"), "go");
    // Somebody starts another run by the same name, and lets it end.
    let mut forged = stage.hub.run_event(run.id);
    forged["workflow_run"]["id"] = 4_711.into();
    forged["workflow_run"]["conclusion"] = "success".into();
    assert_eq!(stage.delivers("workflow_run", &forged).code, 0);
    assert_eq!((stage.states().as_slice(), stage.holds().len()), (&[Queued, InProgress][..], 1));
}

#[test]
fn d3_any_event_ends_a_dispatched_deployment_whose_run_is_over_and_others_get_through() {
    let stage = stage(DISPATCHED);
    let pull = ready(&stage);
    stage.dispatches(pull);
    let run = stage.deploy_run();
    stage.carries(&run, &[]);
    stage.hub.finish_run(run.id, Conclusion::Failure);
    let other = stage.pull("other");
    stage.hub.review((REPOSITORY, other), REVIEWER, ReviewState::Approved);
    let gate = stage.says(other, OPERATOR, "/deploy staging");
    assert_eq!((gate.code, gate.output("decision").as_str()), (0, "dispatched"), "{}", gate.stderr);
    let first = stage.hub.deployments(REPOSITORY, "staging").remove(0);
    assert_eq!(first.latest().map(|status| status.state), Some(Failure));
    assert!(stage.one(pull).contains("❌ Deployment to staging failed"), "{}", stage.one(pull));
}

#[test]
fn d3_others_wait_while_a_dispatched_run_is_alive_though_the_gates_run_is_over() {
    let stage = stage(DISPATCHED);
    let pull = ready(&stage);
    let gate = stage.dispatches(pull);
    let gates_run: u64 = std::fs::read_to_string(gate.folder.join("run-id")).expect("a file").parse().expect("a number");
    stage.hub.finish_run(gates_run, Conclusion::Success);
    let other = stage.pull("other");
    stage.hub.review((REPOSITORY, other), REVIEWER, ReviewState::Approved);
    let waits = stage.says(other, OPERATOR, "/deploy staging");
    assert_eq!((waits.code, waits.output("reason").as_str()), (4, "lock.busy"), "{}", waits.stderr);
    let carrier = stage.carries(&stage.deploy_run(), &[]);
    stage.ends(&carrier, "success");
    let goes = stage.delivers("schedule", &serde_json::json!({}));
    assert_eq!(goes.output("decision"), "dispatched", "{}", goes.stderr);
}

#[test]
fn d3_a_dispatch_that_never_led_to_a_run_is_given_up_after_a_while() {
    let stage = stage(DISPATCHED);
    let pull = ready(&stage);
    stage.hub.fault(On::route("POST", "/repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches"), Fault::DropBefore);
    let gate = stage.says(pull, DEVELOPER, "/deploy staging");
    assert_eq!(gate.code, 10, "{}", gate.stderr);
    let gates_run: u64 = std::fs::read_to_string(gate.folder.join("run-id")).expect("a file").parse().expect("a number");
    let is = |states: &[DeploymentState], holds: usize| assert_eq!((stage.states().as_slice(), stage.holds().len()), (states, holds));
    stage.hub.clock().advance(Duration::from_mins(10));
    stage.says(pull, LEAD, "/status");
    is(&[], 1);
    stage.hub.finish_run(gates_run, Conclusion::Failure);
    stage.says(pull, LEAD, "/status");
    is(&[Error], 0);
    assert!(stage.ours(pull)[0].contains("No run of the workflow `deploy.yml`"), "{:?}", stage.ours(pull));
}
