//! Findings as a runner's workflow commands, which annotate a diff, and as Markdown for the job's summary.
//!
//! GitHub shows ten errors and ten warnings of a step, and silently drops the rest: the most important ones come first, and it is said how many there are.

use std::fmt::Write as _;

use super::summary::{counted, summary};
use super::{Examined, Found, Subject};
use crate::checks::Level;
use crate::error::redact;
use crate::report::escape::{code, markdown, plain, sentence, workflow_message, workflow_property};

/// How many annotations of a level GitHub shows for one step.
const SHOWN: usize = 10;
/// How many findings the summary lists: it may hold a megabyte.
const LISTED: usize = 500;

/// The workflow commands, one a line, then the summary line, which is none.
pub fn github(examined: &Examined) -> String {
    let mut out = String::new();
    for unread in &examined.unread {
        let path = unread.path.as_ref().map(|path| format!("{path}: ")).unwrap_or_default();
        command(&mut out, "error title=shipgate", &format!("could not be looked at: {path}{}", unread.why));
    }
    for level in [Level::Stop, Level::Warn] {
        let of_level: Vec<&Found> = examined.found.iter().filter(|found| found.finding.level == level).collect();
        let room = if level == Level::Stop { SHOWN.saturating_sub(examined.unread.len()) } else { SHOWN };
        for found in of_level.iter().take(room) {
            command(&mut out, &head(found), &body(found));
        }
        if of_level.len() > room {
            let words = format!("{} more than GitHub shows as annotations: see the job's summary", counted(of_level.len() - room, "finding"));
            command(&mut out, "notice title=shipgate", &words);
        }
    }
    for notice in &examined.notices {
        command(&mut out, "notice title=shipgate", notice);
    }
    out.push_str(&crate::report::escape::log(&redact(&summary(examined))));
    out
}

fn command(out: &mut String, head: &str, message: &str) {
    let message: Vec<String> = message.lines().map(plain).collect();
    // The older form of a command counts wherever it stands in a line.
    let _ = writeln!(out, "::{head}::{}", workflow_message(&message.join("\n")).replace("##[", "## ["));
}

/// The command's name with its properties: where it is shown.
fn head(found: &Found) -> String {
    let name = match found.finding.level {
        Level::Stop => "error",
        Level::Warn => "warning",
    };
    let mut properties = Vec::new();
    if let Subject::File(path) = &found.subject {
        // GitHub finds no file whose name must be escaped; the message names it.
        properties.push(format!("file={}", workflow_property(&path.to_string())));
    }
    if let Some(excerpt) = &found.excerpt
        && matches!(found.subject, Subject::File(_))
    {
        properties.push(format!("line={},col={},endLine={},endColumn={}", excerpt.start.line, excerpt.start.column, excerpt.end.line, excerpt.end.column));
    }
    properties.push(format!("title={}", workflow_property(&plain(&found.finding.name()))));
    format!("{name} {}", properties.join(","))
}

fn body(found: &Found) -> String {
    let finding = &found.finding;
    let mut body = finding.what.clone();
    let place = found.excerpt.as_ref().map(|excerpt| format!(":{}:{}", excerpt.start.line, excerpt.start.column)).unwrap_or_default();
    let commit = found.commit.as_ref().map(|commit| format!(", commit {}", &commit.as_str()[..12])).unwrap_or_default();
    let _ = write!(body, "\n{}{place}{commit}", found.place());
    if let Some(help) = &finding.help {
        let _ = write!(body, "\n{help}");
    }
    if let Some(fingerprint) = &finding.fingerprint {
        let _ = write!(body, "\nfingerprint {fingerprint}");
    }
    body
}

/// The same as Markdown, for the job's summary: every finding up to five hundred.
pub fn page(examined: &Examined) -> String {
    let mut out = format!("### shipgate: checks\n\n{}\n", sentence(summary(examined).trim_end()));
    if !examined.found.is_empty() {
        out.push_str("\n| | where | what | rule |\n| --- | --- | --- | --- |\n");
    }
    for found in examined.found.iter().take(LISTED) {
        let mark = match found.finding.level {
            Level::Stop => "stops",
            Level::Warn => "warns",
        };
        let line = found.excerpt.as_ref().map(|excerpt| format!(":{}", excerpt.start.line)).unwrap_or_default();
        let commit = found.commit.as_ref().map(|commit| format!(" in {}", code(&commit.as_str()[..12]))).unwrap_or_default();
        let place = code(&format!("{}{line}", found.place()));
        let _ = writeln!(out, "| {mark} | {place}{commit} | {} | {} |", sentence(&found.finding.what), code(&found.finding.name()));
    }
    if examined.found.len() > LISTED {
        let _ = writeln!(out, "\nand {} more", examined.found.len() - LISTED);
    }
    for unread in &examined.unread {
        let path = unread.path.as_ref().map(|path| code(&path.to_string()) + ": ").unwrap_or_default();
        let _ = writeln!(out, "\n- could not be looked at: {path}{}", markdown(&unread.why));
    }
    for notice in &examined.notices {
        let _ = writeln!(out, "\n- {}", sentence(notice));
    }
    out
}
