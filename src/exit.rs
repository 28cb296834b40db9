//! Process exit codes: a public contract, documented in `docs/exit-codes.md`.

/// How the process ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done, or go.
    Done,
    /// No-go: a gate refused, a log was tampered with, a replay differed.
    NoGo,
    /// The command line, an input of the action or the event was not understood.
    Usage,
    /// The policy is not valid.
    InvalidPolicy,
    /// Waiting for somebody or something.
    Waiting,
    /// A dispatched deployment that was waited for did not end well.
    Failed,
    /// GitHub could not be reached, or did not do what was asked.
    Forge,
    /// A file could not be read or written.
    Files,
    /// A bug of ours.
    Bug,
    /// A signal stopped it.
    Stopped,
}

/// Every exit code with its meaning: the docs are compared with it.
pub const EXITS: &[(Exit, u8, &str)] = &[
    (Exit::Done, 0, "done, or go"),
    (Exit::NoGo, 1, "no-go: a gate refused, an audit log was tampered with, a replay differed, doctor found errors, or a check found what stops it"),
    (Exit::Usage, 2, "the command line, an input or the event was not understood"),
    (Exit::InvalidPolicy, 3, "the policy is not valid, or there is none"),
    (Exit::Waiting, 4, "waiting for somebody or something; or a dispatched deployment was not over in time"),
    (Exit::Failed, 5, "a dispatched deployment that was waited for did not end well"),
    (Exit::Forge, 10, "GitHub could not be reached, or did not do what was asked"),
    (Exit::Files, 11, "a file could not be read or written, or something could not be looked at"),
    (Exit::Bug, 70, "a bug of ours"),
    (Exit::Stopped, 130, "stopped by a signal, before anything was deployed, or while a dispatched deployment was waited for"),
];

impl Exit {
    /// The number.
    pub fn code(self) -> u8 {
        EXITS.iter().find(|(exit, _, _)| *exit == self).map_or(70, |(_, code, _)| *code)
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_exit_code_is_registered_once() {
        let mut codes: Vec<u8> = EXITS.iter().map(|(_, code, _)| *code).collect();
        codes.dedup();
        assert_eq!(codes.len(), EXITS.len());
        assert_eq!(Exit::Waiting.code(), 4);
    }
}
