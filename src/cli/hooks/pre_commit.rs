//! The hook `pre-commit`: what is staged. Git names the index that the commit is made of (`GIT_INDEX_FILE`, also for `commit -a` and for a commit of a few paths), and
//! what is looked at comes from there: what the work tree has besides is not committed, and neither hides nor adds a finding.

use std::path::Path;

use super::super::args::FindingsFormat;
use super::super::check;
use super::super::say::Voice;
use crate::checks::Skips;
use crate::env::Environment;
use crate::examine::{Examination, ExamineError, InForce, RulesError, Selection, Wanted};
use crate::exit::Exit;
use crate::git::history::{HistoryError, Repository};
use crate::programs::ChildEnvironment;
use crate::report::findings::Examined;

/// Why nothing was looked at.
enum Refused {
    Rules(RulesError),
    Examine(ExamineError),
}

impl From<HistoryError> for Refused {
    fn from(error: HistoryError) -> Self {
        Self::Examine(ExamineError::History(error))
    }
}

/// Looks, and says what was found. `skips` are logged already.
pub(super) fn hook(skips: &Skips, variables: &Environment, voice: Voice) -> Exit {
    match examined(skips, variables) {
        Ok(examined) => {
            check::show(&examined, FindingsFormat::Text, voice);
            examined.exit()
        }
        Err(Refused::Rules(error)) => check::no_rules(&error, voice),
        Err(Refused::Examine(error)) => check::not_examined(&error, voice),
    }
}

fn examined(skips: &Skips, variables: &Environment) -> Result<Examined, Refused> {
    let repository = Repository::discover(Path::new("."), &ChildEnvironment::of(variables.all()))?;
    let root = repository.root().ok_or(HistoryError::Bare)?;
    let in_force = InForce::of_work_tree(root).map_err(Refused::Rules)?;
    let wanted = Wanted { only: Vec::new(), skips: skips.clone() };
    Examination { repository: &repository, in_force: &in_force, wanted: &wanted }.of(&Selection::Staged).map_err(Refused::Examine)
}
