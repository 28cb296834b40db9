//! `shipgate check --list`: the registry of checks and rules.

use std::fmt::Write as _;

use serde_json::json;

use super::super::args::{CheckFiles, FindingsFormat};
use super::super::say::Voice;
use crate::checks::secrets::{Tier, listed};
use crate::checks::{CHECKS, Check, Level, RuleSpec, rules};
use crate::exit::Exit;

/// Lists every check and rule.
pub(super) fn list(options: &CheckFiles, voice: Voice) -> Exit {
    if super::format(options) == FindingsFormat::Json {
        let rule = |rule: &&RuleSpec| json!({ "id": rule.id, "level": rule.level, "about": rule.about });
        let checks = CHECKS.iter().map(|spec| {
            let mut rules: Vec<_> = rules().iter().filter(|rule| rule.check == spec.check).map(rule).collect();
            if spec.check == Check::Secrets {
                rules.extend(listed().iter().map(|rule| json!({ "id": rule.id, "level": level(rule.tier), "about": rule.about })));
            }
            json!({ "id": spec.id, "about": spec.about, "rules": rules })
        });
        voice.answer_json(&json!({ "schema_version": 1, "checks": checks.collect::<Vec<_>>() }));
        return Exit::Done;
    }
    let mut text = String::new();
    for spec in CHECKS {
        let _ = writeln!(text, "{}\n  {}", voice.paint.bold(spec.id), spec.about);
        for rule in rules().iter().filter(|rule| rule.check == spec.check) {
            line(&mut text, rule.id, rule.level, rule.about);
        }
        if spec.check == Check::Secrets {
            for rule in listed() {
                line(&mut text, rule.id, level(rule.tier), rule.about);
            }
        }
    }
    voice.answer(&text);
    Exit::Done
}

fn line(text: &mut String, id: &str, level: Level, about: &str) {
    let level = match level {
        Level::Stop => "stops",
        Level::Warn => "warns",
    };
    let _ = writeln!(text, "    {id:<34} {level}  {about}");
}

/// What a secret of this tier does where the policy says nothing else.
fn level(tier: Tier) -> Level {
    match tier {
        Tier::Certain => Level::Stop,
        Tier::Likely => Level::Warn,
    }
}
