//! What examining found, as data, and as words: for people, for programs, for code scanning, for a runner. Pure: `examine` fills it in.
//!
//! No output holds more of a hidden stretch than its first four characters: an [`Excerpt`] never had more.

mod excerpt;
mod github;
#[cfg(test)]
mod hostile_tests;
mod json;
mod sarif;
mod summary;
mod text;

pub use excerpt::{Excerpt, Walker};
pub use github::{github, page};
pub use json::json;
pub use sarif::sarif;
pub use summary::summary;
pub use text::text;

use serde::Serialize;

use crate::checks::{Check, Finding, Level};
use crate::domain::{ObjectId, RepoPath};
use crate::exit::Exit;

/// A finding with its place in the repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What was found.
    pub finding: Finding,
    /// In what.
    pub subject: Subject,
    /// The commit that brings it; none in the index, the work tree, and for a message that is no commit yet.
    pub commit: Option<ObjectId>,
    /// The ref that is pushed with it, e.g. `refs/heads/main`.
    pub reference: Option<String>,
    /// The place and its line; none where the finding is about the whole.
    pub excerpt: Option<Excerpt>,
}

/// What a finding is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// A file.
    File(RepoPath),
    /// The message of a commit.
    Message,
    /// A branch or a tag: the one of [`Found::reference`].
    Reference,
}

/// What was looked at, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Looked {
    /// Branches and tags.
    pub refs: usize,
    /// Commits.
    pub commits: usize,
    /// Commit messages.
    pub messages: usize,
    /// Versions of files: one for each file that a commit, the index or the work tree brings.
    pub files: usize,
    /// Bytes of those that were read.
    pub bytes: u64,
    /// Versions that were found clean before, and not read again.
    pub known: usize,
    /// Versions that are binary: only their size is looked at.
    pub binary: usize,
    /// Submodules, whose content lies elsewhere.
    pub submodules: usize,
    /// Versions that the policy excludes.
    pub excluded: usize,
    /// Findings of rules that the policy switches off.
    pub off: usize,
    /// What the files or the policy allow, and would be findings.
    pub allowed: usize,
    /// Findings of commits that later ones mend: they are not told.
    pub mended: usize,
    /// Findings that are not shown one by one, because one file has so many of them; they count.
    pub unshown: usize,
}

/// Something that could not be looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// The file; none where it is not about one.
    pub path: Option<RepoPath>,
    /// Its commit.
    pub commit: Option<ObjectId>,
    /// Why, in words.
    pub why: String,
}

/// Everything that came of examining.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Examined {
    /// What was found, in order: commits as they follow each other, then paths, places, rules.
    pub found: Vec<Found>,
    /// What was looked at.
    pub looked: Looked,
    /// What could not be looked at: then nothing else is known to be good.
    pub unread: Vec<Unread>,
    /// Whole checks that were skipped, because somebody asked for it.
    pub skipped: Vec<Check>,
    /// Sentences that somebody should read, without their full stops: a history that is cut, a policy that is not there.
    pub notices: Vec<String>,
    /// Whether findings that are not shown would stop it.
    pub unshown_stop: usize,
}

impl Found {
    /// A finding in a text, whose place is told by walking on from the finding before.
    pub fn in_text(finding: Finding, walker: &mut Walker<'_>, subject: Subject) -> Self {
        let excerpt = finding.span.map(|span| walker.excerpt(span));
        Self { finding, subject, commit: None, reference: None, excerpt }
    }

    /// A finding about a branch or a tag.
    pub fn of_reference(finding: Finding, reference: impl Into<String>) -> Self {
        Self { finding, subject: Subject::Reference, commit: None, reference: Some(reference.into()), excerpt: None }
    }

    /// The findings of one text, in their order, with what all of them hide hidden in each.
    pub fn all_in_text(findings: Vec<Finding>, text: &str, subject: &Subject) -> Vec<Self> {
        let mut walker = Walker::new(text, findings.iter().flat_map(|finding| finding.hidden.iter().copied()));
        let mut findings = findings;
        findings.sort_by_key(|finding| finding.span);
        findings.into_iter().map(|finding| Self::in_text(finding, &mut walker, subject.clone())).collect()
    }

    /// The same, brought by this commit.
    #[must_use]
    pub fn by(mut self, commit: &ObjectId) -> Self {
        self.commit = Some(commit.clone());
        self
    }

    /// The path, escaped; what it is about where it is about no file.
    pub fn place(&self) -> String {
        let short = |commit: &ObjectId| commit.as_str()[..12].to_owned();
        match (&self.subject, &self.commit, &self.reference) {
            (Subject::File(path), _, _) => path.to_string(),
            (Subject::Message, Some(commit), _) => format!("message of {}", short(commit)),
            (Subject::Message, None, _) => "message".to_owned(),
            (Subject::Reference, _, Some(name)) => super::escape::plain(name),
            (Subject::Reference, _, None) => "push".to_owned(),
        }
    }
}

impl Examined {
    /// How many findings stop it.
    pub fn stops(&self) -> usize {
        self.found.iter().filter(|found| found.finding.level == Level::Stop).count() + self.unshown_stop
    }

    /// How many only warn.
    pub fn warnings(&self) -> usize {
        self.found.iter().filter(|found| found.finding.level == Level::Warn).count() + (self.looked.unshown - self.unshown_stop)
    }

    /// How a program ends that only examines: findings come before what could not be looked at, because they are certain.
    pub fn exit(&self) -> Exit {
        match (self.stops(), self.unread.len()) {
            (0, 0) => Exit::Done,
            (0, _) => Exit::Files,
            _ => Exit::NoGo,
        }
    }

    /// Both together: what was found in this one first.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.found.extend(other.found);
        self.unread.extend(other.unread);
        self.notices.extend(other.notices);
        self.skipped.extend(other.skipped);
        self.skipped.sort_unstable();
        self.skipped.dedup();
        self.unshown_stop += other.unshown_stop;
        self.looked = self.looked.and(other.looked);
        self
    }
}

impl Looked {
    /// True where there was nothing to look at.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            refs: self.refs + other.refs,
            commits: self.commits + other.commits,
            messages: self.messages + other.messages,
            files: self.files + other.files,
            bytes: self.bytes + other.bytes,
            known: self.known + other.known,
            binary: self.binary + other.binary,
            submodules: self.submodules + other.submodules,
            excluded: self.excluded + other.excluded,
            off: self.off + other.off,
            allowed: self.allowed + other.allowed,
            mended: self.mended + other.mended,
            unshown: self.unshown + other.unshown,
        }
    }
}
