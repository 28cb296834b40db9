//! `apt-lists`.

use super::super::{Dockerfile, Rule};
use super::{is_install, stretch};
use crate::checks::{Check, Example, Finding, Level, RuleSpec};

pub(in super::super) const RULE: Rule = Rule { spec: &SPEC, look };

static SPEC: RuleSpec = RuleSpec {
    check: Check::Dockerfile,
    id: "apt-lists",
    level: Level::Warn,
    about: "The lists of packages that `apt-get update` fetched stay in the image: tens of megabytes that nothing needs. Deleting them in a later instruction does not \
            make the image smaller. Only the image that runs is looked at.",
    good: Example {
        path: "Dockerfile",
        text: "FROM debian:12\nRUN apt-get update && apt-get install -y --no-install-recommends git && rm -rf /var/lib/apt/lists/*\nUSER 1000\n",
    },
    bad: Example { path: "Dockerfile", text: "FROM debian:12\nRUN apt-get update && apt-get install -y --no-install-recommends git\nUSER 1000\n" },
};

fn look(file: &Dockerfile<'_>) -> Vec<Finding> {
    if !file.is_deployable() {
        return Vec::new();
    }
    let mut out: Vec<Finding> = Vec::new();
    for script in file.last_scripts() {
        let mounted = script.instruction.flags.iter().any(|flag| flag.name == "mount" && flag.value.contains("/var/lib/apt"));
        let cleans = script.text.contains("/var/lib/apt/") || script.text.contains("dist-clean") || script.text.contains("distclean");
        if mounted || cleans {
            continue;
        }
        let all = &script.commands;
        let updates = all
            .iter()
            .find(|command| matches!(command.program().as_str(), "apt-get" | "apt") && command.arguments().iter().any(|argument| argument == "update"));
        if let Some(update) = updates.filter(|_| all.iter().any(|command| is_install(command, &["apt-get", "apt"]))) {
            let words = update.program_and_arguments();
            out.push(
                SPEC.finding("the lists of packages stay in the image")
                    .at(stretch(script, words))
                    .help("end the same `RUN` with `&& rm -rf /var/lib/apt/lists/*`"),
            );
        }
    }
    out
}
