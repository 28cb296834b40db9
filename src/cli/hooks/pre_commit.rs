//! The hook `pre-commit`: what is staged.

use super::super::say::Voice;
use crate::checks::Skips;
use crate::env::Environment;
use crate::exit::Exit;

/// Looks, and says what was found.
pub(super) fn hook(_skips: &Skips, _variables: &Environment, _voice: Voice) -> Exit {
    Exit::Bug
}
