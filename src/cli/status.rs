//! `shipgate status`: where every environment stands, without effect.

use super::action::{block_on, no_office};
use super::args::Status;
use super::office::{Office, OfficeError, Place};
use super::say::Voice;
use crate::domain::EnvName;
use crate::env::Environment;
use crate::exit::Exit;
use crate::plan::Standing;
use crate::report::stages::{Told, json, terminal};
use crate::run::{self, RunError};

/// `shipgate status`.
pub(super) fn status(options: &Status, variables: &Environment, voice: Voice) -> Exit {
    let environment = match options.environment.clone().map(EnvName::new).transpose() {
        Ok(environment) => environment,
        Err(error) => {
            voice.error(&RunError::Usage(error.to_string()), None);
            return Exit::Usage;
        }
    };
    let asked = block_on(async {
        let office = Office::open(Place::from(variables, options.repo.as_deref())?, variables)?;
        Ok::<_, OfficeError>(run::status(&office.world(variables), options.pr, environment.as_ref()).await)
    });
    match asked {
        Ok(Ok(told)) => {
            voice.answer(&if options.json { json(&told) } else { terminal(&told, voice.paint) });
            exit(&told)
        }
        Ok(Err(error)) => {
            let hint = error.hint();
            voice.error(&error, hint.as_deref());
            error.exit()
        }
        Err(error) => no_office(voice, &error),
    }
}

/// Failed or not to be told is 1; not done yet is 4. Without a pull request nothing has to be done.
fn exit(told: &Told) -> Exit {
    match (told.standing(), &told.pull) {
        (Standing::Failed | Standing::Unknown, _) => Exit::NoGo,
        (Standing::Done, _) | (Standing::Outstanding | Standing::Locked, None) => Exit::Done,
        _ => Exit::Waiting,
    }
}
