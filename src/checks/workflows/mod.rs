//! GitHub workflows and actions (row X3): the minimum that holds without another linter. What zizmor or actionlint find besides comes through `examine`.

mod flow;
mod rules;
pub mod untrusted;

use super::{Check, FileCheck, Finding, RuleSpec, Source};
use crate::documents::yaml;
use crate::domain::RepoPath;
use flow::Flow;

/// The check `workflows`.
#[derive(Clone, Copy, Debug, Default)]
pub struct WorkflowsCheck;

/// A rule: what the registry says of it, and what looks.
struct Rule {
    spec: &'static RuleSpec,
    look: fn(&Flow<'_>) -> Vec<Finding>,
}

/// What the registry lists.
pub(super) fn specs() -> impl Iterator<Item = &'static RuleSpec> {
    rules::RULES.iter().map(|rule| rule.spec)
}

/// True for the path of a workflow.
fn is_workflow(path: &RepoPath) -> bool {
    path.folder().as_bytes() == b".github/workflows" && matches!(path.extension().as_str(), "yml" | "yaml")
}

impl FileCheck for WorkflowsCheck {
    fn check(&self) -> Check {
        Check::Workflows
    }

    fn concerns(&self, path: &RepoPath) -> bool {
        is_workflow(path) || matches!(path.name(), b"action.yml" | b"action.yaml")
    }

    fn findings(&self, source: &Source<'_>) -> Vec<Finding> {
        let Some(text) = source.text else { return Vec::new() };
        let (roots, _) = yaml(text);
        let Some(flow) = roots.first().and_then(|root| Flow::of(root, text, is_workflow(source.path))) else { return Vec::new() };
        let mut found: Vec<Finding> = rules::RULES.iter().flat_map(|rule| (rule.look)(&flow)).collect();
        found.sort_by_key(|finding| finding.span.map_or(0, |span| span.start));
        found
    }
}

#[cfg(test)]
mod tests;
