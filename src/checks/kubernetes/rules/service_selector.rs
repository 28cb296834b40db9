//! `service-selector`.

use super::super::objects::is_later;
use super::super::{Manifest, Rule};
use crate::checks::{Check, Example, Finding, Level, RuleSpec};
use crate::documents::Node;

pub(in super::super) const RULE: Rule = Rule { spec: &SPEC, look };

static SPEC: RuleSpec = RuleSpec {
    check: Check::Kubernetes,
    id: "service-selector",
    level: Level::Warn,
    about: "A Service selects none of the pods of the workload that has its name in the same file: nothing would answer.",
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
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec:
  selector: { app: web }
  ports: [{ port: 80, targetPort: 8080 }]
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
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec:
  selector: { app: wep }
  ports: [{ port: 80, targetPort: 8080 }]
",
    },
};

fn look(manifest: &Manifest<'_>) -> Vec<Finding> {
    let mut out = Vec::new();
    for object in manifest.objects.iter().filter(|object| object.kind == "Service" && object.group.is_empty() && !object.name.is_empty()) {
        let Some(selector) = object.node.at(&["spec", "selector"]).filter(|selector| !selector.entries().is_empty()) else { continue };
        let has = |labels: Option<&Node>| {
            selector
                .entries()
                .iter()
                .all(|entry| is_later(Some(&entry.value)) || labels.and_then(|labels| labels.get(&entry.key)).and_then(Node::scalar) == entry.value.scalar())
        };
        let meant = manifest.whole().any(|workload| workload.object.name == object.name);
        if meant && !manifest.workloads.iter().any(|workload| has(workload.labels)) {
            let help = "give it the labels of the pods: those of `spec.template.metadata.labels`";
            out.push(
                SPEC.of_object(object, "selects no pod of this file, although a workload has its name", selector.span)
                    .help(help)
                    .within(object.within("spec.selector")),
            );
        }
    }
    out
}
