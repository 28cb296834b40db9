//! `probe-port`.

use super::super::objects::is_later;
use super::super::{Manifest, Rule};
use crate::checks::{Check, Example, Finding, Level, RuleSpec};
use crate::domain::shown;

pub(in super::super) const RULE: Rule = Rule { spec: &SPEC, look };

static SPEC: RuleSpec = RuleSpec {
    check: Check::Kubernetes,
    id: "probe-port",
    level: Level::Stop,
    about: "A probe asks a port by a name that the container does not have: it fails for ever, and with it the rollout.",
    good: Example {
        path: "deploy/web.yaml",
        text: r#"apiVersion: apps/v1
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
"#,
    },
    bad: Example {
        path: "deploy/web.yaml",
        text: r#"apiVersion: apps/v1
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
          ports: [{ name: web, containerPort: 8080 }]
          readinessProbe: { httpGet: { path: /ready, port: http } }
"#,
    },
};

fn look(manifest: &Manifest<'_>) -> Vec<Finding> {
    let mut out = Vec::new();
    for (workload, container) in manifest.whole_containers() {
        let names: Vec<&str> = container.ports().iter().filter_map(|port| port.get("name")?.text()).collect();
        for probe in ["readinessProbe", "livenessProbe", "startupProbe"] {
            for way in ["httpGet", "tcpSocket"] {
                let port = container.node.at(&[probe, way, "port"]).filter(|port| !is_later(Some(port)));
                // A number in quotes is a number all the same.
                let Some((node, name)) = port.and_then(|node| Some((node, node.text()?))).filter(|(_, name)| name.parse::<u16>().is_err()) else { continue };
                if !names.contains(&name) {
                    let finding =
                        SPEC.of_container((workload, container), &format!("is asked by its `{probe}` at the port `{}`, which it does not have", shown(name)));
                    let help = if names.is_empty() {
                        "give the port a name under `ports`, or write its number".to_owned()
                    } else {
                        format!("it has {}", names.iter().take(8).map(|name| format!("`{}`", shown(name))).collect::<Vec<_>>().join(", "))
                    };
                    out.push(finding.at(node.span).help(help).within(format!("{}.{probe}.{way}.port", container.path)));
                }
            }
        }
    }
    out
}
