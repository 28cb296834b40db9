//! `unpinned-image`.

use super::super::kustomize::Role;
use super::super::{Manifest, Rule};
use crate::checks::image::{ImageReference, Pin};
use crate::checks::{Check, Example, Finding, Level, RuleSpec};
use crate::domain::shown;

pub(in super::super) const RULE: Rule = Rule { spec: &SPEC, look };

static SPEC: RuleSpec = RuleSpec {
    check: Check::Kubernetes,
    id: "unpinned-image",
    level: Level::Stop,
    about: "An image has no tag or `:latest`: nobody can say what runs, two replicas may differ, and there is nothing to go back to.",
    good: Example {
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
    bad: Example {
        path: "deploy/web.yaml",
        text: r"apiVersion: v1
kind: Pod
metadata: { name: web }
spec:
  containers:
    - name: web
      image: registry.example.com/web:latest
",
    },
};

fn look(manifest: &Manifest<'_>) -> Vec<Finding> {
    let mut out = Vec::new();
    for (workload, container) in manifest.containers() {
        let Some((node, text)) = container.node.get("image").and_then(|node| Some((node, node.text()?))) else { continue };
        let image = ImageReference::of(text.trim());
        let set_elsewhere = manifest.kustomize.images.iter().any(|name| name == image.name);
        // A kustomization above may still give it one.
        let may_be_set = manifest.kustomize.role != Role::None;
        let what = match image.pin() {
            Pin::Nothing if !set_elsewhere && !may_be_set && !image.name.is_empty() => "has no tag: it is whatever is the latest",
            Pin::Latest if !set_elsewhere => "is whatever is the latest",
            _ => continue,
        };
        let help = format!("name a version, best with its digest: `{}:VERSION@sha256:…`", shown(image.name));
        let finding = SPEC.of_container((workload, container), &format!("runs `{}`, which {what}", shown(text)));
        out.push(finding.at(node.span).label("not pinned").help(help).within(format!("{}.image", container.path)));
    }
    out
}
