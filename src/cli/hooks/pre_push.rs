//! The hook `pre-push`: what is pushed. What that is, and what is wrong with it, is found out in `examine`; here it is asked for and said.

use std::path::Path;

use super::super::check;
use super::super::say::Voice;
use crate::checks::Skips;
use crate::env::Environment;
use crate::examine::{PushError, Pushing, Wanted};
use crate::exit::Exit;
use crate::git::history::{Destination, HistoryError, Line, Repository, lines};
use crate::programs::ChildEnvironment;
use crate::report::findings::{Examined, text};

/// What to do where nothing could be looked at.
const UNSEEN: &str = "nothing was pushed, because what is pushed could not be looked at";

/// Looks, and says what was found. `input` are git's lines: `LOCAL-REF LOCAL-ID REMOTE-REF REMOTE-ID` for each ref; `skips` were said already.
pub(super) fn hook((remote, url): (Option<&str>, Option<&str>), (input, skips): (&[u8], &Skips), variables: &Environment, voice: Voice) -> Exit {
    let lines = match lines(input) {
        Ok(lines) => lines,
        Err(error) => {
            voice.error(&error, Some("git writes LOCAL-REF LOCAL-ID REMOTE-REF REMOTE-ID for each ref"));
            return Exit::Usage;
        }
    };
    if lines.is_empty() {
        return Exit::Done;
    }
    let wanted = Wanted { only: Vec::new(), skips: skips.clone() };
    match examined(&Destination::of(remote, url), &lines, &wanted, variables) {
        Ok(examined) => {
            voice.aside(&text(&examined, voice.error_paint));
            examined.exit()
        }
        Err(PushError::Rules(error)) => check::no_rules(&error, voice),
        Err(PushError::Examine(error)) => check::not_examined(&error, voice),
        Err(PushError::History(error)) => {
            voice.error(&error, Some(UNSEEN));
            Exit::Files
        }
    }
}

fn examined(destination: &Destination, lines: &[Line], wanted: &Wanted, variables: &Environment) -> Result<Examined, PushError> {
    let repository = repository(destination, variables)?;
    Pushing { repository: &repository, destination, lines, wanted }.examined()
}

fn repository(destination: &Destination, variables: &Environment) -> Result<Repository, HistoryError> {
    let (here, environment) = (Path::new("."), ChildEnvironment::of(variables.all()));
    match &destination.name {
        Some(remote) => Repository::discover_with(remote, here, &environment),
        None => Repository::discover(here, &environment),
    }
}
