//! Which checks are in force: those that were asked for, without those that were skipped or that the policy switches off. The one place that makes them.

use crate::checks::{CHECKS, Check, CheckRules, FileCheck, Near};
use crate::domain::nearest;

/// Which checks are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Only these; all where empty.
    pub only: Vec<Check>,
    /// Not these, because somebody said so for this time (`SHIPGATE_SKIP`): it is said in the output.
    pub skipped: Vec<Check>,
}

/// A word is no check's id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("SG-USAGE: there is no check `{shown}`{}", .meant.map(|id| format!("; did you mean `{id}`?")).unwrap_or_default())]
pub struct UnknownCheck {
    /// The word, made safe to show.
    pub shown: String,
    /// The id that is nearest.
    pub meant: Option<&'static str>,
}

impl Wanted {
    /// From words: those of `--only`, and the list of `SHIPGATE_SKIP`.
    ///
    /// # Errors
    /// [`UnknownCheck`] for the first word that is no check's id.
    pub fn of_words(only: &[String], skipped: Option<&str>) -> Result<Self, UnknownCheck> {
        let skipped = skipped.unwrap_or_default().split(',').map(str::trim).filter(|word| !word.is_empty());
        Ok(Self { only: checks(only.iter().map(|word| word.trim()))?, skipped: checks(skipped)? })
    }

    /// True where this check is to look.
    pub fn wants(&self, check: Check) -> bool {
        (self.only.is_empty() || self.only.contains(&check)) && !self.skipped.contains(&check)
    }
}

fn checks<'a>(words: impl Iterator<Item = &'a str>) -> Result<Vec<Check>, UnknownCheck> {
    let ids = || CHECKS.iter().map(|spec| spec.id);
    let known = |word: &str| {
        Check::of_id(word).ok_or_else(|| UnknownCheck { shown: crate::domain::shown(word), meant: nearest(word, ids()).first().copied() })
    };
    let mut checks = words.map(known).collect::<Result<Vec<_>, _>>()?;
    checks.sort_unstable();
    checks.dedup();
    Ok(checks)
}

/// How a check is made of what the policy says. What lies near is the version of the repository that the policy was read from.
type Make = fn(&CheckRules, &dyn Near) -> Box<dyn FileCheck>;

/// The checks of files: a new one is one more row.
const MAKERS: &[(Check, Make)] = &[];

/// The checks of files that are in force.
pub fn checks_in_force(rules: &CheckRules, wanted: &Wanted, near: &dyn Near) -> Vec<Box<dyn FileCheck>> {
    let wanted = |check: Check| wanted.wants(check) && !rules.off.contains_key(check.id());
    MAKERS.iter().filter(|(check, _)| wanted(*check)).map(|(_, make)| make(rules, near)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h5_checks_are_skipped_by_their_ids_and_a_word_that_is_none_is_refused() {
        let wanted = Wanted::of_words(&["secrets".to_owned(), "size".to_owned()], Some("size, ")).expect("they are known");
        assert!(wanted.wants(Check::Secrets) && !wanted.wants(Check::Size) && !wanted.wants(Check::Policy));
        assert!(Wanted::default().wants(Check::Policy));
        let error = Wanted::of_words(&[], Some("secrets,secret")).expect_err("refused").to_string();
        assert_eq!(error, "SG-USAGE: there is no check `secret`; did you mean `secrets`?");
    }

    #[test]
    fn every_check_of_files_is_made_once() {
        let mut checks: Vec<Check> = MAKERS.iter().map(|(check, _)| *check).collect();
        checks.sort_unstable();
        checks.dedup();
        assert_eq!(checks.len(), MAKERS.len());
        for (check, make) in MAKERS {
            assert_eq!(make(&CheckRules::default(), &crate::checks::Alone).check(), *check);
        }
    }
}
