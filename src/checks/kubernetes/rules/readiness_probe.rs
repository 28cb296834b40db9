//! `readiness-probe`.

use super::super::objects::Runs;
use super::super::{Manifest, Rule};
use crate::checks::{Check, Example, Finding, Level, RuleSpec};

pub(in super::super) const RULE: Rule = Rule { spec: &SPEC, look };

static SPEC: RuleSpec = RuleSpec {
    check: Check::Kubernetes,
    id: "readiness-probe",
    level: Level::Stop,
    about: "A container takes requests and has no readiness probe: it gets them before it can answer, and a rolling update goes on although the new version does not work.",
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
          ports: [{ name: http, containerPort: 8080 }]
          readinessProbe: { httpGet: { path: /ready, port: http } }
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
          ports: [{ name: http, containerPort: 8080 }]
",
    },
};

fn look(manifest: &Manifest<'_>) -> Vec<Finding> {
    let serving =
        manifest.whole_containers().filter(|(workload, container)| workload.kind.serves() && container.role == Runs::Always && container.takes_requests());
    let silent = serving.filter(|(_, container)| container.node.get("readinessProbe").is_none());
    silent
        .map(|(workload, container)| {
            let finding = SPEC.of_container((workload, container), "takes requests and has no `readinessProbe`");
            finding.help("write for example `readinessProbe: { httpGet: { path: /ready, port: http } }`").within(format!("{}.readinessProbe", container.path))
        })
        .collect()
}
