//! `liveness-probe`.

use super::super::objects::Runs;
use super::super::{Manifest, Rule};
use crate::checks::{Check, Example, Finding, Level, RuleSpec};

pub(in super::super) const RULE: Rule = Rule { spec: &SPEC, look };

static SPEC: RuleSpec = RuleSpec {
    check: Check::Kubernetes,
    id: "liveness-probe",
    level: Level::Warn,
    about: "A container that runs on has no liveness probe: when it hangs, nobody starts it anew. Where a container ends by itself in such a case, it needs none: say so.",
    good: Example {
        path: "deploy/web.yaml",
        text: r"apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - name: web
          image: registry.example.com/web:1.2.3
          livenessProbe: { httpGet: { path: /live, port: 8080 } }
",
    },
    bad: Example {
        path: "deploy/web.yaml",
        text: r"apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - name: web
          image: registry.example.com/web:1.2.3
",
    },
};

fn look(manifest: &Manifest<'_>) -> Vec<Finding> {
    let mut out = Vec::new();
    for workload in manifest.whole().filter(|workload| workload.kind.serves()) {
        let mut all = workload.containers.iter().filter(|container| container.role == Runs::Always);
        let serving: Vec<_> = workload.containers.iter().filter(|container| container.role == Runs::Always && container.takes_requests()).collect();
        // Where none takes requests, the first is what it is about.
        let asked = if serving.is_empty() { all.next().into_iter().collect() } else { serving };
        for container in asked.into_iter().filter(|container| container.node.get("livenessProbe").is_none()) {
            let finding = SPEC.of_container((workload, container), "has no `livenessProbe`");
            out.push(
                finding.help("write for example `livenessProbe: { httpGet: { path: /live, port: http } }`").within(format!("{}.livenessProbe", container.path)),
            );
        }
    }
    out
}
