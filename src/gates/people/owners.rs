//! Owners of the changed files, by the base branch's CODEOWNERS: never by that of the change under judgement.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::shown;
use crate::facts::{Facts, Why};
use crate::policy::{Owner, Ownership, SkippedLine};

/// The base branch's CODEOWNERS; nobody owns anything where it has none.
///
/// # Errors
/// [`Why`] where it could not be read.
pub fn ownership(facts: &Facts) -> Result<Ownership, Why> {
    let file = facts.base.codeowners.get()?;
    Ok(if file.path.is_some() { Ownership::parse(&file.text) } else { Ownership::default() })
}

/// The changed paths that have owners, by their owners; a renamed file stands under both of its paths.
///
/// # Errors
/// [`Why`] where the changed files are not known whole.
pub fn owned_by(facts: &Facts, ownership: &Ownership) -> Result<BTreeMap<Vec<Owner>, BTreeSet<String>>, Why> {
    let files = facts.pull.files.get()?.all().map_err(|cut| Why::new(format!("the changed files: {cut}")))?;
    let mut groups: BTreeMap<Vec<Owner>, BTreeSet<String>> = BTreeMap::new();
    for path in files.iter().flat_map(|file| std::iter::once(&file.path).chain(&file.previous)) {
        let owners = ownership.owners(path);
        if !owners.is_empty() {
            groups.entry(owners.to_vec()).or_default().insert(path.clone());
        }
    }
    Ok(groups)
}

/// The lines of CODEOWNERS that GitHub skips, for the evidence: an earlier line may have won because of them. At most five.
pub fn skipped_lines(ownership: &Ownership) -> impl Iterator<Item = String> {
    let skipped = |line: &SkippedLine| format!("CODEOWNERS line {} is skipped: {}", line.line, line.fault);
    ownership.skipped().iter().take(5).map(skipped)
}

/// At most five of these paths, for a sentence.
pub fn few<'a>(paths: impl IntoIterator<Item = &'a String>) -> String {
    const MOST: usize = 5;
    let all: Vec<&String> = paths.into_iter().collect();
    let first = all.iter().take(MOST).map(|path| format!("`{}`", shown(path))).collect::<Vec<_>>().join(", ");
    if all.len() > MOST { format!("{first} and {} more", all.len() - MOST) } else { first }
}
