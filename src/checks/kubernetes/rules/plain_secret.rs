//! `plain-secret`.

use super::super::{Manifest, Rule};
use crate::checks::credential::is_literal;
use crate::checks::{Check, Example, Finding, Level, RuleSpec};
use crate::documents::Node;
use crate::domain::shown;

pub(in super::super) const RULE: Rule = Rule { spec: &SPEC, look };

static SPEC: RuleSpec = RuleSpec {
    check: Check::Kubernetes,
    id: "plain-secret",
    level: Level::Stop,
    about: "A Secret with its values in the repository: base64 hides nothing, and history forgets nothing. Sealed, encrypted (SOPS) or external ones are fine.",
    good: Example {
        path: "deploy/web.yaml",
        text: r"apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: { name: db }
spec:
  secretStoreRef: { name: vault }
  data: [{ secretKey: password, remoteRef: { key: db } }]
",
    },
    bad: Example {
        path: "deploy/web.yaml",
        text: r"apiVersion: v1
kind: Secret
metadata: { name: db }
stringData:
  password: swordfish
",
    },
};

/// Keys whose values are no secrets.
const OPEN: &[&str] = &["ca.crt", "tls.crt", "namespace", "username", "user"];

fn look(manifest: &Manifest<'_>) -> Vec<Finding> {
    let mut out = Vec::new();
    for object in manifest.objects.iter().filter(|object| object.kind == "Secret" && object.group.is_empty()) {
        let token = object.node.get("type").and_then(Node::text) == Some("kubernetes.io/service-account-token");
        if token || object.node.get("sops").is_some() {
            continue;
        }
        for key in ["data", "stringData"] {
            let Some(entry) = object.node.entry(key) else { continue };
            let plain: Vec<_> = entry
                .value
                .entries()
                .iter()
                .filter(|entry| !OPEN.contains(&entry.key.as_str()) && entry.value.scalar().is_some_and(|value| is_literal(&value)))
                .collect();
            let Some(first) = plain.first() else { continue };
            let names: Vec<String> = plain.iter().take(8).map(|entry| format!("`{}`", shown(&entry.key))).collect();
            let mut finding = SPEC.of_object(object, &format!("holds plain values: {}", names.join(", ")), first.span);
            finding.hidden = plain.iter().map(|entry| entry.value.span).collect();
            let help = "change these secrets, they are known now; then keep them outside: a SealedSecret, SOPS, or an ExternalSecret";
            out.push(finding.help(help).within(object.within(key)));
        }
    }
    out
}
