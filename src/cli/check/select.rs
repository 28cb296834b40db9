//! From what was typed to what is looked at, and by which rules.

use std::path::{Component, Path, PathBuf};

use super::super::args::CheckFiles;
use super::super::say::Voice;
use crate::domain::{ObjectId, RepoPath, shown};
use crate::env::Environment;
use crate::examine::{ExamineError, InForce, Origin, RulesError, Selection};
use crate::exit::Exit;
use crate::git::history::{HistoryError, Known, Repository};
use crate::programs::ChildEnvironment;

/// What is looked at.
pub(super) struct Chosen {
    pub(super) repository: Repository,
    pub(super) selection: Selection,
    pub(super) in_force: InForce,
    /// What was chosen, where nobody said what.
    pub(super) notices: Vec<String>,
}

/// Why nothing is looked at.
pub(super) enum Refused {
    Usage(Mistake),
    Rules(RulesError),
    Examine(ExamineError),
    Revision(HistoryError, Option<&'static str>),
}

/// What was typed cannot be.
#[derive(Debug, thiserror::Error)]
pub(super) enum Mistake {
    #[error("SG-USAGE: `{shown}` is no range: it is written A..B, or A.. for everything up to HEAD")]
    Range { shown: String },
    #[error("SG-USAGE: there is no file or folder `{shown}`")]
    Missing { shown: String },
    #[error("SG-USAGE: `{shown}` lies outside of this repository's work tree")]
    Outside { shown: String },
}

impl From<ExamineError> for Refused {
    fn from(error: ExamineError) -> Self {
        Self::Examine(error)
    }
}

impl From<HistoryError> for Refused {
    fn from(error: HistoryError) -> Self {
        Self::Examine(ExamineError::History(error))
    }
}

impl From<RulesError> for Refused {
    fn from(error: RulesError) -> Self {
        Self::Rules(error)
    }
}

impl Refused {
    /// Says it, and how the program ends.
    pub(super) fn say(&self, voice: Voice) -> Exit {
        match self {
            Self::Usage(mistake) => {
                voice.error(mistake, None);
                Exit::Usage
            }
            Self::Rules(error) => super::no_rules(error, voice),
            Self::Examine(error) => super::not_examined(error, voice),
            Self::Revision(error, hint) => {
                voice.error(error, *hint);
                Exit::Usage
            }
        }
    }
}

/// What is to be looked at, and by which rules.
pub(super) fn chosen(options: &CheckFiles, variables: &Environment) -> Result<Chosen, Refused> {
    let here = Path::new(".");
    let repository = Repository::discover(here, &ChildEnvironment::of(variables.all()))?;
    match &options.range {
        Some(range) => of_range(range, repository),
        None => of_work_tree(options, repository),
    }
}

fn of_work_tree(options: &CheckFiles, repository: Repository) -> Result<Chosen, Refused> {
    let root = repository.root().ok_or(HistoryError::Bare)?.to_owned();
    let in_force = InForce::of_work_tree(&root)?;
    let (selection, notices) = if options.all {
        (Selection::All, Vec::new())
    } else if !options.paths.is_empty() {
        (Selection::Paths(paths(&options.paths, &root)?), Vec::new())
    } else if options.staged {
        (Selection::Staged, Vec::new())
    } else if repository.staged()?.is_empty() {
        (Selection::Changed, vec!["nothing is staged: this is what the work tree changes; `--all` looks at everything".to_owned()])
    } else {
        (Selection::Staged, vec!["this is what is staged; `--all` looks at everything".to_owned()])
    };
    Ok(Chosen { repository, selection, in_force, notices })
}

/// A, B, and whether what counts is where they parted.
fn ends(range: &str) -> Option<(&str, &str)> {
    let (from, to) = range.split_once("...").or_else(|| range.split_once(".."))?;
    (!from.is_empty() && !to.contains("..")).then_some((from, if to.is_empty() { "HEAD" } else { to }))
}

fn of_range(range: &str, repository: Repository) -> Result<Chosen, Refused> {
    let (from, to) = ends(range).ok_or_else(|| Refused::Usage(Mistake::Range { shown: shown(range) }))?;
    let (from, to) = (commit(&repository, from)?, commit(&repository, to)?);
    let in_force = InForce::of_commit(&repository, &from)?;
    let commits = repository.new_commits(&[to], &Known { commits: vec![from.clone()], remotes: Vec::new() })?;
    let notices = match in_force.origin {
        Origin::Defaults => vec![format!("{} has no policy: the defaults are in force", &from.as_str()[..12])],
        Origin::WorkTree | Origin::Commit(_) => Vec::new(),
    };
    Ok(Chosen { repository, selection: Selection::Commits(commits), in_force, notices })
}

fn commit(repository: &Repository, name: &str) -> Result<ObjectId, Refused> {
    repository.commit_named(name).map_err(|error| match error {
        HistoryError::NoRevision { .. } => {
            let shallow = repository.common_dir().join("shallow").exists();
            let hint = shallow.then_some("this clone is shallow: fetch its history (`git fetch --unshallow`, or `fetch-depth: 0` for actions/checkout)");
            Refused::Revision(error, hint)
        }
        other => other.into(),
    })
}

/// Paths as the repository names them.
fn paths(typed: &[PathBuf], root: &Path) -> Result<Vec<RepoPath>, Refused> {
    let root = root.canonicalize().map_err(|error| Refused::Rules(unreadable(root, &error)))?;
    typed.iter().map(|path| of_root(path, &root).map_err(Refused::Usage)).collect()
}

fn unreadable(path: &Path, error: &std::io::Error) -> RulesError {
    RulesError::Unreadable { place: shown(&path.display().to_string()), why: error.to_string() }
}

/// The path below the root. Its last part is not followed: a link is looked at as a link.
fn of_root(typed: &Path, root: &Path) -> Result<RepoPath, Mistake> {
    let shown = || shown(&typed.display().to_string());
    let missing = || Mistake::Missing { shown: shown() };
    typed.symlink_metadata().map_err(|_| missing())?;
    let whole = match typed.components().next_back() {
        Some(Component::Normal(name)) => {
            let folder = typed.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
            folder.canonicalize().map_err(|_| missing())?.join(name)
        }
        _ => typed.canonicalize().map_err(|_| missing())?,
    };
    let below = whole.strip_prefix(root).map_err(|_| Mistake::Outside { shown: shown() })?;
    Ok(crate::examine::repo_path(below))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_has_two_ends_and_the_second_may_be_left_out() {
        assert_eq!(ends("a..b"), Some(("a", "b")));
        assert_eq!(ends("a.."), Some(("a", "HEAD")));
        assert_eq!(ends("a...b"), Some(("a", "b")));
        for range in ["", "a", "..b", "..", "a..b..c"] {
            assert_eq!(ends(range), None, "{range}");
        }
    }
}
