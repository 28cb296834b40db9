//! A diagnosis for people, and as JSON. All text is escaped here.

use std::fmt::Write as _;

use serde_json::json;

use super::finding::{Diagnosis, Finding};
use super::registry::{Area, Severity};
use crate::gates::Judgement;
use crate::report::escape::plain;
use crate::report::terminal::Paint;

/// How much to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// What was found.
    Findings,
    /// What is fine besides.
    Everything,
}

/// What warnings are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strictness {
    /// Warnings.
    Usual,
    /// Errors.
    Strict,
}

impl Strictness {
    /// How many errors there are.
    pub fn errors(self, diagnosis: &Diagnosis) -> usize {
        match self {
            Self::Usual => diagnosis.count(Severity::Error),
            Self::Strict => diagnosis.count(Severity::Error) + diagnosis.count(Severity::Warning),
        }
    }
}

/// For people: by area, in each the worst first, each with its mend.
pub fn text(diagnosis: &Diagnosis, detail: Detail, paint: Paint) -> String {
    let mut out = String::new();
    for area in areas(diagnosis, detail) {
        let _ = writeln!(out, "{}", paint.bold(area.title()));
        for finding in diagnosis.findings().iter().filter(|finding| finding.spec.area == area) {
            entry(finding, paint, &mut out);
        }
        if detail == Detail::Everything {
            for (_, what) in diagnosis.all_fine().iter().filter(|(of, _)| *of == area) {
                let _ = writeln!(out, "  {}", paint.dim(&format!("fine     {}", plain(what))));
            }
        }
        out.push('\n');
    }
    let _ = writeln!(out, "{}", counts(diagnosis));
    out
}

/// The areas that have something to say: those with errors first, then those with warnings.
fn areas(diagnosis: &Diagnosis, detail: Detail) -> Vec<Area> {
    let of_findings = diagnosis.findings().iter().map(|finding| (finding.spec.severity, finding.spec.area));
    let of_fine = diagnosis.all_fine().iter().filter(|_| detail == Detail::Everything).map(|(area, _)| (Severity::Note, *area));
    let mut all: Vec<(Severity, Area)> = of_findings.chain(of_fine).collect();
    all.sort_unstable();
    let mut areas = Vec::new();
    for (_, area) in all {
        if !areas.contains(&area) {
            areas.push(area);
        }
    }
    areas
}

fn entry(finding: &Finding, paint: Paint, out: &mut String) {
    let severity = finding.spec.severity;
    let word = format!("{:<8}", severity.as_str());
    let word = match severity {
        Severity::Error => paint.judged(Judgement::NoGo, &word),
        Severity::Warning => paint.judged(Judgement::Waiting, &word),
        Severity::Note => paint.dim(&word),
    };
    let place = finding.place.as_ref().map(|place| format!("{}: ", plain(&place.to_string()))).unwrap_or_default();
    let _ = writeln!(out, "  {word} {place}{} {}", plain(&finding.what), paint.dim(&format!("[{}]", finding.spec.code)));
    let _ = writeln!(out, "           → {}", plain(&finding.mend));
}

fn counts(diagnosis: &Diagnosis) -> String {
    let count = |severity: Severity| {
        let count = diagnosis.count(severity);
        format!("{count} {}{}", severity.as_str(), if count == 1 { "" } else { "s" })
    };
    format!("{}, {}, {}", count(Severity::Error), count(Severity::Warning), count(Severity::Note))
}

/// As JSON, with `schema_version`.
pub fn json(diagnosis: &Diagnosis) -> String {
    let finding = |finding: &Finding| {
        json!({
            "code": finding.spec.code,
            "area": finding.spec.area,
            "severity": finding.spec.severity,
            "what": plain(&finding.what),
            "mend": plain(&finding.mend),
            "file": finding.place.as_ref().map(|place| plain(&place.file)),
            "line": finding.place.as_ref().and_then(|place| place.line),
        })
    };
    let findings: Vec<_> = diagnosis.findings().iter().map(finding).collect();
    let fine: Vec<_> = diagnosis.all_fine().iter().map(|(area, what)| json!({ "area": area, "what": plain(what) })).collect();
    let count = |severity| diagnosis.count(severity);
    let value = json!({
        "schema_version": 1,
        "errors": count(Severity::Error),
        "warnings": count(Severity::Warning),
        "notes": count(Severity::Note),
        "findings": findings,
        "fine": fine,
    });
    format!("{value:#}\n")
}
