//! Workflows that run with the base branch's rights and take in the pull request's code.

use std::sync::LazyLock;

use regex::Regex;

use super::exam::{Exam, Writing};
use super::guard::is_behind_go;
use super::ours::{Part, part_of};
pub(super) use crate::checks::workflows::untrusted::PRIVILEGED;
use crate::checks::workflows::untrusted::{fetches_head, names_head};
use crate::doctor::finding::{Diagnosis, Finding, Place};
use crate::doctor::registry::{self, Area};
use crate::doctor::workflow::{Job, Step, What, Workflow};

/// An output of another step or job that is called like a commit or branch.
static OUTPUT: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i-u)\b(steps|needs)\.[a-z0-9_-]+\.outputs\.(sha|ref|branch|commit)\b").expect("a pattern of ours compiles"));

pub(super) fn untrusted(exam: &Exam<'_>, diagnosis: &mut Diagnosis) {
    for workflow in &exam.workflows {
        let triggers = exam.triggers(workflow);
        let Some(event) = PRIVILEGED.iter().find(|event| triggers.iter().any(|trigger| trigger.event == **event)) else { continue };
        diagnosis.fine_unless(Area::Workflow, format!("{} takes in no untrusted code", workflow.path), |diagnosis| {
            workflow.jobs.iter().for_each(|job| of_job(exam, (workflow, job), event, diagnosis));
        });
    }
}

fn of_job(exam: &Exam<'_>, (workflow, job): (&Workflow, &Job), event: &str, diagnosis: &mut Diagnosis) {
    let Some((index, step)) = job.steps.iter().enumerate().find(|(_, step)| takes_head(workflow, job, step)) else { return };
    let at = Place::new(&workflow.path, step.line);
    let means = means(exam, workflow, job);
    let runs = job.steps[index..].iter().enumerate().find(|(offset, step)| executes(exam, step, *offset));
    let finding = if let (Some((_, runs)), Some(means)) = (runs, means) {
        let what = format!("on `{event}` job `{}` checks out the pull request's code and runs it (line {}) with {means}", job.id, runs.line);
        Finding::new(&registry::WORKFLOW_UNTRUSTED_CODE, what)
    } else {
        Finding::new(&registry::WORKFLOW_UNTRUSTED_CHECKOUT, format!("on `{event}` job `{}` checks out the pull request's code", job.id))
    };
    diagnosis.add(finding.at(at));
}

/// Whether a step fetches what the pull request's author wrote.
fn takes_head(workflow: &Workflow, job: &Job, step: &Step) -> bool {
    if let Some(script) = step.node.text_of("run") {
        return script.lines().any(fetches_head);
    }
    if !step.uses.as_ref().is_some_and(|uses| uses.is("actions", "checkout")) {
        return false;
    }
    let given = [step.with("ref"), step.with("repository")];
    given.into_iter().flatten().any(|text| names_head(text) || (OUTPUT.is_match(text) && !is_behind_go(workflow, job, step)))
}

/// Whether a step runs what stands in the checkout. The step that checks out runs nothing of it itself.
fn executes(exam: &Exam<'_>, step: &Step, offset: usize) -> bool {
    if let Some(Part::Gate) = part_of(step, exam.root_is_ours) {
        return step.with("trusted-checkout") == Some("true");
    }
    let local = step.uses.as_ref().is_some_and(|uses| matches!(uses.what(), What::Local(_)));
    match step.node.text_of("run") {
        // The same script may go on after its own checkout.
        Some(script) if offset == 0 => script.trim().lines().count() > 1,
        Some(_) => true,
        None => local && offset > 0,
    }
}

/// What code in the job could misuse.
fn means(exam: &Exam<'_>, workflow: &Workflow, job: &Job) -> Option<&'static str> {
    let workflow_secrets = workflow.document.root.as_ref().and_then(|root| root.get("env")).is_some_and(|env| env.any_text(&|text| text.contains("secrets.")));
    match (job.has_secrets() || workflow_secrets, exam.writing(workflow, job)) {
        (true, _) => Some("secrets"),
        (false, Writing::Granted) => Some("a token that may write"),
        (false, Writing::Unknown) => Some("a token that may write by the repository's default"),
        (false, Writing::Refused) => None,
    }
}
