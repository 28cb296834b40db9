//! `unknown-instruction`.

use super::super::parse::{KEYWORDS, Keyword};
use super::super::{Dockerfile, Rule};
use crate::checks::{Check, Example, Finding, Level, RuleSpec};
use crate::domain::shown;

pub(in super::super) const RULE: Rule = Rule { spec: &SPEC, look };

static SPEC: RuleSpec = RuleSpec {
    check: Check::Dockerfile,
    id: "unknown-instruction",
    level: Level::Stop,
    about: "A line that begins with no instruction: the build fails there, often because a backslash is missing at the end of the line before.",
    good: Example { path: "Dockerfile", text: "FROM debian:12\nRUN echo one && \\\n    echo two\nUSER 1000\n" },
    bad: Example { path: "Dockerfile", text: "FROM debian:12\nRUNN echo one\nUSER 1000\n" },
};

fn look(file: &Dockerfile<'_>) -> Vec<Finding> {
    // Without any stage it is no Dockerfile at all, or only a part of one.
    if file.stages.is_empty() {
        return Vec::new();
    }
    // A word with an underscore is somebody's placeholder: something else puts lines in there.
    let unknown = file.instructions.iter().filter(|instruction| instruction.keyword == Keyword::Unknown && !instruction.word().contains('_'));
    unknown
        .map(|instruction| {
            let word: String = instruction.word().chars().take(40).collect();
            let finding = SPEC.finding(format!("`{}` is no instruction", shown(&word))).at(instruction.word_span());
            match crate::domain::nearest(&word.to_ascii_uppercase(), KEYWORDS.iter().copied()).first() {
                Some(known) => finding.help(format!("did you mean `{known}`?")),
                None => finding.help("end the line before with a backslash where it should go on"),
            }
        })
        .take(10)
        .collect()
}
