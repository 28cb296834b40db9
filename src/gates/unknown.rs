//! How every gate says that a fact could not be had: never go, with the reason and what would mend it.

use super::verdict::{Answering, Reason, ReasonSpec};
use crate::domain::shown;
use crate::facts::Why;

impl Answering {
    /// Refuses because a fact is unknown; `what` says which, as in `the checks could not be read`.
    pub(super) fn unknown(&mut self, spec: &ReasonSpec, what: &str, why: Why) -> &mut Reason {
        let mend = why.mend.unwrap_or_else(|| "give the command again; if it stays so, look at the log of this run".to_owned());
        self.refuse(spec, format!("{what}: {}", why.what)).remedy(mend)
    }
}

/// Names as a line shows them: each quoted and made safe, the first ten, and how many more there are.
pub(super) fn quoted<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    const MOST: usize = 10;
    let mut names = names.into_iter();
    let first: Vec<String> = names.by_ref().take(MOST).map(|name| format!("`{}`", shown(name))).collect();
    match names.count() {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}
