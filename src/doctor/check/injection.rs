//! Text that others write, put into a script by `${{ … }}` before anything could quote it.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::exam::Exam;
use super::ours::our_steps;
use crate::doctor::finding::{Diagnosis, Finding, Place};
use crate::doctor::registry::{self, Area};
use crate::doctor::workflow::Workflow;
use crate::doctor::yaml::Node;

/// What anybody can write into an event: GitHub's own list of untrusted input, and whole objects that hold some of it.
/// Source: <https://docs.github.com/actions/security-guides/security-hardening-for-github-actions>.
static HOSTILE: LazyLock<Regex> = LazyLock::new(|| {
    let expression = [
        r"github\.event\.(issue|pull_request|discussion)\.(title|body)\b",
        r"github\.event\.(comment|review|review_comment|discussion_comment)\.body\b",
        r"github\.event\.pull_request\.head\.(ref|label|repo\.default_branch)\b",
        r"github\.event\.(workflow_run\.)?head_commit\.(message|author\.(email|name))\b",
        r"github\.event\.commits\b[ -~]*\.(message|author\.(email|name))\b",
        r"github\.event\.pages\b[ -~]*\.page_name\b",
        r"github\.event\.workflow_run\.(head_branch|display_title|head_repository\.description)\b",
        r"github\.head_ref\b",
        r"tojson\(\s*github(\.event(\.(issue|pull_request|discussion|comment|review|workflow_run|head_commit|commits))?)?\s*\)",
    ];
    Regex::new(&format!("(?-u){}", expression.join("|"))).expect("a pattern of ours compiles")
});

/// An output of a step or job.
static OUTPUT: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?-u)\b(?P<of>steps|needs)\.(?P<id>[a-z0-9_-]+)\.outputs\.(?P<name>[a-z0-9_-]+)").expect("a pattern of ours compiles"));

/// Our outputs that are text as somebody wrote it.
const FREE: &[&str] = &["parameters", "ref", "result"];

/// What comes with a pull request. On `pull_request` its author's own code runs anyway, with the same rights.
static OF_PULL_REQUEST: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?-u)github\.(event\.pull_request\.|head_ref\b)").expect("a pattern of ours compiles"));

/// Events with other people's text, or with more rights than the text's author has.
const OTHERS: &[&str] = &[
    "pull_request_target",
    "pull_request_review",
    "pull_request_review_comment",
    "issue_comment",
    "issues",
    "workflow_run",
    "discussion",
    "discussion_comment",
];

/// What a dispatch hands over.
static INPUT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?-u)(^|[ (,!&|=<>])(inputs\.[a-z0-9_-]+|github\.event\.(inputs|client_payload)\b|tojson\(\s*inputs\s*\))")
        .expect("a pattern of ours compiles")
});

pub(super) fn injection(exam: &Exam<'_>, diagnosis: &mut Diagnosis) {
    for workflow in &exam.workflows {
        let dispatched = super::deploy::is_dispatched(exam, workflow);
        let others = exam.triggers(workflow).iter().any(|trigger| OTHERS.contains(&trigger.event.as_str()));
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
            if HOSTILE.is_match(&plain) && rights == Rights::Own && OF_PULL_REQUEST.is_match(&plain) {
                let what = format!("`{shown}` is put into a script: a title or branch with quotes breaks it, and may run commands");
                diagnosis.add(Finding::new(&registry::WORKFLOW_TEXT_IN_SCRIPT, what).at(at));
            } else if HOSTILE.is_match(&plain) || outputs_in(&plain).any(|output| free.contains(&output)) {
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

/// An expression in lower case, with `a['b']` as `a.b` and `.*` left out.
fn plain(expression: &str) -> String {
    let lower = expression.to_ascii_lowercase();
    let dotted = lower.replace("['", ".").replace("']", "").replace("[\"", ".").replace("\"]", "");
    dotted.replace(".*.", ".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i1_text_of_others_is_known_however_it_is_written_and_safe_values_pass() {
        for hostile in [
            "github.event.comment.body",
            "GitHub.Event.Comment.Body",
            "github.event['comment']['body']",
            "github['event']['issue'].title",
            "format('{0}', github.event.pull_request.title)",
            "github.head_ref || github.ref",
            "github.event.pull_request.head.ref",
            "github.event.commits[0].message",
            "github.event.commits.*.author.name",
            "github.event.workflow_run.head_branch",
            "toJSON(github.event)",
            "toJson( github )",
        ] {
            assert!(HOSTILE.is_match(&plain(hostile)), "{hostile}");
        }
        for safe in [
            "github.event.comment.id",
            "github.event.pull_request.head.sha",
            "github.event.pull_request.number",
            "github.sha",
            "steps.gate.outputs.sha",
            "steps.gate.outputs.environment",
            "my.github.head_refs",
            "toJSON(needs)",
            "github.event_name",
        ] {
            assert!(!HOSTILE.is_match(&plain(safe)), "{safe}");
        }
        for (text, input) in [("inputs.region", true), ("github.event.client_payload.x", true), ("steps.inputs.outputs.x", false), ("needs.a.inputs.b", false)]
        {
            assert_eq!(INPUT.is_match(&plain(text)), input, "{text}");
        }
    }
}
