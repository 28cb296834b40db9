//! What is in a repository's history, index and work tree, told by the `git` program: which commits are new, what they change, what objects hold.
//!
//! Read, never written to. Nothing that the repository carries has a say in what is told: no replace refs, grafts, attributes, filters, external programs, hooks or
//! lazy fetches. An answer that is not whole is an error: nobody may take it for "nothing found". What is found is judged elsewhere.

mod changes;
mod commits;
mod error;
mod files;
mod listed;
mod objects;
mod push;
mod raw;
mod remotes;
mod start;

use std::path::{Path, PathBuf};

pub use changes::Changes;
pub use commits::Known;
pub use error::HistoryError;
pub use files::Entry;
pub use objects::{Content, Kind, Named, Objects, Visit};
pub use push::{BadLine, Destination, Line, Push, Tip, lines};
pub use remotes::{DefaultBranch, RemoteName};
use start::{Ended, Input, Place};

use crate::domain::{ObjectId, shown};
use crate::git::fetch::plain;
use crate::programs::ChildEnvironment;

/// A repository: where it is, and the way to ask it.
#[derive(Clone, Debug)]
pub struct Repository {
    place: Place,
    git_dir: PathBuf,
    common_dir: PathBuf,
    root: Option<PathBuf>,
    /// How many digits an id has here.
    digits: usize,
    /// A symbolic ref that was asked for along with the rest, and what it points at.
    symbolic: Option<(String, Option<String>)>,
    /// A reader of objects that nobody asks at the moment.
    idle: objects::Idle,
}

/// What is asked first, in this order: a line each, the last only where there is a work tree.
const FACTS: [&str; 6] = ["--is-inside-work-tree", "--is-bare-repository", "--show-object-format", "--absolute-git-dir", "--git-common-dir", "--show-cdup"];

impl Repository {
    /// The repository that a folder lies in (`GIT_DIR` and its kin count).
    ///
    /// # Errors
    /// [`HistoryError::NoRepository`], [`HistoryError::NotStarted`]
    pub fn discover(folder: &Path, environment: &ChildEnvironment) -> Result<Self, HistoryError> {
        Self::discovered(Place::new(folder, environment), None)
    }

    /// The same; which branch the remote's HEAD points at is asked along with it, and a reader of objects starts at the same time: a push needs both.
    ///
    /// # Errors
    /// [`HistoryError::NoRepository`], [`HistoryError::NotStarted`]
    pub fn discover_with(remote: &RemoteName, folder: &Path, environment: &ChildEnvironment) -> Result<Self, HistoryError> {
        Self::discovered(Place::new(folder, environment), Some(format!("refs/remotes/{remote}/HEAD")))
    }

    fn discovered(place: Place, head: Option<String>) -> Result<Self, HistoryError> {
        // Where this fails, so does the question after it, and says why.
        let reader = head.as_ref().and_then(|_| objects::start(&place).ok());
        let mut arguments = FACTS.to_vec();
        arguments.extend(head.iter().flat_map(|head| ["--symbolic-full-name", head]));
        let ended = place.run("rev-parse", &arguments, Input::Nothing)?;
        // Git fails at the end where the ref is not there; everything before it was said.
        let facts = facts(&ended, head.as_deref()).filter(|_| ended.code == Some(0) || head.is_some());
        let facts = facts.ok_or_else(|| HistoryError::NoRepository { folder: shown(&place.folder().display().to_string()), why: words(&ended) })?;
        let folder = place.folder().to_owned();
        Ok(Self {
            git_dir: PathBuf::from(facts.git_dir),
            common_dir: folder.join(facts.common_dir),
            root: facts.root.map(|up| folder.join(up)),
            digits: facts.digits,
            symbolic: head.map(|head| (head, facts.target.filter(|_| ended.code == Some(0)).map(str::to_owned))),
            place,
            idle: std::sync::Arc::new(std::sync::Mutex::new(reader)),
        })
    }

    /// The folder of git's own files for this work tree.
    pub fn git_dir(&self) -> &Path {
        &self.git_dir
    }

    /// The folder of git's own files that all work trees share.
    pub fn common_dir(&self) -> &Path {
        &self.common_dir
    }

    /// The root of the work tree; none where the repository is bare.
    pub fn root(&self) -> Option<&Path> {
        self.root.as_deref()
    }

    /// A reader of objects: one at a time costs one process.
    pub fn objects(&self) -> Objects {
        Objects::new(self.place.clone(), self.idle.clone())
    }

    /// The id that a text is, where it is one of this repository's kind.
    pub fn id(&self, text: &str) -> Option<ObjectId> {
        if text.len() == self.digits { ObjectId::new(text).ok() } else { None }
    }

    /// The tree without files, which git knows without having it.
    fn empty_tree(&self) -> &'static str {
        if self.digits == 40 { "4b825dc642cb6eb9a060e54bf8d69288fbee4904" } else { "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321" }
    }
}

/// What `git rev-parse` said first.
struct Facts<'a> {
    digits: usize,
    git_dir: &'a str,
    common_dir: &'a str,
    root: Option<&'a str>,
    target: Option<&'a str>,
}

/// The facts, where they are whole. Those of a folder whose name has a line break in it are not.
fn facts<'a>(ended: &'a Ended, head: Option<&str>) -> Option<Facts<'a>> {
    let text = std::str::from_utf8(&ended.output).ok()?;
    let mut lines: Vec<&str> = text.split_terminator('\n').collect();
    if lines.len() < 5 {
        return None;
    }
    let target = head.and_then(|head| if lines.len() > 5 { lines.pop().filter(|line| *line != head) } else { None });
    let (fixed, root) = lines.split_at(5);
    let inside: bool = fixed[0].parse().ok()?;
    let digits = match fixed[2] {
        "sha1" => 40,
        "sha256" => 64,
        _ => return None,
    };
    let root = match root {
        [] if !inside => None,
        [root] => Some(*root),
        _ => return None,
    };
    Some(Facts { digits, git_dir: fixed[3], common_dir: fixed[4], root, target })
}

fn words(ended: &Ended) -> String {
    let fatal = ended.said.lines().find(|line| line.starts_with("fatal:")).map(plain);
    fatal.unwrap_or_else(|| "its facts are not understood; the path of a repository must have no line break".to_owned())
}

#[cfg(all(test, unix))]
mod tests;
