//! `sudo`.

use super::super::{Dockerfile, Rule};
use crate::checks::{Check, Example, Finding, Level, RuleSpec};

pub(in super::super) const RULE: Rule = Rule { spec: &SPEC, look };

static SPEC: RuleSpec = RuleSpec {
    check: Check::Dockerfile,
    id: "sudo",
    level: Level::Warn,
    about: "A build needs no `sudo`: instructions run as root until `USER` says otherwise, and a `sudo` in the image is a way back to root.",
    good: Example { path: "Dockerfile", text: "FROM debian:12\nUSER root\nRUN chown 1000 /srv\nUSER 1000\n" },
    bad: Example { path: "Dockerfile", text: "FROM debian:12\nUSER 1000\nRUN sudo chown 1000 /srv\n" },
};

fn look(file: &Dockerfile<'_>) -> Vec<Finding> {
    let mut out: Vec<Finding> = Vec::new();
    for script in &file.scripts {
        let all = &script.commands;
        // One of an instruction is enough.
        if let Some(word) = all.iter().filter(|command| command.stands_behind("sudo")).flat_map(|command| &command.words).find(|word| word.raw == "sudo") {
            let finding = SPEC.finding("`sudo` in a build").at(script.span(word.start, word.end()));
            out.push(finding.help("write `USER root` before, and `USER` with the image's own user behind it"));
        }
    }
    out
}
