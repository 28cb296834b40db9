//! Kubernetes manifests (row X2): workloads and what belongs to them, in YAML files of any number of documents. What a template or a patch leaves open is not
//! known here, and is no finding; whether a manifest fits Kubernetes' own schema is the business of the check `schemas`.

mod kustomize;
mod objects;
mod rules;

use super::foreign::is_foreign;
use super::{Check, FileCheck, Finding, RuleSpec, Source};
use crate::documents::yaml;
use crate::domain::RepoPath;
use objects::Manifest;

/// The check `kubernetes`.
#[derive(Clone, Copy, Debug, Default)]
pub struct KubernetesCheck;

/// A rule: what the registry says of it, and what looks.
struct Rule {
    spec: &'static RuleSpec,
    look: fn(&Manifest<'_>) -> Vec<Finding>,
}

/// What the registry lists.
pub(super) fn specs() -> impl Iterator<Item = &'static RuleSpec> {
    rules::RULES.iter().map(|rule| rule.spec)
}

impl FileCheck for KubernetesCheck {
    fn check(&self) -> Check {
        Check::Kubernetes
    }

    fn concerns(&self, path: &RepoPath) -> bool {
        matches!(path.extension().as_str(), "yaml" | "yml") && !path.as_bytes().starts_with(b".github/") && !is_foreign(path)
    }

    fn findings(&self, source: &Source<'_>) -> Vec<Finding> {
        let Some(text) = source.text.filter(|text| is_manifest(text, source.path)) else { return Vec::new() };
        let (roots, oddities) = yaml(text);
        // What does not parse for its templates is somebody else's to fill in.
        if !oddities.is_empty() && text.contains("{{") {
            return Vec::new();
        }
        let manifest = Manifest::of(&roots, source);
        let mut found: Vec<Finding> = rules::RULES.iter().flat_map(|rule| (rule.look)(&manifest)).collect();
        found.sort_by_key(|finding| finding.span.map_or(0, |span| span.start));
        found
    }
}

/// True where a text has what every manifest has, and is no template of a Helm chart. A cheap look, before it is read.
fn is_manifest(text: &str, path: &RepoPath) -> bool {
    let path = path.text();
    let templated = text.contains("{{") && (path.starts_with("templates/") || path.contains("/templates/"));
    !templated && text.contains("apiVersion") && text.contains("kind")
}

#[cfg(test)]
mod tests;
