//! `shipgate check --list`: the registry of checks and rules.

use std::fmt::Write as _;

use serde_json::json;

use super::super::args::{CheckFiles, FindingsFormat};
use super::super::say::Voice;
use crate::checks::{CHECKS, Level, RuleSpec, rules};
use crate::exit::Exit;

/// Lists every check and rule.
pub(super) fn list(options: &CheckFiles, voice: Voice) -> Exit {
    if super::format(options) == FindingsFormat::Json {
        let rule = |rule: &&RuleSpec| json!({ "id": rule.id, "level": rule.level, "about": rule.about });
        let checks = CHECKS.iter().map(|spec| {
            let rules: Vec<_> = rules().iter().filter(|rule| rule.check == spec.check).map(rule).collect();
            json!({ "id": spec.id, "about": spec.about, "rules": rules })
        });
        voice.answer_json(&json!({ "schema_version": 1, "checks": checks.collect::<Vec<_>>() }));
        return Exit::Done;
    }
    let mut text = String::new();
    for spec in CHECKS {
        let _ = writeln!(text, "{}\n  {}", voice.paint.bold(spec.id), spec.about);
        for rule in rules().iter().filter(|rule| rule.check == spec.check) {
            let level = match rule.level {
                Level::Stop => "stops",
                Level::Warn => "warns",
            };
            let _ = writeln!(text, "    {:<28} {level}  {}", rule.id, rule.about);
        }
    }
    voice.answer(&text);
    Exit::Done
}
