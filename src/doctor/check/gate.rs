//! The gate's workflow: there, and started by the events that it needs.

use super::exam::Exam;
use super::ours::{OurStep, Part};
use crate::doctor::finding::{Diagnosis, Finding, Place};
use crate::doctor::registry::{self, Area};
use crate::doctor::workflow::{Trigger, Workflow};

pub(super) fn gate(exam: &Exam<'_>, diagnosis: &mut Diagnosis) {
    if exam.material.files.workflows.known().is_none() {
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
        if !on("pull_request_review", "submitted") {
            diagnosis.add(Finding::new(&registry::WORKFLOW_NO_REVIEWS, "the gate is not started by reviews: what waits for one waits on").at(at.clone()));
        }
        checks(&triggers, &at, diagnosis);
    }
    if !on("pull_request", "closed") && !on("pull_request_target", "closed") {
        diagnosis.add(Finding::new(&registry::WORKFLOW_NO_CLOSE, "the gate is not started when a pull request is closed").at(at));
    }
    for line in &workflow.cancels {
        let what = "`cancel-in-progress: true` lets a later event cancel the gate, and what it deploys";
        diagnosis.add(Finding::new(&registry::WORKFLOW_CANCELS, what).at(Place::new(&workflow.path, *line)));
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
