//! From what was typed to what is looked at, and by which rules.

use std::path::{Component, Path, PathBuf};

use super::super::args::CheckFiles;
use super::super::say::Voice;
use crate::domain::{ObjectId, RepoPath, shown};
use crate::env::Environment;
use crate::examine::{Disk, ExamineError, InForce, Origin, RulesError, Selection};
use crate::exit::Exit;
use crate::git::history::{HistoryError, Known, Repository};
use crate::ports::Depth;
use crate::programs::ChildEnvironment;

/// What is looked at.
pub(super) struct Chosen {
    pub(super) place: Place,
    pub(super) in_force: InForce,
    /// What was chosen, where nobody said what.
    pub(super) notices: Vec<String>,
    /// What to say where there is nothing to look at.
    pub(super) nothing: &'static str,
}

/// Where it is.
pub(super) enum Place {
    /// In a repository.
    Repository(Repository, Selection),
    /// In a folder that is none: these files.
    Folder(Disk, Vec<RepoPath>),
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
    match Repository::discover(here, &ChildEnvironment::of(variables.all())) {
        Ok(repository) => match &options.range {
            Some(range) => of_range(range, repository),
            None => of_work_tree(options, repository),
        },
        Err(HistoryError::NoRepository { .. }) if !options.paths.is_empty() => of_folder(&options.paths),
        Err(error) => Err(error.into()),
    }
}

/// Without a repository only what is named can be looked at: all of it, because nothing says what is ignored.
fn of_folder(typed: &[PathBuf]) -> Result<Chosen, Refused> {
    let root = Path::new(".").canonicalize().map_err(|error| Refused::Rules(unreadable(Path::new("."), &error)))?;
    let in_force = InForce::of_work_tree(&root)?;
    let disk = Disk::new(&root);
    let mut files = Vec::new();
    for path in paths(typed, &root)? {
        disk.files_below(&path, &mut files).map_err(|error| Refused::Rules(unreadable(Path::new(&path.to_string()), &error)))?;
    }
    files.sort_unstable();
    files.dedup();
    let notices = vec!["there is no git repository here: every file below what is named is looked at".to_owned()];
    Ok(Chosen { place: Place::Folder(disk, files), in_force, notices, nothing: "no file lies there" })
}

fn of_work_tree(options: &CheckFiles, repository: Repository) -> Result<Chosen, Refused> {
    let root = repository.root().ok_or(HistoryError::Bare)?.to_owned();
    let in_force = InForce::of_work_tree(&root)?;
    let (selection, nothing, notice) = if options.all {
        (Selection::All, "git knows no file here, and there is none that it would take", None)
    } else if !options.paths.is_empty() {
        (Selection::Paths(paths(&options.paths, &root)?), "no file lies there that git knows or would take", None)
    } else if options.staged {
        (Selection::Staged, "nothing is staged", None)
    } else if repository.staged()?.is_empty() {
        let notice = "nothing is staged: this is what the work tree changes; `--all` looks at everything";
        (Selection::Changed, "nothing is staged, and the work tree changes nothing; `--all` looks at everything", Some(notice))
    } else {
        (Selection::Staged, "nothing is staged", Some("this is what is staged; `--all` looks at everything"))
    };
    let notices = notice.map(str::to_owned).into_iter().collect();
    Ok(Chosen { place: Place::Repository(repository, selection), in_force, notices, nothing })
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
    let mut notices = Vec::new();
    if in_force.origin == Origin::Defaults {
        notices.push(format!("{} has no policy: the defaults are in force", &from.as_str()[..12]));
    }
    if commits.iter().any(|commit| commit.depth == Depth::Cut) {
        notices.push("this clone is shallow: where its history is cut, everything counts as new (`git fetch --unshallow` brings the rest)".to_owned());
    }
    Ok(Chosen { place: Place::Repository(repository, Selection::Commits(commits)), in_force, notices, nothing: "the range holds no commit" })
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
