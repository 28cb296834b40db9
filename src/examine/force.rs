//! Which checks are in force: those that were asked for, without those that were skipped or that the policy switches off. The one place that makes them.

use crate::checks::dockerfile::DockerfileCheck;
use crate::checks::files::{Conflicts, Size};
use crate::checks::kubernetes::KubernetesCheck;
use crate::checks::migrations::Migrations;
use crate::checks::schemas::Schemas;
use crate::checks::scripts::Scripts;
use crate::checks::secrets::{SecretRules, Secrets};
use crate::checks::urls::Urls;
use crate::checks::workflows::WorkflowsCheck;
use crate::checks::{CHECKS, Check, CheckRules, FileCheck, Near, Skips};
use crate::domain::{RepoPath, nearest, shown};

use super::policy_file::PolicyFile;

/// Which checks are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Only these; all where empty.
    pub only: Vec<Check>,
    /// Not these, because somebody said so for this time: it is said in the output.
    pub skips: Skips,
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

/// A check cannot look, because of what the policy gives it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("SG-CHECK: the check `{}` cannot look: {why}", .check.id())]
pub struct NotInForce {
    /// The check.
    pub check: Check,
    /// Why, in words.
    pub why: String,
}

impl Wanted {
    /// From the words of `--only`, and what is skipped.
    ///
    /// # Errors
    /// [`UnknownCheck`] for the first word that is no check's id.
    pub fn new(only: &[String], skips: Skips) -> Result<Self, UnknownCheck> {
        let ids = || CHECKS.iter().map(|spec| spec.id);
        let known =
            |word: &String| Check::of_id(word.trim()).ok_or_else(|| UnknownCheck { shown: shown(word), meant: nearest(word.trim(), ids()).first().copied() });
        Ok(Self { only: only.iter().map(known).collect::<Result<_, _>>()?, skips })
    }

    /// True where this check is to look.
    pub fn wants(&self, check: Check) -> bool {
        self.asks(check) && !self.skips.contains(check)
    }

    /// The checks that would look, were they not skipped.
    pub fn skipped(&self) -> Vec<Check> {
        self.skips.iter().filter(|check| self.asks(*check)).collect()
    }

    fn asks(&self, check: Check) -> bool {
        self.only.is_empty() || self.only.contains(&check)
    }
}

/// How a check is made of what the policy says. What lies near is the version of the repository that the policy was read from. It fails with words.
type Make = fn(&CheckRules, &dyn Near) -> Result<Box<dyn FileCheck>, String>;

/// The checks of files: a new one is one more row.
const MAKERS: &[(Check, Make)] = &[
    (Check::Secrets, |rules, near| secrets(&rules.secrets, near)),
    (Check::Schemas, |rules, _| Ok(boxed(Schemas::new(&rules.schemas)))),
    (Check::Urls, |rules, _| Ok(boxed(Urls::new(&rules.urls)))),
    (Check::Scripts, |rules, _| Ok(boxed(Scripts::new(&rules.scripts)))),
    (Check::Policy, |_, _| Ok(boxed(PolicyFile))),
    (Check::Dockerfile, |_, _| Ok(boxed(DockerfileCheck))),
    (Check::Kubernetes, |_, _| Ok(boxed(KubernetesCheck))),
    (Check::Workflows, |_, _| Ok(boxed(WorkflowsCheck))),
    (Check::Conflicts, |_, _| Ok(boxed(Conflicts))),
    (Check::Size, |rules, _| Ok(boxed(Size::new(rules.size.clone())))),
    (Check::Migrations, |rules, _| Ok(boxed(Migrations::new(rules.migrations.clone())))),
];

fn secrets(rules: &SecretRules, near: &dyn Near) -> Result<Box<dyn FileCheck>, String> {
    let Some(path) = &rules.rules else { return Secrets::new(rules, None).map(boxed).map_err(|error| error.to_string()) };
    let missing = || format!("the policy names {} for its rules, and there is no such file, or it is larger than a megabyte", shown(path));
    let bytes = near.read(&RepoPath::new(path.as_str())).ok_or_else(missing)?;
    let text = String::from_utf8(bytes).map_err(|_| format!("{} is not UTF-8", shown(path)))?;
    Secrets::new(rules, Some(&text)).map(boxed).map_err(|error| format!("{}: {error}", shown(path)))
}

fn boxed(check: impl FileCheck + 'static) -> Box<dyn FileCheck> {
    Box::new(check)
}

/// The checks of files that are in force.
///
/// # Errors
/// [`NotInForce`] where the policy gives a check what it cannot work with: a file of rules that is none, say.
pub fn checks_in_force(rules: &CheckRules, wanted: &Wanted, near: &dyn Near) -> Result<Vec<Box<dyn FileCheck>>, NotInForce> {
    let wanted = |check: Check| wanted.wants(check) && !rules.off.contains_key(check.id());
    let made = |(check, make): &(Check, Make)| make(rules, near).map_err(|why| NotInForce { check: *check, why });
    MAKERS.iter().filter(|(check, _)| wanted(*check)).map(made).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h5_checks_are_chosen_and_skipped_by_their_ids_and_a_word_that_is_none_is_refused() {
        let skips = |text: &str| Skips::parse(text).expect("checks");
        let wanted = Wanted::new(&["secrets".to_owned(), "size".to_owned()], skips("size,urls")).expect("they are known");
        assert!(wanted.wants(Check::Secrets) && !wanted.wants(Check::Size) && !wanted.wants(Check::Policy));
        assert_eq!(wanted.skipped(), [Check::Size], "what was not asked for is not skipped either");
        assert!(Wanted::default().wants(Check::Policy));
        let error = Wanted::new(&["secret".to_owned()], Skips::default()).expect_err("refused").to_string();
        assert_eq!(error, "SG-USAGE: there is no check `secret`; did you mean `secrets`?");
    }

    #[test]
    fn every_check_of_files_is_made_once() {
        let mut checks: Vec<Check> = MAKERS.iter().map(|(check, _)| *check).collect();
        checks.sort_unstable();
        checks.dedup();
        assert_eq!(checks.len(), MAKERS.len());
        for (check, make) in MAKERS {
            assert_eq!(make(&CheckRules::default(), &crate::checks::Alone).map(|made| made.check()), Ok(*check));
        }
    }
}
