//! `input-in-script`.

use super::super::flow::Sort;
use super::super::{Flow, Rule};
use std::sync::LazyLock;

use regex::Regex;

use super::super::untrusted;
use super::template_injection::HELP;
use crate::checks::{Check, Example, Finding, Level, RuleSpec};
use crate::documents::Node;
use crate::domain::shown;

pub(in super::super) const RULE: Rule = Rule { spec: &SPEC, look };

static SPEC: RuleSpec = RuleSpec {
    check: Check::Workflows,
    id: "input-in-script",
    level: Level::Warn,
    about: "A text that a caller gives is put into a script before a shell reads it: the caller must know that it is run.",
    good: Example {
        path: "action.yml",
        text: r#"name: greet
inputs: { name: { required: true } }
runs:
  using: composite
  steps:
    - shell: bash
      env: { NAME: "${{ inputs.name }}" }
      run: echo "$NAME"
"#,
    },
    bad: Example {
        path: "action.yml",
        text: r#"name: greet
inputs: { name: { required: true } }
runs:
  using: composite
  steps:
    - shell: bash
      run: echo "${{ inputs.name }}"
"#,
    },
};

/// An input as an expression names it.
static INPUT: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?-u)(?:^|[ (,!&|=<>])(?:github\.event\.)?inputs\.([a-z0-9_-]+)").expect("a pattern of ours compiles"));

fn look(flow: &Flow<'_>) -> Vec<Finding> {
    let mut out = Vec::new();
    for expression in flow.expressions_in_scripts() {
        let plain = untrusted::plain(expression.text);
        // A comparison puts in nothing of it.
        let is_put_in = !plain.contains("==") && !plain.contains("!=") && !plain.contains("contains(");
        if is_put_in && INPUT.captures_iter(&plain).any(|found| is_text(flow, &found[1])) {
            out.push(SPEC.finding(format!("`{}` is put into a script as text", shown(expression.text))).at(expression.span).help(HELP));
        }
    }
    out
}

/// True where an input may be any text: a choice, a number and a switch are not.
fn is_text(flow: &Flow<'_>, name: &str) -> bool {
    if flow.sort == Sort::Action {
        return true;
    }
    let declared = ["workflow_dispatch", "workflow_call"].iter().filter_map(|event| flow.root.at(&["on", event, "inputs"])).flat_map(Node::entries);
    let mut types = declared.filter(|entry| entry.key.eq_ignore_ascii_case(name)).map(|entry| entry.value.get("type").and_then(Node::text).unwrap_or("string"));
    types.any(|kind| kind == "string")
}
