//! `single-replica`.

use super::super::kustomize::Role;
use super::super::objects::Kind;
use super::super::{Manifest, Rule};
use crate::checks::{Check, Example, Finding, Level, RuleSpec};
use crate::documents::Node;

pub(in super::super) const RULE: Rule = Rule { spec: &SPEC, look };

static SPEC: RuleSpec = RuleSpec {
    check: Check::Kubernetes,
    id: "single-replica",
    level: Level::Warn,
    about: "A Deployment has one replica: every eviction, node failure and crash is an outage. One that must be alone says so with `strategy: { type: Recreate }`, and is not looked at.",
    good: Example {
        path: "deploy/web.yaml",
        text: r"apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - name: web
          image: registry.example.com/web:1.2.3
",
    },
    bad: Example {
        path: "deploy/web.yaml",
        text: r"apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 1
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
    for workload in manifest.whole().filter(|workload| workload.kind == Kind::Deployment) {
        let alone = workload.strategy().and_then(|strategy| strategy.get("type")).and_then(Node::text) == Some("Recreate");
        let node = workload.object.node.at(&["spec", "replicas"]);
        let one = match node {
            Some(_) => workload.replicas() == Some(1),
            // Somebody else may say it.
            None => manifest.kustomize.role == Role::None,
        };
        if one && !alone && !manifest.scales(workload) {
            let what = if node.is_some() { "has one replica" } else { "has one replica: it does not say how many" };
            let span = node.map_or(workload.object.span(), |node| node.span);
            let help = "write `replicas: 2` or more, or let a HorizontalPodAutoscaler decide";
            out.push(SPEC.of_object(&workload.object, what, span).help(help).key(workload.object.name).within(workload.object.within("spec.replicas")));
        }
    }
    out
}
