//! `shell-entrypoint`.

use super::super::parse::{Instruction, Keyword};
use super::super::{Dockerfile, Rule};
use crate::checks::{Check, Example, Finding, Level, RuleSpec};

pub(in super::super) const RULE: Rule = Rule { spec: &SPEC, look };

static SPEC: RuleSpec = RuleSpec {
    check: Check::Dockerfile,
    id: "shell-entrypoint",
    level: Level::Stop,
    about: "An `ENTRYPOINT` in the shell form: the shell is process 1, does not hand on the signal that ends a container, and drops the arguments. Every rollout then \
            waits until the program is killed.",
    good: Example { path: "Dockerfile", text: "FROM debian:12\nUSER 1000\nENTRYPOINT [\"/app\", \"serve\"]\n" },
    bad: Example { path: "Dockerfile", text: "FROM debian:12\nUSER 1000\nENTRYPOINT /app serve\n" },
};

/// True where a start is left to a shell that stays.
pub(super) fn stays_in_shell(instruction: &Instruction) -> bool {
    let body = instruction.body().trim();
    instruction.exec.is_none() && !body.is_empty() && !body.starts_with("exec ") && !super::broken_exec_form::is_broken(instruction)
}

/// The exec form of a simple command line.
pub(super) fn exec_form(body: &str) -> Option<String> {
    let simple = body.chars().all(|character| character.is_ascii_alphanumeric() || " /._-=:,@+".contains(character));
    let words: Vec<String> = body.split_whitespace().map(|word| format!("\"{word}\"")).collect();
    (simple && !words.is_empty() && words.len() < 20 && !words[0].contains('=')).then(|| format!("[{}]", words.join(", ")))
}

fn look(file: &Dockerfile<'_>) -> Vec<Finding> {
    let Some(last) = file.last_image().filter(|instruction| instruction.keyword == Keyword::Entrypoint).last() else { return Vec::new() };
    if !stays_in_shell(last) {
        return Vec::new();
    }
    let help = match exec_form(last.body().trim()) {
        Some(exec) => format!("write `ENTRYPOINT {exec}`"),
        None => "write `ENTRYPOINT [\"program\", \"argument\"]`, or begin the command with `exec`".to_owned(),
    };
    vec![SPEC.finding("the `ENTRYPOINT` is left to a shell, which hands on neither signals nor arguments").at(last.span()).key("entrypoint").help(help)]
}
