//! The schemas that come with the program, and the files that they are for by their names.

use std::sync::OnceLock;

use super::compile::{Compiled, built_in};
use super::rules::{ACTION, CHART, COMPOSE, DEPENDABOT, WORKFLOW};
use crate::domain::RepoPath;

/// A schema that comes with the program.
pub(super) struct Known {
    /// The rule that its findings are of.
    pub(super) rule: &'static str,
    is_for: fn(&RepoPath) -> bool,
    text: &'static str,
    compiled: OnceLock<Compiled>,
}

static KNOWN: [Known; 5] = [
    Known { rule: WORKFLOW, is_for: is_workflow, text: include_str!("data/github-workflow.json"), compiled: OnceLock::new() },
    Known { rule: ACTION, is_for: is_action, text: include_str!("data/github-action.json"), compiled: OnceLock::new() },
    Known { rule: COMPOSE, is_for: is_compose, text: include_str!("data/compose.json"), compiled: OnceLock::new() },
    Known { rule: DEPENDABOT, is_for: is_dependabot, text: include_str!("data/dependabot.json"), compiled: OnceLock::new() },
    Known { rule: CHART, is_for: |path| path.name() == b"Chart.yaml", text: include_str!("data/chart.json"), compiled: OnceLock::new() },
];

impl Known {
    /// The one that a file is for.
    pub(super) fn of(path: &RepoPath) -> Option<&'static Self> {
        KNOWN.iter().find(|known| (known.is_for)(path))
    }

    /// It, made when first asked for.
    pub(super) fn compiled(&self) -> &Compiled {
        self.compiled.get_or_init(|| built_in(self.text))
    }
}

fn is_yaml(path: &RepoPath) -> bool {
    matches!(path.extension().as_str(), "yml" | "yaml")
}

fn is_workflow(path: &RepoPath) -> bool {
    is_yaml(path) && path.folder().as_bytes() == b".github/workflows"
}

/// At the root, where GitHub looks for a repository's action, and below `.github/actions`, where it is the custom to keep a repository's own ones.
fn is_action(path: &RepoPath) -> bool {
    let folder = path.folder();
    matches!(path.name(), b"action.yml" | b"action.yaml") && (folder.as_bytes().is_empty() || folder.as_bytes().starts_with(b".github/actions/"))
}

/// `compose.yaml`, `docker-compose.yml`, and either with a word behind: `compose.override.yaml`, `docker-compose-test.yml`.
pub(in crate::checks) fn is_compose(path: &RepoPath) -> bool {
    let name = path.text().rsplit('/').next().unwrap_or_default().to_owned();
    let rest = name.strip_prefix("docker-compose").or_else(|| name.strip_prefix("compose"));
    is_yaml(path) && rest.is_some_and(|rest| rest.starts_with(['.', '-', '_']))
}

fn is_dependabot(path: &RepoPath) -> bool {
    matches!(path.as_bytes(), b".github/dependabot.yml" | b".github/dependabot.yaml")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn v7_every_schema_that_comes_with_the_program_is_one_and_knows_its_files() {
        for (path, rule) in [
            (".github/workflows/ci.yml", WORKFLOW),
            ("action.yml", ACTION),
            (".github/actions/setup/action.yaml", ACTION),
            ("deploy/docker-compose.test.yml", COMPOSE),
            ("compose.yaml", COMPOSE),
            (".github/dependabot.yml", DEPENDABOT),
            ("charts/web/Chart.yaml", CHART),
        ] {
            let known = Known::of(&RepoPath::new(path)).unwrap_or_else(|| panic!("{path}"));
            assert_eq!(known.rule, rule);
            assert!(known.compiled().schema.is_object());
        }
        for path in ["composer.json", "compose/x.yml", "workflows/ci.yml", ".github/workflows/a/b.yml", "src/action.yml"] {
            assert!(Known::of(&RepoPath::new(path)).is_none(), "{path}");
        }
    }
}
