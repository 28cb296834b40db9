//! `no-permissions`.

use super::super::flow::Sort;
use super::super::{Flow, Rule};
use crate::checks::{Check, Example, Finding, Level, RuleSpec};
use crate::domain::shown;

pub(in super::super) const RULE: Rule = Rule { spec: &SPEC, look };

static SPEC: RuleSpec = RuleSpec {
    check: Check::Workflows,
    id: "no-permissions",
    level: Level::Warn,
    about: "A workflow does not say what its token may do: that is a setting of the repository, and often to write everything.",
    good: Example {
        path: ".github/workflows/ci.yml",
        text: r"on: push
permissions: { contents: read }
jobs:
  build:
    runs-on: ubuntu-24.04
    steps:
      - run: make
",
    },
    bad: Example {
        path: ".github/workflows/ci.yml",
        text: r"on: push
jobs:
  build:
    runs-on: ubuntu-24.04
    steps:
      - run: make
",
    },
};

fn look(flow: &Flow<'_>) -> Vec<Finding> {
    // A called workflow gets what its caller grants.
    let only_called = flow.events.iter().all(|event| *event == "workflow_call");
    if flow.sort == Sort::Action || flow.root.get("permissions").is_some() || only_called {
        return Vec::new();
    }
    let open = flow.jobs.iter().find(|job| job.node.get("permissions").is_none());
    let help = "write `permissions: { contents: read }` at the top, and what a job needs more in that job";
    open.map(|job| SPEC.finding(format!("job `{}` does not say what its token may do", shown(job.id))).at(job.span).help(help).key("permissions"))
        .into_iter()
        .collect()
}
