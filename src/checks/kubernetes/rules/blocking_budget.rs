//! `blocking-budget`.

use super::super::{Manifest, Rule};
use crate::checks::{Check, Example, Finding, Level, RuleSpec};

pub(in super::super) const RULE: Rule = Rule { spec: &SPEC, look };

static SPEC: RuleSpec = RuleSpec {
    check: Check::Kubernetes,
    id: "blocking-budget",
    level: Level::Warn,
    about: "A PodDisruptionBudget that lets no pod go: nodes cannot be drained, and a cluster's upgrade waits for somebody who deletes it.",
    good: Example {
        path: "deploy/web.yaml",
        text: r"apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: web }
spec:
  maxUnavailable: 1
  selector: { matchLabels: { app: web } }
",
    },
    bad: Example {
        path: "deploy/web.yaml",
        text: r"apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: web }
spec:
  maxUnavailable: 0
  selector: { matchLabels: { app: web } }
",
    },
};

fn look(manifest: &Manifest<'_>) -> Vec<Finding> {
    let mut out = Vec::new();
    for object in manifest.objects.iter().filter(|object| object.kind == "PodDisruptionBudget" && object.group == "policy") {
        for (key, blocks) in [("maxUnavailable", ["0", "0%"]), ("minAvailable", ["100%", "100.0%"])] {
            let Some(node) = object.node.at(&["spec", key]) else { continue };
            if node.scalar().is_some_and(|text| blocks.contains(&text.as_str())) {
                out.push(
                    SPEC.of_object(object, &format!("lets no pod go: `{key}: {}`", node.scalar().unwrap_or_default()), node.span)
                        .help("write `maxUnavailable: 1`"),
                );
            }
        }
    }
    out
}
