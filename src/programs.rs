//! Programs of this machine, started with an argument list and never through a shell (row V9).
//!
//! A program gets its input, a time limit, a limit on what it may say, and an environment without tokens
//! ([`ChildEnvironment`]). When its time is over it is killed with its children: on Unix it leads a process group of its own
//! (so a Ctrl-C at the terminal does not reach it by itself); on Windows only the program itself is killed. The system's
//! `PATH` finds it. Nothing here judges what a program said.

mod chained;
mod environment;
mod lines;
mod pipes;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

pub use chained::{ChainError, ChainedHook};
pub use environment::{ChildEnvironment, WITHHELD, Withheld};
pub use lines::{LinesError, MOST_LINES, lines};
use pipes::{Heard, Limits};

use crate::policy::Argv;
use crate::ports::{Finished, ProgramError, Programs};

/// The most a program may write to its standard output, in bytes.
pub const MOST_OUTPUT: usize = 1024 * 1024;
/// How much of the end of its standard error is kept, in bytes.
pub const ERROR_TAIL: usize = 2 * 1024;
/// How long to wait between two looks at a program that closed its outputs and goes on.
const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// Runs the programs of this machine.
#[derive(Clone, Debug)]
pub struct LocalPrograms {
    environment: ChildEnvironment,
    place: Place,
}

/// Where programs are started.
#[derive(Clone, Debug)]
enum Place {
    /// In the current folder.
    Here,
    /// In this folder of our own, because the current one may hold the change under judgement.
    Apart(PathBuf),
}

/// What a run is given.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run<'a> {
    /// The program's name, for errors.
    pub(crate) program: &'a str,
    /// Its standard input.
    pub(crate) input: &'a [u8],
    /// How long it may take.
    pub(crate) limit: Duration,
}

impl LocalPrograms {
    /// Programs that are started with this environment.
    pub fn new(environment: ChildEnvironment) -> Self {
        Self { environment, place: Place::Here }
    }

    /// The same, but nothing of the current folder is run: programs start in this folder, which is made where it is missing, and a program that is named by
    /// a relative path is refused. A checkout in the current folder may be that of the change under judgement, whose author would choose what runs.
    #[must_use]
    pub fn apart(self, folder: PathBuf) -> Self {
        Self { place: Place::Apart(folder), ..self }
    }

    fn put(&self, command: &mut Command, program: &str) -> Result<(), ProgramError> {
        let Place::Apart(folder) = &self.place else { return Ok(()) };
        let refused = |why: String| ProgramError::NotStarted { program: program.to_owned(), why };
        let path = Path::new(program);
        if path.components().count() > 1 && !path.is_absolute() {
            return Err(refused(
                "it is named by a relative path, and the files of this checkout may be those of the change under judgement; where the workflow checks out the base \
                 branch, set the action's input `trusted-checkout: true`"
                    .to_owned(),
            ));
        }
        std::fs::create_dir_all(folder).map_err(|error| refused(format!("its folder could not be made: {error}")))?;
        command.current_dir(folder);
        Ok(())
    }
}

impl Programs for LocalPrograms {
    #[expect(clippy::disallowed_methods, reason = "the one place that starts a policy's programs")]
    fn run(&self, argv: &Argv, input: &[u8], limit: Duration) -> Result<Finished, ProgramError> {
        let mut command = Command::new(argv.program());
        command.args(argv.arguments());
        self.put(&mut command, argv.program())?;
        self.environment.give_to(&mut command);
        run_to_end(command, Run { program: argv.program(), input, limit })
    }
}

/// Starts the program, feeds it, listens to it, and waits for its end or for the end of its time.
///
/// # Errors
/// [`ProgramError`]; then the program is dead.
pub(crate) fn run_to_end(mut command: Command, run: Run<'_>) -> Result<Finished, ProgramError> {
    let deadline = Instant::now().checked_add(run.limit);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    lead_a_group(&mut command);
    let mut child = command.spawn().map_err(|error| ProgramError::NotStarted { program: run.program.to_owned(), why: error.to_string() })?;
    let answer = listen(&mut child, run, deadline);
    if answer.is_err() {
        kill(&mut child);
    }
    answer
}

/// What became of one look at the channel.
enum Progress {
    Said(Heard),
    Silence,
}

fn listen(child: &mut Child, run: Run<'_>, deadline: Option<Instant>) -> Result<Finished, ProgramError> {
    let broken = |why: String| ProgramError::Broken { program: run.program.to_owned(), why };
    let too_late = || ProgramError::TimedOut { program: run.program.to_owned(), limit: run.limit };
    let (say, hear) = mpsc::channel();
    pipes::connect(child, run.input, Limits { output: MOST_OUTPUT, error_tail: ERROR_TAIL }, say).map_err(|error| broken(error.to_string()))?;
    let (mut output, mut error_tail) = (None, None);
    while output.is_none() || error_tail.is_none() {
        match next(&hear, deadline).ok_or_else(too_late)? {
            Progress::Said(Heard::Output(bytes)) => output = Some(bytes),
            Progress::Said(Heard::ErrorTail(text)) => error_tail = Some(text),
            Progress::Said(Heard::TooMuch) => return Err(ProgramError::TooMuch { program: run.program.to_owned(), most: MOST_OUTPUT }),
            Progress::Said(Heard::Broken(why)) => return Err(broken(why)),
            Progress::Silence => return Err(broken("its output ended without a word".to_owned())),
        }
    }
    let status = wait(child, deadline).map_err(|error| broken(error.to_string()))?.ok_or_else(too_late)?;
    Ok(Finished { code: status.code(), output: output.unwrap_or_default(), error_tail: error_tail.unwrap_or_default() })
}

/// The next thing heard; `None` where the time is over.
fn next(hear: &Receiver<Heard>, deadline: Option<Instant>) -> Option<Progress> {
    let Some(deadline) = deadline else { return Some(hear.recv().map_or(Progress::Silence, Progress::Said)) };
    match hear.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
        Ok(heard) => Some(Progress::Said(heard)),
        Err(RecvTimeoutError::Timeout) => None,
        Err(RecvTimeoutError::Disconnected) => Some(Progress::Silence),
    }
}

/// Its exit status; `None` where the time is over. Both its outputs have ended: nearly always it has ended too.
fn wait(child: &mut Child, deadline: Option<Instant>) -> std::io::Result<Option<ExitStatus>> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            return Ok(None);
        }
        std::thread::sleep(LOOK_AGAIN);
    }
}

#[cfg(unix)]
fn lead_a_group(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    command.process_group(0);
}

#[cfg(not(unix))]
fn lead_a_group(_command: &mut Command) {}

/// Kills the program and what it started. It has not been waited for, so its id is still its own.
fn kill(child: &mut Child) {
    #[cfg(unix)]
    if let Ok(id) = i32::try_from(child.id())
        && let Some(group) = rustix::process::Pid::from_raw(id)
    {
        // Fails only where the whole group is gone already.
        let _gone = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    let _gone = child.kill();
    let _status = child.wait();
}

#[cfg(all(test, unix))]
mod tests;
