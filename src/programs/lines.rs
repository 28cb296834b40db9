//! The lines of an inventory (rows V3, V5): all of them, or an error.

use crate::ports::Finished;

/// The most lines an inventory may have.
pub const MOST_LINES: usize = 10_000;

/// Why an output is no inventory.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinesError {
    /// The program failed.
    #[error("the inventory command ended with exit code {code}{}", said(error_tail))]
    Failed {
        /// Its exit code.
        code: i32,
        /// What it said last.
        error_tail: String,
    },
    /// A signal ended the program.
    #[error("the inventory command was ended by a signal{}", said(error_tail))]
    Signalled {
        /// What it said last.
        error_tail: String,
    },
    /// It did not write text.
    #[error("the inventory command wrote something that is not UTF-8")]
    NotText,
    /// More than [`MOST_LINES`].
    #[error("the inventory command wrote {count} lines; {MOST_LINES} are allowed")]
    TooMany {
        /// How many it wrote.
        count: usize,
    },
}

fn said(error_tail: &str) -> String {
    let last = error_tail.lines().map(str::trim).rfind(|line| !line.is_empty());
    last.map(|line| format!(": {}", crate::domain::shown(line))).unwrap_or_default()
}

/// The lines of what a program wrote, trimmed, without empty ones, in their order.
///
/// # Errors
/// [`LinesError`] where the program did not succeed or its output is not a list of lines: a part of an inventory is no inventory.
pub fn lines(finished: &Finished) -> Result<Vec<String>, LinesError> {
    match finished.code {
        Some(0) => {}
        Some(code) => return Err(LinesError::Failed { code, error_tail: finished.error_tail.clone() }),
        None => return Err(LinesError::Signalled { error_tail: finished.error_tail.clone() }),
    }
    let text = std::str::from_utf8(&finished.output).map_err(|_| LinesError::NotText)?;
    let lines: Vec<String> = text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect();
    if lines.len() > MOST_LINES { Err(LinesError::TooMany { count: lines.len() }) } else { Ok(lines) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finished(code: Option<i32>, output: &[u8]) -> Finished {
        Finished { code, output: output.to_vec(), error_tail: "warning: old client\nerror: no such\u{1b} context\n".to_owned() }
    }

    #[test]
    fn v3_an_inventory_is_its_trimmed_lines() {
        assert_eq!(lines(&finished(Some(0), b"eu-1\r\n\n  us-2 \n")), Ok(vec!["eu-1".to_owned(), "us-2".to_owned()]));
        assert_eq!(lines(&finished(Some(0), b"")), Ok(vec![]));
    }

    #[test]
    fn v3_a_failed_or_partial_inventory_is_none() {
        let failed = lines(&finished(Some(3), b"eu-1\n")).expect_err("failed").to_string();
        assert_eq!(failed, "the inventory command ended with exit code 3: error: no such\\u{1b} context");
        assert!(matches!(lines(&finished(None, b"eu-1\n")), Err(LinesError::Signalled { .. })));
        assert_eq!(lines(&finished(Some(0), b"eu-1\n\xff\n")), Err(LinesError::NotText));
        assert_eq!(lines(&finished(Some(0), "x\n".repeat(MOST_LINES + 1).as_bytes())), Err(LinesError::TooMany { count: MOST_LINES + 1 }));
        assert_eq!(lines(&finished(Some(0), "x\n".repeat(MOST_LINES).as_bytes())).map(|lines| lines.len()), Ok(MOST_LINES));
    }
}
