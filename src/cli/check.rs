//! `shipgate check`: what is looked at is decided in `examine`; here it is asked for and shown.

use std::fmt::Write as _;

use super::args::CheckFiles;
use super::say::Voice;
use crate::checks::{CHECKS, rules};
use crate::env::Environment;
use crate::exit::Exit;

/// Looks, and says what was found.
pub(super) fn check(options: &CheckFiles, _variables: &Environment, voice: Voice) -> Exit {
    if options.list {
        return list(voice);
    }
    Exit::Bug
}

fn list(voice: Voice) -> Exit {
    let mut text = String::new();
    for spec in CHECKS {
        let _ = writeln!(text, "{}\n  {}", spec.id, spec.about);
        for rule in rules().iter().filter(|rule| rule.check == spec.check) {
            let _ = writeln!(text, "    {:<28} {}", rule.id, rule.about);
        }
    }
    voice.answer(&text);
    Exit::Done
}
