//! `shipgate audit verify FILE`: the answer, for a person and for a program.

use std::fmt::Write as _;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use serde::Serialize;

use super::error::AuditError;
use super::torn::Torn;
use super::verify::{Expectation, Verification, verify};

/// What verifying a file said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The form of this report: 1.
    pub schema_version: u32,
    /// The file, as it was named.
    pub file: String,
    /// True where a published head was asked for: without one a cut-off end cannot be seen.
    pub held_against_head: bool,
    /// The answer.
    #[serde(flatten)]
    pub verification: Verification,
}

/// Verifies a log file.
///
/// # Errors
/// [`AuditError::Read`] where it could not be read.
pub fn verify_file(path: &Path, expectation: &Expectation) -> Result<Report, AuditError> {
    let failed = |source| AuditError::Read { path: path.to_owned(), source };
    let file = File::open(path).map_err(failed)?;
    let verification = verify(BufReader::with_capacity(256 * 1024, file), expectation).map_err(failed)?;
    Ok(Report { schema_version: 1, file: path.display().to_string(), held_against_head: expectation.published.is_some(), verification })
}

impl Report {
    /// True where nothing was tampered with. A half-written last line is not tampering.
    pub fn is_verified(&self) -> bool {
        matches!(self.verification, Verification::Verified { .. })
    }

    /// The report for a terminal.
    pub fn to_terminal(&self) -> String {
        let file = crate::domain::shown(&self.file);
        match &self.verification {
            Verification::Verified { lines, head, torn } => {
                let mut text = format!("verified  {file}\n  lines   {lines}\n  head    {head}\n");
                if let Some(torn) = torn {
                    let _infallible = writeln!(text, "  warning {}", warning(torn));
                }
                if *lines == 0 {
                    text.push_str("  note    the log is empty: there was nothing to verify\n");
                }
                if !self.held_against_head {
                    text.push_str("  note    whether the end was cut off shows only against a published head: --head SEQUENCE:HASH\n");
                }
                text
            }
            Verification::Tampered { line, what, expected, found } => {
                format!("TAMPERED  {file}, line {line}: {}\n  expected  {expected}\n  found     {found}\n", what.words())
            }
        }
    }
}

fn warning(torn: &Torn) -> String {
    match torn {
        Torn::Partial { bytes } => {
            format!("the last line is half-written ({bytes} bytes): a writer was stopped; the next append moves it into a file of its own")
        }
        Torn::Unterminated { head } => format!("the last line ({head}) has no newline yet: a writer was stopped; the next append completes it"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::{Head, Tampering};

    fn report(verification: Verification) -> Report {
        Report { schema_version: 1, file: "audit.jsonl".to_owned(), held_against_head: false, verification }
    }

    #[test]
    fn a3_a_verified_log_shows_its_head_and_what_is_not_known() {
        let report = report(Verification::Verified { lines: 0, head: Head::GENESIS, torn: Some(Torn::Partial { bytes: 7 }) });
        let text = report.to_terminal();
        assert!(report.is_verified() && text.contains(&format!("head    0:{}", "0".repeat(64))), "{text}");
        assert!(text.contains("half-written (7 bytes)") && text.contains("--head"), "{text}");
        let json: serde_json::Value = serde_json::to_value(&report).expect("JSON");
        assert_eq!((&json["status"], &json["torn"]["bytes"], &json["schema_version"]), (&"verified".into(), &7.into(), &1.into()));
    }

    #[test]
    fn a3_a_tampered_log_shows_where_and_what() {
        let tampered = Verification::Tampered { line: 3, what: Tampering::Edited, expected: "hash a".to_owned(), found: "hash b".to_owned() };
        let report = report(tampered);
        assert_eq!(report.to_terminal(), "TAMPERED  audit.jsonl, line 3: the line was edited\n  expected  hash a\n  found     hash b\n");
        let json: serde_json::Value = serde_json::to_value(&report).expect("JSON");
        assert_eq!((&json["status"], &json["what"], &json["line"]), (&"tampered".into(), &"edited".into(), &3.into()));
        assert!(!report.is_verified());
    }

    #[test]
    fn a_file_that_cannot_be_read_is_an_error_not_a_verdict() {
        let error = verify_file(Path::new("/nonexistent/audit.jsonl"), &Expectation::default()).expect_err("not there");
        assert!(matches!(error, AuditError::Read { .. }) && !error.hint().is_empty());
    }
}
