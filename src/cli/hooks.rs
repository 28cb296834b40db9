//! `shipgate hooks` and `shipgate hook`.

use super::args::{Hook, Hooks};
use super::say::Voice;
use crate::env::Environment;
use crate::exit::Exit;

/// Installs, uninstalls, tells.
pub(super) fn hooks(_command: &Hooks, _variables: &Environment, _voice: Voice) -> Exit {
    Exit::Bug
}

/// Is a hook.
pub(super) fn hook(_hook: &Hook, _variables: &Environment, _voice: Voice) -> Exit {
    Exit::Bug
}
