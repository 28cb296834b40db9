//! Starting the hook that was there before ours, as git would have: the same arguments, folder and environment, and a copy of standard input where we read it. It is the
//! user's own program, named by the user's own repository; its output goes straight to the terminal.

use std::ffi::OsStr;
use std::io::{ErrorKind, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// How often a hook may lead to itself before it is taken for a circle.
const DEEPEST: u64 = 8;

/// A hook that was there before.
#[derive(Clone, Copy, Debug)]
pub struct ChainedHook<'a> {
    /// Its file.
    pub file: &'a Path,
    /// Its arguments.
    pub arguments: &'a [&'a OsStr],
    /// What it finds on standard input; none where that is still git's own.
    pub input: Option<&'a [u8]>,
    /// How many hooks of ours this process is in already.
    pub depth: u64,
}

/// Why a chained hook did not run to its end.
#[derive(Debug, thiserror::Error)]
pub enum ChainError {
    /// It could not be started or listened to.
    #[error("SG-HOOK: {file} could not be run: {why}")]
    NotRun {
        /// Its file.
        file: String,
        /// The system's words.
        why: std::io::Error,
    },
    /// It leads back to us again and again.
    #[error("SG-HOOK: {file} leads back to itself")]
    Circle {
        /// Its file.
        file: String,
    },
}

impl ChainedHook<'_> {
    /// Runs it to its end, however long that takes. Its exit code; none where a signal ended it. `variable` tells it how deep it is.
    ///
    /// # Errors
    /// [`ChainError`]
    pub fn run(&self, variable: &str) -> Result<Option<i32>, ChainError> {
        let file = || crate::domain::shown(&self.file.display().to_string());
        if self.depth >= DEEPEST {
            return Err(ChainError::Circle { file: file() });
        }
        let mut command = self.command().map_err(|why| ChainError::NotRun { file: file(), why })?;
        command.args(self.arguments).env(variable, (self.depth + 1).to_string());
        let status = self.feed_and_wait(command).map_err(|why| ChainError::NotRun { file: file(), why })?;
        Ok(status.code())
    }

    fn feed_and_wait(&self, mut command: Command) -> std::io::Result<std::process::ExitStatus> {
        let Some(input) = self.input else { return command.status() };
        let mut child = command.stdin(Stdio::piped()).spawn()?;
        match feed(&mut child, input) {
            // It may end or close its input without reading it: that is its own affair.
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                let _gone = child.kill();
                let _status = child.wait();
                Err(error)
            }
            Ok(()) | Err(_) => child.wait(),
        }
    }

    #[cfg(unix)]
    #[expect(clippy::disallowed_methods, clippy::unnecessary_wraps, reason = "the one place that starts a repository's own hooks")]
    fn command(&self) -> std::io::Result<Command> {
        Ok(Command::new(self.file))
    }

    /// Windows starts no scripts: the program that the first line names is looked for in the `PATH`, as git does.
    #[cfg(not(unix))]
    #[expect(clippy::disallowed_methods, reason = "the one place that starts a repository's own hooks")]
    fn command(&self) -> std::io::Result<Command> {
        let mut head = Vec::new();
        std::io::Read::read_to_end(&mut std::io::Read::take(std::fs::File::open(self.file)?, 256), &mut head)?;
        let Some(interpreter) = interpreter(&head) else { return Ok(Command::new(self.file)) };
        let mut command = Command::new(interpreter);
        command.arg(self.file);
        Ok(command)
    }
}

/// Its output goes to the terminal, so writing never waits for our reading.
fn feed(child: &mut Child, input: &[u8]) -> std::io::Result<()> {
    // Taken, so that it is closed.
    child.stdin.take().map_or(Ok(()), |mut stdin| stdin.write_all(input))
}

/// The program of a script's first line, without its folder: `sh` of `#!/bin/sh`, `python3` of `#!/usr/bin/env python3`.
#[cfg(any(test, not(unix)))]
fn interpreter(head: &[u8]) -> Option<String> {
    let line = head.strip_prefix(b"#!")?.split(|byte| *byte == b'\n').next()?;
    let line = std::str::from_utf8(line).ok()?;
    let mut names = line.split_ascii_whitespace().map(|word| word.rsplit(['/', '\\']).next().unwrap_or(word));
    let first = names.next().filter(|name| !name.is_empty())?;
    let name = if first == "env" { names.find(|word| !word.starts_with('-'))? } else { first };
    Some(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h1_the_program_of_a_script_is_that_of_its_first_line() {
        for (head, expected) in [
            ("#!/bin/sh\nx", Some("sh")),
            ("#! /usr/bin/env -S python3 -u\r\n", Some("python3")),
            ("#!C:\\git\\perl.exe", Some("perl.exe")),
            ("#!\n", None),
            ("#!/usr/bin/env\n", None),
            ("MZ", None),
        ] {
            assert_eq!(interpreter(head.as_bytes()).as_deref(), expected, "{head}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn h1_a_hook_that_does_not_read_its_input_is_no_error_and_a_circle_is_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("hook");
        std::fs::write(&file, "#!/bin/sh\nexit 7\n").expect("a file");
        std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("its mode");
        let input = vec![b'x'; 1 << 20];
        let hook = ChainedHook { file: &file, arguments: &[], input: Some(&input), depth: 0 };
        assert_eq!(hook.run("DEPTH").expect("it ran"), Some(7));
        assert!(matches!(ChainedHook { depth: DEEPEST, ..hook }.run("DEPTH"), Err(ChainError::Circle { .. })));
        assert!(matches!(ChainedHook { file: &folder.path().join("gone"), ..hook }.run("DEPTH"), Err(ChainError::NotRun { .. })));
    }
}
