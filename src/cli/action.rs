//! `shipgate action`: the event that Actions gives, and its post step.

use std::time::Duration;

use super::office::{Office, OfficeError, Place};
use super::say::Voice;
use crate::domain::shown;
use crate::env::Environment;
use crate::exit::Exit;
use crate::intake::{Event, read_event};
use crate::run::{self, Outcome, RunError};

/// The largest event file read: GitHub's own limit for a webhook payload is 25 MB.
const MOST_BYTES: u64 = 25 * 1024 * 1024;

/// Runs the main or the post step.
pub(super) fn action(post: bool, variables: &Environment, voice: Voice) -> Exit {
    let ended = if post { end(variables, now()) } else { deliver(variables) };
    match ended {
        Ok(outcome) => {
            voice.aside(&format!("shipgate: {}\n", crate::report::escape::plain(&outcome.said)));
            outcome.exit()
        }
        Err(stopped) => {
            let hint = stopped.hint();
            voice.error(&stopped, hint.as_deref());
            let runner = runner(variables);
            runner.output("decision", "error");
            runner.annotate(crate::runner::Level::Error, &stopped.to_string());
            stopped.exit()
        }
    }
}

/// Handles the event that the variables name.
///
/// # Errors
/// [`Stopped`] where it could not be handled.
pub(super) fn deliver(variables: &Environment) -> Result<Outcome, Stopped> {
    // Up to here and through this: no client, no runtime, no policy (row C2).
    let event = match event(variables)? {
        Event::Ignored(why) => {
            runner(variables).output("decision", "none");
            return Ok(Outcome::nothing(format!("nothing to do: {why}")));
        }
        event => event,
    };
    block_on(async {
        let office = Office::open(Place::from(variables, None)?, variables)?;
        office.runner().ready().map_err(RunError::from)?;
        let outcome = until_stopped(&office, Box::pin(run::action(&office.world(variables), event))).await;
        office.runner().output("audit-head", &office.audit_head());
        office.show_warnings();
        let outcome = outcome?;
        if outcome.decision.is_none() {
            office.runner().output("decision", outcome.word());
        }
        Ok(outcome)
    })
}

/// How long what goes on may take to leave a true state after a signal. The runner waits 7.5 s before it sends the next.
const GRACE: Duration = Duration::from_secs(2);

/// Runs it to its end. After SIGINT or SIGTERM nothing new is begun, and what was begun has two seconds to be taken back; what cannot be is left to the
/// post step.
async fn until_stopped(office: &Office, work: impl Future<Output = Result<Outcome, RunError>>) -> Result<Outcome, RunError> {
    let mut work = std::pin::pin!(work);
    tokio::select! {
        biased;
        () = signalled() => office.halt(),
        outcome = &mut work => return outcome,
    }
    tokio::time::timeout(GRACE, work).await.unwrap_or(Err(RunError::Stopped))
}

/// Waits for a signal that asks us to stop. It listens from its first poll on.
#[cfg(unix)]
pub(super) async fn signalled() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut interrupt), Ok(mut terminate)) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate())) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}

/// Waits for a signal that asks us to stop. It listens from its first poll on.
#[cfg(not(unix))]
pub(super) async fn signalled() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Ends what the main step started, where it started something.
///
/// # Errors
/// [`Stopped`] where it could not be ended.
pub(super) fn end(variables: &Environment, at: jiff::Timestamp) -> Result<Outcome, Stopped> {
    if variables.state("claim").is_none_or(|claim| claim.is_empty()) {
        return Ok(Outcome::nothing("nothing to end: the main step started no deployment"));
    }
    block_on(async {
        let office = Office::open(Place::from(variables, None)?, variables)?;
        let ended = run::post(&office.world(variables), at).await;
        office.show_warnings();
        Ok(ended?)
    })
}

/// Why an event was not handled.
#[derive(Debug, thiserror::Error)]
pub(super) enum Stopped {
    #[error(transparent)]
    Event(#[from] NoEvent),
    #[error(transparent)]
    Office(#[from] OfficeError),
    #[error(transparent)]
    Run(#[from] RunError),
}

impl Stopped {
    fn exit(&self) -> Exit {
        match self {
            Self::Event(NoEvent::Unreadable { .. }) => Exit::Files,
            Self::Event(_) => Exit::Usage,
            Self::Office(error) => error.exit(),
            Self::Run(error) => error.exit(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Event(_) => Some("`shipgate action` runs inside GitHub Actions, which sets these variables; try `shipgate demo`".to_owned()),
            Self::Office(error) => error.hint().map(str::to_owned),
            Self::Run(error) => error.hint(),
        }
    }
}

/// What can be wrong with the event.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoEvent {
    #[error("SG-USAGE: {0} is not set")]
    Unset(&'static str),
    #[error("SG-FILE: the event file {path} could not be read: {why}")]
    Unreadable { path: String, why: String },
    #[error("SG-EVENT: the event was not understood: {0}")]
    Event(String),
}

fn event(variables: &Environment) -> Result<Event, NoEvent> {
    let name = variables.event_name().ok_or(NoEvent::Unset("GITHUB_EVENT_NAME"))?;
    let path = variables.event_path().ok_or(NoEvent::Unset("GITHUB_EVENT_PATH"))?;
    let unreadable = |why: String| NoEvent::Unreadable { path: shown(&path.display().to_string()), why };
    let length = std::fs::metadata(&path).map_err(|error| unreadable(error.to_string()))?.len();
    if length > MOST_BYTES {
        return Err(unreadable(format!("it is larger than {MOST_BYTES} bytes")));
    }
    let payload = std::fs::read(&path).map_err(|error| unreadable(error.to_string()))?;
    let prefix = variables.input("prefix").filter(|prefix| !prefix.is_empty()).unwrap_or_else(|| "/".to_owned());
    read_event(&name, &payload, &prefix).map_err(|error| NoEvent::Event(error.to_string()))
}

fn runner(variables: &Environment) -> crate::runner::Runner {
    crate::runner::Runner { output: variables.output_path(), commands: variables.in_actions(), ..Default::default() }
}

/// The time for a post step's audit lines: the machine's, because ending must not wait for a server to tell it.
#[expect(clippy::disallowed_methods, reason = "the shell asks the clock, once")]
fn now() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

/// Runs a future on a runtime of one thread.
///
/// # Panics
/// Where the system gives no runtime.
pub(super) fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime of one thread can be built").block_on(future)
}

/// There was nowhere to work.
pub(super) fn no_office(voice: Voice, error: &OfficeError) -> Exit {
    voice.error(error, error.hint());
    error.exit()
}
