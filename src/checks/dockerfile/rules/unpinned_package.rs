//! `unpinned-package`.

use super::super::{Dockerfile, Rule};
use super::Command;
use crate::checks::shell::Word;
use crate::checks::{Check, Example, Finding, Level, RuleSpec};
use crate::domain::shown;

pub(in super::super) const RULE: Rule = Rule { spec: &SPEC, look };

static SPEC: RuleSpec = RuleSpec {
    check: Check::Dockerfile,
    id: "unpinned-package",
    level: Level::Warn,
    about: "`pip install` or `npm install -g` of a package without its version: every build may bring another one. A requirements or lock file says it for all.",
    good: Example { path: "Dockerfile", text: "FROM python:3.12\nRUN pip install -r requirements.txt && pip install gunicorn==23.0.0\nUSER 1000\n" },
    bad: Example { path: "Dockerfile", text: "FROM python:3.12\nRUN pip install gunicorn\nUSER 1000\n" },
};

fn look(file: &Dockerfile<'_>) -> Vec<Finding> {
    let mut out = Vec::new();
    for script in &file.scripts {
        for command in &script.commands {
            let loose = match command.program().as_str() {
                "pip" | "pip3" => pip(command),
                "npm" => npm(command),
                _ => Vec::new(),
            };
            let (Some(first), Some(last)) = (loose.first(), loose.last()) else { continue };
            let names: Vec<String> = loose.iter().take(8).map(|word| format!("`{}`", shown(&word.plain()))).collect();
            let what = format!("installed without a version: {}{}", names.join(", "), if loose.len() > 8 { " …" } else { "" });
            let help = if command.program() == "npm" { "write `NAME@VERSION`" } else { "write `NAME==VERSION`, or take a requirements file" };
            out.push(SPEC.finding(what).at(script.span(first.start, last.end())).help(help));
        }
    }
    out
}

/// Words that are packages: behind the subcommand, no option and no option's value.
fn packages<'c>(command: &'c Command<'_>, verbs: &[&str], with_value: &[&str]) -> Vec<&'c Word<'c>> {
    let words = command.program_and_arguments();
    let Some(verb) = words.iter().position(|word| verbs.contains(&word.raw)) else { return Vec::new() };
    let mut out = Vec::new();
    let mut rest = words[verb + 1..].iter();
    while let Some(word) = rest.next() {
        let plain = word.plain();
        if with_value.contains(&plain.as_ref()) {
            rest.next();
        } else if plain.starts_with('>') || plain.starts_with('<') || plain.starts_with("2>") {
            break;
        } else if !plain.starts_with('-') {
            out.push(word);
        }
    }
    out
}

fn pip<'c>(command: &'c Command<'_>) -> Vec<&'c Word<'c>> {
    let values = [
        "-r",
        "--requirement",
        "-c",
        "--constraint",
        "-e",
        "--editable",
        "-i",
        "--index-url",
        "--extra-index-url",
        "-f",
        "--find-links",
        "-t",
        "--target",
        "--prefix",
        "--root",
        "--src",
        "--platform",
        "--python-version",
        "--trusted-host",
        "--timeout",
        "--default-timeout",
        "--retries",
        "--cache-dir",
        "--only-binary",
        "--no-binary",
        "--proxy",
        "--log",
        "--progress-bar",
        "--global-option",
        "--config-settings",
        "--build-option",
    ];
    let arguments = command.arguments();
    if arguments
        .iter()
        .any(|argument| matches!(argument.as_ref(), "-c" | "--constraint" | "--require-hashes" | "--no-index") || argument.starts_with("--constraint="))
    {
        return Vec::new();
    }
    // What installs the others is renewed on purpose.
    let tools = ["pip", "setuptools", "wheel", "pipenv", "poetry", "uv"];
    let loose = |word: &&Word<'_>| {
        let plain = word.plain();
        let name = plain.split('[').next().unwrap_or_default();
        let is_name =
            plain.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric()) && !plain.contains(['=', '<', '>', '~', '@', '/', '$', '*', '{', ';']);
        let is_file = [".whl", ".gz", ".zip", ".txt", ".bz2"].iter().any(|ending| plain.ends_with(ending));
        is_name && !is_file && !tools.contains(&name)
    };
    packages(command, &["install"], &values).into_iter().filter(loose).collect()
}

fn npm<'c>(command: &'c Command<'_>) -> Vec<&'c Word<'c>> {
    let arguments = command.arguments();
    if !arguments.iter().any(|argument| matches!(argument.as_ref(), "-g" | "--global" | "--location=global")) {
        return Vec::new();
    }
    let loose = |word: &&Word<'_>| {
        let plain = word.plain();
        let versioned = plain.get(1..).and_then(|rest| rest.split_once('@')).map(|(_, version)| version);
        let is_name = plain.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'@')
            && !plain.contains(['$', ':', '*', '{'])
            && !plain.ends_with(".tgz");
        let is_path = plain.contains('/') && !plain.starts_with('@');
        is_name && !is_path && matches!(versioned, None | Some("latest" | "next" | ""))
    };
    packages(command, &["install", "i", "add"], &["--registry", "--prefix", "--cache", "--loglevel", "--fetch-timeout", "--unsafe-perm"])
        .into_iter()
        .filter(loose)
        .collect()
}
