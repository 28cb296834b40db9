//! `unpinned-github-action`.

use super::super::{Flow, Rule};
use crate::checks::{Check, Example, Finding, Level, RuleSpec};
use crate::domain::shown;

pub(in super::super) const RULE: Rule = Rule { spec: &SPEC, look };

static SPEC: RuleSpec = RuleSpec {
    check: Check::Workflows,
    id: "unpinned-github-action",
    level: Level::Warn,
    about: "An action of GitHub's own (`actions/…`, `github/…`) is named by a tag. Its owner is who runs the job anyway; a commit still says exactly what runs.",
    good: Example {
        path: ".github/workflows/ci.yml",
        text: r"on: push
permissions: {}
jobs:
  build:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@0123456789abcdef0123456789abcdef01234567 # v5.0.0
",
    },
    bad: Example {
        path: ".github/workflows/ci.yml",
        text: r"on: push
permissions: {}
jobs:
  build:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v5
",
    },
};

fn look(flow: &Flow<'_>) -> Vec<Finding> {
    let loose = flow.uses().into_iter().filter(|(_, uses)| !uses.is_pinned() && uses.is_of_github());
    let help = "write the commit's 40 digits, and the version in a comment behind them";
    loose
        .map(|(node, _)| {
            let text = shown(node.text().unwrap_or_default());
            let key = text.split('@').next().unwrap_or(&text).to_owned();
            SPEC.finding(format!("`{text}` is not pinned by its commit")).at(node.span).help(help).key(key)
        })
        .collect()
}
