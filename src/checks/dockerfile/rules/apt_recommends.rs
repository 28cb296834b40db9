//! `apt-recommends`.

use super::super::{Dockerfile, Rule};
use super::{is_install, stretch};
use crate::checks::{Check, Example, Finding, Level, RuleSpec};

pub(in super::super) const RULE: Rule = Rule { spec: &SPEC, look };

static SPEC: RuleSpec = RuleSpec {
    check: Check::Dockerfile,
    id: "apt-recommends",
    level: Level::Warn,
    about: "`apt-get install` brings what packages recommend, too: a larger image, and more that can have a hole. Only the image that runs is looked at.",
    good: Example {
        path: "Dockerfile",
        text: "FROM debian:12\nRUN apt-get update && apt-get install -y --no-install-recommends git && rm -rf /var/lib/apt/lists/*\nUSER 1000\n",
    },
    bad: Example { path: "Dockerfile", text: "FROM debian:12\nRUN apt-get update && apt-get install -y git && rm -rf /var/lib/apt/lists/*\nUSER 1000\n" },
};

fn look(file: &Dockerfile<'_>) -> Vec<Finding> {
    if file.text.contains("Install-Recommends") || !file.is_deployable() {
        return Vec::new();
    }
    let mut out: Vec<Finding> = Vec::new();
    for script in file.last_scripts() {
        for command in script.commands.iter().filter(|command| is_install(command, &["apt-get", "apt"])) {
            let without = command.arguments().iter().any(|argument| argument.starts_with("--no-install-recommends") || argument.starts_with('$'));
            let words = command.program_and_arguments();
            if !without {
                let finding = SPEC.finding("`apt-get install` brings what packages recommend").at(stretch(script, &words[..words.len().min(2)]));
                out.push(finding.help("add `--no-install-recommends`"));
            }
        }
    }
    out
}
