//! `broad-permissions`.

use super::super::{Flow, Rule};
use crate::checks::{Check, Example, Finding, Level, RuleSpec};

pub(in super::super) const RULE: Rule = Rule { spec: &SPEC, look };

static SPEC: RuleSpec = RuleSpec {
    check: Check::Workflows,
    id: "broad-permissions",
    level: Level::Stop,
    about: "A token may write everything there is in the repository: whatever gets into one step has it all.",
    good: Example {
        path: ".github/workflows/ci.yml",
        text: r"on: push
permissions: {}
jobs:
  build:
    runs-on: ubuntu-24.04
    permissions: { contents: read, packages: write }
    steps:
      - run: make
",
    },
    bad: Example {
        path: ".github/workflows/ci.yml",
        text: r"on: push
permissions: write-all
jobs:
  build:
    runs-on: ubuntu-24.04
    steps:
      - run: make
",
    },
};

fn look(flow: &Flow<'_>) -> Vec<Finding> {
    let all = flow.root.get("permissions").into_iter().chain(flow.jobs.iter().filter_map(|job| job.node.get("permissions")));
    let broad = all.filter(|node| node.text() == Some("write-all"));
    broad
        .map(|node| {
            SPEC.finding("the token may write everything").at(node.span).help("name what is needed: `permissions: { contents: read, packages: write }`")
        })
        .collect()
}
