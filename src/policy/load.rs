//! Text to policy, or to everything that is wrong with it.

use super::fault::{Faults, Sink};
use super::raw::RawPolicy;
use super::{Policy, check, raw, screen, tree};
use crate::domain::ObjectId;

/// The policy that a text says; `id` is the git object id of the file.
///
/// # Errors
/// [`Faults`]: all of them, in the order of the file. Only what stops the YAML parser hides what comes behind it.
pub fn load(text: &str, id: ObjectId) -> Result<Policy, Faults> {
    let sink = Sink::default();
    let policy = mirror(text, &sink).map(|raw| check::policy(&raw, id, &sink));
    match (policy, sink.into_faults(text)) {
        (Some(policy), None) => Ok(policy),
        (_, Some(faults)) => Err(faults),
        (None, None) => unreachable!("a policy that cannot be read has a fault that says so"),
    }
}

/// The mirror of a text, where it can be read at all and is of this version.
pub(super) fn mirror(text: &str, sink: &Sink) -> Option<RawPolicy> {
    screen::screen(text, sink)?;
    let root = tree::parse(text, sink)?;
    check::version(&root, sink)?;
    raw::read(&root, sink)
}
