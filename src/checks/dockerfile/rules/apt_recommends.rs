//! `apt-recommends`.

use super::super::{Dockerfile, Rule};
use super::{commands, is_install, last_scripts};
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
    for (_, script) in last_scripts(file) {
        for command in commands(script.text).iter().filter(|command| is_install(command, &["apt-get", "apt"])) {
            let without = command.arguments().iter().any(|argument| argument.starts_with("--no-install-recommends") || argument.starts_with('$'));
            let words = command.program_and_arguments();
            if let Some(install) = words.get(1).filter(|_| !without) {
                let finding = SPEC.finding("`apt-get install` brings what packages recommend").at(script.span(words[0].start, install.end()));
                out.push(finding.help("add `--no-install-recommends`"));
            }
        }
    }
    out
}
