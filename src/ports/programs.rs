//! Programs of this machine: inventories and the team's own gates.

use std::time::Duration;

use crate::policy::Argv;

/// Runs a program, never a shell (row V9).
pub trait Programs {
    /// Runs it with this standard input until it ends or the time is over; then it is killed with its children.
    ///
    /// # Errors
    /// [`ProgramError`] where it could not start, did not end in time, or wrote more than it may.
    fn run(&self, argv: &Argv, input: &[u8], limit: Duration) -> Result<Finished, ProgramError>;
}

/// How a program ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finished {
    /// Its exit code; `None` where a signal ended it.
    pub code: Option<i32>,
    /// What it wrote to its standard output: 1 MiB at most.
    pub output: Vec<u8>,
    /// The end of what it wrote to its standard error: 2 KiB at most.
    pub error_tail: String,
}

/// Why a program gave no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProgramError {
    /// It could not be started.
    #[error("`{program}` could not be started: {why}")]
    NotStarted {
        /// The program.
        program: String,
        /// The system's words.
        why: String,
    },
    /// It was started, and what it said could not be read.
    #[error("`{program}` could not be listened to: {why}")]
    Broken {
        /// The program.
        program: String,
        /// The system's words.
        why: String,
    },
    /// It did not end in time.
    #[error("`{program}` did not end within {limit:?}")]
    TimedOut {
        /// The program.
        program: String,
        /// The limit.
        limit: Duration,
    },
    /// It wrote too much.
    #[error("`{program}` wrote more than {most} bytes")]
    TooMuch {
        /// The program.
        program: String,
        /// The most it may write.
        most: usize,
    },
}
