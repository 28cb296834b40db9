//! `privileged`.

use super::super::objects::is_true;
use super::super::{Manifest, Rule};
use crate::checks::{Check, Example, Finding, Level, RuleSpec};
use crate::documents::Node;

pub(in super::super) const RULE: Rule = Rule { spec: &SPEC, look };

static SPEC: RuleSpec = RuleSpec {
    check: Check::Kubernetes,
    id: "privileged",
    level: Level::Stop,
    about: "A container is privileged, may gain more rights than it was started with, or has a capability that comes to the same: it can become the node.",
    good: Example {
        path: "deploy/web.yaml",
        text: r"apiVersion: v1
kind: Pod
metadata: { name: web }
spec:
  containers:
    - name: web
      image: registry.example.com/web:1.2.3
      securityContext: { privileged: false, allowPrivilegeEscalation: false, capabilities: { drop: [ALL] } }
",
    },
    bad: Example {
        path: "deploy/web.yaml",
        text: r"apiVersion: v1
kind: Pod
metadata: { name: web }
spec:
  containers:
    - name: web
      image: registry.example.com/web:1.2.3
      securityContext: { privileged: true }
",
    },
};

/// Capabilities by which a container gets out.
const WORST: &[&str] = &["ALL", "SYS_ADMIN", "SYS_MODULE", "SYS_PTRACE", "SYS_RAWIO", "SYS_BOOT", "BPF", "DAC_READ_SEARCH", "MAC_ADMIN", "MAC_OVERRIDE"];

fn look(manifest: &Manifest<'_>) -> Vec<Finding> {
    let mut out = Vec::new();
    for (workload, container) in manifest.containers() {
        let Some(context) = container.node.get("securityContext") else { continue };
        let place = format!("{}.securityContext", container.path);
        for (key, what) in [("privileged", "is privileged"), ("allowPrivilegeEscalation", "may gain more rights than it was started with")] {
            if let Some(node) = context.get(key).filter(|node| is_true(Some(node))) {
                let finding = SPEC.of_container((workload, container), what).at(node.span);
                out.push(finding.help(format!("write `{key}: false`, and give the one capability that it needs")).within(format!("{place}.{key}")));
            }
        }
        for node in context.at(&["capabilities", "add"]).map_or(&[][..], Node::items) {
            let name = node.text().unwrap_or_default().to_ascii_uppercase();
            let name = name.strip_prefix("CAP_").unwrap_or(&name);
            if WORST.contains(&name) {
                let finding = SPEC.of_container((workload, container), &format!("has the capability `{name}`, by which it can become the node")).at(node.span);
                out.push(finding.help("give smaller ones, or none").within(format!("{place}.capabilities.add")));
            }
        }
    }
    out
}
