//! Installing hooks, taking them out, telling what is there.

use super::super::args::Hooks;
use super::super::say::Voice;
use crate::env::Environment;
use crate::exit::Exit;

/// Installs, uninstalls, tells.
pub(super) fn hooks(_command: &Hooks, _variables: &Environment, _voice: Voice) -> Exit {
    Exit::Bug
}
