//! `wide-permissions`.

use super::super::{Flow, Rule};
use crate::checks::{Check, Example, Finding, Level, RuleSpec};
use crate::documents::Node;
use crate::domain::shown;

pub(in super::super) const RULE: Rule = Rule { spec: &SPEC, look };

static SPEC: RuleSpec = RuleSpec {
    check: Check::Workflows,
    id: "wide-permissions",
    level: Level::Warn,
    about: "Rights to write are granted to all jobs of a workflow at once, though it has several: those that only build or test have them, too.",
    good: Example {
        path: ".github/workflows/ci.yml",
        text: r"on: push
permissions: { contents: read }
jobs:
  build:
    runs-on: ubuntu-24.04
    steps:
      - run: make
  release:
    runs-on: ubuntu-24.04
    permissions: { contents: write }
    steps: [{ run: make release }]
",
    },
    bad: Example {
        path: ".github/workflows/ci.yml",
        text: r"on: push
permissions: { contents: write }
jobs:
  build:
    runs-on: ubuntu-24.04
    steps:
      - run: make
  release:
    runs-on: ubuntu-24.04
    steps: [{ run: make release }]
",
    },
};

fn look(flow: &Flow<'_>) -> Vec<Finding> {
    // A job that says its own has nothing of these.
    let heirs = flow.jobs.iter().filter(|job| job.node.get("permissions").is_none()).count();
    if heirs < 2 {
        return Vec::new();
    }
    let granted = flow.root.get("permissions").map_or(&[][..], Node::entries);
    let writes = granted.iter().filter(|entry| entry.value.text() == Some("write"));
    writes
        .map(|entry| {
            let name = shown(&entry.key);
            SPEC.finding(format!("all {heirs} jobs may write `{name}`"))
                .at(entry.span)
                .help(format!("grant `{name}: write` in the job that needs it"))
                .key(name)
        })
        .collect()
}
