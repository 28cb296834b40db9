//! `text-in-script`.

use super::super::untrusted;
use super::super::{Flow, Rule};
use super::template_injection::{HELP, is_own};
use crate::checks::{Check, Example, Finding, Level, RuleSpec};
use crate::domain::shown;

pub(in super::super) const RULE: Rule = Rule { spec: &SPEC, look };

static SPEC: RuleSpec = RuleSpec {
    check: Check::Workflows,
    id: "text-in-script",
    level: Level::Warn,
    about: "A pull request's own text is put into a script that runs with no more rights than the pull request's own code: a quote in a title breaks it, and on a branch of this \
            repository it may reach secrets.",
    good: Example {
        path: ".github/workflows/ci.yml",
        text: r#"on: pull_request
permissions: {}
jobs:
  build:
    runs-on: ubuntu-24.04
    steps:
      - env: { BRANCH: "${{ github.head_ref }}" }
        run: echo "$BRANCH"
"#,
    },
    bad: Example {
        path: ".github/workflows/ci.yml",
        text: r#"on: pull_request
permissions: {}
jobs:
  build:
    runs-on: ubuntu-24.04
    steps:
      - run: echo "${{ github.head_ref }}"
"#,
    },
};

fn look(flow: &Flow<'_>) -> Vec<Finding> {
    let mut out = Vec::new();
    for expression in flow.expressions_in_scripts() {
        let plain = untrusted::plain(expression.text);
        if untrusted::is_hostile(&plain) && is_own(flow, &plain) {
            out.push(SPEC.finding(format!("`{}` is put into a script as text", shown(expression.text))).at(expression.span).help(HELP));
        }
    }
    out
}
