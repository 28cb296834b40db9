//! `secret-in-env`.

use super::super::{Manifest, Rule};
use crate::checks::credential::{is_literal, is_secret_name};
use crate::checks::{Check, Example, Finding, Level, RuleSpec};
use crate::documents::Node;
use crate::domain::shown;

pub(in super::super) const RULE: Rule = Rule { spec: &SPEC, look };

static SPEC: RuleSpec = RuleSpec {
    check: Check::Kubernetes,
    id: "secret-in-env",
    level: Level::Stop,
    about: "A variable that is called like a secret has its value in the manifest: everybody who can read the repository or the pod has it.",
    good: Example {
        path: "deploy/web.yaml",
        text: r"apiVersion: v1
kind: Pod
metadata: { name: web }
spec:
  containers:
    - name: web
      image: registry.example.com/web:1.2.3
      env:
        - name: DB_PASSWORD
          valueFrom: { secretKeyRef: { name: db, key: password } }
",
    },
    bad: Example {
        path: "deploy/web.yaml",
        text: r"apiVersion: v1
kind: Pod
metadata: { name: web }
spec:
  containers:
    - name: web
      image: registry.example.com/web:1.2.3
      env: [{ name: DB_PASSWORD, value: swordfish }]
",
    },
};

fn look(manifest: &Manifest<'_>) -> Vec<Finding> {
    let mut out = Vec::new();
    for (workload, container) in manifest.containers() {
        for variable in container.node.get("env").map_or(&[][..], Node::items) {
            let (Some(name), Some(value)) = (variable.get("name").and_then(Node::text), variable.get("value")) else { continue };
            if !is_secret_name(name) || !value.scalar().is_some_and(|value| is_literal(&value)) {
                continue;
            }
            let mut finding = SPEC.of_container((workload, container), &format!("has the value of `{}` in the manifest", shown(name))).at(value.span);
            finding.hidden.push(value.span);
            let help = "write `valueFrom: { secretKeyRef: { name: …, key: … } }`, and change the secret: it is known now";
            out.push(finding.help(help).within(format!("{}.env", container.path)));
        }
    }
    out
}
