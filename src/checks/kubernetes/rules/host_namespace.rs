//! `host-namespace`.

use super::super::objects::is_true;
use super::super::{Manifest, Rule};
use crate::checks::{Check, Example, Finding, Level, RuleSpec};

pub(in super::super) const RULE: Rule = Rule { spec: &SPEC, look };

static SPEC: RuleSpec = RuleSpec {
    check: Check::Kubernetes,
    id: "host-namespace",
    level: Level::Stop,
    about: "A pod shares the node's network, processes or memory: it sees and reaches what is not its own, past every network policy.",
    good: Example {
        path: "deploy/web.yaml",
        text: r"apiVersion: v1
kind: Pod
metadata: { name: web }
spec:
  hostNetwork: false
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
  hostNetwork: true
  containers:
    - name: web
      image: registry.example.com/web:1.2.3
",
    },
};

fn look(manifest: &Manifest<'_>) -> Vec<Finding> {
    let mut out = Vec::new();
    for workload in &manifest.workloads {
        for (key, what) in [("hostNetwork", "network"), ("hostPID", "processes"), ("hostIPC", "shared memory")] {
            if let Some(entry) = workload.pod.entry(key).filter(|entry| is_true(Some(&entry.value))) {
                let finding = SPEC.of_object(&workload.object, &format!("shares the node's {what}"), entry.span);
                out.push(finding.help(format!("take `{key}` away")).within(format!("{}.{key}", workload.pod_path)));
            }
        }
    }
    out
}
