//! `image-without-digest`.

use super::super::{Manifest, Rule};
use std::collections::BTreeSet;

use crate::checks::image::{ImageReference, Pin};
use crate::checks::{Check, Example, Finding, Level, RuleSpec};
use crate::domain::shown;

pub(in super::super) const RULE: Rule = Rule { spec: &SPEC, look };

static SPEC: RuleSpec = RuleSpec {
    check: Check::Kubernetes,
    id: "image-without-digest",
    level: Level::Warn,
    about: "An image is named by a tag alone. Tags can be moved: only a digest makes sure that what was tested is what runs, on every node and after every restart.",
    good: Example {
        path: "deploy/web.yaml",
        text: r"apiVersion: v1
kind: Pod
metadata: { name: web }
spec:
  containers:
    - name: web
      image: registry.example.com/web:1.2.3@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
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
    let mut seen = BTreeSet::new();
    let mut out = Vec::new();
    for (_, container) in manifest.containers() {
        let Some((node, text)) = container.node.get("image").and_then(|node| Some((node, node.text()?))) else { continue };
        let image = ImageReference::of(text.trim());
        let set_elsewhere = manifest.kustomize.images.iter().any(|name| name == image.name);
        if image.pin() == Pin::Tag && !set_elsewhere && seen.insert(text) {
            let finding = SPEC.finding(format!("the image `{}` is named by its tag, not by its digest", shown(text))).at(node.span);
            // Another tag of the same image is not another finding.
            out.push(finding.help(format!("write `{}@sha256:…`", shown(text))).within(format!("{}.image", container.path)).key(image.name));
        }
    }
    out
}
