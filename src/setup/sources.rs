//! What the shell read of a work tree, and what it passed over.

use crate::domain::{BranchName, RepoSlug, shown};

/// A text file of the work tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// Its path from the root, with `/`.
    pub path: String,
    /// Its text, as it is.
    pub text: String,
}

/// Something that was not read, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassedOver {
    /// Its path from the root, safe to show.
    pub path: String,
    /// Why, as the rest of a sentence.
    pub why: String,
}

impl PassedOver {
    /// At this path, because of this.
    pub fn new(path: &str, why: impl Into<String>) -> Self {
        Self { path: shown_path(path), why: why.into() }
    }
}

/// A path that is safe to show.
pub fn shown_path(path: &str) -> String {
    shown(path)
}

/// What was read of a work tree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sources {
    /// Where it was cloned from.
    pub slug: Option<RepoSlug>,
    /// The default branch, as far as the clone knows.
    pub default_branch: Option<BranchName>,
    /// The files of `.github/workflows`, and the few others that are looked into.
    pub files: Vec<SourceFile>,
    /// The paths of all files at the root and in its folders, one level deep.
    pub names: Vec<String>,
    /// What was not read.
    pub passed_over: Vec<PassedOver>,
}

/// What stands at a path that a file is proposed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Present<'a> {
    /// Nothing.
    Absent,
    /// A text.
    Text(&'a str),
    /// Something that is no text, or that must not be written through.
    Blocked(&'a str),
}

impl Sources {
    /// What stands at a path.
    pub fn at(&self, path: &str) -> Present<'_> {
        if let Some(file) = self.files.iter().find(|file| file.path == path) {
            return Present::Text(&file.text);
        }
        // A parent that must not be written through blocks everything below it.
        let blocks = |passed: &&PassedOver| passed.path == path || path.strip_prefix(&passed.path).is_some_and(|rest| rest.starts_with('/'));
        self.passed_over.iter().find(blocks).map_or(Present::Absent, |passed| Present::Blocked(&passed.why))
    }

    /// The text at a path, where there is one.
    pub fn text(&self, path: &str) -> Option<&str> {
        match self.at(path) {
            Present::Text(text) => Some(text),
            Present::Absent | Present::Blocked(_) => None,
        }
    }
}
