//! Which changed files make the rules.

use std::collections::BTreeSet;

use crate::facts::Why;
use crate::gates::case::Case;
use crate::policy::POLICY_PATH;

/// Folders whose files always make the rules, in lower case.
const FOLDERS: &[&str] = &[".github/workflows/", ".github/actions/", ".githooks/", "hooks/", ".husky/"];
/// Files that always make the rules, in lower case.
const FILES: &[&str] = &[
    POLICY_PATH,
    "codeowners",
    ".github/codeowners",
    "docs/codeowners",
    ".pre-commit-config.yaml",
    ".pre-commit-config.yml",
    "lefthook.yml",
    "lefthook.yaml",
    ".lefthook.yml",
    ".lefthook.yaml",
];
/// A local action may stand in any folder.
const NAMES: &[&str] = &["action.yml", "action.yaml"];

/// The changed paths that make the rules: old and new path of a renamed file.
///
/// # Errors
/// [`Why`] where the changed files are not known whole.
pub fn touched(case: &Case<'_>) -> Result<BTreeSet<String>, Why> {
    let named = |why: Why| Why { what: format!("the changed files: {}", why.what), mend: why.mend };
    let files = case.facts.pull.files.get().map_err(named)?.all().map_err(|cut| Why::new(format!("the changed files: {cut}")))?;
    let paths = files.iter().flat_map(|file| std::iter::once(&file.path).chain(&file.previous));
    let rules = &case.environment.gates.policy_change.paths;
    Ok(paths.filter(|path| is_built_in(path) || rules.iter().any(|rule| rule.matches(path))).cloned().collect())
}

/// Without regard to case: a runner's file system may have none.
fn is_built_in(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    let name = path.rsplit('/').next().unwrap_or(&path);
    FILES.contains(&path.as_str()) || NAMES.contains(&name) || FOLDERS.iter().any(|folder| path.starts_with(folder))
}
