//! `unavailable-update`.

use super::super::objects::Kind;
use super::super::{Manifest, Rule};
use crate::checks::{Check, Example, Finding, Level, RuleSpec};
use crate::domain::shown;

pub(in super::super) const RULE: Rule = Rule { spec: &SPEC, look };

static SPEC: RuleSpec = RuleSpec {
    check: Check::Kubernetes,
    id: "unavailable-update",
    level: Level::Stop,
    about: "A rolling update may take away all pods at once: then it is none.",
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
  replicas: 3
  strategy:
    rollingUpdate: { maxUnavailable: 100% }
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
    for workload in manifest.workloads.iter().filter(|workload| matches!(workload.kind, Kind::Deployment | Kind::StatefulSet)) {
        let Some(most) = workload.strategy().and_then(|strategy| strategy.at(&["rollingUpdate", "maxUnavailable"])) else { continue };
        let Some(text) = most.scalar() else { continue };
        let replicas = workload.replicas();
        let all = match text.strip_suffix('%') {
            Some(percent) => percent.parse::<u64>().is_ok_and(|percent| percent >= 100),
            None => text.parse::<u64>().is_ok_and(|most| replicas.is_some_and(|replicas| replicas > 1 && most >= replicas)),
        };
        if all && replicas != Some(0) {
            let what = format!("may lose all of its pods during an update: `maxUnavailable: {}`", shown(&text));
            out.push(SPEC.of_object(&workload.object, &what, most.span).help("write a smaller number, best 0 with `maxSurge: 1`"));
        }
    }
    out
}
