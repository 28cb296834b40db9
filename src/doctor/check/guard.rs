//! Whether what stands behind the gate looks at what the gate said; and what goes past it.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::exam::Exam;
use super::ours::{OurStep, Part, part_of};
use crate::doctor::finding::{Diagnosis, Finding, Place};
use crate::doctor::registry::{self, Area};
use crate::doctor::workflow::{Job, Step, Workflow};

/// A comparison of an output with a word, either way round.
static COMPARISON: LazyLock<Regex> = LazyLock::new(|| {
    let expression = r"outputs\.(?P<name>[A-Za-z0-9_-]+)\s*(?P<is>==|!=)\s*'(?P<word>[^']*)'|'(?P<word2>[^']*)'\s*(?P<is2>==|!=)\s*[A-Za-z0-9_.-]*outputs\.(?P<name2>[A-Za-z0-9_-]+)";
    Regex::new(expression).expect("a pattern of ours compiles")
});

/// Actions that deploy nothing, and are of use whatever the gate said.
const HARMLESS: &[(&str, &str)] = &[("actions", "upload-artifact"), ("actions", "cache")];

pub(super) fn guards(exam: &Exam<'_>, diagnosis: &mut Diagnosis) {
    for gate in exam.ours().into_iter().filter(|step| step.part == Part::Gate) {
        let what = format!("everything behind the gate in {} looks at its decision", gate.workflow.path);
        diagnosis.fine_unless(Area::Workflow, what, |diagnosis| {
            steps(exam, &gate, diagnosis);
            jobs(exam, &gate, diagnosis);
        });
    }
    around(exam, diagnosis);
}

fn steps(exam: &Exam<'_>, gate: &OurStep<'_>, diagnosis: &mut Diagnosis) {
    let names = decision_names(gate.job);
    for step in gate.job.steps.iter().skip(gate.index + 1).filter(|step| !is_harmless(step, exam.root_is_ours)) {
        if !step.condition.as_deref().is_some_and(|condition| asks(condition, &names)) {
            let id = gate.step.id.as_deref().unwrap_or("ID");
            let finding = Finding::new(&registry::WORKFLOW_UNGUARDED, "this step runs whatever the gate says, also for a comment that is no command");
            let finding = finding.at(Place::new(&gate.workflow.path, step.line));
            let mend = format!("add `if: steps.{id}.outputs.decision == 'go'`");
            diagnosis.add(finding.mend(if id == "ID" { format!("give the gate's step an `id`, and {mend} here") } else { mend }));
        }
    }
}

fn jobs(exam: &Exam<'_>, gate: &OurStep<'_>, diagnosis: &mut Diagnosis) {
    let behind = gate.workflow.jobs.iter().filter(|job| gate.workflow.waits_for(job, &gate.job.id));
    for job in behind.filter(|job| !job.steps.iter().all(|step| is_harmless(step, exam.root_is_ours)) || job.calls.is_some()) {
        if !is_guarded(gate.workflow, job, &gate.job.id) {
            let finding = Finding::new(&registry::WORKFLOW_UNGUARDED, format!("job `{}` runs whatever the gate says", job.id));
            let finding = finding.at(Place::new(&gate.workflow.path, job.line));
            diagnosis.add(finding.mend(format!("add `if: needs.{}.outputs.decision == 'go'`, with `decision` among that job's `outputs:`", gate.job.id)));
        }
    }
}

/// Whether a job runs only where the gate's job said so: by its own condition, or because a job that it waits for is skipped otherwise.
fn is_guarded(workflow: &Workflow, job: &Job, gate: &str) -> bool {
    let names = workflow.job(gate).map(decision_names).unwrap_or_default();
    let condition = job.condition.as_deref().unwrap_or_default();
    if asks(condition, &names) {
        return true;
    }
    let runs_after_skips = ["always()", "failure()", "cancelled()"].iter().any(|word| condition.contains(word));
    let mut others = job.needs.iter().filter(|id| *id != gate && *id != &job.id).filter_map(|id| workflow.job(id));
    // A job is looked at once: a circle of needs is refused by GitHub, and must not hang us.
    !runs_after_skips && others.any(|other| other.condition.as_deref().is_some_and(|condition| asks(condition, &names)))
}

/// The outputs of a job that carry the decision, under whatever name.
fn decision_names(job: &Job) -> BTreeSet<String> {
    let outputs = job.node.get("outputs").map_or(&[][..], crate::doctor::yaml::Node::pairs);
    let carrying = outputs.iter().filter(|pair| pair.value.text().is_some_and(|text| text.contains(".decision")));
    carrying.map(|pair| pair.key.clone()).chain(["decision".to_owned()]).collect()
}

/// What a condition must ask.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    /// Whatever was decided: it is compared with some word, and by `!=` with nothing but `go`.
    AtAll,
    /// Whether it was go.
    ForGo,
}

/// Whether a condition holds only where its author thought of the gate: every alternative looks at the decision, or is for failures.
fn asks(condition: &str, names: &BTreeSet<String>) -> bool {
    every_alternative(condition, |part| looks(part, names, Look::AtAll) || is_for_failures(part))
}

fn every_alternative(condition: &str, passes: impl Fn(&str) -> bool) -> bool {
    !condition.trim().is_empty() && !condition.contains("!(") && condition.split("||").all(passes)
}

fn is_for_failures(part: &str) -> bool {
    ["failure()", "cancelled()"].iter().any(|word| part.contains(word) && !part.contains(&format!("!{word}")))
}

fn looks(part: &str, names: &BTreeSet<String>, look: Look) -> bool {
    COMPARISON.captures_iter(part).any(|found| {
        let text = |one: &str, other: &str| found.name(one).or_else(|| found.name(other)).map_or("", |found| found.as_str()).to_owned();
        let (name, operator, word) = (text("name", "name2"), text("is", "is2"), text("word", "word2"));
        let go = word == "go" || word == "true";
        let deliberate = match (look, operator.as_str()) {
            (Look::AtAll, "==") => !word.is_empty() && word != "false",
            (Look::AtAll, _) => go,
            (Look::ForGo, operator) => go && operator == "==",
        };
        names.contains(&name) && deliberate
    })
}

/// Whether a step or its job runs only after a go: behind it the gate's own commit is not untrusted any more.
pub(super) fn is_behind_go(workflow: &Workflow, job: &Job, step: &Step) -> bool {
    let names: BTreeSet<String> = workflow.jobs.iter().flat_map(decision_names).collect();
    let asks_for_go = |condition: &String| every_alternative(condition, |part| looks(part, &names, Look::ForGo));
    [&step.condition, &job.condition].into_iter().flatten().any(asks_for_go)
}

fn is_harmless(step: &Step, root_is_ours: bool) -> bool {
    let by_name = step.uses.as_ref().is_some_and(|uses| HARMLESS.iter().any(|(owner, name)| uses.is(owner, name)));
    // The program itself, called by hand: its post step runs whatever the gate said.
    let only_us = step.node.text_of("run").is_some_and(|script| script.lines().all(|line| line.trim().is_empty() || line.trim().starts_with("shipgate ")));
    by_name || only_us || part_of(step, root_is_ours).is_some()
}

/// Jobs that use an environment of the policy without the gate.
fn around(exam: &Exam<'_>, diagnosis: &mut Diagnosis) {
    let Some(policy) = &exam.policy else { return };
    let words: BTreeSet<String> = policy.environment_words().map(str::to_ascii_lowercase).collect();
    for workflow in exam.workflows.iter().filter(|workflow| workflow.trigger("workflow_call").is_none()) {
        let has_ours = |job: &Job| job.steps.iter().any(|step| part_of(step, exam.root_is_ours).is_some());
        let behind = |job: &Job| has_ours(job) || workflow.jobs.iter().any(|other| has_ours(other) && workflow.waits_for(job, &other.id));
        for job in &workflow.jobs {
            if let Some((name, line)) = &job.environment
                && words.contains(&name.to_ascii_lowercase())
                && !behind(job)
            {
                let what = format!("job `{}` uses the environment `{name}` and is behind no gate", job.id);
                diagnosis.add(Finding::new(&registry::WORKFLOW_AROUND, what).at(Place::new(&workflow.path, *line)));
            }
        }
    }
}
