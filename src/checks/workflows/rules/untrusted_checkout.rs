//! `untrusted-checkout`.

use super::super::flow::{Job, Uses};
use super::super::untrusted::{PRIVILEGED, fetches_head, names_head};
use super::super::{Flow, Rule};
use crate::checks::{Check, Example, Finding, Level, RuleSpec};
use crate::documents::Node;
use crate::domain::shown;

pub(in super::super) const RULE: Rule = Rule { spec: &SPEC, look };

static SPEC: RuleSpec = RuleSpec {
    check: Check::Workflows,
    id: "untrusted-checkout",
    level: Level::Stop,
    about: "A job that runs with the base branch's rights (`pull_request_target`, `workflow_run`, `issue_comment`) checks out the pull request's code and runs something: the code's \
            author gets the job's token and secrets.",
    good: Example {
        path: ".github/workflows/ci.yml",
        text: r"on: pull_request
permissions: {}
jobs:
  build:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@0123456789abcdef0123456789abcdef01234567
      - run: make
",
    },
    bad: Example {
        path: ".github/workflows/ci.yml",
        text: r#"on: pull_request_target
permissions: { contents: write }
jobs:
  build:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@0123456789abcdef0123456789abcdef01234567
        with: { ref: "${{ github.event.pull_request.head.sha }}" }
      - run: make
"#,
    },
};

fn look(flow: &Flow<'_>) -> Vec<Finding> {
    let Some(event) = PRIVILEGED.iter().find(|event| flow.events.contains(event)) else { return Vec::new() };
    flow.jobs.iter().filter_map(|job| of_job(flow, job, event)).collect()
}

fn of_job(flow: &Flow<'_>, job: &Job<'_>, event: &str) -> Option<Finding> {
    let taken = job.steps.iter().position(|step| takes_head(flow, step))?;
    let runs = job.steps[taken + 1..].iter().any(|step| step.get("run").is_some() || matches!(Uses::of_step(step), Some(Uses::Local)));
    let same_script = flow.script(job.steps[taken]).is_some_and(|script| script.text.trim().lines().count() > 1);
    if !(runs || same_script) || is_guarded(job) || asks_who(flow, &job.steps[..taken]) || !has_means(flow, job) {
        return None;
    }
    let step = job.steps[taken];
    let span = step.entries().first().map_or(step.span, |entry| entry.span);
    let what = format!("on `{event}` job `{}` runs the pull request's code with the base branch's rights", shown(job.id));
    Some(SPEC.finding(what).at(span).help("do it on `pull_request`, or check out the base branch; hand results on as an artifact, which is data"))
}

fn takes_head(flow: &Flow<'_>, step: &Node) -> bool {
    if Uses::of_step(step).is_some_and(|uses| uses.is("actions", "checkout")) {
        return ["ref", "repository"].iter().any(|key| step.at(&["with", key]).and_then(Node::text).is_some_and(names_head));
    }
    step.get("run").is_some_and(|run| flow.slice(run.span).lines().any(fetches_head))
}

/// True where something decides before whether it may: the author's own repository, an approval, the result of another job.
fn is_guarded(job: &Job<'_>) -> bool {
    let condition = job.node.get("if").and_then(Node::text).unwrap_or_default();
    let words = ["head.repo", ".fork", "workflow_run.event", "head_repository", "author_association", "outputs.", ".label", "github.actor"];
    job.node.get("environment").is_some() || words.iter().any(|word| condition.contains(word))
}

/// True where a step before asks who it was that caused the event.
fn asks_who(flow: &Flow<'_>, before: &[&Node]) -> bool {
    let words = ["collaborator", "author_association", "membership", "permission"];
    before.iter().any(|step| {
        let text = flow.slice(step.span).to_ascii_lowercase();
        words.iter().any(|word| text.contains(word))
    })
}

/// True where the job has something to misuse: a secret, or a token that may write.
fn has_means(flow: &Flow<'_>, job: &Job<'_>) -> bool {
    let secrets = flow.slice(job.node.span).contains("secrets.") || flow.root.get("env").is_some_and(|env| flow.slice(env.span).contains("secrets."));
    let Some(permissions) = job.node.get("permissions").or_else(|| flow.root.get("permissions")) else { return true };
    secrets || permissions.text() == Some("write-all") || permissions.entries().iter().any(|entry| entry.value.text() == Some("write"))
}
