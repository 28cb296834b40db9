//! `disruption-budget`.

use super::super::objects::{Kind, Workload};
use super::super::{Manifest, Rule};
use std::rc::Rc;

use crate::checks::Source;
use crate::checks::{Check, Example, Finding, Level, RuleSpec};
use crate::documents::{Node, yaml};

pub(in super::super) const RULE: Rule = Rule { spec: &SPEC, look };

static SPEC: RuleSpec = RuleSpec {
    check: Check::Kubernetes,
    id: "disruption-budget",
    level: Level::Warn,
    about: "Several replicas and no PodDisruptionBudget in this file or beside it: when nodes are drained, all of them may go at once.",
    good: Example {
        path: "deploy/web.yaml",
        text: r"apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 3
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - name: web
          image: registry.example.com/web:1.2.3
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: web }
spec:
  maxUnavailable: 1
  selector: { matchLabels: { app: web } }
",
    },
    bad: Example {
        path: "deploy/web.yaml",
        text: r"apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 3
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

/// How many files beside it are looked into.
const MOST: usize = 64;

fn look(manifest: &Manifest<'_>) -> Vec<Finding> {
    let wanting: Vec<_> = manifest
        .whole()
        .filter(|workload| matches!(workload.kind, Kind::Deployment | Kind::StatefulSet) && workload.replicas().is_some_and(|replicas| replicas > 1))
        .collect();
    let wanting: Vec<_> = wanting.into_iter().filter(|workload| !manifest.objects.iter().any(|object| covers(object.kind, object.node, workload))).collect();
    if wanting.is_empty() {
        return Vec::new();
    }
    let beside = beside(manifest.source);
    let uncovered =
        wanting.into_iter().filter(|workload| !beside.iter().any(|node| covers(node.get("kind").and_then(Node::text).unwrap_or_default(), node, workload)));
    let help = "add a PodDisruptionBudget with `maxUnavailable: 1` and the same labels";
    uncovered.map(|workload| SPEC.of_object(&workload.object, "has several replicas and no PodDisruptionBudget", workload.object.span()).help(help)).collect()
}

/// The budgets in the files of the same folder.
fn beside(source: &Source<'_>) -> Vec<Rc<Node>> {
    let files = source.near.list(&source.path.folder()).into_iter().filter(|path| path != source.path && matches!(path.extension().as_str(), "yaml" | "yml"));
    let texts = files.take(MOST).filter_map(|path| String::from_utf8(source.near.read(&path)?).ok());
    let budgets = texts.filter(|text| text.contains("PodDisruptionBudget"));
    budgets.flat_map(|text| yaml(&text).0).collect()
}

/// True where a budget is for the pods of a workload. One that says its labels by expressions may be.
fn covers(kind: &str, budget: &Node, workload: &Workload<'_>) -> bool {
    let selector = budget.at(&["spec", "selector"]);
    let labels = |node: &Node| {
        node.entries().iter().all(|entry| workload.labels.and_then(|labels| labels.get(&entry.key)).and_then(Node::scalar) == entry.value.scalar())
    };
    kind == "PodDisruptionBudget" && selector.is_some_and(|selector| selector.get("matchLabels").is_none_or(labels))
}
