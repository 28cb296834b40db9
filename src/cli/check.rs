//! `shipgate check`: what is looked at is decided in `examine`; here it is asked for and shown.

mod listing;
mod mend;
mod select;

use super::args::{CheckFiles, FindingsFormat};
use super::say::Voice;
use crate::checks::Skips;
use crate::env::Environment;
use crate::examine::{Examination, ExamineError, RulesError, Wanted, examine_files};
use crate::exit::Exit;
use crate::report::findings::{self, Examined};
use crate::report::terminal::Paint;
use crate::runner::Runner;
use select::{Place, Refused};

/// Looks, and says what was found.
pub(super) fn check(options: &CheckFiles, variables: &Environment, voice: Voice) -> Exit {
    if options.list {
        return listing::list(options, voice);
    }
    let wanted = match wanted(options, variables) {
        Ok(wanted) => wanted,
        Err(error) => return usage(error.as_ref(), voice),
    };
    match looked(options, variables, &wanted) {
        Err(refused) => refused.say(voice),
        Ok(examined) => {
            show(&examined, format(options), voice);
            if format(options) == FindingsFormat::Github {
                // Annotations are few; the summary has all.
                let runner = Runner { summary: variables.step_summary_path(), ..Runner::default() };
                runner.summary(&findings::page(&examined));
            }
            examined.exit()
        }
    }
}

fn wanted(options: &CheckFiles, variables: &Environment) -> Result<Wanted, Box<dyn std::error::Error>> {
    let skips = Skips::parse(&variables.skipped_checks().unwrap_or_default())?;
    Ok(Wanted::new(&options.only, skips)?)
}

fn looked(options: &CheckFiles, variables: &Environment, wanted: &Wanted) -> Result<Examined, Refused> {
    let mut chosen = select::chosen(options, variables)?;
    let in_force = &chosen.in_force;
    let mut examined = match &chosen.place {
        Place::Repository(repository, selection) => Examination { repository, in_force, wanted }.of(selection)?,
        Place::Folder(disk, files) => examine_files(disk, files.clone(), &in_force.rules, wanted).map_err(ExamineError::from)?,
    };
    if examined.looked.is_nothing() && examined.unread.is_empty() {
        chosen.notices = vec![format!("nothing to look at: {}", chosen.nothing)];
    }
    if options.fix {
        mend::mend(&chosen, wanted, &mut examined)?;
    }
    examined.notices.splice(0..0, chosen.notices);
    Ok(examined)
}

/// How findings are to be shown.
fn format(options: &CheckFiles) -> FindingsFormat {
    if options.json { FindingsFormat::Json } else { options.format }
}

/// Shows what was found.
pub(super) fn show(examined: &Examined, format: FindingsFormat, voice: Voice) {
    match format {
        FindingsFormat::Text => voice.in_the_open(&findings::text(examined, voice.paint)),
        FindingsFormat::Json => voice.answer_json(&findings::json(examined)),
        FindingsFormat::Sarif => voice.answer_json(&findings::sarif(examined)),
        FindingsFormat::Github => voice.in_the_open(&findings::github(examined)),
    }
}

/// Why no rules are in force, as people read it.
pub(super) fn no_rules(error: &RulesError, voice: Voice) -> Exit {
    match error {
        RulesError::Faults { faults, .. } => {
            let paint = match voice.error_paint {
                Paint::Colour => crate::policy::Paint::Coloured,
                Paint::Plain => crate::policy::Paint::Plain,
            };
            voice.aside(&faults.render(paint));
            voice.error(error, Some("`shipgate policy check` shows the same; nothing was looked at"));
            Exit::InvalidPolicy
        }
        RulesError::Unreadable { .. } | RulesError::History(_) => {
            voice.error(error, None);
            Exit::Files
        }
    }
}

/// Why nothing was looked at, as people read it.
pub(super) fn not_examined(error: &ExamineError, voice: Voice) -> Exit {
    voice.error(error, None);
    match error {
        ExamineError::History(_) => Exit::Files,
        ExamineError::Check(_) => Exit::InvalidPolicy,
    }
}

fn usage(error: &dyn std::error::Error, voice: Voice) -> Exit {
    voice.error(error, Some("`shipgate check --list` names every check"));
    Exit::Usage
}
