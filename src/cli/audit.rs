//! `shipgate audit verify`.

use super::args::Audit;
use super::say::Voice;
use crate::audit::{AuditError, Expectation, Published, verify_file};
use crate::exit::Exit;

/// The log could not be read.
#[derive(Debug, thiserror::Error)]
#[error("SG-FILE: {0}")]
struct NoLog(#[source] AuditError);

/// No head was understood.
#[derive(Debug, thiserror::Error)]
#[error("SG-USAGE: {0}")]
struct NoHead(String);

/// Looks after the audit log.
pub(super) fn audit(command: &Audit, voice: Voice) -> Exit {
    let Audit::Verify { file, head, json } = command;
    let published = match head.as_deref().map(str::parse::<Published>).transpose() {
        Ok(published) => published,
        Err(error) => {
            voice.error(&NoHead(error.to_string()), Some("the head is the action's output `audit-head`"));
            return Exit::Usage;
        }
    };
    let expectation = Expectation { published, ..Expectation::default() };
    match verify_file(file, &expectation) {
        Ok(report) => {
            if *json {
                voice.answer_json(&report);
            } else {
                voice.answer(&report.to_terminal());
            }
            if report.is_verified() { Exit::Done } else { Exit::NoGo }
        }
        Err(error) => {
            voice.error(&NoLog(error), Some("in a workflow the action's output `audit-file` says where the log is"));
            Exit::Files
        }
    }
}
