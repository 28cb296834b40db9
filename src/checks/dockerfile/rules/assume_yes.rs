//! `assume-yes`.

use super::super::{Dockerfile, Rule};
use super::{Command, is_install, stretch};
use crate::checks::shell::Joint;
use crate::checks::{Check, Example, Finding, Level, RuleSpec};

pub(in super::super) const RULE: Rule = Rule { spec: &SPEC, look };

static SPEC: RuleSpec = RuleSpec {
    check: Check::Dockerfile,
    id: "assume-yes",
    level: Level::Warn,
    about: "A package manager that asks before it installs: nobody is there to answer, and the build fails as soon as there is something to ask.",
    good: Example {
        path: "Dockerfile",
        text: "FROM debian:12\nRUN apt-get update && apt-get install -y --no-install-recommends git && rm -rf /var/lib/apt/lists/*\nUSER 1000\n",
    },
    bad: Example {
        path: "Dockerfile",
        text: "FROM debian:12\nRUN apt-get update && apt-get install --no-install-recommends git && rm -rf /var/lib/apt/lists/*\nUSER 1000\n",
    },
};

fn look(file: &Dockerfile<'_>) -> Vec<Finding> {
    if ["ssume-Yes", "ssume-yes \"", "assumeyes"].iter().any(|setting| file.text.contains(setting)) {
        return Vec::new();
    }
    let mut out = Vec::new();
    for script in &file.scripts {
        for command in script.commands.iter().filter(|command| is_install(command, &["apt-get", "apt", "yum", "dnf", "microdnf", "zypper"])) {
            if command.joint == Joint::Pipe || command.arguments().iter().any(|argument| answers(argument)) {
                continue;
            }
            let words = command.program_and_arguments();
            let begin = &words[..words.len().min(2)];
            let program = command.program();
            let help = format!("write `{program} install -y …`");
            out.push(SPEC.finding(format!("`{program}` asks before it installs")).at(stretch(script, begin)).help(help).key(key(command)));
        }
    }
    out
}

fn key(command: &Command<'_>) -> String {
    let text = command.arguments().join(" ");
    text.chars().take(200).collect()
}

/// True for an option that answers every question with yes, or for words that are put in later.
fn answers(argument: &str) -> bool {
    let short =
        argument.strip_prefix('-').is_some_and(|letters| !letters.starts_with('-') && (letters.contains('y') || letters.contains("qq") || letters == "n"));
    let long = matches!(
        argument,
        "--yes" | "--assume-yes" | "--assumeyes" | "--non-interactive" | "--force-yes" | "--quiet=2" | "-q=2" | "--download-only" | "--dry-run" | "--simulate"
    );
    short || long || argument.starts_with('$')
}
