//! Findings for programs: JSON with a `schema_version`. Documented in docs/checks.md.

use serde_json::{Value, json};

use super::{Examined, Found, Subject};
use crate::error::redact_value;

/// Everything that was found and looked at, its texts redacted.
pub fn json(examined: &Examined) -> Value {
    let unread = examined.unread.iter().map(|unread| json!({ "file": unread.path, "commit": unread.commit, "why": crate::report::escape::plain(&unread.why) }));
    redact_value(json!({
        "schema_version": 1,
        "stops": examined.stops(),
        "warnings": examined.warnings(),
        "findings": examined.found.iter().map(finding).collect::<Vec<_>>(),
        "not_looked_at": unread.collect::<Vec<_>>(),
        "looked": examined.looked,
        "skipped": examined.skipped,
        "notes": examined.notices,
    }))
}

fn finding(found: &Found) -> Value {
    let finding = &found.finding;
    let file = match &found.subject {
        Subject::File(path) => Some(path),
        Subject::Message | Subject::Reference => None,
    };
    let about = match found.subject {
        Subject::File(_) => "file",
        Subject::Message => "message",
        Subject::Reference => "ref",
    };
    let excerpt = found.excerpt.as_ref();
    json!({
        "check": finding.check,
        "rule": finding.rule,
        "level": finding.level,
        "message": finding.what,
        "label": finding.label,
        "help": finding.help,
        "about": about,
        "file": file,
        "start": excerpt.map(|excerpt| excerpt.start),
        "end": excerpt.map(|excerpt| excerpt.end),
        "line": excerpt.map(|excerpt| excerpt.line.as_str()),
        "within": finding.within,
        "commit": found.commit,
        "ref": found.reference,
        "fingerprint": finding.fingerprint,
        "mendable": finding.fix.is_some(),
    })
}
