//! `wide-secret`.

use super::super::{Flow, Rule};
use crate::checks::{Check, Example, Finding, Level, RuleSpec};
use crate::documents::Node;
use crate::domain::shown;

pub(in super::super) const RULE: Rule = Rule { spec: &SPEC, look };

static SPEC: RuleSpec = RuleSpec {
    check: Check::Workflows,
    id: "wide-secret",
    level: Level::Warn,
    about: "A secret stands in the environment of the whole workflow: every step of every job has it, those of other people's actions among them.",
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
env: { TOKEN: "${{ secrets.DEPLOY_TOKEN }}" }
jobs:
  build:
    runs-on: ubuntu-24.04
    steps:
      - run: ./deploy
"#,
    },
};

fn look(flow: &Flow<'_>) -> Vec<Finding> {
    let entries = flow.root.get("env").map_or(&[][..], Node::entries);
    let wide =
        entries.iter().filter(|entry| flow.expressions(entry.value.span).iter().any(|expression| expression.text.to_ascii_lowercase().contains("secrets.")));
    wide.map(|entry| {
        let what = format!("every step has the secret in `{}`", shown(&entry.key));
        SPEC.finding(what).at(entry.span).help("move it to `env:` of the step that needs it")
    })
    .collect()
}
