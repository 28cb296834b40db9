//! `shell-command`.

use super::super::parse::Keyword;
use super::super::{Dockerfile, Rule};
use super::shell_entrypoint::{exec_form, stays_in_shell};
use crate::checks::{Check, Example, Finding, Level, RuleSpec};

pub(in super::super) const RULE: Rule = Rule { spec: &SPEC, look };

static SPEC: RuleSpec = RuleSpec {
    check: Check::Dockerfile,
    id: "shell-command",
    level: Level::Warn,
    about: "A `CMD` in the shell form: the shell is process 1 and does not hand on the signal that ends a container.",
    good: Example { path: "Dockerfile", text: "FROM debian:12\nUSER 1000\nCMD [\"/app\", \"serve\"]\n" },
    bad: Example { path: "Dockerfile", text: "FROM debian:12\nUSER 1000\nCMD /app serve\n" },
};

fn look(file: &Dockerfile<'_>) -> Vec<Finding> {
    let Some(last) = file.last_image().filter(|instruction| instruction.keyword == Keyword::Cmd).last() else { return Vec::new() };
    // A bare shell is for people who look around in it.
    let body = last.body().trim();
    if !stays_in_shell(last) || matches!(body, "bash" | "sh" | "/bin/bash" | "/bin/sh") {
        return Vec::new();
    }
    let help = match exec_form(body) {
        Some(exec) => format!("write `CMD {exec}`"),
        None => "write `CMD [\"program\", \"argument\"]`, or begin the command with `exec`".to_owned(),
    };
    vec![SPEC.finding("the `CMD` is left to a shell, which does not hand on signals").at(last.span()).key("cmd").help(help)]
}
