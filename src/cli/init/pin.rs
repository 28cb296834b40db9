//! Which commit of the action the workflows name: given, in use already, or asked of the action's repository. Never none.

use super::super::args::Init;
use crate::domain::{BranchName, RepoSlug};
use crate::env::Environment;
use crate::git::{InvalidRemote, Remote, TagError, tagged_commit};
use crate::programs::ChildEnvironment;
use crate::setup::{DEFAULT_ACTION, Findings, Pin, VERSION};

/// Where actions are, unless `GITHUB_SERVER_URL` says otherwise.
const SERVER: &str = "https://github.com";

/// The action's commit is not known.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoPin {
    /// The server's address cannot be asked.
    #[error("SG-PIN: the commit of {action} v{VERSION} is not known: {why}")]
    Address {
        /// The action's repository.
        action: RepoSlug,
        /// What is wrong with the address.
        why: InvalidRemote,
    },
    /// The server gave no answer, or has no such version.
    #[error("SG-PIN: the commit of {action} v{VERSION} is not known: {why}")]
    Tag {
        /// The action's repository.
        action: RepoSlug,
        /// What happened.
        why: TagError,
    },
}

/// What to do without it.
pub(super) const HINT: &str = "\
name it yourself: `--pin SHA`, the whole commit id of that version; or say where the action is: `--action OWNER/NAME`.
A workflow is not written without it: a tag can be moved to other code, a commit cannot";

/// The action's repository.
pub(super) fn action(options: &Init) -> RepoSlug {
    options.action.clone().unwrap_or_else(|| RepoSlug::new(DEFAULT_ACTION).expect("our own slug is one: a test checks it"))
}

/// The commit to name.
pub(super) fn pin(options: &Init, findings: &Findings, variables: &Environment) -> Result<Pin, NoPin> {
    let action = action(options);
    if let Some(sha) = &options.pin {
        return Ok(Pin { action, sha: sha.clone() });
    }
    if let Some(pin) = findings.pin_in_use(&action) {
        return Ok(pin);
    }
    let server = variables.server_url().unwrap_or_else(|| SERVER.to_owned());
    let address = format!("{}/{action}", server.trim_end_matches('/'));
    let remote = Remote::new(&address).map_err(|why| NoPin::Address { action: action.clone(), why })?;
    let tag = BranchName::new(format!("v{VERSION}")).expect("a version is a tag's name");
    let sha = tagged_commit(&remote, &tag, &ChildEnvironment::of(variables.all())).map_err(|why| NoPin::Tag { action: action.clone(), why })?;
    Ok(Pin { action, sha })
}
