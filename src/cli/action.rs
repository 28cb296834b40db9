//! `shipgate action`: the event that Actions gives, and its post step.

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
pub(super) fn action(post: bool, variables: &Environment, voice: &Voice) -> Exit {
    if post { post_step(variables, voice) } else { main_step(variables, voice) }
}

fn main_step(variables: &Environment, voice: &Voice) -> Exit {
    // Everything up to here and this: no client, no runtime, no policy (row C2).
    let event = match event(variables) {
        Ok(Event::Ignored(why)) => {
            voice.aside(&format!("shipgate: nothing to do: {why}\n"));
            runner(variables).output("decision", "none");
            return Exit::Done;
        }
        Ok(event) => event,
        Err(error) => return usage(voice, &error),
    };
    let office = match Place::from(variables, None).and_then(|place| Office::open(place, variables)) {
        Ok(office) => office,
        Err(error) => return no_office(voice, &error),
    };
    let outcome = block_on(run::action(&office.world(variables), event));
    office.runner().output("audit-head", &office.audit_head());
    match outcome {
        Ok(outcome) => told(voice, &office, &outcome),
        Err(error) => failed(voice, &office, &error),
    }
}

fn post_step(variables: &Environment, voice: &Voice) -> Exit {
    if variables.state("claim").is_none_or(|claim| claim.is_empty()) {
        voice.aside("shipgate: nothing to end: the main step started no deployment\n");
        return Exit::Done;
    }
    let office = match Place::from(variables, None).and_then(|place| Office::open(place, variables)) {
        Ok(office) => office,
        Err(error) => return no_office(voice, &error),
    };
    match block_on(run::post(&office.world(variables), now())) {
        Ok(outcome) => told(voice, &office, &outcome),
        Err(error) => failed(voice, &office, &error),
    }
}

/// What can be wrong with the event.
#[derive(Debug, thiserror::Error)]
enum NoEvent {
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
    crate::runner::Runner { output: variables.output_path(), ..Default::default() }
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

fn told(voice: &Voice, office: &Office, outcome: &Outcome) -> Exit {
    voice.aside(&format!("shipgate: {}\n", crate::report::escape::plain(&outcome.said)));
    if outcome.decision.is_none() {
        office.runner().output("decision", outcome.word());
    }
    outcome.exit()
}

fn failed(voice: &Voice, office: &Office, error: &RunError) -> Exit {
    let hint = error.hint();
    voice.error(error, hint.as_deref());
    office.runner().output("decision", "error");
    office.runner().annotate(crate::runner::Level::Error, &error.to_string());
    error.exit()
}

fn usage(voice: &Voice, error: &NoEvent) -> Exit {
    voice.error(error, Some("`shipgate action` runs inside GitHub Actions, which sets these variables; try `shipgate demo`"));
    match error {
        NoEvent::Unreadable { .. } => Exit::Files,
        NoEvent::Unset(_) | NoEvent::Event(_) => Exit::Usage,
    }
}

/// There was nowhere to work.
pub(super) fn no_office(voice: &Voice, error: &OfficeError) -> Exit {
    voice.error(error, error.hint());
    error.exit()
}
