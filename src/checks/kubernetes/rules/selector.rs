//! `selector`.

use super::super::objects::is_later;
use super::super::{Manifest, Rule};
use crate::checks::{Check, Example, Finding, Level, RuleSpec};
use crate::documents::{Entry, Node};
use crate::domain::shown;

pub(in super::super) const RULE: Rule = Rule { spec: &SPEC, look };

static SPEC: RuleSpec = RuleSpec {
    check: Check::Kubernetes,
    id: "selector",
    level: Level::Stop,
    about: "A workload selects other pods than those that it makes: Kubernetes refuses it.",
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
    metadata: { labels: { app: wep } }
    spec:
      containers:
        - name: web
          image: registry.example.com/web:1.2.3
",
    },
};

fn look(manifest: &Manifest<'_>) -> Vec<Finding> {
    let mut out = Vec::new();
    for workload in manifest.whole() {
        let selected = workload.object.node.at(&["spec", "selector", "matchLabels"]).map_or(&[][..], Node::entries);
        let differs = |entry: &&Entry| workload.labels.and_then(|labels| labels.get(&entry.key)).and_then(Node::scalar) != entry.value.scalar();
        if let Some(entry) = selected.iter().find(differs).filter(|entry| !is_later(Some(&entry.value))) {
            let what = format!("selects pods by `{}`, which its own pods do not have so", shown(&entry.key));
            let finding =
                SPEC.of_object(&workload.object, &what, entry.span).help("give `spec.template.metadata.labels` the labels of `spec.selector.matchLabels`");
            out.push(finding.within(workload.object.within("spec.selector.matchLabels")));
        }
    }
    out
}
