//! `host-path`.

use super::super::{Manifest, Rule};
use super::runtime_socket::is_root;
use crate::checks::{Check, Example, Finding, Level, RuleSpec};
use crate::documents::Node;
use crate::domain::shown;

pub(in super::super) const RULE: Rule = Rule { spec: &SPEC, look };

static SPEC: RuleSpec = RuleSpec {
    check: Check::Kubernetes,
    id: "host-path",
    level: Level::Warn,
    about: "A pod mounts a folder of its node: what is there differs by node, is shared with every other pod that mounts it, and stays when the pod goes.",
    good: Example {
        path: "deploy/web.yaml",
        text: r#"apiVersion: v1
kind: Pod
metadata: { name: web }
spec:
  volumes: [{ name: data, persistentVolumeClaim: { claimName: data } }]
  containers:
    - name: web
      image: registry.example.com/web:1.2.3
"#,
    },
    bad: Example {
        path: "deploy/web.yaml",
        text: r#"apiVersion: v1
kind: Pod
metadata: { name: web }
spec:
  volumes: [{ name: data, hostPath: { path: /var/data } }]
  containers:
    - name: web
      image: registry.example.com/web:1.2.3
"#,
    },
};

fn look(manifest: &Manifest<'_>) -> Vec<Finding> {
    let mut out = Vec::new();
    for workload in &manifest.workloads {
        for volume in workload.pod.get("volumes").map_or(&[][..], Node::items) {
            let Some((node, path)) = volume.at(&["hostPath", "path"]).and_then(|node| Some((node, node.text()?))) else { continue };
            // The rule `runtime-socket` says it of the worst; clocks and kernel modules are only read.
            if !is_root(path) && !matches!(path.trim_end_matches('/'), "/etc/localtime" | "/usr/share/zoneinfo" | "/lib/modules") && !path.contains("{{") {
                let finding = SPEC.of_object(&workload.object, &format!("mounts `{}` of the node", shown(path)), node.span);
                out.push(finding.help("take a PersistentVolumeClaim, or an `emptyDir`").within(format!("{}.volumes", workload.pod_path)));
            }
        }
    }
    out
}
