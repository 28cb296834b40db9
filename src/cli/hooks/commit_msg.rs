//! The hook `commit-msg`: reads the message that git, or a hook manager, names, says what is wrong with it, and loses nothing of it.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use super::super::say::Voice;
use crate::checks::message::{self, Cleaned, Cleaning, Cleanup, Comment, Mended};
use crate::checks::{Check, CheckRules, Finding};
use crate::domain::{Span, shown};
use crate::env::Environment;
use crate::exit::Exit;
use crate::git::{CommitPlace, CommitSettings};
use crate::policy;
use crate::report::findings::{Examined, Found, Looked, Subject, text};

/// The longest message that is read, in bytes: with the diff of `git commit --verbose` in it.
const MOST: u64 = 64 * 1024 * 1024;

/// Why the message could not be looked at: then nobody knows whether it is right, and git does not commit.
#[derive(Debug, thiserror::Error)]
enum Unseen {
    #[error("SG-FILE: {file} could not be read: {why}")]
    Unreadable { file: String, why: String },
    #[error("SG-FILE: {file} is longer than a message can be ({MOST} bytes)")]
    TooLong { file: String },
    #[error("SG-FILE: {file} could not be written: {why}; it is as it was")]
    Unwritten { file: String, why: String },
    #[error("{0}")]
    Policy(String),
}

/// Looks, and says what was found.
pub(super) fn hook(file: &Path, fix: bool, variables: &Environment, voice: Voice) -> Exit {
    let mending = if fix { Mending::Safe } else { Mending::Nothing };
    match look(file, mending, variables, voice) {
        Ok(exit) => exit,
        Err(Unseen::Policy(faults)) => {
            voice.aside(&format!("{faults}\nnothing was looked at: the policy {} is not valid\n", policy::POLICY_PATH));
            Exit::InvalidPolicy
        }
        Err(error) => {
            let hint = format!("what this hook is given is a file with a message, as git has it in .git/COMMIT_EDITMSG\n{}", again(file));
            voice.error(&error, Some(hint.trim_end()));
            Exit::Files
        }
    }
}

/// Whether the file may be changed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mending {
    /// What is safe is mended.
    Safe,
    /// It stays as it is.
    Nothing,
}

fn look(file: &Path, mending: Mending, variables: &Environment, voice: Voice) -> Result<Exit, Unseen> {
    let root = root();
    let rules = rules(&root, voice)?;
    if rules.off.contains_key(Check::Messages.id()) {
        return Ok(Exit::Done);
    }
    let how = cleaning(&root, variables);
    let mut typed = read(file)?;
    let passed = |finding: &Finding| rules.is_off(Check::Messages, &finding.rule);
    if mending == Mending::Safe
        && let Some(mended) = message::mended(&typed, &how, &rules.messages, &passed)
    {
        write(file, &mended.typed)?;
        voice.aside(&said(&mended));
        typed = mended.typed.into_bytes();
    }
    let typed = message::text(&typed);
    let cleaned = message::clean(&typed, &how);
    let findings: Vec<Finding> = message::findings(cleaned.text.as_bytes(), &rules.messages).into_iter().filter(|finding| !passed(finding)).collect();
    Ok(tell(findings.into_iter().map(|finding| typed_place(finding, &cleaned)).collect(), (&typed, file), voice))
}

/// The findings, and how to go on.
fn tell(findings: Vec<Finding>, (typed, file): (&str, &Path), voice: Voice) -> Exit {
    if findings.is_empty() {
        return Exit::Done;
    }
    let is_mendable = findings.iter().any(|finding| finding.fix.is_some());
    let found = Found::all_in_text(findings, typed, &Subject::Message);
    let examined = Examined { found, looked: Looked { messages: 1, ..Looked::default() }, ..Examined::default() };
    let exit = examined.exit();
    voice.aside(&text(&examined, voice.error_paint));
    if exit != Exit::Done {
        voice.aside(&again(file));
        if is_mendable {
            voice.aside("`shipgate hook commit-msg --fix FILE`, here or in the hook, mends what can be mended safely\n");
        }
    }
    exit
}

/// Where the message is kept, and how to go on with it.
fn again(file: &Path) -> String {
    let name = file.file_name().unwrap_or_default();
    let kept = shown(&file.display().to_string());
    if name == "COMMIT_EDITMSG" {
        return format!("your message is kept in {kept}; go on with it:\n  git commit -e -F \"$(git rev-parse --git-path COMMIT_EDITMSG)\"\n");
    }
    if name == "MERGE_MSG" {
        return format!("your message is kept in {kept}; go on with it:\n  git commit\n");
    }
    format!("your message is kept in {kept}\n")
}

fn said(mended: &Mended) -> String {
    let lines: Vec<String> = mended.findings.iter().map(|finding| format!("mended: {} [{}]\n", finding.what, finding.name())).collect();
    lines.concat()
}

/// A finding in the cleaned message, at its place in what was typed.
fn typed_place(mut finding: Finding, cleaned: &Cleaned) -> Finding {
    let place = |span: Span| {
        let start = cleaned.original(span.start);
        Span::new(start, start + (span.end - span.start))
    };
    finding.span = finding.span.map(place);
    finding
}

/// The work tree's root: git starts hooks there, and so do hook managers; by hand it may be a folder below.
fn root() -> PathBuf {
    let here = PathBuf::from(".");
    if here.join(".git").exists() { here } else { crate::git::work_tree(&here).unwrap_or(here) }
}

/// What the work tree's policy says; the defaults, where it has none.
fn rules(root: &Path, voice: Voice) -> Result<CheckRules, Unseen> {
    let file = root.join(policy::POLICY_PATH);
    let bytes = match contents(&file) {
        Ok(bytes) => bytes,
        Err(Unread::Missing) => return Ok(CheckRules::default()),
        Err(Unread::Why(why)) => return Err(Unseen::Unreadable { file: policy::POLICY_PATH.to_owned(), why }),
        Err(Unread::TooLong) => return Err(Unseen::TooLong { file: policy::POLICY_PATH.to_owned() }),
    };
    let paint = super::super::policy::paint(voice.error_paint);
    let policy = super::super::policy::load(&String::from_utf8_lossy(&bytes), Path::new(policy::POLICY_PATH));
    policy.map(|policy| policy.checks).map_err(|faults| Unseen::Policy(faults.render(paint)))
}

/// How git will clean the message.
fn cleaning(root: &Path, variables: &Environment) -> Cleaning {
    let place = CommitPlace { folder: root.to_owned(), git_dir: variables.git_dir(), typed: variables.git_config_parameters() };
    let settings = CommitSettings::read(&place);
    // Git tells its hooks so that no editor is used.
    let is_edited = variables.git_editor().is_none_or(|editor| editor != ":");
    let cleanup = match settings.cleanup.as_deref() {
        Some("verbatim") => Cleanup::Verbatim,
        Some("strip") => Cleanup::Strip,
        Some("scissors") if is_edited => Cleanup::Scissors,
        Some("whitespace" | "scissors") => Cleanup::Whitespace,
        _ if is_edited => Cleanup::Strip,
        _ => Cleanup::Whitespace,
    };
    let comment = match settings.comment {
        Some(word) if word == "auto" => Comment::Auto,
        Some(prefix) if !prefix.is_empty() => Comment::Prefix(prefix),
        _ => Comment::Prefix("#".to_owned()),
    };
    Cleaning { cleanup, comment }
}

enum Unread {
    Missing,
    TooLong,
    Why(String),
}

/// A file's content; only what is a file is read, and no more than is sensible.
fn contents(file: &Path) -> Result<Vec<u8>, Unread> {
    let why = |error: std::io::Error| if error.kind() == std::io::ErrorKind::NotFound { Unread::Missing } else { Unread::Why(error.to_string()) };
    let about = fs::metadata(file).map_err(why)?;
    if !about.is_file() {
        return Err(Unread::Why("it is no file".to_owned()));
    }
    let mut bytes = Vec::new();
    fs::File::open(file).and_then(|open| open.take(MOST + 1).read_to_end(&mut bytes)).map_err(why)?;
    if bytes.len() as u64 > MOST { Err(Unread::TooLong) } else { Ok(bytes) }
}

fn read(file: &Path) -> Result<Vec<u8>, Unseen> {
    let name = shown(&file.display().to_string());
    contents(file).map_err(|unread| match unread {
        Unread::Missing => Unseen::Unreadable { file: name, why: "it is not there".to_owned() },
        Unread::Why(why) => Unseen::Unreadable { file: name, why },
        Unread::TooLong => Unseen::TooLong { file: name },
    })
}

/// Writes the message beside its file first, so that a full disk loses nothing.
fn write(file: &Path, typed: &str) -> Result<(), Unseen> {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(".shipgate");
    let beside = file.with_file_name(name);
    let written = fs::File::create(&beside).and_then(|mut open| open.write_all(typed.as_bytes()).and_then(|()| open.sync_all()));
    written.and_then(|()| fs::rename(&beside, file)).map_err(|error| {
        let _ = fs::remove_file(&beside);
        Unseen::Unwritten { file: shown(&file.display().to_string()), why: error.to_string() }
    })
}
