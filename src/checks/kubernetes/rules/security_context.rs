//! `security-context`.

use super::super::objects::{is_later, is_true};
use super::super::{Manifest, Rule};
use crate::checks::{Check, Example, Finding, Level, RuleSpec};
use crate::documents::Node;

pub(in super::super) const RULE: Rule = Rule { spec: &SPEC, look };

static SPEC: RuleSpec = RuleSpec {
    check: Check::Kubernetes,
    id: "security-context",
    level: Level::Warn,
    about: "A container keeps rights that hardly a program needs: gaining more rights, capabilities, writing to its own file system, every system call. Each that is taken away is one \
            that an intruder does not have.",
    good: Example {
        path: "deploy/web.yaml",
        text: r"apiVersion: v1
kind: Pod
metadata: { name: web }
spec:
  containers:
    - name: web
      image: registry.example.com/web:1.2.3
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities: { drop: [ALL] }
        seccompProfile: { type: RuntimeDefault }
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
      securityContext: { readOnlyRootFilesystem: true }
",
    },
};

fn look(manifest: &Manifest<'_>) -> Vec<Finding> {
    let mut out = Vec::new();
    for (workload, container) in manifest.whole_containers().filter(|(workload, _)| !workload.is_windows()) {
        let context = container.node.get("securityContext");
        let of = |key: &str| context.and_then(|context| context.get(key));
        if is_true(of("privileged")) || is_later(context) {
            continue;
        }
        let drops = of("capabilities").and_then(|capabilities| capabilities.get("drop")).map_or(&[][..], Node::items);
        let drops_all = drops.iter().filter_map(|node| node.text()).any(|name| name.eq_ignore_ascii_case("all"));
        let keeps = [
            // Said by another rule where it is true.
            (of("allowPrivilegeEscalation").is_some(), "allowPrivilegeEscalation: false"),
            (of("readOnlyRootFilesystem").is_some(), "readOnlyRootFilesystem: true"),
            (drops_all, "capabilities: { drop: [ALL] }"),
            (workload.security(container, "seccompProfile").is_some(), "seccompProfile: { type: RuntimeDefault }"),
        ];
        let missing: Vec<&str> = keeps.iter().filter(|(said, _)| !said).map(|(_, shown)| *shown).collect();
        if !missing.is_empty() {
            let what =
                format!("does not say {}", missing.iter().map(|line| format!("`{}`", line.split(':').next().unwrap_or(line))).collect::<Vec<_>>().join(", "));
            let help = format!("write under its `securityContext`: `{}`", missing.join("`, `"));
            out.push(SPEC.of_container((workload, container), &what).help(help).within(format!("{}.securityContext", container.path)));
        }
    }
    out
}
