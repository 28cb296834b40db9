//! The texts of the workflows. The templates are files beside this one, so that they can be read as what they are.

use super::fill::{fill, lines, quoted};
use super::findings::{Findings, PolicyFound};
use super::way::{CHECKOUT, Pin, Way, Wishes, WorkflowFile};
use super::{GATE, WAKE_NAME};
use crate::domain::shown;

const GATE_TEMPLATE: &str = include_str!("templates/gate.yml");
const HERE: &str = include_str!("templates/here.yml");
const WAKE_TEMPLATE: &str = include_str!("templates/wake.yml");
const DEPLOY: &str = include_str!("templates/deploy.yml");
const START_JOB: &str = include_str!("templates/start-job.yml");
const FINISH_JOB: &str = include_str!("templates/finish-job.yml");

/// What stands in the run step of a new deploy workflow until somebody's command does: who finds it knows that nothing is deployed yet.
pub(super) const PLACEHOLDER: &str = "No deploy command yet";

/// Where the command goes, behind the run step's indentation.
const RUN: &str = "          ";

/// The workflow that asks the gates; with its words for the user where something could not be written.
pub(super) fn gate(findings: &Findings, wishes: &Wishes) -> (String, Vec<String>) {
    let mut words = Vec::new();
    let (listed, left_out) = testing(findings);
    words.extend(left_out.iter().map(|name| format!("the workflow `{name}` cannot be named in {GATE}: what it ends is seen once an hour")));
    let (condition, with) = prefix(findings, &mut words);
    let (does, actions) = match &wishes.way {
        Way::Here => ("deploys in the same job", "read # whether the run that holds a lock is alive"),
        Way::Workflow(_) => ("starts the workflow that deploys", "write # starts the deploy workflow, and ends it at /cancel"),
    };
    let uses = wishes.pin.uses();
    let values = [("WAY", does), ("WORKFLOWS", &listed), ("PREFIX_CONDITION", &condition), ("ACTIONS", actions), ("ACTION", &uses), ("WITH", &with)];
    let mut text = fill(GATE_TEMPLATE, &values);
    if wishes.way == Way::Here {
        let commands = lines(&format!("{RUN}#   "), &findings.commands);
        text.push_str(&fill(HERE, &[("CHECKOUT", CHECKOUT), ("SUGGESTIONS", &commands), ("FILE", GATE)]));
    }
    (text, words)
}

/// The lines of the workflows whose end is listened to, and those that cannot stand there.
fn testing(findings: &Findings) -> (String, Vec<String>) {
    let mut listed = vec![WAKE_NAME.to_owned()];
    let mut left_out = Vec::new();
    for workflow in findings.testing() {
        match quoted(&workflow.name) {
            Some(name) if listed.contains(&name) => {}
            Some(name) => listed.push(name),
            None => left_out.push(shown(&workflow.name)),
        }
    }
    (lines("      - ", &listed), left_out)
}

/// The condition on a comment's text, and the input, for the policy's prefix.
fn prefix(findings: &Findings, words: &mut Vec<String>) -> (String, String) {
    let prefix = match &findings.policy {
        PolicyFound::Valid(policy) => policy.commands.prefix.as_str(),
        PolicyFound::None | PolicyFound::Faulty(_) => "/",
    };
    let condition = |prefix: &str| format!(" && contains(github.event.comment.body, '{}')", prefix.replace('\'', "''"));
    match quoted(prefix) {
        _ if prefix == "/" => (condition(prefix), String::new()),
        Some(yaml) if !prefix.contains(['{', '}']) => (condition(prefix), format!("        with:\n          prefix: {yaml}")),
        _ => {
            words.push(format!("give the action in {GATE} the input `prefix`: the policy's prefix could not be written there"));
            (String::new(), String::new())
        }
    }
}

/// The workflow that passes reviews on.
pub(super) fn wake() -> String {
    fill(WAKE_TEMPLATE, &[])
}

/// The workflow that deploys, where there is none yet.
pub(super) fn deploy(findings: &Findings, pin: &Pin, file: &WorkflowFile) -> String {
    let commands = lines(&format!("{RUN}#   "), &findings.commands);
    let (start, finish) = (start_job(pin, "start"), finish_job(pin, "finish", &["start", "deploy"]));
    let values =
        [("START_JOB", start.trim_end()), ("FINISH_JOB", finish.trim_end()), ("CHECKOUT", CHECKOUT), ("SUGGESTIONS", &commands), ("FILE", &file.path())];
    fill(DEPLOY, &values)
}

/// The job that starts a dispatched deployment.
pub(super) fn start_job(pin: &Pin, id: &str) -> String {
    fill(START_JOB, &[("START", id), ("ACTION", &pin.uses())])
}

/// The job that ends it.
pub(super) fn finish_job(pin: &Pin, id: &str, needs: &[&str]) -> String {
    fill(FINISH_JOB, &[("FINISH", id), ("ACTION", &pin.uses()), ("NEEDS", &needs.join(", "))])
}
