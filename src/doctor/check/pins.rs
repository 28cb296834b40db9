//! What is used at which version, and what checkouts leave behind.

use super::exam::{Exam, Writing};
use super::ours::our_steps;
use super::untrusted::PRIVILEGED;
use crate::doctor::finding::{Diagnosis, Finding, Place};
use crate::doctor::registry::{self, Area};
use crate::doctor::workflow::{Job, Uses, What, Workflow};

pub(super) fn pins(exam: &Exam<'_>, diagnosis: &mut Diagnosis) {
    for workflow in &exam.workflows {
        diagnosis.fine_unless(Area::Workflow, format!("{} pins what it uses", workflow.path), |diagnosis| unpinned(workflow, diagnosis));
        versions(exam, workflow, diagnosis);
        persisted(exam, workflow, diagnosis);
    }
}

/// One finding a file: a list of ten lines is read, ten findings are not.
fn unpinned(workflow: &Workflow, diagnosis: &mut Diagnosis) {
    let steps = workflow.jobs.iter().flat_map(|job| job.steps.iter().filter_map(|step| step.uses.as_ref()).chain(&job.calls));
    let loose: Vec<&Uses> = steps.filter(|uses| !uses.is_pinned()).collect();
    let Some(first) = loose.first() else { return };
    let line = |uses: &Uses| if loose.len() == 1 { String::new() } else { format!(" (line {})", uses.line) };
    let listed: Vec<String> = loose.iter().map(|uses| format!("`{}`{}", crate::domain::shown(&uses.text), line(uses))).collect();
    let what = format!("not pinned by commit: {}", listed.join(", "));
    diagnosis.add(Finding::new(&registry::WORKFLOW_UNPINNED, what).at(Place::new(&workflow.path, first.line)));
}

fn versions(exam: &Exam<'_>, workflow: &Workflow, diagnosis: &mut Diagnosis) {
    let own = &exam.material.version;
    for uses in
        our_steps(workflow, exam.root_is_ours).iter().filter_map(|ours| ours.step.uses.as_ref()).filter(|uses| matches!(uses.what(), What::Remote { .. }))
    {
        let at = Place::new(&workflow.path, uses.line);
        match uses.version() {
            None => diagnosis
                .add(Finding::new(&registry::WORKFLOW_UNKNOWN_VERSION, format!("`{}` does not say its version", crate::domain::shown(&uses.text))).at(at)),
            Some(version) if is_older(&version, own) => {
                let written: Vec<String> = version.iter().map(u64::to_string).collect();
                diagnosis.add(Finding::new(&registry::WORKFLOW_OLD_ACTION, format!("the action is v{}, and this program v{own}", written.join("."))).at(at));
            }
            Some(_) => diagnosis.fine(Area::Workflow, format!("{} uses a version of the action that is not older than this program", workflow.path)),
        }
    }
}

/// As many numbers as are written count: `v1` is no older than 1.4.0.
fn is_older(version: &[u64], own: &semver::Version) -> bool {
    let own = [own.major, own.minor, own.patch];
    version < &own[..version.len().min(own.len())]
}

fn persisted(exam: &Exam<'_>, workflow: &Workflow, diagnosis: &mut Diagnosis) {
    let matters =
        !our_steps(workflow, exam.root_is_ours).is_empty() || exam.triggers(workflow).iter().any(|trigger| PRIVILEGED.contains(&trigger.event.as_str()));
    let writes = |job: &&Job| match exam.writing(workflow, job) {
        Writing::Granted => true,
        Writing::Unknown => matters,
        Writing::Refused => false,
    };
    let steps = workflow.jobs.iter().filter(writes).flat_map(|job| &job.steps);
    let checkouts = steps.filter(|step| step.uses.as_ref().is_some_and(|uses| uses.is("actions", "checkout")));
    let lines: Vec<usize> = checkouts.filter(|step| step.with("persist-credentials") != Some("false")).map(|step| step.line).collect();
    let Some(first) = lines.first() else { return };
    let listed: Vec<String> = lines.iter().map(usize::to_string).collect();
    let checkouts = if lines.len() == 1 { "the checkout leaves".to_owned() } else { format!("the checkouts in lines {} leave", listed.join(", ")) };
    let what = format!("{checkouts} a token that may write in the work tree");
    diagnosis.add(Finding::new(&registry::WORKFLOW_PERSISTED, what).at(Place::new(&workflow.path, *first)));
}
