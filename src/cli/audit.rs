//! `shipgate audit verify`.

use super::args::Audit;
use super::say::Voice;
use crate::audit::{Expectation, Published, verify_file};
use crate::exit::Exit;

/// Looks after the audit log.
pub(super) fn audit(command: &Audit, voice: Voice) -> Exit {
    let Audit::Verify { file, head, json } = command;
    let published = match head.as_deref().map(str::parse::<Published>).transpose() {
        Ok(published) => published,
        Err(error) => {
            voice.error(&error, Some("the head is printed by the action as output `audit-head`"));
            return Exit::Usage;
        }
    };
    let expectation = Expectation { published, ..Expectation::default() };
    match verify_file(file, &expectation) {
        Ok(report) => {
            let text = if *json { format!("{}\n", report.to_json()) } else { report.to_terminal() };
            voice.answer(&text);
            if report.is_verified() { Exit::Done } else { Exit::NoGo }
        }
        Err(error) => {
            voice.error(&error, None);
            Exit::Files
        }
    }
}
