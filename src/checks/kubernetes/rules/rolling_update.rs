//! `rolling-update`.

use super::super::objects::{Kind, Workload, is_later};
use super::super::{Manifest, Rule};
use crate::checks::{Check, Example, Finding, Level, RuleSpec};
use crate::documents::Node;

pub(in super::super) const RULE: Rule = Rule { spec: &SPEC, look };

static SPEC: RuleSpec = RuleSpec {
    check: Check::Kubernetes,
    id: "rolling-update",
    level: Level::Warn,
    about: "A workload does not say how it is renewed without a gap: it recreates all of its pods at once, waits for somebody to delete them, or leaves to the default how many may \
            be missing.",
    good: Example {
        path: "deploy/web.yaml",
        text: r"apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 3
  strategy:
    type: RollingUpdate
    rollingUpdate: { maxUnavailable: 0, maxSurge: 1 }
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
  strategy: { type: Recreate }
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
    manifest.whole().filter(|workload| workload.kind.serves()).filter_map(of_workload).collect()
}

fn of_workload(workload: &Workload<'_>) -> Option<Finding> {
    let strategy = workload.strategy();
    if is_later(strategy) {
        return None;
    }
    let node = strategy.and_then(|strategy| strategy.get("type"));
    let key = if workload.kind == Kind::Deployment { "spec.strategy" } else { "spec.updateStrategy" };
    let at = node.map_or(workload.object.span(), |node| node.span);
    let what = match node.and_then(Node::text) {
        Some("Recreate") => "stops all of its pods before new ones start",
        Some("OnDelete") => "is renewed only when somebody deletes its pods",
        _ if workload.kind != Kind::Deployment || workload.replicas().is_some_and(|replicas| replicas < 2) => return None,
        _ => {
            let said = |name: &str| strategy.and_then(|strategy| strategy.at(&["rollingUpdate", name])).is_some();
            if said("maxUnavailable") || said("maxSurge") {
                return None;
            }
            "does not say how many of its pods may be missing during an update"
        }
    };
    let help = "write `type: RollingUpdate` with `rollingUpdate: { maxUnavailable: 0, maxSurge: 1 }`, as far as it has them";
    Some(SPEC.of_object(&workload.object, what, at).help(help).within(workload.object.within(key)))
}
