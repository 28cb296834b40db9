//! `host-path`.

use super::super::{Manifest, Rule};
use super::runtime_socket::is_root;
use crate::checks::image::is_open;
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
        text: r"apiVersion: v1
kind: Pod
metadata: { name: web }
spec:
  volumes: [{ name: data, persistentVolumeClaim: { claimName: data } }]
  containers:
    - name: web
      image: registry.example.com/web:1.2.3
",
    },
    bad: Example {
        path: "deploy/web.yaml",
        text: r"apiVersion: v1
kind: Pod
metadata: { name: web }
spec:
  volumes: [{ name: data, hostPath: { path: /var/data } }]
  containers:
    - name: web
      image: registry.example.com/web:1.2.3
",
    },
};

fn look(manifest: &Manifest<'_>) -> Vec<Finding> {
    let mut out = Vec::new();
    for workload in &manifest.workloads {
        let volumes = workload.pod.get("volumes").map_or(&[][..], Node::items).iter();
        let mounted: Vec<_> = volumes
            .filter_map(|volume| volume.at(&["hostPath", "path"]))
            .filter_map(|node| Some((node, node.text()?)))
            .filter(|(_, path)| is_kept(path))
            .collect();
        let Some((first, _)) = mounted.first() else { continue };
        // One of a workload: an agent of the node has many.
        let paths: Vec<String> = mounted.iter().take(8).map(|(_, path)| format!("`{}`", shown(path))).collect();
        let finding = SPEC.of_object(&workload.object, &format!("mounts of the node: {}", paths.join(", ")), first.span);
        out.push(finding.help("take a PersistentVolumeClaim, or an `emptyDir`").within(format!("{}.volumes", workload.pod_path)));
    }
    out
}

/// True for a path that can hold something. The rule `runtime-socket` says it of the worst; clocks and kernel modules are only read.
fn is_kept(path: &str) -> bool {
    !is_root(path) && !is_open(path) && !matches!(path.trim_end_matches('/'), "/etc/localtime" | "/usr/share/zoneinfo" | "/lib/modules" | "/run/xtables.lock")
}
