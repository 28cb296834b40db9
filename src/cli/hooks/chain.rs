//! The hook that was there before ours: found beside our script, and run as git would have run it.

use std::ffi::OsStr;
use std::fs::{self, File, Metadata};
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use super::super::say::Voice;
use crate::env::Environment;
use crate::exit::Exit;
use crate::programs::{ChainError, ChainedHook};
use crate::setup::hooks::{HookName, Script};

/// The variable that tells a chained hook how deep it is.
const DEPTH: &str = "SHIPGATE_HOOK_DEPTH";

/// What a hook needs to know of the one that was there before it.
pub(super) struct Chain<'a> {
    /// The hook.
    pub(super) hook: HookName,
    /// Our script, where one started us.
    pub(super) script: Option<&'a Path>,
    /// The environment.
    pub(super) variables: &'a Environment,
    /// How to speak.
    pub(super) voice: Voice,
}

/// How a chained hook ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// There is none, or none that git would run.
    Nothing,
    /// It had nothing against it.
    Passed,
    /// It refused, with this exit code; none where a signal ended it.
    Refused(Option<i32>),
}

impl Chain<'_> {
    /// Runs the old hook, then ours: nothing is looked at where the old one refuses.
    pub(super) fn before(&self, arguments: &[&OsStr], own: impl FnOnce() -> Exit) -> Exit {
        match self.chained(arguments, None) {
            Exit::Done => own(),
            other => other,
        }
    }

    /// Runs ours, then the old hook with a copy of what was on standard input.
    pub(super) fn after(&self, arguments: &[&OsStr], input: &[u8], own: impl FnOnce() -> Exit) -> Exit {
        match own() {
            Exit::Done => self.chained(arguments, Some(input)),
            other => other,
        }
    }

    fn chained(&self, arguments: &[&OsStr], input: Option<&[u8]>) -> Exit {
        match self.run(arguments, input) {
            Ok(Outcome::Nothing | Outcome::Passed) => Exit::Done,
            Ok(Outcome::Refused(code)) => {
                let how = code.map_or_else(|| "was ended by a signal".to_owned(), |code| format!("refused (exit code {code})"));
                self.voice.aside(&format!("shipgate: {}, which was there before, {how}\n", self.hook.aside()));
                Exit::NoGo
            }
            Err(error) => {
                self.voice.error(&error, Some("mend it, or take it away; until then nothing passes"));
                Exit::Files
            }
        }
    }

    fn run(&self, arguments: &[&OsStr], input: Option<&[u8]>) -> Result<Outcome, ChainError> {
        let Some(script) = self.script else { return Ok(Outcome::Nothing) };
        let Some(file) = self.find(script)? else { return Ok(Outcome::Nothing) };
        let chained = ChainedHook { file: &file, arguments, input, depth: self.variables.hook_depth() };
        Ok(match chained.run(DEPTH)? {
            Some(0) => Outcome::Passed,
            code => Outcome::Refused(code),
        })
    }

    /// The old hook, where there is one that git would run.
    fn find(&self, script: &Path) -> Result<Option<PathBuf>, ChainError> {
        let not_run = |file: &Path, why: std::io::Error| ChainError::NotRun { file: crate::domain::shown(&file.display().to_string()), why };
        // A name alone would be looked for in the PATH, and found in the work tree.
        let folder = script.parent().filter(|folder| !folder.as_os_str().is_empty());
        let Some(folder) = folder else { return Err(not_run(script, std::io::Error::other("a script is named by a path with a folder"))) };
        let file = folder.join(self.hook.aside());
        match fs::metadata(&file) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(not_run(&file, error)),
            Ok(metadata) if !metadata.is_file() => Err(not_run(&file, std::io::Error::other("it is no file"))),
            Ok(metadata) if !is_executable(&metadata) => Ok(None),
            Ok(_) if is_ours(&file).map_err(|error| not_run(&file, error))? => Ok(None),
            Ok(_) => Ok(Some(file)),
        }
    }
}

/// Whether git would run it.
#[cfg(unix)]
pub(super) fn is_executable(metadata: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
pub(super) fn is_executable(_metadata: &Metadata) -> bool {
    true
}

/// Whether a file is a script of ours: it would run the same checks again, and look for the same old hook.
fn is_ours(file: &Path) -> std::io::Result<bool> {
    let mut head = Vec::new();
    match File::open(file) {
        Ok(file) => file.take(4096).read_to_end(&mut head)?,
        // A program need not be readable to be run.
        Err(error) if error.kind() == ErrorKind::PermissionDenied => return Ok(false),
        Err(error) => return Err(error),
    };
    Ok(Script::version(&head).is_some())
}
