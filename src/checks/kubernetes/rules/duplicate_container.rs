//! `duplicate-container`.

use super::super::{Manifest, Rule};
use std::collections::BTreeSet;

use crate::checks::{Check, Example, Finding, Level, RuleSpec};

pub(in super::super) const RULE: Rule = Rule { spec: &SPEC, look };

static SPEC: RuleSpec = RuleSpec {
    check: Check::Kubernetes,
    id: "duplicate-container",
    level: Level::Stop,
    about: "Two containers of a pod have one name: Kubernetes refuses the pod, or a patch changes the wrong one.",
    good: Example {
        path: "deploy/web.yaml",
        text: r"apiVersion: v1
kind: Pod
metadata: { name: web }
spec:
  containers:
    - name: web
      image: registry.example.com/web:1.2.3
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
    - name: web
      image: registry.example.com/proxy:1.2.3
",
    },
};

fn look(manifest: &Manifest<'_>) -> Vec<Finding> {
    let mut out = Vec::new();
    for workload in &manifest.workloads {
        let mut seen = BTreeSet::new();
        for container in workload.containers.iter().filter(|container| !container.name.is_empty()) {
            if !seen.insert(container.name) {
                out.push(SPEC.of_container((workload, container), "is there twice").help("give it another name"));
            }
        }
    }
    out
}
