//! `probe-port`.

use super::super::objects::{Container, is_later};
use super::super::{Manifest, Rule};
use crate::checks::{Check, Example, Finding, Level, RuleSpec};
use crate::documents::Node;
use crate::domain::shown;

pub(in super::super) const RULE: Rule = Rule { spec: &SPEC, look };

static SPEC: RuleSpec = RuleSpec {
    check: Check::Kubernetes,
    id: "probe-port",
    level: Level::Stop,
    about: "A probe asks a port by a name that the container does not have: it fails for ever, and with it the rollout.",
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
          ports: [{ name: web, containerPort: 8080 }]
          readinessProbe: { httpGet: { path: /ready, port: http } }
",
    },
};

fn look(manifest: &Manifest<'_>) -> Vec<Finding> {
    let mut out = Vec::new();
    for (workload, container) in manifest.whole_containers() {
        let names: Vec<&str> = container.ports().iter().filter_map(|port| port.get("name")?.text()).collect();
        for (place, node, name) in asked(container) {
            if !names.contains(&name) {
                let what = format!("is asked by a probe at the port `{}`, which it does not have", shown(name));
                let finding = SPEC.of_container((workload, container), &what).at(node.span);
                out.push(finding.help(help(&names)).within(format!("{}.{place}.port", container.path)));
            }
        }
    }
    out
}

/// The ports that probes ask by their names: the place in the container, the port, its name.
fn asked<'a>(container: &Container<'a>) -> Vec<(String, &'a Node, &'a str)> {
    let mut out = Vec::new();
    for probe in ["readinessProbe", "livenessProbe", "startupProbe"] {
        for way in ["httpGet", "tcpSocket"] {
            let port = container.node.at(&[probe, way, "port"]).filter(|port| !is_later(Some(port)));
            let named = port.and_then(|node| Some((node, node.text()?)));
            // A number in quotes is a number all the same.
            out.extend(named.filter(|(_, name)| name.parse::<u16>().is_err()).map(|(node, name)| (format!("{probe}.{way}"), node, name)));
        }
    }
    out
}

fn help(names: &[&str]) -> String {
    if names.is_empty() {
        return "give the port a name under `ports`, or write its number".to_owned();
    }
    let names: Vec<String> = names.iter().take(8).map(|name| format!("`{}`", shown(name))).collect();
    format!("it has {}", names.join(", "))
}
