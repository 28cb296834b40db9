//! `runtime-socket`.

use super::super::{Manifest, Rule};
use crate::checks::{Check, Example, Finding, Level, RuleSpec};
use crate::documents::Node;
use crate::domain::shown;

pub(in super::super) const RULE: Rule = Rule { spec: &SPEC, look };

static SPEC: RuleSpec = RuleSpec {
    check: Check::Kubernetes,
    id: "runtime-socket",
    level: Level::Stop,
    about: "A pod mounts the container runtime's socket or the node's whole disk: with either it is the node's root.",
    good: Example {
        path: "deploy/web.yaml",
        text: r"apiVersion: v1
kind: Pod
metadata: { name: web }
spec:
  volumes: [{ name: data, emptyDir: {} }]
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
  volumes: [{ name: data, hostPath: { path: /var/run/docker.sock } }]
  containers:
    - name: web
      image: registry.example.com/web:1.2.3
",
    },
};

/// True where a path of the node is as good as its root.
pub(super) fn is_root(path: &str) -> bool {
    let path = path.trim_end_matches('/');
    let sockets = ["docker.sock", "containerd.sock", "crio.sock", "cri-dockerd.sock", "podman.sock", "dockershim.sock"];
    path.is_empty()
        || matches!(path, "/etc" | "/root" | "/var/lib/kubelet" | "/etc/kubernetes" | "/var/lib/etcd")
        || sockets.iter().any(|socket| path.ends_with(socket))
}

fn look(manifest: &Manifest<'_>) -> Vec<Finding> {
    let mut out = Vec::new();
    for workload in &manifest.workloads {
        for volume in workload.pod.get("volumes").map_or(&[][..], Node::items) {
            let Some((node, path)) = volume.at(&["hostPath", "path"]).and_then(|node| Some((node, node.text()?))) else { continue };
            if path.starts_with('/') && is_root(path) {
                let finding = SPEC.of_object(&workload.object, &format!("mounts `{}` of the node, and is its root by that", shown(path)), node.span);
                out.push(
                    finding
                        .help("ask the Kubernetes API for what it needs, or build without the node's runtime")
                        .within(format!("{}.volumes", workload.pod_path)),
                );
            }
        }
    }
    out
}
