//! The hook `commit-msg`: message of a commit.

use std::path::Path;

use super::super::say::Voice;
use crate::env::Environment;
use crate::exit::Exit;

/// Looks, and says what was found.
pub(super) fn hook(_file: &Path, _fix: bool, _variables: &Environment, _voice: Voice) -> Exit {
    Exit::Bug
}
