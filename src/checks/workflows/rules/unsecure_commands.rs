//! `unsecure-commands`.

use super::super::{Flow, Rule};
use crate::checks::{Check, Example, Finding, Level, RuleSpec};

pub(in super::super) const RULE: Rule = Rule { spec: &SPEC, look };

static SPEC: RuleSpec = RuleSpec {
    check: Check::Workflows,
    id: "unsecure-commands",
    level: Level::Stop,
    about: "Commands are switched on that GitHub took away because any output of a step could change the environment of the next ones.",
    good: Example {
        path: ".github/workflows/ci.yml",
        text: r#"on: push
permissions: {}
jobs:
  build:
    runs-on: ubuntu-24.04
    steps:
      - run: echo "NAME=value" >> "$GITHUB_ENV"
"#,
    },
    bad: Example {
        path: ".github/workflows/ci.yml",
        text: r"on: push
permissions: {}
jobs:
  build:
    runs-on: ubuntu-24.04
    env: { ACTIONS_ALLOW_UNSECURE_COMMANDS: true }
    steps:
      - run: make
",
    },
};

fn look(flow: &Flow<'_>) -> Vec<Finding> {
    let holders = std::iter::once(flow.root).chain(flow.jobs.iter().map(|job| job.node)).chain(flow.steps());
    let set = holders
        .filter_map(|holder| holder.get("env")?.entry("ACTIONS_ALLOW_UNSECURE_COMMANDS"))
        .filter(|entry| entry.value.scalar().as_deref() == Some("true"));
    set.map(|entry| {
        SPEC.finding("commands in a step's output are obeyed")
            .at(entry.span)
            .help("take it away, and write to the file that `$GITHUB_ENV` or `$GITHUB_PATH` names")
    })
    .collect()
}
