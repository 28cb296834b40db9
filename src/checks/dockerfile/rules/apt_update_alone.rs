//! `apt-update-alone`.

use super::super::{Dockerfile, Rule};
use super::{Command, stretch};
use crate::checks::{Check, Example, Finding, Level, RuleSpec};

pub(in super::super) const RULE: Rule = Rule { spec: &SPEC, look };

static SPEC: RuleSpec = RuleSpec {
    check: Check::Dockerfile,
    id: "apt-update-alone",
    level: Level::Warn,
    about: "`apt-get update` in an instruction of its own is cached: when a later `apt-get install` changes, it installs by old lists, and fails or brings old packages.",
    good: Example {
        path: "Dockerfile",
        text: "FROM debian:12\nRUN apt-get update && apt-get install -y --no-install-recommends git && rm -rf /var/lib/apt/lists/*\nUSER 1000\n",
    },
    bad: Example { path: "Dockerfile", text: "FROM debian:12\nRUN apt-get update\nRUN apt-get install -y --no-install-recommends git\nUSER 1000\n" },
};

fn look(file: &Dockerfile<'_>) -> Vec<Finding> {
    let mut out: Vec<Finding> = Vec::new();
    for script in &file.scripts {
        let all = &script.commands;
        let only = script.instruction.heredocs.is_empty() && all.len() == 1;
        let updates =
            |command: &&Command<'_>| matches!(command.program().as_str(), "apt-get" | "apt") && command.arguments().iter().any(|argument| argument == "update");
        let Some(command) = all.first().filter(|_| only).filter(updates) else { continue };
        let words = command.program_and_arguments();
        out.push(
            SPEC.finding("`apt-get update` in an instruction of its own")
                .at(stretch(script, words))
                .help("write `RUN apt-get update && apt-get install …` in one"),
        );
    }
    out
}
