//! `shipgate doctor`: reads the files, asks the server, shows what the core found. Decides nothing.

mod files;
mod server;

use std::path::{Path, PathBuf};

use super::action::{block_on, no_office, now};
use super::args::Doctor;
use super::office::{OfficeError, Place};
use super::say::Voice;
use crate::doctor::material::{Asked, Files, Material};
use crate::doctor::{self, Detail, Strictness};
use crate::env::Environment;
use crate::exit::Exit;
use crate::ports::ForgeError;

/// `shipgate doctor`.
pub(super) fn doctor(options: &Doctor, variables: &Environment, voice: Voice) -> Exit {
    let read = match &options.repo {
        Some(typed) => remote(typed, variables),
        None => local(options, variables),
    };
    let Read { files, server, failed } = match read {
        Ok(read) => read,
        Err(NotRead::Office(error)) => return no_office(voice, &error),
        Err(NotRead::Forge(error)) => return unreachable(voice, &error),
    };
    let version = semver::Version::parse(env!("CARGO_PKG_VERSION")).expect("cargo takes no other version");
    let diagnosis = doctor::examine(&Material { files, server, now: now(), version });
    if options.json {
        voice.answer(&doctor::json(&diagnosis));
    } else {
        let detail = if voice.verbose > 0 { Detail::Everything } else { Detail::Findings };
        voice.answer(&doctor::text(&diagnosis, detail, voice.paint));
    }
    if let Some(error) = failed {
        return unreachable(voice, &error);
    }
    let strictness = if options.strict { Strictness::Strict } else { Strictness::Usual };
    if strictness.errors(&diagnosis) == 0 { Exit::Done } else { Exit::NoGo }
}

/// What was read.
struct Read {
    files: Files,
    server: Asked,
    /// Why the server, which was to be asked, did not answer.
    failed: Option<ForgeError>,
}

/// Why nothing was.
enum NotRead {
    Office(OfficeError),
    Forge(ForgeError),
}

impl From<OfficeError> for NotRead {
    fn from(error: OfficeError) -> Self {
        Self::Office(error)
    }
}

/// A repository on the server: its files come from there too.
fn remote(typed: &str, variables: &Environment) -> Result<Read, NotRead> {
    let place = Place::from(variables, Some(typed))?;
    block_on(async {
        let github = place.client()?;
        let files = crate::ports::Inspect::files(&github).await.map_err(NotRead::Forge)?;
        let server = server::ask(&github, &files).await.map_err(NotRead::Forge)?;
        Ok(Read { files, server: Asked::Yes(Box::new(server)), failed: None })
    })
}

/// The current folder, and what the server says where there is a token.
fn local(options: &Doctor, variables: &Environment) -> Result<Read, NotRead> {
    let root = crate::git::work_tree(Path::new(".")).unwrap_or_else(|| PathBuf::from("."));
    let files = files::read(&root);
    let not = |files: Files, why: &str| Ok(Read { files, server: Asked::No(why.to_owned()), failed: None });
    if options.offline {
        return not(files, "--offline was given");
    }
    if variables.token().is_none() {
        return not(files, "there is no token");
    }
    if variables.repository().is_ok_and(|given| given.is_none()) && crate::git::origin_slug(&root).is_none() {
        return not(files, "the current folder is no clone of a repository on GitHub");
    }
    let place = Place::from(variables, None)?;
    block_on(async {
        let github = place.client()?;
        match server::ask(&github, &files).await {
            Ok(server) => Ok(Read { files, server: Asked::Yes(Box::new(server)), failed: None }),
            Err(error) => Ok(Read { files, server: Asked::Failed(server::why(&error)), failed: Some(error) }),
        }
    })
}

/// The server could not be asked about the repository at all.
#[derive(Debug, thiserror::Error)]
#[error("SG-FORGE: the repository could not be read: {0}")]
struct Unreachable<'a>(&'a ForgeError);

fn unreachable(voice: Voice, error: &ForgeError) -> Exit {
    voice.error(&Unreachable(error), Some("look at the token and the repository's name, or give --offline"));
    Exit::Forge
}
