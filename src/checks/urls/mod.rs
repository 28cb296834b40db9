//! External hosts in configuration (row V8): every URL of a configuration file leads to a host of the policy's list, or stays within the machine or cluster. Nothing is
//! resolved or fetched.

mod find;
mod host;
mod rules;
mod texts;

use serde::Serialize;

use super::most::cut;
use super::schemas::known::is_compose;
use super::{Check, FileCheck, Finding, Level, Mode, Source};
use crate::documents::{Format, Node, Read, read};
use crate::domain::{Pattern, RepoPath, Span, shown};
use find::{Found, Target, urls};
use rules::{HOST, UNCHECKED};
use texts::{Piece, of_documents, of_lines};

pub use rules::RULES;

/// How many findings of a file are told.
const MOST: usize = 500;

/// What a policy says of external hosts.
#[derive(Clone, Debug, Default, Serialize)]
pub struct UrlRules {
    /// The hosts that configuration may refer to: `api.example.com`, or `*.example.com` for all below. Nothing is looked at where the policy has no such list.
    pub allow: Option<Vec<String>>,
    /// The files that are configuration, besides those that are known by themselves.
    pub files: Vec<Pattern>,
}

/// The check `urls`.
pub struct Urls {
    rules: UrlRules,
}

/// Why a file is looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Concern {
    /// It is configuration by its name or by the policy.
    Named,
    /// It is configuration where it holds a Kubernetes manifest.
    IfManifest,
    /// It is none.
    None,
}

impl Urls {
    /// The check, with a policy's list.
    pub fn new(rules: &UrlRules) -> Self {
        Self { rules: rules.clone() }
    }

    fn concern(&self, path: &RepoPath) -> Concern {
        if self.rules.allow.is_none() {
            return Concern::None;
        }
        let text = path.text();
        if is_configuration(path) || self.rules.files.iter().any(|pattern| pattern.matches(&text)) {
            return Concern::Named;
        }
        if matches!(Format::of(path), Some(Format::Yaml | Format::Json)) { Concern::IfManifest } else { Concern::None }
    }

    fn looked_at(&self, source: &Source<'_>, text: &str, allow: &[String]) -> Vec<Finding> {
        let concern = self.concern(source.path);
        // Parsing is not for what has no URL and is configuration only by what it holds.
        if concern == Concern::IfManifest && !(text.contains("://") && text.contains("apiVersion")) {
            return Vec::new();
        }
        let read = read(source.path, text);
        if concern == Concern::IfManifest && !read.as_ref().is_some_and(|read| is_manifest(read, text)) {
            return Vec::new();
        }
        let mut findings = Vec::new();
        let pieces = match &read {
            Some(read) if read.is_whole() => of_documents(&read.documents),
            Some(read) => {
                findings.extend(too_much(read));
                of_lines(text)
            }
            None => of_lines(text),
        };
        for piece in &pieces {
            if findings.len() > MOST {
                break;
            }
            let found = urls(&piece.text, piece.whole).into_iter().chain(schemeless(source.path, piece));
            findings.extend(found.filter_map(|found| judge(&found, piece, text, allow)).take(MOST + 1));
        }
        findings
    }
}

impl FileCheck for Urls {
    fn check(&self) -> Check {
        Check::Urls
    }

    fn concerns(&self, path: &RepoPath) -> bool {
        self.concern(path) != Concern::None
    }

    fn findings(&self, source: &Source<'_>) -> Vec<Finding> {
        let Some(allow) = &self.rules.allow else { return Vec::new() };
        if matches!(source.mode, Mode::Link | Mode::Submodule) {
            return Vec::new();
        }
        let Some(text) = source.text else {
            let named = self.concern(source.path) == Concern::Named;
            return named.then(|| unchecked("the file is binary, or too large")).into_iter().collect();
        };
        let findings = self.looked_at(source, text, allow);
        let more = Finding::new(Check::Urls, HOST, Level::Stop, format!("more hosts than these {MOST} are not on the list"));
        cut(findings, MOST, text, more)
    }
}

fn unchecked(why: &str) -> Finding {
    Finding::new(Check::Urls, UNCHECKED, Level::Stop, format!("its hosts could not be looked at: {why}"))
}

/// What was not read because it is too much; its lines are looked at nevertheless, but may hold what only a reader of the format sees.
fn too_much(read: &Read) -> Option<Finding> {
    let odd = read.oddities.iter().find(|oddity| oddity.kind == crate::documents::OddityKind::TooMuch)?;
    Some(unchecked(&odd.what).at(odd.span))
}

fn is_manifest(read: &Read, text: &str) -> bool {
    let has = |document: &Node| document.get("apiVersion").is_some() && document.get("kind").is_some();
    let line = |key: &str| text.lines().any(|line| line.starts_with(key));
    read.documents.iter().any(|document| has(document)) || !read.is_whole() && line("apiVersion:") && line("kind:")
}

/// What is configuration by its name: workflows, compose, Helm values and charts, kustomizations, folders `config`, properties, environment files.
fn is_configuration(path: &RepoPath) -> bool {
    let (folder, name, extension) = (path.folder().text().into_owned(), String::from_utf8_lossy(path.name()).to_ascii_lowercase(), path.extension());
    let yaml = matches!(extension.as_str(), "yml" | "yaml");
    let structured = Format::of(path).is_some() || matches!(extension.as_str(), "properties" | "ini" | "conf" | "cfg" | "env");
    let in_config = folder.split('/').any(|part| matches!(part, "config" | "conf"));
    let known = name == "chart.yaml" || name.starts_with("kustomization.") || name == "action.yml" || name == "action.yaml";
    let values = yaml && (name.starts_with("values") || name.trim_end_matches(".yaml").trim_end_matches(".yml").ends_with("values"));
    let plain = matches!(extension.as_str(), "properties" | "ini") || name == ".env" || name.starts_with(".env.") || extension == "env";
    is_compose(path) || known || values || plain || name == "kustomization" || folder.starts_with(".github/workflows") && yaml || in_config && structured
}

/// Kustomize takes `github.com/owner/repository//folder?ref=v1` for a URL.
fn schemeless(path: &RepoPath, piece: &Piece<'_>) -> Option<Found> {
    let is_resource = ["resources[", "components[", "bases["].iter().any(|key| piece.within.starts_with(key));
    if !path.name().starts_with(b"kustomization") && path.name() != b"Kustomization" || !is_resource || piece.text.contains("://") {
        return None;
    }
    let (host, _) = piece.text.split_once('/')?;
    let dotted = host.contains('.') && !host.starts_with('.') && !host.contains(['@', ':']);
    let target = Target::Host { host: host::Host::of(host), bucket: false };
    dotted.then_some(Found { start: 0, end: host.len(), target })
}

fn judge(found: &Found, piece: &Piece<'_>, text: &str, allow: &[String]) -> Option<Finding> {
    let (what, name, label) = match &found.target {
        Target::Host { host, bucket } => {
            if host.is_allowed(allow) || host.is_internal() && !bucket {
                return None;
            }
            let label = if host.disguised { format!("it leads to `{}`, whatever it looks like", shown(&host.name)) } else { "not allowed".to_owned() };
            (format!("`{}` is not on the list of allowed hosts", shown(&host.name)), host.name.clone(), label)
        }
        Target::Below(host) => {
            let below = host::Host { name: format!("x.{}", host.name), disguised: host.disguised };
            if below.is_allowed(allow) || below.is_internal() {
                return None;
            }
            (format!("`*.{}` is not on the list of allowed hosts", shown(&host.name)), format!("*.{}", host.name), "not allowed".to_owned())
        }
        Target::Open(begin) => {
            let what = format!("where `{}` leads to is known only when it is filled in", shown(begin));
            (what, begin.clone(), "the end of the host is open".to_owned())
        }
    };
    let finding =
        Finding::new(Check::Urls, HOST, Level::Stop, what).at(place(found, piece, text)).label(label).key(format!("{} {name}", key_path(&piece.within)));
    let finding = match found.target {
        Target::Open(_) => finding.help("let the whole host be filled in, or none of it"),
        _ if name.contains(['[', '_', '\\', '@', '%']) => finding.help("a host of this form cannot be on the list: use a name"),
        _ => finding.help(format!("if it is meant, add `{}` to `checks.urls.allow` of the policy", shown(&name))),
    };
    Some(if piece.within.is_empty() { finding } else { finding.within(&piece.within) })
}

/// Where a URL stands in the file: there, where the file writes it as it is; else the whole value.
fn place(found: &Found, piece: &Piece<'_>, text: &str) -> Span {
    let url = &piece.text[found.start..found.end];
    let written = &text[piece.span.start..piece.span.end];
    let same = written.get(found.start..found.end) == Some(url);
    match if same { Some(found.start) } else { written.find(url) } {
        Some(at) if !url.is_empty() => Span::new(piece.span.start + at, piece.span.start + at + url.len()),
        _ => Span::new(piece.span.start, piece.span.start + written.find('\n').unwrap_or(written.len())),
    }
}

/// A path without the numbers of items.
fn key_path(within: &str) -> String {
    within.split('[').map(|part| part.trim_start_matches(|character: char| character.is_ascii_digit())).collect::<Vec<_>>().join("[")
}

#[cfg(test)]
mod tests {
    use super::super::Alone;
    use super::*;

    fn found(path: &str, text: Option<&str>) -> Vec<Finding> {
        let check = Urls::new(&UrlRules { allow: Some(vec!["api.example.com".to_owned()]), files: Vec::new() });
        let path = RepoPath::new(path);
        assert!(check.concerns(&path), "{path}");
        check.findings(&Source { path: &path, mode: Mode::File, size: 0, text, near: &Alone })
    }

    #[test]
    fn v8_every_rule_of_urls_finds_nothing_in_its_good_example_and_something_in_its_bad_one() {
        for spec in RULES {
            assert_eq!(found(spec.good.path, Some(spec.good.text)), [], "{}", spec.id);
            let bad = found(spec.bad.path, Some(spec.bad.text));
            assert!(!bad.is_empty() && bad.iter().all(|finding| finding.rule == spec.id && finding.level == spec.level), "{}: {bad:?}", spec.id);
        }
    }

    #[test]
    fn v8_without_a_list_nothing_is_looked_at_and_with_an_empty_one_everything_stops() {
        let path = RepoPath::new(".env");
        assert!(!Urls::new(&UrlRules::default()).concerns(&path));
        let none = Urls::new(&UrlRules { allow: Some(Vec::new()), files: Vec::new() });
        let source = Source { path: &path, mode: Mode::File, size: 0, text: Some("A=https://api.example.com\n"), near: &Alone };
        assert_eq!(none.findings(&source).len(), 1);
    }

    #[test]
    fn v8_a_configuration_file_that_cannot_be_looked_at_has_not_passed() {
        assert_eq!(found("config/a.yml", None)[0].rule, UNCHECKED);
        assert!(found("other/a.yml", None).is_empty());
    }
}
