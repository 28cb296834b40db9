//! The hook `pre-push`: what is pushed.

use super::super::say::Voice;
use crate::env::Environment;
use crate::exit::Exit;

/// Looks, and says what was found.
pub(super) fn hook(_remote: (Option<&str>, Option<&str>), _variables: &Environment, _voice: Voice) -> Exit {
    Exit::Bug
}
