//! The runner's files and workflow commands: outputs, state for the post step, summary, annotations. Outside Actions all of it goes nowhere.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

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
    /// Sets an output.
    pub fn output(&self, name: &str, value: &str) {
        append(self.output.as_deref(), &entry(name, value), "GITHUB_OUTPUT");
    }

    /// Keeps a value for the post step.
    pub fn keep(&self, name: &str, value: &str) {
        append(self.state.as_deref(), &entry(name, value), "GITHUB_STATE");
    }

    /// Adds to the job summary.
    pub fn summary(&self, markdown: &str) {
        append(self.summary.as_deref(), markdown, "GITHUB_STEP_SUMMARY");
    }

    /// Shows a message on the run's page.
    #[expect(clippy::print_stdout, reason = "workflow commands go to standard output")]
    pub fn annotate(&self, level: Level, message: &str) {
        if self.commands {
            let word = match level {
                Level::Notice => "notice",
                Level::Warning => "warning",
                Level::Error => "error",
            };
            println!("::{word} title=shipgate::{}", workflow_message(&crate::error::redact(message)));
        }
    }
}

/// A runner's file that cannot be written is said, and stops nothing: the deployment's state is on the server.
fn append(path: Option<&Path>, text: &str, what: &str) {
    let Some(path) = path else { return };
    let written = OpenOptions::new().create(true).append(true).open(path).and_then(|mut file| file.write_all(crate::error::redact(text).as_bytes()));
    if let Err(error) = written {
        tracing::error!("{what} could not be written: {error}");
    }
}
