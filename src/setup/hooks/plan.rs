//! What is to be done with each hook, decided before anything is.

use std::path::PathBuf;

use super::manager::{Manager, advice};
use super::place::Scope;
use super::script::Script;
use super::seen::{Entry, Kind, Seen, SeenFile};
use super::{ASIDE, HookName};
use crate::domain::shown;

/// What is done with one hook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// It stays as it is: the script is there already.
    Keep,
    /// It stays as it is: it is somebody's, and runs shipgate.
    KeepCalling,
    /// The script is written where nothing is.
    Write(Vec<u8>),
    /// The script is written in the place of an older one of ours.
    Replace(Vec<u8>),
    /// What is there is moved aside, and the script is written.
    Chain(Vec<u8>),
    /// The script is taken out.
    Remove,
    /// The script is taken out, and what was moved aside is put back.
    MoveBack,
    /// There is nothing to do.
    Nothing,
    /// It is left alone, although it may be in the way.
    Leave(Left),
}

/// Why something was left alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    /// The script was changed since it was written.
    Edited,
    /// Another version wrote it.
    OtherVersion,
    /// It was replaced by another hook, and what was moved aside is still there.
    Replaced,
    /// It is no file.
    Strange,
}

/// A hook and what is done with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// The hook.
    pub hook: HookName,
    /// What is done.
    pub step: Step,
}

/// What is done with all of them.
pub type Plan = Vec<Planned>;

/// Why nothing is installed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Hooks are switched off.
    #[error("git's hooks are off here: core.hooksPath is `{}` ({})", shown(&value.display().to_string()), shown(origin))]
    Off {
        /// The setting.
        value: PathBuf,
        /// Where it is set.
        origin: String,
    },
    /// The folder belongs to other repositories, too.
    #[error("core.hooksPath is `{}`, a {} setting ({}): its hooks are those of other repositories, too", shown(&folder.display().to_string()), scope.as_str(), shown(origin))]
    Shared {
        /// The folder.
        folder: PathBuf,
        /// Whose setting it is.
        scope: Scope,
        /// Where it is set.
        origin: String,
    },
    /// Nothing is committed or pushed from it.
    #[error("this repository is bare and has no work trees: nobody commits here, and these hooks do not run for what is pushed into it")]
    Bare,
    /// Another program looks after the hooks.
    #[error("{} looks after the hooks here ({})", manager.as_str(), shown(&at.display().to_string()))]
    Managed {
        /// The program.
        manager: Manager,
        /// Its file or folder.
        at: PathBuf,
    },
    /// The name for what is moved aside is taken.
    #[error("{hook} was there before, and so was another file {hook}{ASIDE}: only one of them can go on")]
    Taken {
        /// The hook.
        hook: HookName,
    },
    /// A script of ours was changed.
    #[error("{hook} was written by `shipgate hooks install` and changed since")]
    Edited {
        /// The hook.
        hook: HookName,
    },
    /// A later version wrote it.
    #[error("{hook} was written by a later shipgate (hook version {version})")]
    Later {
        /// The hook.
        hook: HookName,
        /// Its version.
        version: u32,
    },
    /// What is there could not be started from another place.
    #[error("{hook} is there and does not begin with `#!`: by which program it runs is a guess")]
    NoInterpreter {
        /// The hook.
        hook: HookName,
    },
    /// What is there is no file.
    #[error("{hook} is there and is no file")]
    Strange {
        /// The hook.
        hook: HookName,
    },
    /// The folder is a link to somewhere else.
    #[error("the hooks folder `{}` is a link to `{}`, which is not this repository's", shown(&folder.display().to_string()), shown(&real.display().to_string()))]
    Elsewhere {
        /// The folder.
        folder: PathBuf,
        /// Where it leads.
        real: PathBuf,
    },
}

impl Refusal {
    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Off { .. } => "take the setting out (`git config --unset core.hooksPath`), or leave the checks to CI".to_owned(),
            Self::Shared { .. } => "either give this repository a folder of its own (`git config core.hooksPath \"$(git rev-parse --path-format=absolute --git-common-dir)/hooks\"`), \
                                    and the shared hooks no longer run here; or add to each shared hook the line `shipgate hook NAME \"$@\"`"
                .to_owned(),
            Self::Bare => "install them where people commit and push from".to_owned(),
            Self::Managed { manager, .. } => advice(*manager).trim_end().to_owned(),
            Self::Taken { hook } => format!("look at both, keep the one that is meant as {hook}, and take the other away"),
            Self::Edited { hook } => format!("put {hook} back as it was, or take it away, and install again"),
            Self::Later { .. } => "use that version to change it".to_owned(),
            Self::NoInterpreter { hook } => format!("write `#!/bin/sh` as the first line of {hook}, which is how git runs it today"),
            Self::Strange { hook } => format!("take {hook} away"),
            Self::Elsewhere { .. } => "make it a folder, or name the other one by `git config core.hooksPath`".to_owned(),
        }
    }
}

/// Installs these scripts.
///
/// # Errors
/// Every [`Refusal`] there is; then nothing is to be done at all.
pub fn install(seen: &[Seen], script: impl Fn(HookName) -> Script) -> Result<Plan, Vec<Refusal>> {
    let (mut plan, mut refusals) = (Vec::new(), Vec::new());
    for seen in seen {
        match install_one(seen, &script(seen.hook)) {
            Ok(step) => plan.push(Planned { hook: seen.hook, step }),
            Err(refusal) if !refusals.iter().any(|other| is_same(other, &refusal)) => refusals.push(refusal),
            Err(_) => {}
        }
    }
    if refusals.is_empty() { Ok(plan) } else { Err(refusals) }
}

/// Whether two refusals say the same: a program that looks after hooks looks after all of them.
fn is_same(one: &Refusal, other: &Refusal) -> bool {
    matches!((one, other), (Refusal::Managed { manager: one, .. }, Refusal::Managed { manager: other, .. }) if one == other)
}

fn install_one(seen: &Seen, script: &Script) -> Result<Step, Refusal> {
    let hook = seen.hook;
    let file = match &seen.here {
        Entry::Nothing => return Ok(Step::Write(script.text())),
        Entry::Strange => return Err(Refusal::Strange { hook }),
        Entry::File(file) => file,
    };
    match file.kind(hook) {
        Kind::Ours(old) if old.program == script.program => Ok(Step::Keep),
        // Whether the folder was made for it is remembered.
        Kind::Ours(old) => Ok(Step::Replace(Script { folder: old.folder, ..script.clone() }.text())),
        Kind::Edited => Err(Refusal::Edited { hook }),
        Kind::OtherVersion(version) => Err(Refusal::Later { hook, version }),
        Kind::Managed(manager) => Err(Refusal::Managed { manager, at: PathBuf::from(hook.as_str()) }),
        Kind::Calls => Ok(Step::KeepCalling),
        Kind::Foreign if file.executable && !file.can_start() => Err(Refusal::NoInterpreter { hook }),
        Kind::Foreign if is_free(&seen.aside, file) => Ok(Step::Chain(script.text())),
        Kind::Foreign => Err(Refusal::Taken { hook }),
    }
}

/// Whether a file can be moved aside: nothing is there, or what an install left that was stopped half-way.
fn is_free(aside: &Entry, file: &SeenFile) -> bool {
    match aside {
        Entry::Nothing => true,
        Entry::File(other) => other.text.is_some() && other == file,
        Entry::Strange => false,
    }
}

/// Takes out what was installed.
pub fn uninstall(seen: &[Seen]) -> Plan {
    seen.iter().map(|seen| Planned { hook: seen.hook, step: uninstall_one(seen) }).collect()
}

fn uninstall_one(seen: &Seen) -> Step {
    let is_aside = seen.aside != Entry::Nothing;
    match (&seen.here, seen.here.kind(seen.hook)) {
        // An install was stopped half-way, where links cannot be made.
        (Entry::Nothing, _) | (_, Some(Kind::Ours(_))) if is_aside => Step::MoveBack,
        (_, Some(Kind::Ours(_))) => Step::Remove,
        (_, Some(Kind::Edited)) => Step::Leave(Left::Edited),
        (_, Some(Kind::OtherVersion(_))) => Step::Leave(Left::OtherVersion),
        (Entry::File(here), Some(_)) if is_aside => {
            // The same file twice: an install was stopped half-way.
            if is_free(&seen.aside, here) { Step::MoveBack } else { Step::Leave(Left::Replaced) }
        }
        (Entry::Strange, _) if is_aside => Step::Leave(Left::Strange),
        _ => Step::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::super::script::{Folder, Program};
    use super::*;

    fn file(text: &[u8]) -> Entry {
        Entry::File(SeenFile { text: Some(text.to_vec()), executable: true, is_link: false })
    }

    fn script(program: &str) -> Script {
        Script { hook: HookName::PrePush, program: Program::At(program.as_bytes().to_vec()), folder: Folder::Found }
    }

    fn seen(here: Entry, aside: Entry) -> Seen {
        Seen { hook: HookName::PrePush, here, aside }
    }

    fn step(here: Entry, aside: Entry) -> Result<Step, Refusal> {
        install_one(&seen(here, aside), &script("/new"))
    }

    const OLD: &[u8] = b"#!/bin/sh\ngit lfs pre-push \"$@\"\n";
    const OTHER: &[u8] = b"#!/bin/sh\nexit 0\n";

    #[test]
    fn h1_installing_writes_chains_replaces_or_keeps() {
        let text = script("/new").text();
        assert_eq!(step(Entry::Nothing, Entry::Nothing), Ok(Step::Write(text.clone())));
        assert_eq!(step(Entry::Nothing, file(OLD)), Ok(Step::Write(text.clone())));
        assert_eq!(step(file(OLD), Entry::Nothing), Ok(Step::Chain(text.clone())));
        assert_eq!(step(file(OLD), file(OLD)), Ok(Step::Chain(text.clone())), "stopped half-way");
        assert_eq!(step(file(&text), file(OLD)), Ok(Step::Keep));
        assert_eq!(step(file(&script("/old").text()), file(OLD)), Ok(Step::Replace(text.clone())));
        let made = Script { folder: Folder::Made, ..script("/old") };
        assert_eq!(step(file(&made.text()), Entry::Nothing), Ok(Step::Replace(Script { folder: Folder::Made, ..script("/new") }.text())));
        assert_eq!(step(file(b"#!/bin/sh\nmake lint\nshipgate hook pre-push \"$@\"\n"), Entry::Nothing), Ok(Step::KeepCalling));
    }

    #[test]
    fn h1_what_is_not_ours_to_move_is_refused_and_nothing_is_done() {
        let hook = HookName::PrePush;
        assert_eq!(step(file(OLD), file(OTHER)), Err(Refusal::Taken { hook }));
        assert_eq!(step(file(OLD), Entry::Strange), Err(Refusal::Taken { hook }));
        assert_eq!(step(Entry::Strange, Entry::Nothing), Err(Refusal::Strange { hook }));
        assert_eq!(step(file(b"echo\n"), Entry::Nothing), Err(Refusal::NoInterpreter { hook }));
        let edited = [script("/old").text(), b"echo\n".to_vec()].concat();
        assert_eq!(step(file(&edited), Entry::Nothing), Err(Refusal::Edited { hook }));
        assert_eq!(step(file(b"#!/bin/sh\n# shipgate hook 7, new\n"), Entry::Nothing), Err(Refusal::Later { hook, version: 7 }));
        assert!(matches!(step(file(b"#!/bin/sh\ncall_lefthook()\n"), Entry::Nothing), Err(Refusal::Managed { manager: Manager::Lefthook, .. })));
        let both = [seen(Entry::Nothing, Entry::Nothing), seen(file(OLD), file(OTHER)), seen(Entry::Strange, Entry::Nothing)];
        assert_eq!(install(&both, |_| script("/new")).map_err(|refusals| refusals.len()), Err(2));
    }

    #[test]
    fn h1_uninstalling_puts_back_what_was_there_and_leaves_what_was_changed() {
        let ours = script("/old").text();
        let edited = [ours.clone(), b"echo\n".to_vec()].concat();
        for (here, aside, expected) in [
            (file(&ours), Entry::Nothing, Step::Remove),
            (file(&ours), file(OLD), Step::MoveBack),
            (Entry::Nothing, file(OLD), Step::MoveBack),
            (file(OLD), file(OLD), Step::MoveBack),
            (file(&edited), file(OLD), Step::Leave(Left::Edited)),
            (file(OTHER), file(OLD), Step::Leave(Left::Replaced)),
            (file(b"#!/bin/sh\n# shipgate hook 7, new\n"), Entry::Nothing, Step::Leave(Left::OtherVersion)),
            (Entry::Strange, file(OLD), Step::Leave(Left::Strange)),
            (file(OTHER), Entry::Nothing, Step::Nothing),
            (Entry::Nothing, Entry::Nothing, Step::Nothing),
        ] {
            assert_eq!(uninstall_one(&seen(here.clone(), aside)), expected, "{here:?}");
        }
    }

    #[test]
    fn h1_a_script_behind_a_link_is_not_taken_for_one_that_we_wrote() {
        let link = Entry::File(SeenFile { text: Some(script("/old").text()), executable: true, is_link: true });
        assert_eq!(uninstall_one(&seen(link.clone(), Entry::Nothing)), Step::Leave(Left::Edited));
        assert!(step(link, Entry::Nothing).is_err());
    }
}
