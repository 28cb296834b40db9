//! `template-injection`.

use super::super::flow::Sort;
use super::super::untrusted;
use super::super::{Flow, Rule};
use crate::checks::{Check, Example, Finding, Level, RuleSpec};
use crate::domain::shown;

pub(in super::super) const RULE: Rule = Rule { spec: &SPEC, look };

static SPEC: RuleSpec = RuleSpec {
    check: Check::Workflows,
    id: "template-injection",
    level: Level::Stop,
    about: "Text that others write (a title, a branch, a comment) is put into a script before a shell or JavaScript reads it: they can run commands in the job.",
    good: Example {
        path: ".github/workflows/ci.yml",
        text: r#"on: issues
permissions: {}
jobs:
  build:
    runs-on: ubuntu-24.04
    steps:
      - env: { TITLE: "${{ github.event.issue.title }}" }
        run: echo "$TITLE"
"#,
    },
    bad: Example {
        path: ".github/workflows/ci.yml",
        text: r#"on: issues
permissions: {}
jobs:
  build:
    runs-on: ubuntu-24.04
    steps:
      - run: echo "${{ github.event.issue.title }}"
"#,
    },
};

/// True where the text's author has as many rights as the workflow.
pub(super) fn is_own(flow: &Flow<'_>, plain: &str) -> bool {
    let called = flow.sort == Sort::Action || flow.events.contains(&"workflow_call");
    !called && !flow.events.iter().any(|event| untrusted::is_of_others(event)) && untrusted::is_of_pull_request(plain)
}

/// What to do about it.
pub(super) const HELP: &str = "hand it over by `env:`, and write \"$NAME\" in the script";

fn look(flow: &Flow<'_>) -> Vec<Finding> {
    let mut out = Vec::new();
    for expression in flow.expressions_in_scripts() {
        let plain = untrusted::plain(expression.text);
        if untrusted::is_hostile(&plain) && !is_own(flow, &plain) {
            let what = format!("`{}` is put into a script: whoever writes it runs commands here", shown(expression.text));
            out.push(SPEC.finding(what).at(expression.span).label("written by others").help(HELP));
        }
    }
    out
}
