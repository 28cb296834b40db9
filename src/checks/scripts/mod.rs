//! Scripts and exec hooks that are embedded in configuration (row V8): each needs an entry of the policy that approves it. Nothing is run, and what a script does is not
//! judged: that somebody read it is what the entry says.

mod cloud_init;
mod compose;
mod kubernetes;
mod node;
mod rules;
mod shell;
mod systemd;

use std::fmt::Write as _;

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::most::cut;
use super::schemas::known::is_compose;
use super::{Check, FileCheck, Finding, Level, Mode, Source};
use crate::documents::{Format, Read, read};
use crate::domain::{Pattern, RepoPath, Span};
use rules::UNCHECKED;

pub use rules::RULES;

/// How many findings of a file are told.
const MOST: usize = 500;

/// What a policy says of embedded scripts.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ScriptRules {
    /// Those that are approved.
    pub approved: Vec<ApprovedScript>,
}

/// A script that is approved.
#[derive(Clone, Debug, Serialize)]
pub struct ApprovedScript {
    /// The files it may stand in.
    pub files: Pattern,
    /// The beginning of the SHA-256 of its text: 12 to 64 hexadecimal digits; any text where absent.
    pub sha256: Option<String>,
    /// Why.
    pub why: String,
}

/// A script that was found.
#[derive(Debug, PartialEq, Eq)]
struct Script {
    rule: &'static str,
    /// Where it stands.
    span: Span,
    /// Where it stands in the document.
    within: String,
    /// What it is, for a sentence: the command of a hook.
    what: String,
    /// Its text: the words of a list are its lines.
    text: String,
}

/// What kind of file may hold scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Compose,
    Npm,
    Devcontainer,
    Systemd,
    /// YAML or JSON that may hold a manifest, or begin with `#cloud-config`.
    Structured,
    CloudInit,
}

/// The check `scripts`.
pub struct Scripts {
    rules: ScriptRules,
}

impl Scripts {
    /// The check, with what a policy approves.
    pub fn new(rules: &ScriptRules) -> Self {
        Self { rules: rules.clone() }
    }

    fn is_approved(&self, path: &str, sum: &str) -> bool {
        self.rules.approved.iter().any(|approved| {
            let fits = approved.sha256.as_ref().is_none_or(|begin| begin.len() >= 12 && sum.starts_with(begin.as_str()));
            fits && approved.files.matches(path)
        })
    }

    fn judge(&self, path: &RepoPath, script: &Script) -> Option<Finding> {
        let sum = sum(&script.text);
        if self.is_approved(&path.text(), &sum) {
            return None;
        }
        let files = literal(&path.text());
        let help =
            format!("read it; if it may run, add to `checks.scripts.approved` of the policy:\n- {{ files: {files}, sha256: \"{sum}\", why: what it is for }}");
        let finding = Finding::new(Check::Scripts, script.rule, Level::Stop, format!("{} is not approved", script.what)).at(script.span);
        let finding = finding.help(help).key(format!("{} {sum}", loose(&script.within)));
        Some(if script.within.is_empty() { finding } else { finding.within(&script.within) })
    }
}

impl FileCheck for Scripts {
    fn check(&self) -> Check {
        Check::Scripts
    }

    fn concerns(&self, path: &RepoPath) -> bool {
        kind(path).is_some()
    }

    fn findings(&self, source: &Source<'_>) -> Vec<Finding> {
        let Some(kind) = kind(source.path).filter(|_| !matches!(source.mode, Mode::Link | Mode::Submodule)) else { return Vec::new() };
        let Some(text) = source.text else {
            return (kind != Kind::Structured).then(|| unchecked("the file is binary, or too large")).into_iter().collect();
        };
        let (scripts, unread) = scripts(kind, source.path, text);
        let mut findings: Vec<Finding> = scripts.iter().filter_map(|script| self.judge(source.path, script)).collect();
        findings.extend(unread);
        let more = Finding::new(Check::Scripts, UNCHECKED, Level::Stop, format!("more scripts than these {MOST} are not approved"));
        cut(findings, MOST, text, more)
    }
}

fn kind(path: &RepoPath) -> Option<Kind> {
    let name = String::from_utf8_lossy(path.name()).into_owned();
    match (name.as_str(), path.extension().as_str()) {
        _ if is_compose(path) => Some(Kind::Compose),
        ("package.json", _) => Some(Kind::Npm),
        ("devcontainer.json" | ".devcontainer.json", _) => Some(Kind::Devcontainer),
        ("user-data" | "user_data" | "vendor-data", _) => Some(Kind::CloudInit),
        (_, "service" | "socket" | "mount" | "timer" | "path" | "swap") => Some(Kind::Systemd),
        (_, "conf") if path.folder().name().ends_with(b".service.d") => Some(Kind::Systemd),
        // What a workflow runs is its own business.
        (_, "yml" | "yaml") if path.as_bytes().starts_with(b".github/workflows/") || path.as_bytes().starts_with(b".github/actions/") => None,
        (_, "yml" | "yaml" | "json") => Some(Kind::Structured),
        _ => None,
    }
}

/// The scripts of a file, and what of it could not be looked at.
fn scripts(kind: Kind, path: &RepoPath, text: &str) -> (Vec<Script>, Option<Finding>) {
    match kind {
        Kind::Systemd => (systemd::scripts(text), None),
        Kind::CloudInit => (cloud_init::scripts(text), None),
        Kind::Structured if cloud_init::is_one(text) => (cloud_init::scripts(text), None),
        Kind::Structured if !kubernetes::may_hold(text) => (Vec::new(), None),
        Kind::Structured | Kind::Compose | Kind::Npm | Kind::Devcontainer => {
            let Some(read) = read(path, text) else { return (Vec::new(), None) };
            let found = match kind {
                Kind::Compose => compose::scripts(&read.documents),
                Kind::Npm => node::npm(&read.documents),
                Kind::Devcontainer => node::devcontainer(&read.documents),
                _ => kubernetes::scripts(path, &read, text),
            };
            (found, unread(kind, &read))
        }
    }
}

/// Where a file could not be read to its end, what stands behind is not known. A manifest that cannot be read is a template, whose lines were looked at.
fn unread(kind: Kind, read: &Read) -> Option<Finding> {
    let odd = read.oddities.iter().find(|oddity| oddity.kind.ends())?;
    let too_much = odd.kind == crate::documents::OddityKind::TooMuch;
    (kind != Kind::Structured || too_much && read.format == Format::Yaml).then(|| unchecked(&odd.what).at(odd.span))
}

fn unchecked(why: &str) -> Finding {
    Finding::new(Check::Scripts, UNCHECKED, Level::Stop, format!("its scripts could not be looked at: {why}"))
}

fn sum(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// A glob that fits exactly this path, in quotes for YAML.
fn literal(path: &str) -> String {
    let mut out = String::from("\"");
    for character in path.chars() {
        match character {
            '*' | '?' | '[' | ']' | '{' | '}' => out.extend(['[', character, ']']),
            '"' | '\\' => out.extend(['\\', character]),
            _ => out.push(character),
        }
    }
    out.push('"');
    out
}

/// A path without the numbers of items.
fn loose(within: &str) -> String {
    within.split('[').map(|part| part.trim_start_matches(|character: char| character.is_ascii_digit())).collect::<Vec<_>>().join("[")
}

#[cfg(test)]
mod tests {
    use super::super::Alone;
    use super::*;

    fn found(rules: &ScriptRules, path: &str, text: &str) -> Vec<Finding> {
        let check = Scripts::new(rules);
        let path = RepoPath::new(path);
        assert!(check.concerns(&path), "{path}");
        check.findings(&Source { path: &path, mode: Mode::File, size: 0, text: Some(text), near: &Alone })
    }

    #[test]
    fn v8_every_rule_of_scripts_finds_nothing_in_its_good_example_and_something_in_its_bad_one() {
        for spec in RULES {
            assert_eq!(found(&ScriptRules::default(), spec.good.path, spec.good.text), [], "{}", spec.id);
            let bad = found(&ScriptRules::default(), spec.bad.path, spec.bad.text);
            assert!(!bad.is_empty() && bad.iter().all(|finding| finding.rule == spec.id && finding.level == spec.level), "{}: {bad:?}", spec.id);
        }
    }

    #[test]
    fn v8_an_approval_holds_for_its_files_and_its_text_only() {
        let approved = |files: &str, sha256: Option<&str>| ScriptRules {
            approved: vec![ApprovedScript { files: Pattern::new(files).expect("a glob"), sha256: sha256.map(str::to_owned), why: "read".to_owned() }],
        };
        let text = "{\"scripts\": {\"postinstall\": \"node a.js\"}}";
        let sum = sum("node a.js");
        for (rules, count) in [
            (approved("package.json", Some(&sum)), 0),
            (approved("**", Some(&sum[..12])), 0),
            (approved("*.json", None), 0),
            (approved("other/**", Some(&sum)), 1),
            (approved("package.json", Some("0123456789ab")), 1),
            (approved("package.json", Some("")), 1),
        ] {
            assert_eq!(found(&rules, "package.json", text).len(), count, "{rules:?}");
        }
    }

    #[test]
    fn v8_the_entry_that_a_finding_shows_approves_it_whatever_the_path_is_called() {
        for path in ["package.json", "a[b]/{c}*?/package.json", "we \"said\"/package.json"] {
            let text = "{\"scripts\": {\"postinstall\": \"node a.js\"}}";
            let help = found(&ScriptRules::default(), path, text)[0].help.clone().expect("a help");
            let entry = help.split_once("\n- ").expect("an entry").1;
            let (roots, odd) = crate::documents::yaml(entry);
            assert!(odd.is_empty(), "{entry}");
            let word = |key: &str| roots[0].get(key).and_then(crate::documents::Node::text).expect("a word");
            let rules = ScriptRules {
                approved: vec![ApprovedScript {
                    files: Pattern::new(word("files")).expect("a glob"),
                    sha256: Some(word("sha256").to_owned()),
                    why: word("why").to_owned(),
                }],
            };
            assert_eq!(found(&rules, path, text), [], "{entry}");
        }
    }

    #[test]
    fn v8_a_changed_script_is_another_finding_and_a_moved_one_the_same() {
        let key = |text: &str| found(&ScriptRules::default(), "package.json", text)[0].key.clone();
        let plain = key("{\"scripts\": {\"prepare\": \"a\"}}");
        assert_eq!(plain, key("{\"name\": \"x\",\n \"scripts\": {\"test\": \"b\", \"prepare\": \"a\"}}"));
        assert_ne!(plain, key("{\"scripts\": {\"prepare\": \"a && b\"}}"));
    }

    #[test]
    fn v8_a_file_that_cannot_be_looked_at_has_not_passed() {
        let path = RepoPath::new("package.json");
        let source = Source { path: &path, mode: Mode::File, size: 0, text: None, near: &Alone };
        assert_eq!(Scripts::new(&ScriptRules::default()).findings(&source)[0].rule, UNCHECKED);
        assert_eq!(found(&ScriptRules::default(), "package.json", "{\"scripts\":")[0].rule, UNCHECKED);
    }
}
