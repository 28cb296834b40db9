//! Dockerfiles and Containerfiles (row X1): read by a parser of their own, looked at rule by rule. What a variable holds that is only given when the image is
//! built is not known here, and is no finding.

mod lines;
mod parse;
mod rules;
mod stages;

use super::foreign::is_foreign;
use super::{Check, FileCheck, Finding, RuleSpec, Source};
use crate::domain::RepoPath;
use stages::{Dockerfile, Parsed};

/// The check `dockerfile`.
#[derive(Clone, Copy, Debug, Default)]
pub struct DockerfileCheck;

/// A rule: what the registry says of it, and what looks.
struct Rule {
    spec: &'static RuleSpec,
    look: fn(&Dockerfile<'_>) -> Vec<Finding>,
}

/// What the registry lists.
pub(super) fn specs() -> impl Iterator<Item = &'static RuleSpec> {
    rules::RULES.iter().map(|rule| rule.spec)
}

/// Endings of files that are called like a Dockerfile and are none: templates, and what is written about one.
const OTHERS: &[&str] = &[
    "j2",
    "jinja",
    "jinja2",
    "tmpl",
    "tpl",
    "template",
    "templ",
    "erb",
    "m4",
    "mustache",
    "hbs",
    "in",
    "md",
    "txt",
    "rst",
    "adoc",
    "dockerignore",
    "sh",
    "bash",
    "ps1",
    "py",
    "rb",
    "go",
    "rs",
    "ts",
    "js",
    "mjs",
    "lua",
    "json",
    "yml",
    "yaml",
    "toml",
    "html",
    "lock",
    "bak",
    "orig",
    "rej",
    "swp",
    "patch",
    "diff",
    "gz",
    "zip",
    "snap",
    "golden",
    "svg",
    "png",
];

impl FileCheck for DockerfileCheck {
    fn check(&self) -> Check {
        Check::Dockerfile
    }

    fn concerns(&self, path: &RepoPath) -> bool {
        let name = String::from_utf8_lossy(path.name()).to_ascii_lowercase();
        let (first, last) = (name.split('.').next().unwrap_or_default(), name.rsplit('.').next().unwrap_or_default());
        let called = |word: &str| matches!(word, "dockerfile" | "containerfile");
        // `Dockerfile`, `Dockerfile.web`, `Dockerfile-web`, `web.Dockerfile`.
        let begins = called(first) || called(first.split(['-', '_']).next().unwrap_or_default());
        ((begins && (first.len() == name.len() || !OTHERS.contains(&last))) || called(last)) && !is_foreign(path)
    }

    fn findings(&self, source: &Source<'_>) -> Vec<Finding> {
        let Some(text) = source.text.filter(|text| !is_template(text)) else { return Vec::new() };
        let parsed = Parsed::read(text, source.path);
        let file = Dockerfile::of(&parsed);
        let mut found: Vec<Finding> = rules::RULES.iter().flat_map(|rule| (rule.look)(&file)).collect();
        found.sort_by_key(|finding| finding.span.map_or(0, |span| span.start));
        found
    }
}

/// True where another program makes a Dockerfile of it: a template's own lines or blocks stand in it.
fn is_template(text: &str) -> bool {
    let begins = |line: &str| ["{{", "{%", "<%", "@(", "%{", "#{", "[[", "m4_"].iter().any(|sign| line.starts_with(sign));
    text.lines().any(|line| begins(line.trim_start()))
        || text
            .lines()
            .filter(|line| line.trim_start().get(..4).is_some_and(|word| word.eq_ignore_ascii_case("FROM")))
            .any(|line| line.contains("{{") || line.contains("<%"))
}

#[cfg(test)]
mod tests;
