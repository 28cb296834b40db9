//! `run-as-root`.

use super::super::objects::{Extent, is_false, is_later, is_true};
use super::super::{Manifest, Rule};
use crate::checks::{Check, Example, Finding, Level, RuleSpec};
use crate::documents::Node;

pub(in super::super) const RULE: Rule = Rule { spec: &SPEC, look };

static SPEC: RuleSpec = RuleSpec {
    check: Check::Kubernetes,
    id: "run-as-root",
    level: Level::Stop,
    about: "A container runs as root, or nothing keeps it from that: whoever breaks into it is root in the container, and one hole away from the node.",
    good: Example {
        path: "deploy/web.yaml",
        text: r"apiVersion: v1
kind: Pod
metadata: { name: web }
spec:
  securityContext: { runAsNonRoot: true }
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
  containers:
    - name: web
      image: registry.example.com/web:1.2.3
",
    },
};

fn look(manifest: &Manifest<'_>) -> Vec<Finding> {
    let mut out = Vec::new();
    for (workload, container) in manifest.containers().filter(|(workload, _)| !workload.is_windows() && !is_false(workload.pod.get("hostUsers"))) {
        let (user, nonroot) = (workload.security(container, "runAsUser"), workload.security(container, "runAsNonRoot"));
        let number = user.and_then(Node::scalar).and_then(|user| user.parse::<u64>().ok());
        let privileged = is_true(container.node.at(&["securityContext", "privileged"]));
        let (what, span) = match (number, user) {
            (Some(0), Some(user)) => ("runs as root", user.span),
            (Some(_), _) => continue,
            // Said of the privileged already, and what a patch does not say is said elsewhere.
            _ if privileged || is_true(nonroot) || workload.extent == Extent::Part || is_later(user) || is_later(nonroot) => continue,
            _ => ("may run as root: nothing says otherwise", container.span()),
        };
        let help = "write `securityContext: { runAsNonRoot: true }` for the pod, and `runAsUser: 10001` where the image names its user by name";
        out.push(SPEC.of_container((workload, container), what).at(span).help(help).within(format!("{}.securityContext", container.path)));
    }
    out
}
