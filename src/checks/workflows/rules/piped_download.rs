//! `piped-download`.

use super::super::flow::Runner;
use super::super::{Flow, Rule};
use crate::checks::shell::{commands, piped_downloads};
use crate::checks::{Check, Example, Finding, Level, RuleSpec};
use crate::domain::Span;

pub(in super::super) const RULE: Rule = Rule { spec: &SPEC, look };

static SPEC: RuleSpec = RuleSpec {
    check: Check::Workflows,
    id: "piped-download",
    level: Level::Stop,
    about: "What is downloaded is run at once, unseen and unverified: whoever can change it at its source decides what runs in the job.",
    good: Example {
        path: ".github/workflows/ci.yml",
        text: r#"on: push
permissions: {}
jobs:
  build:
    runs-on: ubuntu-24.04
    steps:
      - run: |
          curl -fsSLo install https://example.com/install-1.2.sh
          echo "0123  install" | sha256sum -c -
          sh install
"#,
    },
    bad: Example {
        path: ".github/workflows/ci.yml",
        text: r"on: push
permissions: {}
jobs:
  build:
    runs-on: ubuntu-24.04
    steps:
      - run: curl -fsSL https://example.com/install.sh | sh
",
    },
};

fn look(flow: &Flow<'_>) -> Vec<Finding> {
    let scripts = flow.scripts().filter(|script| script.runner == Runner::Shell);
    let found = scripts.flat_map(|script| {
        piped_downloads(&commands(script.text)).into_iter().map(move |(start, end, program)| (Span::new(script.start + start, script.start + end), program))
    });
    let help = "download a fixed version to a file, compare its SHA-256, then run it; or take a pinned action";
    found.map(|(span, program)| SPEC.finding(format!("`{program}` runs what was downloaded, unseen")).at(span).help(help)).collect()
}
