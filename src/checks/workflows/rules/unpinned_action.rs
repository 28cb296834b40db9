//! `unpinned-action`.

use super::super::flow::Uses;
use super::super::{Flow, Rule};
use crate::checks::{Check, Example, Finding, Level, RuleSpec};
use crate::domain::shown;

pub(in super::super) const RULE: Rule = Rule { spec: &SPEC, look };

static SPEC: RuleSpec = RuleSpec {
    check: Check::Workflows,
    id: "unpinned-action",
    level: Level::Stop,
    about: "An action or reusable workflow of somebody else is named by a tag or branch, or an image without its digest: whoever moves it, or takes over the account, runs \
            code here with this job's secrets.",
    good: Example {
        path: ".github/workflows/ci.yml",
        text: r"on: push
permissions: {}
jobs:
  build:
    runs-on: ubuntu-24.04
    steps:
      - uses: acme/setup@0123456789abcdef0123456789abcdef01234567 # v1.2.3
      - uses: ./.github/actions/build
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
      - uses: acme/setup@v1
",
    },
};

fn look(flow: &Flow<'_>) -> Vec<Finding> {
    let loose = flow.uses().into_iter().filter(|(_, uses)| !uses.is_pinned() && !uses.is_of_github());
    loose
        .map(|(node, uses)| {
            let text = shown(node.text().unwrap_or_default());
            let (by, help) = match uses {
                Uses::Image(_) => ("digest", format!("write `{text}@sha256:…`")),
                _ => ("commit", "write the commit's 40 digits, and the version in a comment behind them: `@0123…89ab # v1.2.3`".to_owned()),
            };
            // A later tag of the same action is not another finding.
            let key = text.split('@').next().unwrap_or(&text).to_owned();
            SPEC.finding(format!("`{text}` is not pinned by its {by}")).at(node.span).label("may be moved").help(help).key(key)
        })
        .collect()
}
