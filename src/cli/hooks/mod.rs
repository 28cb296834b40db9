//! `shipgate hooks` (install, uninstall, status) and `shipgate hook` (what the installed hooks run).

mod commit_msg;
mod install;
mod pre_commit;
mod pre_push;

use super::args::{Hook, Hooks};
use super::say::Voice;
use crate::env::Environment;
use crate::exit::Exit;

/// Installs, uninstalls, tells.
pub(super) fn hooks(command: &Hooks, variables: &Environment, voice: Voice) -> Exit {
    install::hooks(command, variables, voice)
}

/// Is a hook.
pub(super) fn hook(hook: &Hook, variables: &Environment, voice: Voice) -> Exit {
    match hook {
        Hook::PreCommit { .. } => pre_commit::hook(variables, voice),
        Hook::CommitMsg { file, fix } => commit_msg::hook(file, *fix, variables, voice),
        Hook::PrePush { remote, url } => pre_push::hook((remote.as_deref(), url.as_deref()), variables, voice),
    }
}
