//! `plain-secret`.

use super::super::{Flow, Rule};
use crate::checks::credential::{is_literal, is_secret_name};
use crate::checks::{Check, Example, Finding, Level, RuleSpec};
use crate::documents::Node;
use crate::domain::shown;

pub(in super::super) const RULE: Rule = Rule { spec: &SPEC, look };

static SPEC: RuleSpec = RuleSpec {
    check: Check::Workflows,
    id: "plain-secret",
    level: Level::Stop,
    about: "A variable that is called like a secret has its value in the file: everybody who can read the repository has it. Passwords of throw-away services in tests are not looked at.",
    good: Example {
        path: ".github/workflows/ci.yml",
        text: r#"on: push
permissions: {}
jobs:
  build:
    runs-on: ubuntu-24.04
    steps:
      - env: { DEPLOY_TOKEN: "${{ secrets.DEPLOY_TOKEN }}" }
        run: ./deploy
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
      - env: { DEPLOY_TOKEN: swordfish1swordfish1 }
        run: ./deploy
",
    },
};

fn look(flow: &Flow<'_>) -> Vec<Finding> {
    let of_jobs = flow.jobs.iter().map(|job| job.node);
    let holders = std::iter::once(flow.root).chain(of_jobs).chain(flow.steps());
    let entries = holders.flat_map(|holder| ["env", "with"].into_iter().filter_map(|key| holder.get(key))).flat_map(Node::entries);
    let plain = entries.filter(|entry| is_secret_name(&entry.key) && entry.value.text().is_some_and(|value| is_literal(value) && is_earnest(value)));
    plain
        .map(|entry| {
            let mut finding = SPEC.finding(format!("the value of `{}` stands in the file", shown(&entry.key))).at(entry.value.span);
            finding.hidden.push(entry.value.span);
            finding.help(format!("write `${{{{ secrets.{} }}}}`, and change the secret: it is known now", shown(&entry.key.to_ascii_uppercase())))
        })
        .collect()
}

/// True for a value that is no password of a test: long, of letters and digits, and without a word that says so.
fn is_earnest(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let of_tests = ["test", "pass", "secret", "local", "postgres", "mysql", "root", "admin", "user", "fake", "mock", "sample", "demo", "not-", "ci-"];
    value.len() >= 12
        && value.bytes().any(|byte| byte.is_ascii_digit())
        && value.bytes().any(|byte| byte.is_ascii_alphabetic())
        && !value.contains(' ')
        && !of_tests.iter().any(|word| lower.contains(word))
}
