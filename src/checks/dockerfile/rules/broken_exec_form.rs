//! `broken-exec-form`.

use super::super::parse::{Instruction, Keyword};
use super::super::{Dockerfile, Rule};
use crate::checks::{Check, Example, Finding, Level, RuleSpec};

pub(in super::super) const RULE: Rule = Rule { spec: &SPEC, look };

static SPEC: RuleSpec = RuleSpec {
    check: Check::Dockerfile,
    id: "broken-exec-form",
    level: Level::Stop,
    about: "A list that is no JSON, often for its single quotes or a comma: it is not taken as the exec form, a shell gets the brackets and quotes as they are.",
    good: Example { path: "Dockerfile", text: "FROM debian:12\nUSER 1000\nCMD [\"/app\", \"--port=80\"]\n" },
    bad: Example { path: "Dockerfile", text: "FROM debian:12\nUSER 1000\nCMD ['/app', '--port=80']\n" },
};

/// True where brackets and quotes are meant as a list and are none.
pub(super) fn is_broken(instruction: &Instruction) -> bool {
    let body = instruction.body().trim();
    // `[ -f x ] && y` is a test of the shell.
    let begins = body.strip_prefix('[').is_some_and(|rest| !rest.starts_with([' ', '[']) || rest.trim_start().starts_with(['"', '\'']));
    matches!(instruction.keyword, Keyword::Cmd | Keyword::Entrypoint | Keyword::Shell) && instruction.exec.is_none() && begins
}

fn look(file: &Dockerfile<'_>) -> Vec<Finding> {
    let broken = file.instructions.iter().filter(|instruction| is_broken(instruction));
    broken
        .map(|instruction| {
            let what = format!("the list of `{}` is no JSON: a shell gets it as it is", instruction.word().to_ascii_uppercase());
            SPEC.finding(what).at(instruction.span()).help("write each word in double quotes, with commas between them")
        })
        .take(10)
        .collect()
}
