//! `shipgate hooks` (install, uninstall, status) and `shipgate hook` (what the installed hooks run).
//!
//! Each hook is ours and the one that was there before. Before a commit that one runs first: it may change what is committed, or its message, and ours must see what
//! becomes of it. Before a push it runs last: git-lfs, for one, sends files then, and nothing is sent that ours would stop.

mod chain;
mod commit_msg;
mod install;
mod look;
mod pre_commit;
mod pre_push;
mod pushed;
mod put;
mod show;
mod skipped;
mod status;

use std::ffi::OsStr;
use std::path::Path;

use chain::Chain;

use super::args::{Hook, HookCall, Hooks};
use super::say::Voice;
use crate::checks::{Check, Skips};
use crate::env::Environment;
use crate::exit::Exit;
use crate::setup::hooks::HookName;

/// Installs, uninstalls, tells.
pub(super) fn hooks(command: &Hooks, variables: &Environment, voice: Voice) -> Exit {
    match command {
        Hooks::Install { dry_run, json } => install::install(install::How::new(*dry_run, *json), variables, voice),
        Hooks::Uninstall { dry_run, json } => install::uninstall(install::How::new(*dry_run, *json), variables, voice),
        Hooks::Status { json } => status::status(*json, variables, voice),
    }
}

/// Is a hook.
pub(super) fn hook(call: &HookCall, variables: &Environment, voice: Voice) -> Exit {
    let skips = match Skips::parse(&variables.skipped_checks().unwrap_or_default()) {
        Ok(skips) => skips,
        Err(error) => {
            voice.error(&error, Some("`shipgate check --list` lists the checks; nothing was looked at"));
            return Exit::Usage;
        }
    };
    let chain = |hook: HookName| Chain { hook, script: call.script.as_deref(), variables, voice };
    match &call.hook {
        Hook::PreCommit { files } => {
            let arguments: Vec<&OsStr> = files.iter().map(|file| file.as_os_str()).collect();
            let skips = skips.among(|check| !matches!(check, Check::Messages | Check::Refs));
            chain(HookName::PreCommit).before(&arguments, || {
                skipped::log(&skips, HookName::PreCommit, b"", (variables, voice));
                pre_commit::hook(&skips, variables, voice)
            })
        }
        Hook::CommitMsg { file, fix } => chain(HookName::CommitMsg).before(&[file.as_os_str()], || commit_msg(file, *fix, &skips, (variables, voice))),
        Hook::PrePush { remote, url } => pre_push((remote.as_deref(), url.as_deref()), &skips, &chain(HookName::PrePush)),
    }
}

fn commit_msg(file: &Path, fix: bool, skips: &Skips, (variables, voice): (&Environment, Voice)) -> Exit {
    let skips = skips.among(|check| check == Check::Messages);
    skipped::log(&skips, HookName::CommitMsg, b"", (variables, voice));
    if skips.is_empty() {
        return commit_msg::hook(file, fix, variables, voice);
    }
    skipped::say(&skips, voice);
    Exit::Done
}

fn pre_push(given: (Option<&str>, Option<&str>), skips: &Skips, chain: &Chain<'_>) -> Exit {
    let pushed = match pushed::read(given, chain.variables) {
        Ok(pushed) => pushed,
        Err(error) => {
            chain.voice.error(&error, None);
            return error.exit();
        }
    };
    let remote = (pushed.remote.as_deref(), pushed.url.as_deref());
    let arguments: Vec<&OsStr> = [remote.0, remote.1].into_iter().flatten().map(OsStr::new).collect();
    chain.after(&arguments, &pushed.lines, || {
        skipped::log(skips, HookName::PrePush, &pushed.lines, (chain.variables, chain.voice));
        pre_push::hook(remote, (&pushed.lines, skips), chain.variables, chain.voice)
    })
}
