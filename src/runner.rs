//! The runner's files and workflow commands: outputs, state for the post step, summary, annotations. Outside Actions all of it goes nowhere.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::error::{SHORTEST, mask, redact, redact_value};
use crate::report::escape::workflow_message;
use crate::report::outputs::entry;

/// Where the runner wants things.
#[derive(Clone, Debug, Default)]
pub struct Runner {
    /// `GITHUB_OUTPUT`.
    pub output: Option<PathBuf>,
    /// `GITHUB_STATE`.
    pub state: Option<PathBuf>,
    /// `GITHUB_STEP_SUMMARY`.
    pub summary: Option<PathBuf>,
    /// True inside Actions, where standard output carries workflow commands.
    pub commands: bool,
}

/// The runner would not hear of what is done.
#[derive(Debug, thiserror::Error)]
pub enum RunnerError {
    /// A variable of the runner's is not there.
    #[error("{0} is not set")]
    Unset(&'static str),
    /// A file of the runner's cannot be written.
    #[error("{what} could not be written: {why}")]
    Unwritable {
        /// The variable that names the file.
        what: &'static str,
        /// The system's words.
        why: std::io::Error,
    },
}

/// What an output or a state holds. It is redacted as what it is: a secret's shape may eat neither an entry's end nor a quote of JSON.
#[derive(Clone, Copy, Debug)]
pub enum Value<'a> {
    /// Text.
    Text(&'a str),
    /// JSON.
    Json(&'a serde_json::Value),
}

/// How loud an annotation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// `::notice::`
    Notice,
    /// `::warning::`
    Warning,
    /// `::error::`
    Error,
}

impl Runner {
    /// Proves, before anything is done, that later steps and the post step will hear of it: writes the decision that counts until a
    /// better one is written, and as the first state `main`, this machine's time. Without that state the post step is not even started.
    ///
    /// # Errors
    /// [`RunnerError`] where a file is not named or cannot be written, e.g. because the disk is full.
    pub fn ready(&self, now: Timestamp) -> Result<(), RunnerError> {
        for (path, name) in [(&self.output, OUTPUT), (&self.state, STATE)] {
            if self.commands && path.is_none() {
                return Err(RunnerError::Unset(name));
            }
        }
        self.tell(&[("decision", Value::Text("error"))])?;
        self.keep(&[("main", Value::Text(&now.to_string()))])
    }

    /// Sets outputs in one go.
    ///
    /// # Errors
    /// [`RunnerError`]: later steps may not have heard of them.
    pub fn tell(&self, outputs: &[(&str, Value<'_>)]) -> Result<(), RunnerError> {
        append(self.output.as_deref(), &entries(outputs), OUTPUT)
    }

    /// Keeps values for the post step in one go.
    ///
    /// # Errors
    /// [`RunnerError`]: the post step may not hear of them.
    pub fn keep(&self, values: &[(&str, Value<'_>)]) -> Result<(), RunnerError> {
        append(self.state.as_deref(), &entries(values), STATE)
    }

    /// Sets an output that nothing depends on: a failure is only said.
    pub fn output(&self, name: &str, value: &str) {
        if let Err(error) = self.tell(&[(name, Value::Text(value))]) {
            tracing::error!("{error}");
        }
    }

    /// Adds to the job summary; a failure is only said. The Markdown is made of redacted pieces: redacting it again would break its markup.
    pub fn summary(&self, markdown: &str) {
        if let Err(error) = append(self.summary.as_deref(), &mask(markdown), "GITHUB_STEP_SUMMARY") {
            tracing::error!("{error}");
        }
    }

    /// A line of the run's log about what goes on; nothing in it is a workflow command.
    #[expect(clippy::print_stderr, reason = "the log of a job is what is printed")]
    pub fn progress(&self, line: &str) {
        eprintln!("shipgate: {}", crate::report::escape::plain(line));
    }

    /// Shows a message on the run's page.
    pub fn annotate(&self, level: Level, message: &str) {
        let word = match level {
            Level::Notice => "notice",
            Level::Warning => "warning",
            Level::Error => "error",
        };
        self.command(&format!("{word} title=shipgate"), &redact(message));
    }

    /// Has the runner hide a secret in everything that this job prints from now on.
    pub fn hide(&self, secret: &str) {
        let secret = secret.trim();
        if secret.len() >= SHORTEST {
            self.command("add-mask", secret);
        }
    }

    /// Gives the runner a command, on a line of its own. One that standard output does not take is lost: nothing depends on it.
    fn command(&self, name: &str, value: &str) {
        if self.commands {
            let _ = writeln!(std::io::stdout(), "::{name}::{}", workflow_message(value));
        }
    }
}

const OUTPUT: &str = "GITHUB_OUTPUT";
const STATE: &str = "GITHUB_STATE";

fn entries(values: &[(&str, Value<'_>)]) -> String {
    let text = |value: &Value<'_>| match value {
        Value::Text(text) => redact(text),
        Value::Json(value) => mask(&redact_value((*value).clone()).to_string()),
    };
    values.iter().map(|(name, value)| entry(name, &text(value))).collect()
}

fn append(path: Option<&Path>, text: &str, what: &'static str) -> Result<(), RunnerError> {
    let Some(path) = path else { return Ok(()) };
    let written = OpenOptions::new().create(true).append(true).open(path).and_then(|mut file| {
        let before = file.metadata()?.len();
        file.write_all(text.as_bytes()).inspect_err(|_| {
            // A full disk took a part: an entry that is cut would be read for something else. What is no file has no length to give back.
            let _whole = file.set_len(before);
        })
    });
    written.map_err(|why| RunnerError::Unwritable { what, why })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a5_a_value_that_ends_like_a_password_keeps_its_entry_whole() {
        let text = entries(&[("ref", Value::Text("fix/password=")), ("decision", Value::Text("go"))]);
        assert_eq!(text, "ref<<SHIPGATE_EOF\nfix/password=\nSHIPGATE_EOF\ndecision<<SHIPGATE_EOF\ngo\nSHIPGATE_EOF\n");
    }

    #[test]
    fn a5_json_stays_json_whatever_its_texts_look_like() {
        let json = serde_json::json!({ "a": "password=", "b": format!("ghp_{}", "A".repeat(36)) });
        let text = entries(&[("parameters", Value::Json(&json))]);
        let line = text.lines().nth(1).expect("a value");
        assert_eq!(serde_json::from_str::<serde_json::Value>(line).expect("still JSON"), serde_json::json!({ "a": "password=", "b": "***" }));
    }

    #[test]
    fn inside_actions_a_file_that_is_not_named_is_an_error_and_elsewhere_it_goes_nowhere() {
        let inside = Runner { commands: true, ..Runner::default() };
        assert!(matches!(inside.ready(Timestamp::UNIX_EPOCH), Err(RunnerError::Unset("GITHUB_OUTPUT"))));
        assert!(Runner::default().ready(Timestamp::UNIX_EPOCH).is_ok());
    }

    #[test]
    fn a_full_disk_is_found_before_anything_is_done() {
        let full = Runner { output: Some(PathBuf::from("/dev/full")), ..Runner::default() };
        assert!(matches!(full.ready(Timestamp::UNIX_EPOCH), Err(RunnerError::Unwritable { what: "GITHUB_OUTPUT", .. })));
    }
}
