//! Linters of workflows that are not ours, zizmor and actionlint: used where this machine has them, missed by nobody where it has not.
//!
//! They get a file's text at their standard input and nothing else: no path, no configuration, no network, no token, a folder of ours to run in. They are never
//! taken from the repository that is looked at. What they find only ever warns, so that the verdict is the same on every machine (row H5), and what our own rules
//! say of the same line is not said twice.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::Deserialize;

use crate::checks::workflows::WorkflowsCheck;
use crate::checks::{Check, FileCheck, Finding, Level, Source};
use crate::domain::{Position, RepoPath, Span};
use crate::policy::Argv;
use crate::ports::{Finished, ProgramError, Programs as _};
use crate::programs::{ChildEnvironment, LocalPrograms};

/// How long a linter may look at one file.
const LIMIT: Duration = Duration::from_secs(20);
/// How many of a linter's findings in one file are told.
const MOST: usize = 200;
/// The variables that a linter gets.
const KEPT: &[&str] = &["HOME", "LANG", "LC_ALL", "PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "USERPROFILE", "XDG_CACHE_HOME"];

/// A linter that there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Linter {
    /// zizmor: security of workflows and actions.
    Zizmor,
    /// actionlint: workflows that GitHub would refuse or misread.
    Actionlint,
}

/// The linters of this machine, as one check of files.
#[derive(Debug)]
pub struct Linters {
    found: Vec<(Linter, PathBuf)>,
    programs: LocalPrograms,
    failed: Mutex<Vec<String>>,
}

/// Why a linter gave no answer.
#[derive(Debug, thiserror::Error)]
enum LinterError {
    #[error(transparent)]
    Program(#[from] ProgramError),
    #[error("its answer is not the one expected: {0}")]
    Answer(#[from] serde_json::Error),
    #[error("it ended with {code}: {tail}")]
    Failed { code: String, tail: String },
}

impl Linter {
    /// Its name, and that of its program.
    pub fn name(self) -> &'static str {
        match self {
            Self::Zizmor => "zizmor",
            Self::Actionlint => "actionlint",
        }
    }

    fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Zizmor => {
                &["--offline", "--no-online-audits", "--no-config", "--no-exit-codes", "--no-progress", "--quiet", "--color=never", "--format=json", "-"]
            }
            // What it would start itself, it would look for by `PATH`, where a folder of the repository may stand.
            Self::Actionlint => &["-no-color", "-shellcheck=", "-pyflakes=", "-format", "{{json .}}", "-"],
        }
    }

    /// True where an exit code says that it looked.
    fn looked(self, code: Option<i32>) -> bool {
        match self {
            Self::Zizmor => code == Some(0),
            Self::Actionlint => matches!(code, Some(0 | 1)),
        }
    }
}

impl Linters {
    /// The linters that stand in the folders of `PATH`; folders that are named relatively or lie in the repository do not count, nor do programs that lie there
    /// behind a link. They run in the folder `scratch`, which is made when it is needed.
    pub fn find(path: &OsStr, repository: Option<&Path>, environment: &ChildEnvironment, scratch: PathBuf) -> Self {
        let repository = repository.and_then(|root| root.canonicalize().ok());
        let outside = |place: &Path| repository.as_ref().is_none_or(|root| !place.starts_with(root));
        let folders: Vec<PathBuf> = std::env::split_paths(path).filter(|folder| folder.is_absolute()).collect();
        let place = |linter: Linter| {
            let name = format!("{}{}", linter.name(), std::env::consts::EXE_SUFFIX);
            let all = folders.iter().filter_map(|folder| folder.join(&name).canonicalize().ok());
            all.filter(|program| program.is_file()).find(|program| outside(program)).map(|program| (linter, program))
        };
        let found = [Linter::Zizmor, Linter::Actionlint].into_iter().filter_map(place).collect();
        let environment = environment.without(|name| !KEPT.contains(&name));
        Self { found, programs: LocalPrograms::new(environment).apart(scratch), failed: Mutex::default() }
    }

    /// Those that there are.
    pub fn names(&self) -> Vec<&'static str> {
        self.found.iter().map(|(linter, _)| linter.name()).collect()
    }

    /// What went wrong so far, as sentences without their full stops: a linter that failed is no fault of the file.
    pub fn failures(&self) -> Vec<String> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn ask(&self, (linter, program): &(Linter, PathBuf), text: &str) -> Result<Vec<Finding>, LinterError> {
        let program = program.to_string_lossy().into_owned();
        let parts = std::iter::once(program).chain(linter.arguments().iter().map(|part| (*part).to_owned())).collect();
        let argv = Argv::new(parts).expect("a path and our own arguments hold no NUL");
        let answer = self.programs.run(&argv, text.as_bytes(), LIMIT)?;
        if !linter.looked(answer.code) {
            return Err(failed(&answer));
        }
        match linter {
            Linter::Zizmor => of_zizmor(&answer.output, text),
            Linter::Actionlint => of_actionlint(&answer.output, text),
        }
    }
}

impl FileCheck for Linters {
    fn check(&self) -> Check {
        Check::Workflows
    }

    fn concerns(&self, path: &RepoPath) -> bool {
        !self.found.is_empty() && WorkflowsCheck.concerns(path)
    }

    fn findings(&self, source: &Source<'_>) -> Vec<Finding> {
        let Some(text) = source.text else { return Vec::new() };
        let is_action = matches!(source.path.name(), b"action.yml" | b"action.yaml");
        let own = WorkflowsCheck.findings(source);
        let mut out = Vec::new();
        // actionlint takes everything at its standard input for a workflow.
        for linter in self.found.iter().filter(|(linter, _)| !(is_action && *linter == Linter::Actionlint)) {
            match self.ask(linter, text) {
                Ok(findings) => out.extend(findings.into_iter().filter(|finding| !is_said(finding, &own, text)).take(MOST)),
                Err(error) => {
                    let sentence = format!("{} did not look at {}: {error}", linter.0.name(), source.path);
                    self.failed.lock().unwrap_or_else(PoisonError::into_inner).push(crate::domain::shown(&sentence));
                }
            }
        }
        out
    }
}

fn failed(answer: &Finished) -> LinterError {
    let code = answer.code.map_or_else(|| "a signal".to_owned(), |code| format!("code {code}"));
    LinterError::Failed { code, tail: answer.error_tail.lines().take(2).collect::<Vec<_>>().join(" ") }
}

/// What of ours says the same as one of theirs.
const SAME: &[(&str, &[&str])] = &[
    ("zizmor-unpinned-uses", &["unpinned-action", "unpinned-github-action"]),
    ("zizmor-unpinned-images", &["unpinned-container"]),
    ("zizmor-template-injection", &["template-injection", "text-in-script", "input-in-script"]),
    ("zizmor-excessive-permissions", &["no-permissions", "broad-permissions", "wide-permissions"]),
    ("zizmor-overprovisioned-secrets", &["all-secrets"]),
    ("zizmor-insecure-commands", &["unsecure-commands"]),
    ("zizmor-dangerous-triggers", &["untrusted-checkout"]),
    ("actionlint-expression", &["template-injection", "text-in-script"]),
];

/// True where one of our rules says it: of the same line, or of the file as a whole where theirs is about that.
fn is_said(finding: &Finding, own: &[Finding], text: &str) -> bool {
    let Some((_, ours)) = SAME.iter().find(|(theirs, _)| *theirs == finding.rule) else { return false };
    let of_file = matches!(finding.rule.as_ref(), "zizmor-excessive-permissions" | "zizmor-dangerous-triggers");
    let line = |finding: &Finding| finding.span.map(|span| Position::of(text, span.start).line);
    own.iter().filter(|own| ours.contains(&own.rule.as_ref())).any(|own| of_file || line(own) == line(finding))
}

/// A part of zizmor's JSON, form 1.
#[derive(Deserialize)]
struct Audit {
    ident: String,
    desc: String,
    url: String,
    locations: Vec<Location>,
    #[serde(default)]
    ignored: bool,
}

#[derive(Deserialize)]
struct Location {
    symbolic: Symbolic,
    concrete: Concrete,
}

#[derive(Deserialize)]
struct Symbolic {
    annotation: String,
    kind: String,
}

#[derive(Deserialize)]
struct Concrete {
    location: Place,
}

#[derive(Deserialize)]
struct Place {
    offset_span: Offsets,
}

#[derive(Deserialize)]
struct Offsets {
    start: usize,
    end: usize,
}

fn of_zizmor(output: &[u8], text: &str) -> Result<Vec<Finding>, LinterError> {
    let audits: Vec<Audit> = serde_json::from_slice(output)?;
    let told = audits.into_iter().filter(|audit| !audit.ignored && is_id(&audit.ident));
    Ok(told
        .map(|audit| {
            let place = audit.locations.iter().find(|location| location.symbolic.kind == "Primary").or(audit.locations.first());
            let said =
                place.map(|place| place.symbolic.annotation.as_str()).filter(|said| !said.is_empty()).map_or_else(String::new, |said| format!(": {said}"));
            let span = place.map_or(Span::default(), |place| within(text, &place.concrete.location.offset_span));
            let what = format!("{}{said}", audit.desc);
            Finding::new(Check::Workflows, format!("zizmor-{}", audit.ident), Level::Warn, what).at(span).help(format!("see {}", audit.url))
        })
        .collect())
}

/// Bytes of an outside program's counting, as a stretch of the text's characters.
fn within(text: &str, offsets: &Offsets) -> Span {
    let border = |at: usize| (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let (start, end) = (border(offsets.start), border(offsets.end));
    // The first line shows where it is; the rest of a whole job would hide it.
    let first = text.get(start..end.max(start)).and_then(|stretch| stretch.find('\n')).map_or(end, |newline| start + newline);
    Span::new(start, first)
}

/// A part of actionlint's JSON.
#[derive(Deserialize)]
struct Lint {
    message: String,
    line: usize,
    column: usize,
    kind: String,
    #[serde(default)]
    end_column: usize,
}

fn of_actionlint(output: &[u8], text: &str) -> Result<Vec<Finding>, LinterError> {
    let lints: Option<Vec<Lint>> = serde_json::from_slice(output)?;
    let told = lints.unwrap_or_default().into_iter().filter(|lint| is_id(&lint.kind));
    Ok(told
        .map(|lint| {
            let before: usize = text.split_inclusive('\n').take(lint.line.saturating_sub(1)).map(str::len).sum();
            let line = text.get(before..).and_then(|rest| rest.lines().next()).unwrap_or_default();
            let byte = |column: usize| before + line.char_indices().nth(column.saturating_sub(1)).map_or(line.len(), |(at, _)| at);
            let span = Span::new(byte(lint.column), byte(lint.end_column.max(lint.column) + 1));
            Finding::new(Check::Workflows, format!("actionlint-{}", lint.kind), Level::Warn, lint.message.trim_end_matches('.')).at(span)
        })
        .collect())
}

/// True for what may be a rule's name of ours.
fn is_id(text: &str) -> bool {
    !text.is_empty() && text.len() <= 60 && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

#[cfg(test)]
mod tests;
