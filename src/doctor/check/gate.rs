//! The gate's workflow: there, and started by the events that it needs.

use super::exam::Exam;
use super::ours::{OurStep, Part};
use crate::doctor::finding::{Diagnosis, Finding, Place};
use crate::doctor::registry::{self, Area};
use crate::doctor::workflow::{Concurrency, Trigger, Workflow};

pub(super) fn gate(exam: &Exam<'_>, diagnosis: &mut Diagnosis) {
    if exam.material.files.workflows.known().is_none() || exam.only_carries() || exam.only_looks() {
        return;
    }
    let ours = exam.ours();
    let gates: Vec<&OurStep<'_>> = ours.iter().filter(|step| step.part == Part::Gate).collect();
    if gates.is_empty() {
        return diagnosis.add(Finding::new(&registry::WORKFLOW_NO_GATE, "no workflow that could be read runs shipgate"));
    }
    let mut seen: Vec<&str> = Vec::new();
    for gate in gates {
        if !seen.contains(&gate.workflow.path.as_str()) {
            seen.push(&gate.workflow.path);
            events(exam, gate.workflow, diagnosis);
            concurrency(gate, diagnosis);
        }
    }
}

fn events(exam: &Exam<'_>, workflow: &Workflow, diagnosis: &mut Diagnosis) {
    let triggers = exam.triggers(workflow);
    let at = Place::new(&workflow.path, workflow.on_line);
    let on = |event: &str, activity: &str| triggers.iter().any(|trigger| trigger.event == event && trigger.takes(activity));
    let any = |events: &[&str]| triggers.iter().any(|trigger| events.contains(&trigger.event.as_str()));
    if on("issue_comment", "created") {
        diagnosis.fine(Area::Workflow, format!("{} is started by comments", workflow.path));
    } else {
        let what = if any(&["issue_comment"]) { "is not started by comments that are `created`" } else { "is not started by comments" };
        diagnosis.add(Finding::new(&registry::WORKFLOW_NO_COMMENTS, format!("the gate {what}: commands do nothing")).at(at.clone()));
    }
    let scheduled = any(&["schedule"]);
    if !scheduled {
        diagnosis.add(Finding::new(&registry::WORKFLOW_NO_SCHEDULE, "the gate has no schedule").at(at.clone()));
        if !on("pull_request_review", "submitted") && !is_woken(exam, &triggers) {
            diagnosis.add(Finding::new(&registry::WORKFLOW_NO_REVIEWS, "the gate is not started by reviews: what waits for one waits on").at(at.clone()));
        }
        checks(&triggers, &at, diagnosis);
    }
    if !on("pull_request", "closed") && !on("pull_request_target", "closed") {
        diagnosis.add(Finding::new(&registry::WORKFLOW_NO_CLOSE, "the gate is not started when a pull request is closed").at(at));
    }
}

/// Whether a workflow that is started by reviews passes them on by its end.
fn is_woken(exam: &Exam<'_>, triggers: &[&Trigger]) -> bool {
    let wakes = |workflow: &&Workflow| workflow.trigger("pull_request_review").is_some_and(|trigger| trigger.takes("submitted"));
    let names: Vec<&str> = exam.workflows.iter().filter(wakes).map(|workflow| workflow.title.as_deref().unwrap_or(&workflow.path)).collect();
    triggers.iter().flat_map(|trigger| &trigger.workflows).any(|name| names.contains(&name.as_str()))
}

/// A group that is another for every run or comment keeps nothing waiting.
fn concurrency(gate: &OurStep<'_>, diagnosis: &mut Diagnosis) {
    let own = |group: &&Concurrency| !["github.run_id", "comment.id"].iter().any(|word| group.group.contains(word));
    for group in [&gate.workflow.concurrency, &gate.job.concurrency].into_iter().flatten().filter(own) {
        let (line, what) = match group.cancels {
            Some(line) => (line, "`cancel-in-progress` lets a later event cancel the gate, and what it deploys"),
            None => (group.line, "a concurrency group around the gate loses commands: of those that wait GitHub keeps the newest only"),
        };
        diagnosis.add(Finding::new(&registry::WORKFLOW_CONCURRENCY, what).at(Place::new(&gate.workflow.path, line)));
    }
}

/// GitHub starts no `check_suite` or `check_run` workflow for checks of Actions itself.
fn checks(triggers: &[&Trigger], at: &Place, diagnosis: &mut Diagnosis) {
    let any = |events: &[&str]| triggers.iter().any(|trigger| events.contains(&trigger.event.as_str()));
    if any(&["workflow_run", "status"]) {
        return;
    }
    let what = if any(&["check_suite", "check_run"]) {
        "`check_suite` and `check_run` start nothing for the checks of Actions itself: what waits for one of them waits on"
    } else {
        "the gate is not started when checks end: what waits for one waits on"
    };
    diagnosis.add(Finding::new(&registry::WORKFLOW_NO_CHECK_EVENT, what).at(at.clone()));
}
