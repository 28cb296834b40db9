//! The hook `pre-push`: what is pushed.

use super::super::say::Voice;
use crate::checks::Skips;
use crate::env::Environment;
use crate::exit::Exit;

/// Looks, and says what was found. `lines` are git's: `LOCAL-REF LOCAL-ID REMOTE-REF REMOTE-ID` for each ref; `skips` were said already.
pub(super) fn hook(_remote: (Option<&str>, Option<&str>), (_lines, _skips): (&[u8], &Skips), _variables: &Environment, _voice: Voice) -> Exit {
    Exit::Bug
}
