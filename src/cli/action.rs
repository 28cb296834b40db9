//! `shipgate action`: the event that Actions gives, and its post step.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::office::{Office, OfficeError, Place};
use super::say::Voice;
use super::{carried, proposed};
use crate::domain::shown;
use crate::env::Environment;
use crate::exit::Exit;
use crate::gates::Judgement;
use crate::git::GitObjects;
use crate::github::GitHub;
use crate::intake::{CommentEvent, Event, FailOn, InputError, Inputs, read_event};
use crate::programs::LocalPrograms;
use crate::report::escape::plain;
use crate::run::{self, Outcome, RunError, World};
use crate::runner::{Level, Runner};

/// The largest event file read: GitHub's own limit for a webhook payload is 25 MB.
const MOST_BYTES: u64 = 25 * 1024 * 1024;

/// Runs the main or the post step.
pub(super) fn action(post: bool, variables: &Environment, voice: Voice) -> Exit {
    if !post && let Some(exit) = proposed::checked(variables, voice) {
        return exit;
    }
    let ended = if post { end(variables, by_server(variables, now())) } else { deliver(variables) };
    let runner = runner(variables);
    match ended {
        Ok(outcome) => {
            voice.aside(&format!("shipgate: {}\n", plain(&outcome.said)));
            if let Some(sentence) = outcome.in_a_sentence() {
                let refused = outcome.decision == Some(Judgement::NoGo);
                runner.annotate(if refused { Level::Error } else { Level::Notice }, &sentence);
            }
            let fail_on = inputs(variables).ok().and_then(|inputs| inputs.fail_on);
            heard(fail_on, outcome.exit())
        }
        Err(stopped) => {
            let hint = stopped.hint();
            voice.error(&stopped, hint.as_deref());
            runner.output("decision", "error");
            let hint = hint.map(|hint| format!("\nhint: {hint}")).unwrap_or_default();
            runner.annotate(Level::Error, &format!("{}{hint}", with_causes(&stopped)));
            stopped.exit()
        }
    }
}

/// An error with what led to it, on one line.
fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    for cause in std::iter::successors(error.source(), |cause| cause.source()).map(ToString::to_string) {
        if !text.contains(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    text
}

/// How the step ends: a verdict fails it where the workflow says so.
fn heard(fail_on: Option<FailOn>, exit: Exit) -> Exit {
    match (fail_on, exit) {
        (Some(FailOn::Nothing), Exit::NoGo | Exit::Waiting) | (Some(FailOn::NoGo), Exit::Waiting) => Exit::Done,
        (_, exit) => exit,
    }
}

/// Handles the event that the variables name.
///
/// # Errors
/// [`Stopped`] where it could not be handled.
pub(super) fn deliver(variables: &Environment) -> Result<Outcome, Stopped> {
    let inputs = inputs(variables)?;
    if let Some(carried) = carried::carried(variables, inputs.step)? {
        hide_tokens(variables);
        return block_on(carried::carry(variables, &carried));
    }
    // Up to here and through this: no client, no runtime, no policy, not a word on standard output (row C2).
    let event = match event(variables, &inputs.prefix)? {
        Event::Ignored(why) => {
            runner(variables).output("decision", "none");
            return Ok(Outcome::nothing(format!("nothing to do: {why}")));
        }
        event => event,
    };
    is_here(&event, variables)?;
    hide_tokens(variables);
    block_on(async {
        let place = Place::from(variables, None)?;
        let work = async |world: &World<'_, GitHub, GitObjects, LocalPrograms>| run::action(world, event.clone()).await;
        working((place, variables), Some(&event), work).await
    })
}

/// Opens the office, does the work until somebody stops it, and writes what every main step writes in the end.
///
/// # Errors
/// [`Stopped`] where it could not be done; whoever commanded by the event is told then.
pub(super) async fn working(
    (place, variables): (Place, &Environment),
    event: Option<&Event>,
    work: impl AsyncFnOnce(&World<'_, GitHub, GitObjects, LocalPrograms>) -> Result<Outcome, RunError>,
) -> Result<Outcome, Stopped> {
    let _open = survive_full_files();
    let opened = Office::open(place.clone(), variables).map_err(Stopped::from);
    let ready = opened.and_then(|office| match office.runner().ready(now()) {
        Ok(()) => Ok(office),
        Err(error) => Err(RunError::from(error).into()),
    });
    let office = match ready {
        Ok(office) => office,
        Err(stopped) => {
            if let Some(Event::Comment(event)) = event {
                tell(&place, event, &stopped).await;
            }
            return Err(stopped);
        }
    };
    let world = office.world(variables);
    let outcome = until_stopped(&office, Box::pin(work(&world))).await;
    office.runner().output("audit-head", &office.audit_head());
    office.show_warnings();
    let outcome = outcome?;
    if outcome.decision.is_none() {
        office.runner().output("decision", outcome.word());
    }
    Ok(outcome)
}

/// The event is one of the repository that the runner works for: the comment of one would command in the other.
fn is_here(event: &Event, variables: &Environment) -> Result<(), NoEvent> {
    let (Some(event), Ok(Some(here))) = (event.repository(), variables.repository()) else { return Ok(()) };
    if event.as_str().eq_ignore_ascii_case(here.as_str()) {
        return Ok(());
    }
    Err(NoEvent::Elsewhere { event: event.to_string(), here: here.to_string() })
}

/// This machine is not as it should be: whoever commands sees nothing but the pull request.
async fn tell(place: &Place, event: &CommentEvent, stopped: &Stopped) {
    let what = with_causes(stopped);
    let what = what.split_once(": ").filter(|(code, _)| code.starts_with("SG-")).map_or(what.as_str(), |(_, what)| what);
    let why = format!(
        "Nothing was begun, because the machine that runs shipgate is not as it must be: {what}. Mend the workflow or the runner, then give the command again."
    );
    match place.client() {
        Ok(forge) => run::tell(&forge, event, &why, place.log_url().as_deref()).await,
        Err(error) => tracing::warn!("the pull request could not be told: {error}"),
    }
}

/// While this lives, a file that would grow beyond the system's limit is an error of the write, not the death of the process in the middle of something.
#[cfg(unix)]
fn survive_full_files() -> Option<tokio::signal::unix::Signal> {
    let number = rustix::process::Signal::XFSZ.as_raw();
    tokio::signal::unix::signal(tokio::signal::unix::SignalKind::from_raw(number)).ok()
}

#[cfg(not(unix))]
fn survive_full_files() {}

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
pub(super) fn end(variables: &Environment, at: Timestamp) -> Result<Outcome, Stopped> {
    if variables.state("claim").is_none_or(|claim| claim.is_empty()) {
        return Ok(Outcome::nothing("nothing to end: the main step started no deployment"));
    }
    hide_tokens(variables);
    block_on(async {
        let _open = survive_full_files();
        let place = Place::from(variables, carried::repository(variables).as_deref())?;
        let (office, unaudited) = Office::open_to_end(place, variables)?;
        let ended = run::post(&office.world(variables), at).await;
        office.show_warnings();
        let ended = ended.map_err(Stopped::NotEnded)?;
        unaudited.map_or(Ok(ended), |error| Err(error.into()))
    })
}

/// Why an event was not handled.
#[derive(Debug, thiserror::Error)]
pub(super) enum Stopped {
    #[error("SG-USAGE: {0}")]
    Input(#[from] InputError),
    #[error(transparent)]
    Event(#[from] NoEvent),
    #[error(transparent)]
    Office(#[from] OfficeError),
    #[error(transparent)]
    Run(#[from] RunError),
    #[error(transparent)]
    NotEnded(RunError),
}

impl Stopped {
    fn exit(&self) -> Exit {
        match self {
            Self::Event(NoEvent::Unreadable { .. }) => Exit::Files,
            Self::Input(_) | Self::Event(_) => Exit::Usage,
            Self::Office(error) => error.exit(),
            Self::Run(error) | Self::NotEnded(error) => error.exit(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Input(_) => Some("look at `with:` in the workflow, and at the inputs in docs/action.md".to_owned()),
            Self::Event(error) => Some(error.hint().to_owned()),
            Self::Office(error) => error.hint().map(str::to_owned),
            Self::Run(error) => error.hint(),
            Self::NotEnded(error) => {
                let mend = error.hint().map(|hint| format!("{hint}; ")).unwrap_or_default();
                Some(format!("{mend}what is left of the deployment is ended by any later event once this run is over, and its lock holds nobody up then"))
            }
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
    #[error("SG-EVENT: the event is one of {event}, and GITHUB_REPOSITORY says {here}")]
    Elsewhere { event: String, here: String },
}

impl NoEvent {
    fn hint(&self) -> &'static str {
        match self {
            Self::Unset(_) => "`shipgate action` runs inside GitHub Actions, which sets these variables; try `shipgate demo`",
            Self::Unreadable { .. } => {
                "the runner writes this file: look at the runner and its disk, and at `env:` in the workflow, which must not set GITHUB_EVENT_PATH"
            }
            Self::Event(_) => {
                "GITHUB_EVENT_PATH must name the payload of the event GITHUB_EVENT_NAME, as the runner wrote it: look at `env:` in the workflow, and give the command again"
            }
            Self::Elsewhere { .. } => {
                "look at `env:` in the workflow, which must not set GITHUB_REPOSITORY; where the repository was renamed since, give the command again"
            }
        }
    }
}

fn event(variables: &Environment, prefix: &str) -> Result<Event, NoEvent> {
    let name = variables.event_name().ok_or(NoEvent::Unset("GITHUB_EVENT_NAME"))?;
    let path = variables.event_path().ok_or(NoEvent::Unset("GITHUB_EVENT_PATH"))?;
    let unreadable = |why: String| NoEvent::Unreadable { path: shown(&path.display().to_string()), why };
    let length = std::fs::metadata(&path).map_err(|error| unreadable(error.to_string()))?.len();
    if length > MOST_BYTES {
        return Err(unreadable(format!("it is larger than {MOST_BYTES} bytes")));
    }
    let payload = std::fs::read(&path).map_err(|error| unreadable(error.to_string()))?;
    read_event(&name, &payload, prefix).map_err(|error| NoEvent::Event(error.to_string()))
}

fn inputs(variables: &Environment) -> Result<Inputs, InputError> {
    Inputs::read(&|name| variables.input(name))
}

fn runner(variables: &Environment) -> Runner {
    Runner { output: variables.output_path(), commands: variables.in_actions(), ..Runner::default() }
}

/// Before anything else is printed: the runner knows the job's own token, but not one that a step made.
fn hide_tokens(variables: &Environment) {
    let runner = runner(variables);
    for token in variables.input_tokens() {
        runner.hide(secrecy::ExposeSecret::expose_secret(&token));
    }
}

/// The server's time, by what the main step saw on both clocks: ending must not wait for a server to tell it, and this machine's clock may be wrong.
fn by_server(variables: &Environment, now: Timestamp) -> Timestamp {
    let state = |name: &str| variables.state(name).and_then(|text| text.parse::<Timestamp>().ok());
    match (state("started"), state("main")) {
        (Some(started), Some(main)) => started.checked_add(now.duration_since(main).max(SignedDuration::ZERO)).unwrap_or(now),
        _ => now,
    }
}

/// This machine's time.
#[expect(clippy::disallowed_methods, reason = "the shell asks the clock, once")]
pub(super) fn now() -> Timestamp {
    Timestamp::now()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_fails_the_step_as_the_input_says_and_an_error_always_does() {
        for (fail_on, no_go, waiting) in [
            (None, Exit::NoGo, Exit::Waiting),
            (Some(FailOn::NoGo), Exit::NoGo, Exit::Done),
            (Some(FailOn::Waiting), Exit::NoGo, Exit::Waiting),
            (Some(FailOn::Nothing), Exit::Done, Exit::Done),
        ] {
            assert_eq!((heard(fail_on, Exit::NoGo), heard(fail_on, Exit::Waiting)), (no_go, waiting), "{fail_on:?}");
            for exit in [Exit::Done, Exit::Usage, Exit::InvalidPolicy, Exit::Forge, Exit::Files, Exit::Bug, Exit::Stopped] {
                assert_eq!(heard(fail_on, exit), exit, "{fail_on:?}");
            }
        }
    }

    #[test]
    fn the_time_of_an_end_is_the_servers_whatever_this_machines_clock_shows() {
        let time = |text: &str| text.parse::<Timestamp>().expect("a time");
        let kept = Environment::from_pairs([("STATE_main", "1999-01-01T00:00:00Z"), ("STATE_started", "2026-03-02T09:00:00Z")]);
        assert_eq!(by_server(&kept, time("1999-01-01T00:02:05Z")), time("2026-03-02T09:02:05Z"));
        assert_eq!(by_server(&kept, time("1998-12-31T23:00:00Z")), time("2026-03-02T09:00:00Z"), "a clock that was set back");
        assert_eq!(by_server(&Environment::from_pairs([("STATE_main", "begun")]), time("2026-03-02T09:00:00Z")), time("2026-03-02T09:00:00Z"));
    }
}
