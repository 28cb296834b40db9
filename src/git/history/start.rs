//! How git is started to tell what is in a repository: nothing that the repository, its settings or its attributes say makes it run another program, ask the
//! network, or show something else than what is there. What it says and how it ends is looked at in every case.

use std::io::{BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::thread::JoinHandle;

use super::HistoryError;
use crate::git::fetch::plain;
use crate::programs::ChildEnvironment;

/// Settings that win over every file.
const SETTINGS: &[&str] = &["core.hooksPath=/dev/null", "core.fsmonitor=false", "core.pager=cat", "protocol.allow=never", "submodule.recurse=false"];

/// What keeps git from rewriting history (replace refs, grafts), from fetching, asking and locking.
const FIXED: &[(&str, &str)] = &[
    ("GIT_NO_REPLACE_OBJECTS", "1"),
    ("GIT_GRAFT_FILE", "/dev/null"),
    ("GIT_NO_LAZY_FETCH", "1"),
    ("GIT_ALLOW_PROTOCOL", "none"),
    ("GIT_OPTIONAL_LOCKS", "0"),
    ("GIT_TERMINAL_PROMPT", "0"),
    ("GIT_ATTR_NOSYSTEM", "1"),
    ("LC_ALL", "C"),
];

/// The `GIT_` variables that go on: where the repository is, and whose settings name the folders that may be read.
const KEPT: &[&str] = &[
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_COMMON_DIR",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_CEILING_DIRECTORIES",
    "GIT_DISCOVERY_ACROSS_FILESYSTEM",
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_SYSTEM",
    "GIT_CONFIG_NOSYSTEM",
];

/// How much of the end of git's standard error is kept, in bytes.
const ERROR_TAIL: usize = 2 * 1024;
/// What fits into any pipe, in bytes: no thread is needed to write it.
const ONE_PAGE: usize = 4 * 1024;

/// Where git is started, and with what environment.
#[derive(Clone, Debug)]
pub(super) struct Place {
    folder: PathBuf,
    environment: ChildEnvironment,
}

/// What a command reads.
pub(super) enum Input {
    /// Nothing.
    Nothing,
    /// These bytes.
    Bytes(Vec<u8>),
    /// What its user writes into [`Process::stdin`].
    Asked,
}

/// How a command ended.
pub(super) struct Ended {
    /// Its exit code; none where a signal ended it.
    pub(super) code: Option<i32>,
    /// What it wrote.
    pub(super) output: Vec<u8>,
    /// Its last words.
    pub(super) said: String,
}

/// A command that runs. It is killed where it is dropped before [`Process::finish`].
#[derive(Debug)]
pub(super) struct Process {
    command: &'static str,
    child: Child,
    /// Where questions are written; none where the input was given.
    pub(super) stdin: Option<ChildStdin>,
    /// What it says.
    pub(super) stdout: BufReader<ChildStdout>,
    errors: Option<JoinHandle<String>>,
    ended: bool,
}

impl Place {
    pub(super) fn new(folder: &Path, environment: &ChildEnvironment) -> Self {
        let refused = |name: &str| (name.starts_with("GIT_") && !KEPT.contains(&name)) || matches!(name, "LC_ALL" | "LANGUAGE" | "SSH_ASKPASS");
        Self { folder: folder.to_owned(), environment: environment.without(refused) }
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Starts `git ARGUMENTS`.
    ///
    /// # Errors
    /// [`HistoryError::NotStarted`]
    #[expect(clippy::disallowed_methods, reason = "git is started in src/git only")]
    pub(super) fn start(&self, command: &'static str, arguments: &[&str], input: Input) -> Result<Process, HistoryError> {
        let mut git = Command::new("git");
        self.environment.give_to(&mut git);
        git.envs(FIXED.iter().copied()).args(SETTINGS.iter().flat_map(|setting| ["-c", setting])).arg(command).args(arguments);
        if !self.folder.as_os_str().is_empty() && self.folder != Path::new(".") {
            git.current_dir(&self.folder);
        }
        git.stdin(if matches!(input, Input::Nothing) { Stdio::null() } else { Stdio::piped() }).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = git.spawn().map_err(|error| HistoryError::NotStarted { why: error.to_string() })?;
        let broken = || HistoryError::NotStarted { why: "a pipe is missing".to_owned() };
        let (stdout, stderr) = (child.stdout.take().ok_or_else(broken)?, child.stderr.take().ok_or_else(broken)?);
        let errors = thread("git-errors", move || tail(stderr))?;
        let stdin = feed(child.stdin.take(), input)?;
        Ok(Process { command, child, stdin, stdout: BufReader::with_capacity(64 * 1024, stdout), errors: Some(errors), ended: false })
    }

    /// Runs a command to its end, whatever that is.
    ///
    /// # Errors
    /// [`HistoryError::NotStarted`], and where its output could not be read.
    pub(super) fn run(&self, command: &'static str, arguments: &[&str], input: Input) -> Result<Ended, HistoryError> {
        let mut process = self.start(command, arguments, input)?;
        let mut output = Vec::new();
        process.stdout.read_to_end(&mut output).map_err(|error| HistoryError::Failed { command, why: error.to_string() })?;
        let (code, said) = process.end();
        Ok(Ended { code, output, said })
    }

    /// What a command says that must end well.
    ///
    /// # Errors
    /// [`HistoryError`]
    pub(super) fn answer(&self, command: &'static str, arguments: &[&str], input: Input) -> Result<Vec<u8>, HistoryError> {
        let ended = self.run(command, arguments, input)?;
        if ended.code == Some(0) { Ok(ended.output) } else { Err(ended.failed(command)) }
    }
}

impl Ended {
    pub(super) fn failed(self, command: &'static str) -> HistoryError {
        failed(command, self.code, &self.said)
    }
}

impl Process {
    /// Waits for its end, after its output was read.
    ///
    /// # Errors
    /// [`HistoryError::Failed`] where it did not end well.
    pub(super) fn finish(mut self) -> Result<(), HistoryError> {
        match self.end() {
            (Some(0), _) => Ok(()),
            (code, said) => Err(failed(self.command, code, &said)),
        }
    }

    /// Why it went silent in the middle of an answer. It has nothing more to say, so it has ended, or is ended now.
    pub(super) fn silence(mut self) -> HistoryError {
        self.stdin = None;
        let (code, said) = self.end();
        failed(self.command, code.filter(|code| *code != 0), &said)
    }

    /// Kills it: what it would go on to say is not wanted.
    pub(super) fn kill(&mut self) {
        let _gone = self.child.kill();
    }

    fn end(&mut self) -> (Option<i32>, String) {
        self.stdin = None;
        self.ended = true;
        let code = self.child.wait().ok().and_then(|status| status.code());
        let said = self.errors.take().and_then(|thread| thread.join().ok()).unwrap_or_default();
        (code, said)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if !self.ended {
            self.kill();
            let _status = self.child.wait();
        }
    }
}

/// Git's last words: its first complaint (which names the object, where one is bad) and what was fatal; else its last line.
fn failed(command: &'static str, code: Option<i32>, said: &str) -> HistoryError {
    let lines = || said.lines().map(str::trim).filter(|line| !line.is_empty());
    let begins = |word: &str| lines().find(|line| line.starts_with(word));
    let mut words: Vec<String> = [begins("error:"), begins("fatal:")].into_iter().flatten().map(plain).collect();
    if words.is_empty() {
        words.extend(lines().next_back().map(plain));
    }
    let how = || code.map_or("it was ended before it was done".to_owned(), |code| format!("exit code {code}"));
    HistoryError::Failed { command, why: if words.is_empty() { how() } else { words.join("; ") } }
}

fn thread<T: Send + 'static>(name: &str, work: impl FnOnce() -> T + Send + 'static) -> Result<JoinHandle<T>, HistoryError> {
    std::thread::Builder::new().name(name.to_owned()).spawn(work).map_err(|error| HistoryError::NotStarted { why: error.to_string() })
}

/// Writes the input, by a thread of its own where a pipe may not take it at once. A command that ends without reading it says so by its exit code.
fn feed(stdin: Option<ChildStdin>, input: Input) -> Result<Option<ChildStdin>, HistoryError> {
    let Some(mut stdin) = stdin else { return Ok(None) };
    match input {
        Input::Nothing => Ok(None),
        Input::Asked => Ok(Some(stdin)),
        Input::Bytes(bytes) if bytes.len() <= ONE_PAGE => {
            let _unread = stdin.write_all(&bytes);
            Ok(None)
        }
        Input::Bytes(bytes) => thread("git-input", move || drop(stdin.write_all(&bytes))).map(|_| None),
    }
}

fn tail(mut pipe: impl Read) -> String {
    let (mut kept, mut chunk) = (Vec::new(), [0; 4096]);
    while let Ok(count) = pipe.read(&mut chunk) {
        if count == 0 {
            break;
        }
        kept.extend_from_slice(&chunk[..count]);
        let surplus = kept.len().saturating_sub(ERROR_TAIL);
        kept.drain(..surplus);
    }
    String::from_utf8_lossy(&kept).into_owned()
}
