//! `secret-in-config-map`.

use super::super::{Manifest, Rule};
use crate::checks::credential::{is_literal, is_secret_name};
use crate::checks::{Check, Example, Finding, Level, RuleSpec};
use crate::documents::Node;
use crate::domain::shown;

pub(in super::super) const RULE: Rule = Rule { spec: &SPEC, look };

static SPEC: RuleSpec = RuleSpec {
    check: Check::Kubernetes,
    id: "secret-in-config-map",
    level: Level::Stop,
    about: "A ConfigMap has a key that is called like a secret, with its value: config maps are not encrypted, and far more may read them than may read secrets.",
    good: Example {
        path: "deploy/web.yaml",
        text: r"apiVersion: v1
kind: ConfigMap
metadata: { name: web }
data:
  DB_HOST: db
  DB_PASSWORD_FILE: /run/secrets/db
",
    },
    bad: Example {
        path: "deploy/web.yaml",
        text: r"apiVersion: v1
kind: ConfigMap
metadata: { name: web }
data:
  DB_PASSWORD: swordfish
",
    },
};

fn look(manifest: &Manifest<'_>) -> Vec<Finding> {
    let mut out = Vec::new();
    for object in manifest.objects.iter().filter(|object| object.kind == "ConfigMap" && object.group.is_empty() && object.node.get("sops").is_none()) {
        for entry in object.node.get("data").map_or(&[][..], Node::entries) {
            let is_line = |value: &String| !value.trim().contains('\n') && is_literal(value);
            if is_secret_name(&entry.key) && entry.value.scalar().as_ref().is_some_and(is_line) {
                let mut finding = SPEC.of_object(object, &format!("holds the value of `{}`", shown(&entry.key)), entry.span);
                finding.hidden.push(entry.value.span);
                out.push(finding.help("move it to a Secret that is kept outside, and change it: it is known now").within(object.within("data")));
            }
        }
    }
    out
}
