//! What `SHIPGATE_SKIP` asks to leave out: whole checks, by their ids. That a check was left out is said and logged above.

use std::collections::BTreeSet;

use super::registry::{CHECKS, Check};
use crate::domain::{nearest, shown};

/// The checks that somebody asked to leave out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Skips(BTreeSet<Check>);

/// A word that names no check. Nothing runs then: somebody who mistypes a check must not believe that it was skipped, or that another was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("SG-SKIP: SHIPGATE_SKIP names a check that there is not: `{word}`{}", meant(nearest))]
pub struct BadSkip {
    /// The word, made safe to show.
    pub word: String,
    /// The ids that may have been meant.
    pub nearest: Vec<&'static str>,
}

fn meant(nearest: &[&str]) -> String {
    nearest.first().map(|id| format!("; did you mean `{id}`?")).unwrap_or_default()
}

impl Skips {
    /// The ids in a text such as `secrets,size`; white space around them does not count, and neither do empty ones.
    ///
    /// # Errors
    /// [`BadSkip`] for the first word that is no check's id: rules cannot be skipped so, only be switched off in the policy, with a reason.
    pub fn parse(text: &str) -> Result<Self, BadSkip> {
        let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
        words.map(check).collect::<Result<_, _>>().map(Self)
    }

    /// True where nothing is left out.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// True where this check is left out.
    pub fn contains(&self, check: Check) -> bool {
        self.0.contains(&check)
    }

    /// The checks, in the order of the registry.
    pub fn iter(&self) -> impl Iterator<Item = Check> {
        self.0.iter().copied()
    }

    /// Of these checks those that are left out: what a hook that runs only some has to say.
    #[must_use]
    pub fn among(&self, checks: impl Fn(Check) -> bool) -> Self {
        Self(self.iter().filter(|check| checks(*check)).collect())
    }

    /// The ids, in the order of the registry.
    pub fn ids(&self) -> Vec<&'static str> {
        self.iter().map(Check::id).collect()
    }
}

fn check(word: &str) -> Result<Check, BadSkip> {
    let known = || CHECKS.iter().map(|spec| spec.id);
    Check::of_id(word).ok_or_else(|| BadSkip { word: shown(word), nearest: nearest(word, known()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h5_whole_checks_are_skipped_by_their_ids() {
        let skips = Skips::parse(" size, secrets,,size").expect("two checks");
        assert_eq!(skips.ids(), ["secrets", "size"]);
        assert!(skips.contains(Check::Secrets) && !skips.contains(Check::Refs));
        assert_eq!(skips.among(|check| check == Check::Size).ids(), ["size"]);
        assert!(Skips::parse(" , ").expect("none").is_empty());
    }

    #[test]
    fn h5_a_word_that_names_no_check_is_refused_with_the_nearest() {
        let error = Skips::parse("size,secret").expect_err("no check");
        assert_eq!(error.to_string(), "SG-SKIP: SHIPGATE_SKIP names a check that there is not: `secret`; did you mean `secrets`?");
        for text in ["all", "*", "secrets/github-token", "Secrets\u{1b}[2J", "secrets;size"] {
            let error = Skips::parse(text).expect_err(text).to_string();
            assert!(error.chars().all(|character| !character.is_control()), "{error:?}");
        }
    }
}
