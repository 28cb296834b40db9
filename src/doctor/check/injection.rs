//! Text that others write, put into a script by `${{ … }}` before anything could quote it.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::exam::Exam;
use super::ours::our_steps;
use crate::checks::workflows::untrusted::{is_hostile, is_of_others, is_of_pull_request, plain};
use crate::doctor::finding::{Diagnosis, Finding, Place};
use crate::doctor::registry::{self, Area};
use crate::doctor::workflow::Workflow;
use crate::doctor::yaml::Node;

/// An output of a step or job.
static OUTPUT: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?-u)\b(?P<of>steps|needs)\.(?P<id>[a-z0-9_-]+)\.outputs\.(?P<name>[a-z0-9_-]+)").expect("a pattern of ours compiles"));

/// Our outputs that are text as somebody wrote it.
const FREE: &[&str] = &["parameters", "ref", "result"];

/// What a dispatch hands over.
static INPUT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?-u)(^|[ (,!&|=<>])(inputs\.[a-z0-9_-]+|github\.event\.(inputs|client_payload)\b|tojson\(\s*inputs\s*\))")
        .expect("a pattern of ours compiles")
});

pub(super) fn injection(exam: &Exam<'_>, diagnosis: &mut Diagnosis) {
    for workflow in &exam.workflows {
        let dispatched = super::deploy::is_dispatched(exam, workflow);
        let others = exam.triggers(workflow).iter().any(|trigger| is_of_others(&trigger.event));
        diagnosis.fine_unless(Area::Workflow, format!("{} puts no text of others into scripts", workflow.path), |diagnosis| {
            scripts(exam, (workflow, dispatched), (if others { Rights::More } else { Rights::Own }, diagnosis));
        });
    }
}

/// The rights of a workflow against those of a pull request's own code.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rights {
    Own,
    More,
}

fn scripts(exam: &Exam<'_>, (workflow, dispatched): (&Workflow, super::deploy::Dispatched), (rights, diagnosis): (Rights, &mut Diagnosis)) {
    let free = free_outputs(exam, workflow);
    for script in workflow.jobs.iter().flat_map(|job| &job.steps).filter_map(crate::doctor::workflow::Step::script) {
        for expression in workflow.document.expressions(script) {
            let plain = plain(expression.text);
            let at = Place::new(&workflow.path, expression.line);
            let shown = crate::domain::shown(expression.text);
            if is_hostile(&plain) && rights == Rights::Own && is_of_pull_request(&plain) {
                let what = format!("`{shown}` is put into a script: a title or branch with quotes breaks it, and may run commands");
                diagnosis.add(Finding::new(&registry::WORKFLOW_TEXT_IN_SCRIPT, what).at(at));
            } else if is_hostile(&plain) || outputs_in(&plain).any(|output| free.contains(&output)) {
                let what = format!("`{shown}` is put into a script: whoever writes it runs commands here");
                diagnosis.add(Finding::new(&registry::WORKFLOW_INJECTION, what).at(at));
            } else if dispatched == super::deploy::Dispatched::ByPolicy && INPUT.is_match(&plain) {
                let what = format!("`{shown}` is put into a script, and its value may come from a comment");
                diagnosis.add(Finding::new(&registry::WORKFLOW_INPUT_IN_SCRIPT, what).at(at));
            }
        }
    }
}

/// The outputs that an expression names, as (`steps` or `needs`, id, name).
fn outputs_in(plain: &str) -> impl Iterator<Item = (String, String, String)> {
    OUTPUT.captures_iter(plain).map(|found| (found["of"].to_owned(), found["id"].to_owned(), found["name"].to_owned()))
}

/// The outputs in a workflow that hold such text of ours: those of our steps, and those of jobs that pass them on.
fn free_outputs(exam: &Exam<'_>, workflow: &Workflow) -> BTreeSet<(String, String, String)> {
    let ids = our_steps(workflow, exam.root_is_ours).into_iter().filter_map(|ours| ours.step.id.as_deref().map(str::to_ascii_lowercase));
    let mut free: BTreeSet<_> = ids.flat_map(|id| FREE.iter().map(move |name| ("steps".to_owned(), id.clone(), (*name).to_owned()))).collect();
    for job in &workflow.jobs {
        for pair in job.node.get("outputs").map_or(&[][..], Node::pairs) {
            let passes_on = pair.value.text().is_some_and(|text| outputs_in(&plain(text)).any(|output| free.contains(&output)));
            if passes_on {
                free.insert(("needs".to_owned(), job.id.to_ascii_lowercase(), pair.key.to_ascii_lowercase()));
            }
        }
    }
    free
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i1_inputs_of_a_dispatch_are_known_and_what_is_called_alike_is_not() {
        for (text, input) in [("inputs.region", true), ("github.event.client_payload.x", true), ("steps.inputs.outputs.x", false), ("needs.a.inputs.b", false)]
        {
            assert_eq!(INPUT.is_match(&plain(text)), input, "{text}");
        }
    }
}
