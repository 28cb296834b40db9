//! What a check found: one type for every check and every output.

use std::borrow::Cow;

use super::Check;
use crate::domain::{self, Span};

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// It stops the commit, the push, or the job.
    Stop,
    /// It is said, and stops nothing.
    Warn,
}

/// One thing that a check found in a text. It knows no file and no commit: whoever gave the text does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The check.
    pub check: Check,
    /// The rule's id, e.g. `github-pat`. With the check's id before it (`secrets/github-pat`) it is what a policy switches off.
    pub rule: Cow<'static, str>,
    /// How bad it is.
    pub level: Level,
    /// Where in the text; none where it is about the whole file, commit or ref.
    pub span: Option<Span>,
    /// What is wrong, as a sentence without its full stop. Never a secret.
    pub what: String,
    /// A few words beside the caret.
    pub label: Option<String>,
    /// What to do about it: the line or command to write, where there is one.
    pub help: Option<String>,
    /// Where in the document, for structured files: `spec.containers[0].image`.
    pub within: Option<String>,
    /// What makes it the same finding in another version of the same file, whatever line it stands on: never the value of a secret.
    pub key: String,
    /// What no output shows beyond its first four characters: the stretches of secrets.
    pub hidden: Vec<Span>,
    /// What allows exactly this one, for a policy's list: rule and keyed hash (secrets only).
    pub fingerprint: Option<String>,
    /// A replacement that is safe to make without asking.
    pub fix: Option<Fix>,
}

/// A replacement in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What is replaced.
    pub span: Span,
    /// By what.
    pub by: String,
}

impl Finding {
    /// A finding. Control and invisible characters in the sentence are escaped, here and in the other texts; the sentence is its key until another is given.
    pub fn new(check: Check, rule: impl Into<Cow<'static, str>>, level: Level, what: impl AsRef<str>) -> Self {
        let what = visible(what.as_ref());
        let key = what.clone();
        let rule = rule.into();
        Self { check, rule, level, span: None, what, label: None, help: None, within: None, key, hidden: Vec::new(), fingerprint: None, fix: None }
    }

    /// At a place of the text.
    #[must_use]
    pub fn at(mut self, span: Span) -> Self {
        self.span = Some(span);
        self
    }

    /// With a few words beside the caret.
    #[must_use]
    pub fn label(mut self, label: impl AsRef<str>) -> Self {
        self.label = Some(visible(label.as_ref()));
        self
    }

    /// With what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl AsRef<str>) -> Self {
        self.help = Some(visible(help.as_ref()));
        self
    }

    /// With its place in the document.
    #[must_use]
    pub fn within(mut self, path: impl AsRef<str>) -> Self {
        self.within = Some(visible(path.as_ref()));
        self
    }

    /// With what makes it the same in another version of the file.
    #[must_use]
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = key.into();
        self
    }

    /// The rule's whole name: `secrets/github-pat`.
    pub fn name(&self) -> String {
        format!("{}/{}", self.check.id(), self.rule)
    }
}

/// What stands in a message: 500 characters at most. A newline stays, for help texts.
fn visible(text: &str) -> String {
    domain::visible(text, 500, |character| character == '\n')
}
