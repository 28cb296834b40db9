//! Does what was planned: each hook is the old one or the new one at any moment, whatever stops us, and where one cannot be written, none is.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use crate::setup::hooks::{HookName, Plan, Step};

/// A hook could not be written.
#[derive(Debug, thiserror::Error)]
#[error("SG-FILE: {path} could not be {done}: {why}")]
pub(super) struct Unwritten {
    path: String,
    done: &'static str,
    why: std::io::Error,
}

/// A script beside its place. What is not moved in is gone at the end.
struct Beside {
    hook: HookName,
    path: PathBuf,
}

impl Drop for Beside {
    fn drop(&mut self) {
        let _gone = fs::remove_file(&self.path);
    }
}

/// What was done with a hook, to be undone.
enum Done {
    Written(PathBuf),
    MovedAside { here: PathBuf, aside: PathBuf },
}

/// Installs.
///
/// # Errors
/// [`Unwritten`]; then everything is as it was.
pub(super) fn install(folder: &Path, plan: &Plan) -> Result<(), Unwritten> {
    let made = make(folder).map_err(|why| unwritten(folder, "made", why))?;
    let written = write_all(folder, plan);
    if written.is_err() && made {
        let _stays = fs::remove_dir(folder);
    }
    written
}

fn write_all(folder: &Path, plan: &Plan) -> Result<(), Unwritten> {
    let mut besides = Vec::new();
    for planned in plan {
        if let Step::Write(text) | Step::Replace(text) | Step::Chain(text) = &planned.step {
            besides.push(beside(folder, planned.hook, text)?);
        }
    }
    let mut done = Vec::new();
    for planned in plan {
        let Some(beside) = besides.iter().find(|beside| beside.hook == planned.hook) else { continue };
        if let Err(why) = move_in(folder, beside, &planned.step, &mut done) {
            done.into_iter().rev().for_each(undo);
            return Err(unwritten(&folder.join(planned.hook.as_str()), "written", why));
        }
    }
    Ok(())
}

fn unwritten(path: &Path, done: &'static str, why: std::io::Error) -> Unwritten {
    Unwritten { path: crate::domain::shown(&path.display().to_string()), done, why }
}

/// Makes the folder where it is not there; whether it did.
fn make(folder: &Path) -> std::io::Result<bool> {
    match fs::create_dir(folder) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error),
    }
}

fn beside(folder: &Path, hook: HookName, text: &[u8]) -> Result<Beside, Unwritten> {
    let path = folder.join(format!(".{hook}.{}.new", std::process::id()));
    let failed = |why: std::io::Error| unwritten(&folder.join(hook.as_str()), "written", why);
    let mut file = options().open(&path).map_err(failed)?;
    let beside = Beside { hook, path };
    file.write_all(text).and_then(|()| file.sync_all()).map_err(failed)?;
    Ok(beside)
}

#[cfg(unix)]
fn options() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(0o755);
    options
}

#[cfg(not(unix))]
fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    options
}

fn move_in(folder: &Path, beside: &Beside, step: &Step, done: &mut Vec<Done>) -> std::io::Result<()> {
    let here = folder.join(beside.hook.as_str());
    match step {
        Step::Write(_) => {
            // A link is made only where nothing is: what appeared meanwhile stays.
            match fs::hard_link(&beside.path, &here) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists => return Err(error),
                Err(_) if fs::symlink_metadata(&here).is_err() => fs::rename(&beside.path, &here)?,
                other => other?,
            }
            done.push(Done::Written(here));
        }
        Step::Chain(_) => {
            let aside = folder.join(beside.hook.aside());
            keep(&here, &aside)?;
            done.push(Done::MovedAside { here: here.clone(), aside });
            fs::rename(&beside.path, &here)?;
        }
        _ => fs::rename(&beside.path, &here)?,
    }
    Ok(())
}

/// Gives the old hook its second name. By a link, so that there is a hook at any moment; where that cannot be (a symbolic link, a file system without), it is moved.
fn keep(here: &Path, aside: &Path) -> std::io::Result<()> {
    if fs::symlink_metadata(aside).is_ok() {
        // What an install left that was stopped half-way: the plan compared them.
        return Ok(());
    }
    if !fs::symlink_metadata(here)?.is_symlink() && fs::hard_link(here, aside).is_ok() {
        return Ok(());
    }
    fs::rename(here, aside)
}

fn undo(done: Done) {
    let _undone = match done {
        Done::Written(here) => fs::remove_file(here),
        Done::MovedAside { here, aside } => move_back(&here, &aside),
    };
}

/// Puts a hook back in the place of ours. Two names of one file are not moved by a rename: then the second one goes.
fn move_back(here: &Path, aside: &Path) -> std::io::Result<()> {
    fs::rename(aside, here)?;
    match fs::remove_file(aside) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Takes out what was installed. The folder goes with the last script where it was made for them.
///
/// # Errors
/// [`Unwritten`]; hooks before it are out, those behind it are in: a second try goes on.
pub(super) fn uninstall(folder: &Path, plan: &Plan, was_made: bool) -> Result<(), Unwritten> {
    for planned in plan {
        let here = folder.join(planned.hook.as_str());
        let ended = match planned.step {
            Step::Remove => fs::remove_file(&here),
            Step::MoveBack => move_back(&here, &folder.join(planned.hook.aside())),
            _ => Ok(()),
        };
        ended.map_err(|why| unwritten(&here, "taken out", why))?;
    }
    if was_made {
        // Only an empty one goes.
        let _stays = fs::remove_dir(folder);
    }
    Ok(())
}
