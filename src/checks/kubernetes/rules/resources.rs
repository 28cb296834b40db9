//! `resources`.

use super::super::objects::{Runs, is_later};
use super::super::{Manifest, Rule};
use crate::checks::{Check, Example, Finding, Level, RuleSpec};

pub(in super::super) const RULE: Rule = Rule { spec: &SPEC, look };

static SPEC: RuleSpec = RuleSpec {
    check: Check::Kubernetes,
    id: "resources",
    level: Level::Stop,
    about: "A container does not say what it needs: the scheduler needs its requests of CPU and memory to place it, and without a limit of memory one leak takes the node's other \
            pods down, too.",
    good: Example {
        path: "deploy/web.yaml",
        text: r"apiVersion: v1
kind: Pod
metadata: { name: web }
spec:
  containers:
    - name: web
      image: registry.example.com/web:1.2.3
      resources:
        requests: { cpu: 100m, memory: 128Mi }
        limits: { memory: 128Mi }
",
    },
    bad: Example {
        path: "deploy/web.yaml",
        text: r#"apiVersion: v1
kind: Pod
metadata: { name: web }
spec:
  containers:
    - name: web
      image: registry.example.com/web:1.2.3
      resources:
        limits: { cpu: "1" }
"#,
    },
};

/// What is asked for, and how it is said. A limit counts as the request, as it does for Kubernetes.
const NEEDS: &[(&[&str], &str, &str)] =
    &[(&["requests", "limits"], "cpu", "`requests.cpu`"), (&["requests", "limits"], "memory", "`requests.memory`"), (&["limits"], "memory", "`limits.memory`")];

fn look(manifest: &Manifest<'_>) -> Vec<Finding> {
    let mut out = Vec::new();
    for (workload, container) in manifest.whole_containers().filter(|(_, container)| container.role == Runs::Always) {
        let of_container = container.node.get("resources");
        if is_later(of_container) {
            continue;
        }
        let said = |place: &str, name: &str| [of_container, workload.pod.get("resources")].into_iter().flatten().any(|node| node.at(&[place, name]).is_some());
        let missing: Vec<&str> = NEEDS.iter().filter(|(places, name, _)| !places.iter().any(|place| said(place, name))).map(|(_, _, shown)| *shown).collect();
        if !missing.is_empty() {
            let finding = SPEC.of_container((workload, container), &format!("has no {}", missing.join(", no ")));
            let help = "write `resources: { requests: { cpu: 100m, memory: 128Mi }, limits: { memory: 128Mi } }`, with what it needs";
            out.push(finding.help(help).within(format!("{}.resources", container.path)));
        }
    }
    out
}
