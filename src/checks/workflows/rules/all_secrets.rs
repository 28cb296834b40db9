//! `all-secrets`.

use super::super::{Flow, Rule};
use crate::checks::{Check, Example, Finding, Level, RuleSpec};

pub(in super::super) const RULE: Rule = Rule { spec: &SPEC, look };

static SPEC: RuleSpec = RuleSpec {
    check: Check::Workflows,
    id: "all-secrets",
    level: Level::Stop,
    about: "All secrets of the repository are handed over at once: whatever takes them has those it does not need, too, and a log may show them, because masking knows single values only.",
    good: Example {
        path: ".github/workflows/ci.yml",
        text: r#"on: push
permissions: {}
jobs:
  build:
    runs-on: ubuntu-24.04
    steps:
      - env: { TOKEN: "${{ secrets.DEPLOY_TOKEN }}" }
        run: ./deploy
"#,
    },
    bad: Example {
        path: ".github/workflows/ci.yml",
        text: r#"on: push
permissions: {}
jobs:
  build:
    runs-on: ubuntu-24.04
    steps:
      - env: { ALL: "${{ toJSON(secrets) }}" }
        run: ./deploy
"#,
    },
};

fn look(flow: &Flow<'_>) -> Vec<Finding> {
    let all = flow.expressions(flow.root.span).into_iter().filter(|expression| {
        let plain: String = expression.text.to_ascii_lowercase().split_whitespace().collect();
        plain.contains("tojson(secrets)")
    });
    all.map(|expression| SPEC.finding("all secrets are handed over at once").at(expression.span).help("name those that are needed: `${{ secrets.NAME }}`"))
        .collect()
}
